"""Cards written by auto-benchmarkcard (EvalEval, IBM): a language model's, checked by another.

The sections are those of SokolAnn BenchmarkCards. Fields that the producer's own check doubts
are named in `flagged_fields`: the doubt is kept on the card, and a doubted passage never
becomes a hint without it.
"""

from collections.abc import Mapping
from typing import Any

from loaders.contract import FoundFields, Key, NoCardError, Raw, RecordProblem, place_key
from loaders.formats.assumptions import hinted
from loaders.formats.card_template import section
from loaders.formats.sokolann import SECTIONS, described
from loaders.model import Agent, Assumption, Benchmark, Card, Record
from loaders.reading.cleaning import record_id, text, texts
from loaders.reading.source_fields import SourceFields

SOURCE = "auto-benchmarkcard"
AUTHOR = Agent(id="auto-benchmarkcard", name="auto-benchmarkcard (machine-written)")
_MARKS = {"flagged_fields", "missing_fields", "card_info", "possible_risks", "evaluation_summary"}
_SECTIONS = {
    "purpose_and_intended_users", "data", "methodology", "ethical_and_legal_considerations",
}  # fmt: skip

_FIELDS = SourceFields(
    *("flagged_fields/*", "card_info/llm", "card_info/license"), given=SECTIONS, sections=_SECTIONS
)


def fields(tree: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field of a card and of what stands around it."""
    around = {name: value for name, value in tree.items() if name != "benchmark_card"}
    return _FIELDS.found({**around, **tree.get("benchmark_card", tree)})


def detects(tree: Any) -> bool:
    """Recognise the wrapper, a mark of the producer, or the sections without targeted risks."""
    if not isinstance(tree, Mapping):
        return False
    if isinstance(tree.get("benchmark_card"), Mapping):
        return "benchmark_details" in tree["benchmark_card"]
    marked = bool(_MARKS & set(tree)) or (set(tree) >= _SECTIONS and "targeted_risks" not in tree)
    return "benchmark_details" in tree and marked


def key(raw: Raw, tree: Mapping[str, Any]) -> Key:
    """Return the key of a card: the cards have none of their own."""
    details = section(tree.get("benchmark_card", tree), "benchmark_details")
    return place_key(raw, text(details.get("name")))


def load(raw: Raw, tree: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return one card, with the producer's doubts; what its steps put out is no card."""
    if "tool_output" in raw.folders:
        mend = "The finished card is in the folder benchmarkcard; move this one to import it."
        problem = RecordProblem("This is what a step of auto-benchmarkcard put out.", mend=mend)
        raise NoCardError("step of auto-benchmarkcard", problem)
    inner = tree.get("benchmark_card", tree)
    doubts = {k: text(v) or "" for k, v in section(inner, "flagged_fields").items()}
    fields, warnings = described(inner)
    fields["assumptions"] = tuple(_doubted(a, doubts) for a in fields["assumptions"])
    ident, model = record_id(SOURCE, raw.key), text(section(inner, "card_info").get("llm"))
    card = Card(
        id=f"{ident}/{AUTHOR.id}",
        benchmark=Benchmark(id=ident),
        author=AUTHOR,
        origin="machine",
        status="draft",
        flags=tuple(f"{field}: {doubt}" for field, doubt in doubts.items()),
        notes=f"Written by {model}." if model else None,
        rights=text(section(inner, "card_info").get("license")),
        **fields,
    )
    return [card], [*warnings, *(_flagged(f, d) for f, d in doubts.items()), *_missing(inner)]


def _doubted(assumption: Assumption, doubts: Mapping[str, str]) -> Assumption:
    """Return the assumption with each doubt put before the hint that it concerns.

    A value that was read out of a doubted field is not kept.
    """
    if any((c.source_text or "").partition(":")[0] in doubts for c in assumption.codings):
        assumption = hinted(assumption.dimension, *assumption.hints)
    hints = tuple(
        f"{doubts[field]} {hint}" if (field := hint.partition(":")[0]) in doubts else hint
        for hint in assumption.hints
    )
    return assumption.model_copy(update={"hints": hints})


def _flagged(field: str, doubt: str) -> RecordProblem:
    return RecordProblem(
        "The producer of the card doubts this field.", field.replace(".", "/"), doubt
    )


def _missing(card: Mapping[str, Any]) -> list[RecordProblem]:
    return [
        RecordProblem("The producer of the card found nothing for this field.", f.replace(".", "/"))
        for f in texts(card.get("missing_fields"))
    ]
