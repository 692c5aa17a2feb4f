"""The catalogue of evaluations in the documentation of inspect_ai (MIT): `evals.json`, a list.

Its entries are evaluations of inspect_evals and of Harbor, as that documentation describes them.
They are records of their own beside the listings of inspect_evals, which somebody else writes:
counts of samples differ for some, so neither replaces the other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, own_key
from loaders.formats.assumptions import core, derived
from loaders.formats.inspect_evals import HARNESS, agent_tag
from loaders.model import Agent, Assumption, Implementation, ImplementationCard, Record
from loaders.reading.cleaning import record_id, text, texts
from loaders.reading.identifiers import identifiers
from loaders.reading.links import links, no_link
from loaders.reading.source_fields import SourceFields, addresses

SOURCE = "inspect-catalogue"
AUTHOR = Agent(id="inspect-ai-docs", name="UKGovernmentBEIS/inspect_ai, documentation (MIT)")

KIND_RULE = "inspect-kind-agent"
"""Rule id: the catalogue files the evaluation under the kind `agent`."""

DOMAINS = {
    "healthcare": "healthcare",
    "law": "law",
    "medical": "healthcare",
    "medicine": "healthcare",
}
"""The source's categories and tags that equal one of our domain codes."""

_FIELDS = SourceFields(
    *("id", "name", "desc", "tags", "categories", "code", "samples", "kind"),
    "modalities",
    given={"paper": addresses, "url": addresses},
)


def fields(content: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field of an entry."""
    return _FIELDS.found(content)


def detects(content: Any) -> bool:
    """Recognise an entry by what it says of itself and where its code is."""
    return (
        isinstance(content, Mapping)
        and {"id", "name", "desc", "kind", "modalities", "samples"} <= set(content)
        and str(content.get("code")).startswith("inspect_")
    )


def key(raw: Raw, content: Mapping[str, Any]) -> Key:
    """Return the collection of an entry with its id: two collections may give the same id."""
    del raw
    return own_key(f"{text(content.get('source')) or 'evals'}/{_given(content, 'id')}")


def load(raw: Raw, content: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return the card of one entry, and what of it could not be kept as a link.

    Raises `CardError` for an entry without id or name.
    """
    collection, name = text(content.get("source")) or "evals", _given(content, "id")
    ident = record_id(SOURCE, raw.key)
    papers, tags = texts(content.get("paper")), texts(content.get("tags"))
    groups = texts(content.get("categories"))
    words = [w.lower() for w in (*groups, *tags)]
    card = ImplementationCard(
        id=f"{ident}/{AUTHOR.id}",
        implementation=Implementation(id=ident),
        harness=HARNESS,
        title=_given(content, "name"),
        description=text(content.get("desc")),
        identifiers=(f"inspect-{collection}:{name}", *identifiers(links(papers))),
        domains=tuple(dict.fromkeys(DOMAINS[w] for w in words if w in DOMAINS)),
        keywords=tags,
        publications=links(papers),
        pages=links(texts(content.get("url"))),
        groups=groups,
        settings=tuple(_settings(content)),
        rights="MIT",
        author=AUTHOR,
        origin="third-party",
        assumptions=core(_interaction(content, tags)),
    )
    return [card], [no_link("paper", p, "Mend it.") for p in papers if not links([p])]


def _given(content: Mapping[str, Any], field: str) -> str:
    found = text(content.get(field))
    if found is None:
        raise CardError(RecordProblem(f"The entry has no {field}.", field, mend="Give it one."))
    return found


def _interaction(content: Mapping[str, Any], tags: tuple[str, ...]) -> Assumption | None:
    """Return *agentic* where the kind says so; a tag alone hints, other kinds say nothing."""
    if text(content.get("kind")) == "agent":
        return derived("interaction-type", ("agentic",), KIND_RULE, "kind: agent")
    return agent_tag(tags)


def _settings(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is said of how it is run, in the catalogue's own words."""
    for field in ("code", "samples", "kind", "modalities"):
        if words := texts(content.get(field)):
            yield f"{field} = {', '.join(words)}"
