"""BenchmarkCards in the authors' YAML (github.com/naveenr414/benchmarkcards), all generations.

The file does not say who filled it in, so the author is recorded as not stated. Its
`holds_at_deployment` becomes a review of its own, of a deployment known only by the card's
words. None of the authors' own cards satisfies the authors' own schema: the words are kept,
what closed tables of whole answers read is coded, the rest stays words, with a warning where the
question is a closed one.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from loaders.contract import CardError, FoundFields, Key, NoCardError, Raw, RecordProblem, place_key
from loaders.formats.card_template import (
    OTHER_TURNS_RULE,
    SECTIONS,
    holds,
    keep_unread,
    other_turns,
    questions,
    read_codes,
    section,
    unread_answer,
)
from loaders.model import (
    CORE_DIMENSIONS,
    Agent,
    Assessment,
    Assumption,
    Benchmark,
    Card,
    Characteristic,
    Coding,
    Deployment,
    Profile,
    Record,
    Review,
)
from loaders.reading.cleaning import record_id, text
from loaders.reading.source_fields import SourceFields

SOURCE = "authors"
UNSTATED = Agent(id="not-stated", name="Not stated in the card")

_FIELDS = SourceFields(
    *("benchmark_name", "citation", "version", "notes"),
    *(f"intended_use_case/{name}" for name in ("answer", "deployment_context")),
    *(
        f"{section}/{dimension}/{name}"
        for section in SECTIONS
        for core in CORE_DIMENSIONS
        for dimension in (core, core.replace("-", "_"))
        for name in ("question", "answer", "holds_at_deployment")
    ),
)


def fields(tree: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field of a card."""
    use = section(tree, "intended_use_case")
    if not text(use.get("deployment_context")):  # then this says where it is used
        use = {k: v for k, v in use.items() if k != "holds_at_deployment"}
    return _FIELDS.found({**tree, "intended_use_case": dict(use)})


def detects(tree: Any) -> bool:
    """Recognise the template by its name field and one of its sections."""
    if not isinstance(tree, Mapping):
        return False
    return "benchmark_name" in tree and bool({"intended_use_case", *SECTIONS} & set(tree))


def key(raw: Raw, tree: Mapping[str, Any]) -> Key:
    """Return the key of a card: the template has no field for one."""
    return place_key(raw, text(tree.get("benchmark_name")))


def load(raw: Raw, tree: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return the card and, where the file holds a practitioner's half, profile and review."""
    return records(raw.key, tree)


def records(words: str, tree: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return what a tree of the template holds; `words` are its key in this source."""
    ident = record_id(SOURCE, words)
    warnings = _unknown_fields(tree)
    answers = ((d, path, text(block.get("answer"))) for d, path, block in questions(tree))
    warnings += [found for answer in answers if (found := unread_answer(*answer))]
    card = _card(ident, tree)
    use = section(tree, "intended_use_case")
    context = text(use.get("deployment_context")) or text(use.get("holds_at_deployment"))
    verdicts = {d: holds(block) for d, _, block in questions(tree) if holds(block)[1]}
    if not context and not verdicts:
        return [card], warnings
    warnings += [_no_verdict(d, words) for d, (code, words) in verdicts.items() if not code]
    profile = _profile(ident, context, tuple(_characteristics(card, verdicts)))
    return [card, profile, _review(ident, card, verdicts)], warnings


def _unknown_fields(tree: Mapping[str, Any]) -> list[RecordProblem]:
    known = {"benchmark_name", "citation", "version", "intended_use_case", "notes", *SECTIONS}
    extra = [f for f in tree if f not in known]
    unknown = [p for d, p, _ in questions(tree) if d not in CORE_DIMENSIONS]
    return [
        RecordProblem("The template has no such field; what it says is kept as text.", f)
        for f in extra + unknown
    ]


def _card(ident: str, tree: Mapping[str, Any]) -> Card:
    title = text(tree.get("benchmark_name"))
    if title is None and not _is_filled_in(tree):
        problem = RecordProblem("This is the empty template.", "benchmark_name", mend="Fill it in.")
        raise NoCardError("empty template", problem)
    if title is None:
        raise CardError(
            RecordProblem(
                "The card names no benchmark.", "benchmark_name", mend="Fill in its name."
            )
        )
    return Card(
        id=f"{ident}/{UNSTATED.id}",
        benchmark=Benchmark(id=ident),
        title=title,
        benchmark_version=text(tree.get("version")),
        citation=text(tree.get("citation")),
        author=UNSTATED,
        intended_use=text(section(tree, "intended_use_case").get("answer")),
        notes=text(tree.get("notes")),
        assumptions=_assumptions(tree),
    )


def _is_filled_in(tree: Mapping[str, Any]) -> bool:
    """Tell whether any answer stands in the template, beside its own questions."""
    blocks = [section(tree, "intended_use_case"), *(block for _, _, block in questions(tree))]
    given = [tree.get(name) for name in ("citation", "version", "notes")]
    given += [v for block in blocks for name, v in block.items() if name != "question"]
    return any(text(value) for value in given)


def _assumptions(tree: Mapping[str, Any]) -> tuple[Assumption, ...]:
    blocks = {dimension: block for dimension, _, block in questions(tree)}
    return tuple(_assumption(d, blocks.get(d, {})) for d in CORE_DIMENSIONS)


def _assumption(dimension: str, block: Mapping[str, Any]) -> Assumption:
    answer = text(block.get("answer"))
    codings = read_codes(dimension, answer)
    return Assumption(
        dimension=dimension,
        question=text(block.get("question")),
        answer=answer,
        answer_status="answered" if answer else "not-stated",
        codings=codings,
        assumes=tuple(c.code for c in codings),
    )


def _characteristics(
    card: Card, verdicts: Mapping[str, tuple[str | None, str | None]]
) -> Iterator[Characteristic]:
    """Yield how the deployment is where the words of a verdict say so beside the verdict."""
    assumed = {
        a.dimension: tuple(c.rpartition("/")[2] for c in a.assumes) for a in card.assumptions
    }
    name = "interaction-type"
    verdict, words = verdicts.get(name, (None, None))
    if turns := other_turns(assumed[name], verdict, words):
        code = f"{name}/{turns}"
        coding = Coding(code=code, basis="derived", rule=OTHER_TURNS_RULE, source_text=words)
        yield Characteristic(
            dimension=name,
            answer=words,
            answer_status="answered",
            codings=(coding,),
            observed=(code,),
        )


def _profile(
    ident: str, context: str | None, characteristics: tuple[Characteristic, ...]
) -> Profile:
    return Profile(
        id=f"{ident}-context/{UNSTATED.id}",
        deployment=Deployment(id=f"{ident}-context"),
        title=context or "The deployment meant by the card",
        author=UNSTATED,
        intended_use=context,
        characteristics=characteristics,
    )


def _review(
    ident: str, card: Card, verdicts: Mapping[str, tuple[str | None, str | None]]
) -> Review:
    return Review(
        id=f"{ident}-context/{ident}/{UNSTATED.id}",
        card=card.id,
        deployment=f"{ident}-context",
        author=UNSTATED,
        notes=keep_unread(
            {d: words for d, (code, words) in verdicts.items() if words and not code}
        ),
        assessments=tuple(
            Assessment(dimension=d, assumption=f"{card.id}/{d}", verdict=code, rationale=words)
            for d, (code, words) in verdicts.items()
            if code
        ),
    )


def _no_verdict(dimension: str, words: str | None) -> RecordProblem:
    return RecordProblem(
        "The answer does not begin with Yes, No or Partially, so it states no verdict.",
        f"{dimension}/holds_at_deployment",
        words or "",
        "Begin it with one of these words.",
    )
