"""SokolAnn/BenchmarkCards JSON (Sokol et al. 2024, arXiv 2410.12974; cards CC BY 4.0).

The cards describe a benchmark; they have no field for any of the five dimensions. What a closed
table reads of the metrics is derived; all else is *not stated*, and what a reader could use
(`data.annotation`, sentences on turns and agents) is kept beside it as a hint. The cards were
drafted by a language model from the papers; only those whose file name carries a star were
approved by a benchmark's authors.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, place_key
from loaders.formats.answer_metrics import of_answers
from loaders.formats.assumptions import core, hinted
from loaders.formats.card_template import section
from loaders.model import Agent, Assumption, Benchmark, Card, Record
from loaders.reading.cleaning import (
    is_iri,
    is_placeholder,
    on_agents,
    on_turns,
    record_id,
    text,
    texts,
)
from loaders.reading.identifiers import identifiers
from loaders.reading.links import no_link
from loaders.reading.source_fields import SourceFields, addresses, listed, one_text

SOURCE = "sokolann"
AUTHOR = Agent(id="sokolann-benchmarkcards", name="SokolAnn/BenchmarkCards (machine-drafted)")
RIGHTS = "CC BY 4.0, Sokol et al., SokolAnn/BenchmarkCards"
DOMAINS = {
    "healthcare": "healthcare",
    "law": "law",
    "legal": "law",
    "education": "education",
    "software engineering": "software",
}
"""The source's domain words that equal one of our domain codes; all others stay keywords."""

SECTIONS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(
        (
            "benchmark_details/name", "benchmark_details/abbreviation",
            "benchmark_details/overview", "purpose_and_intended_users/goal",
            "purpose_and_intended_users/limitations", "data/source", "data/annotation",
            "methodology/validation",
        ),
        one_text,
    ),
    **dict.fromkeys(
        (
            "benchmark_details/domains", "benchmark_details/languages",
            "purpose_and_intended_users/audience", "purpose_and_intended_users/tasks",
            "purpose_and_intended_users/out_of_scope_uses", "methodology/metrics",
        ),
        listed,
    ),
    "benchmark_details/resources": lambda value: listed(value) and addresses(value),
}  # fmt: skip
"""The fields that are read, each with when all of it is; some are kept whole as hints."""
_FIELDS = SourceFields(
    given=SECTIONS, sections=("targeted_risks", "ethical_and_legal_considerations")
)


def fields(tree: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field of a card."""
    return _FIELDS.found(tree)


def detects(tree: Any) -> bool:
    """Recognise the card by its first section."""
    return isinstance(tree, Mapping) and "benchmark_details" in tree


def key(raw: Raw, tree: Mapping[str, Any]) -> Key:
    """Return the key of a card: the cards have none of their own."""
    return place_key(raw, text(section(tree, "benchmark_details").get("name")))


def load(raw: Raw, tree: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return one card; links that cannot be links are reported, not stored."""
    ident = record_id(SOURCE, raw.key)
    approved = raw.name.startswith("\N{WHITE MEDIUM STAR}")
    fields, warnings = described(tree)
    card = Card(
        id=f"{ident}/{AUTHOR.id}",
        status="accepted" if approved else "draft",
        benchmark=Benchmark(id=ident),
        author=AUTHOR,
        origin="designer" if approved else "machine",
        rights=RIGHTS,
        **fields,
    )
    return [card], warnings


def described(tree: Mapping[str, Any]) -> tuple[dict[str, Any], list[RecordProblem]]:
    """Return the fields of a card that its sections give, and what was noticed.

    Raises `CardError` for a card that names no benchmark.
    """
    details = section(tree, "benchmark_details")
    title = text(details.get("name"))
    if title is None:
        raise CardError(
            RecordProblem(
                "The card names no benchmark.", "benchmark_details/name", mend="Add a name."
            )
        )
    pages, warnings = _links(details.get("resources"))
    keywords = texts(details.get("domains"))
    fields = {
        "title": title,
        "abbreviation": text(details.get("abbreviation")),
        "description": text(details.get("overview")),
        "identifiers": identifiers(pages),
        "domains": tuple(
            dict.fromkeys(DOMAINS[k.lower()] for k in keywords if k.lower() in DOMAINS)
        ),
        "keywords": keywords,
        "languages": texts(details.get("languages")),
        "pages": pages,
        "metrics": texts(section(tree, "methodology").get("metrics")),
        "assumptions": core(*_assumptions(tree)),
    }
    return fields | _purpose(section(tree, "purpose_and_intended_users")), warnings


def _assumptions(tree: Mapping[str, Any]) -> Iterator[Assumption]:
    """Yield what the passages hint at, beside what a closed table reads of the metrics."""
    scored = of_answers(texts(section(tree, "methodology").get("metrics")), "methodology.metrics")
    for dimension, hints in _hints(tree).items():
        if scored and dimension == scored.dimension:
            yield scored.model_copy(update={"hints": hints})
        else:
            yield hinted(dimension, *hints)


def _purpose(purpose: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "intended_use": text(purpose.get("goal")),
        "audience": texts(purpose.get("audience")),
        "tasks": texts(purpose.get("tasks")),
        "limitations": text(purpose.get("limitations")),
        "out_of_scope": texts(purpose.get("out_of_scope_uses")),
    }


def _links(resources: Any) -> tuple[tuple[str, ...], list[RecordProblem]]:
    given = texts(resources)
    good = tuple(u for u in given if is_iri(u) and not is_placeholder(u))
    bad = [no_link("benchmark_details/resources", url) for url in given if url not in good]
    return good, bad


def _hints(tree: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return, per dimension, the passages that point to an answer, each with its field."""
    data, method = section(tree, "data"), section(tree, "methodology")
    details = section(tree, "benchmark_details")
    return {
        "query-authorship": _quoted(data, "data", ("source", "annotation")),
        "interaction-type": _turns(details, "benchmark_details", ("overview", "data_type"))
        + _turns(data, "data", ("format",))
        + _agents(tree),
        "outcome-validity": _quoted(method, "methodology", ("metrics", "validation")),
    }


def _quoted(fields: Mapping[str, Any], group: str, names: tuple[str, ...]) -> tuple[str, ...]:
    found = ((name, "; ".join(texts(fields.get(name)))) for name in names)
    return tuple(f"{group}.{name}: {words}" for name, words in found if words)


def _turns(fields: Mapping[str, Any], group: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sentences that speak of turns, each with the name of its field."""
    return tuple(
        f"{group}.{name}: {sentence}"
        for name in names
        for sentence in on_turns(text(fields.get(name)) or "")
    )


def _agents(tree: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the sentences that speak of agents or tools, each with the name of its field."""
    details, purpose = (
        section(tree, name) for name in ("benchmark_details", "purpose_and_intended_users")
    )
    fields = {
        "benchmark_details.name": details.get("name"),
        "benchmark_details.overview": details.get("overview"),
        "purpose_and_intended_users.tasks": purpose.get("tasks"),
    }
    return tuple(f"{f}: {s}" for f, words in fields.items() for s in on_agents(text(words) or ""))
