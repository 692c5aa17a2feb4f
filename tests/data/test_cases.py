"""Gaps that were computed from item results: each number of the record is what its file gives."""

import csv
import itertools
from collections.abc import Iterable
from decimal import Decimal

import pytest

from loaders.model import Gap, Interval
from service.decomposition.decompose import DecompositionEstimate
from service.decomposition.intervals import ScoreInterval
from service.decomposition.ledger import ledger
from service.decomposition.request import DecompositionOptions, run
from service.decomposition.table import sheet
from tests.shipped import ROOT, gap, gaps

CASES = ROOT / "data" / "cases"


def files() -> dict[str, str]:
    """Return the file of item results by gap; its rungs are the keys of the measurements."""
    with (CASES / "gaps.csv").open(encoding="utf-8") as lines:
        return {row["gap"]: row["file"] for row in csv.DictReader(lines)}


def recomputed(ident: str, file: str) -> DecompositionEstimate:
    record = gap(ident)
    options = DecompositionOptions(
        rungs=tuple(m.key for m in record.measurements),
        higher_is_better=higher_is_better(record),
    )
    return run(sheet((CASES / file).read_bytes(), file), options)


@pytest.mark.parametrize(("ident", "file"), files().items(), ids=files())
def test_a_record_has_the_numbers_of_its_items(ident: str, file: str) -> None:
    record, found = gap(ident), recomputed(ident, file)
    assert record.verification == "recomputed"
    scores = zip(record.measurements, found.scores, strict=True)
    for stored, score in scores:
        if stored.value is None:  # a reference by choice of items, which nobody measured
            assert record.comparison == "one-condition"
            continue
        assert (stored.value, stored.n, stored.events) == (_two(score.value), score.n, score.events)
        assert _stored(stored.intervals) <= _computed(score.intervals)
    if record.comparison == "one-condition":
        assert record.value is None
        return
    assert record.value == _two(found.total.value)
    assert _stored(record.intervals) <= _computed(found.total.intervals)
    kept = [part.value for part in record.decompositions[0].contributions]
    drops = [a.value - b.value for a, b in itertools.pairwise(found.scores)]
    assert kept == [_two(d if higher_is_better(record) else -d) for d in drops]


def higher_is_better(record: Gap) -> bool:
    """Return whether higher scores are better."""
    return record.measurements[0].metric.higher_is_better is not False


def test_every_case_of_items_is_used_and_every_gap_of_the_ledger_is_there() -> None:
    tables = {path.relative_to(CASES).as_posix() for path in CASES.glob("*/*.csv")}
    used = set(files().values()) | {row.file for row in ledger()}
    assert tables <= used
    assert {row.gap for row in ledger() if row.gap} <= {record.id for record in gaps()}


def _two(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")


def _stored(intervals: Iterable[Interval]) -> set[tuple[object, ...]]:
    return {(i.lower, i.upper, i.interval_method) for i in intervals}


def _computed(intervals: Iterable[ScoreInterval]) -> set[tuple[object, ...]]:
    return {(_two(i.lower), _two(i.upper), i.method) for i in intervals}
