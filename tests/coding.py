"""What is coded twice: `python -m tests.coding sheets FOLDER`, `… first NAME`.

`sheets` writes what a second coder fills in: a row for each question about each record of the
sealed sample, and where its sources are. No code, figure or place of the first coding is in it.
`first` keeps what the shipped records say of the same questions in `data/coding/first/NAME.csv`, so
that what a disagreement changes in the records later cannot raise agreement.
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rdflib import SKOS, URIRef

from loaders.mapping.iris import BASE, last_segment
from loaders.model import Card, Gap, Measurement
from service.ontology import graphs
from tests import shipped
from tests.consistency import ends

FOLDER = shipped.ROOT / "data" / "coding"
COLUMNS = (
    "coder", "coder_is", "coded_on", "kind", "record", "question", "answer", "basis", "passage",
    "place", "remark",
)  # fmt: skip
CARD_QUESTIONS = {
    "query-authorship-author": "query-authorship",
    "query-authorship-elicitation": "query-authorship",
    "information-completeness": "information-completeness",
    "interaction-type-turns": "interaction-type",
    "interaction-type-inquiry": "interaction-type",
    "decision-mediation": "decision-mediation",
    "outcome-validity-scorer": "outcome-validity",
    "outcome-validity-consequence": "outcome-validity",
}
"""The schemes that a card is coded by, and the dimension of each."""
GAP_QUESTIONS = (
    "varies", "gap-kind", "metric-class", "study-design", "measured-by", "value", "n-evaluation",
    "n-changed",
)  # fmt: skip
NOT_STATED, NOT_APPLICABLE, IN_WORDS = "not-stated", "not-applicable", "in-words"


def sample() -> tuple[list[Card], list[Gap]]:
    """Return the records of the sealed sample that are still shipped, as they are now."""
    sealed = json.loads((FOLDER / "sealed-sample.json").read_text("utf-8"))["sample"]
    found = {(r.kind, r.id): r for r in shipped.records()}
    cards = (found.get(("card", ident)) for ident in sealed["cards"])
    gaps = (found.get(("gap", ident)) for ident in sealed["gaps"])
    return [c for c in cards if isinstance(c, Card)], [g for g in gaps if isinstance(g, Gap)]


def first_codes() -> Iterator[dict[str, str]]:
    """Yield what the shipped records answer to each question about the sample."""
    cards, gaps = sample()
    for card in cards:
        for question, dimension in CARD_QUESTIONS.items():
            yield _row("card", card.id, question, _card_answer(card, question, dimension))
    for gap in gaps:
        answers = _gap_answers(gap)
        for question in GAP_QUESTIONS:
            yield _row("gap", gap.id, question, answers[question])


def _row(kind: str, record: str, question: str, answer: str) -> dict[str, str]:
    return {"kind": kind, "record": record, "question": question, "answer": answer}


def _card_answer(card: Card, question: str, dimension: str) -> str:
    said = next((a for a in card.assumptions if a.dimension == dimension), None)
    if said is None:
        return NOT_STATED
    scheme = URIRef(f"{BASE}scheme/{question}")
    codes = sorted(c for c in said.coded() if scheme in _schemes(c))
    if codes:
        return " ".join(last_segment(URIRef(code)) for code in codes)
    if said.answer_status == "not-applicable":
        return NOT_APPLICABLE
    in_words = said.answer and not said.coded() and said.answer_status == "answered"
    return IN_WORDS if in_words else NOT_STATED


def _schemes(code: str) -> Iterable[object]:
    return graphs.taxonomy().objects(URIRef(f"{BASE}value/{code}"), SKOS.inScheme)


def _gap_answers(gap: Gap) -> Mapping[str, str]:
    before, after = ends(gap)
    designs = {_design(m) for m in (before, after)} - {None}
    found = {
        "varies": " ".join(sorted(gap.varies)),
        "gap-kind": gap.gap_kind,
        "metric-class": before.metric.metric_class,
        "study-design": " ".join(sorted(d for d in designs if d)),
        "measured-by": gap.measured_by,
        "value": gap.value,
        "n-evaluation": before.n or gap.n,
        "n-changed": after.n or gap.n,
    }
    return {name: NOT_STATED if v in (None, "") else str(v) for name, v in found.items()}


def _design(measurement: Measurement) -> str | None:
    study = measurement.study
    return shipped.studies()[study.id].design if study and study.id in shipped.studies() else None


def _sources() -> Iterator[dict[str, str]]:
    """Yield where each record's sources are, with what identifies a gap in words."""
    cards, gaps = sample()
    for card in cards:
        cited = (s.url for a in card.assumptions for s in a.sources)
        urls = dict.fromkeys((*card.publications, *card.pages, *cited))
        what = " ".join(filter(None, (card.benchmark_version, card.description)))
        yield _source("card", card.id, card.title, what, urls)
    for gap in gaps:
        words = (
            f"{m.metric.name}: {m.condition.description if m.condition else ''}" for m in ends(gap)
        )
        yield _source("gap", gap.id, gap.title, " -> ".join(words), {s.url for s in gap.sources})


def _source(kind: str, record: str, title: str, what: str, urls: Iterable[str]) -> dict[str, str]:
    return {"kind": kind, "record": record, "title": title, "what": what, "sources": " ".join(urls)}


def _write(path: Path, columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def sheets(folder: Path) -> None:
    """Write empty sheets and the list of sources for a second coder."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = list(first_codes())
    for kind in ("card", "gap"):
        empty = ({**row, "answer": ""} for row in rows if row["kind"] == kind)
        _write(folder / f"{kind}s.csv", COLUMNS, empty)
    _write(folder / "sources.csv", ("kind", "record", "title", "what", "sources"), _sources())


def first(name: str) -> None:
    """Keep the codes of the shipped records as they are now, with who gave them."""
    by = {"coder": name, "coder_is": "program"}
    path = FOLDER / "first" / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    _write(path, COLUMNS, ({**by, **row} for row in first_codes()))


if __name__ == "__main__":
    what, where = sys.argv[1:]
    if what == "sheets":
        sheets(Path(where))
    else:
        first(where)
