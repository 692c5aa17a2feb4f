"""The shipped data: every record has its source, and the Bean numbers are the computed ones."""

import re
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from loaders.base import Document, Raw
from loaders.model import CORE_DIMENSIONS, Card, Gap, Profile, Record, Review, Statement
from loaders.registry import read
from service.analysis.items import read_items
from service.analysis.ladder import Drop, Ladder, between, climb

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "data").rglob("*.yaml"))
URL = re.compile(r"https://(doi\.org/10\.\d{4,9}/\S+|[a-z0-9.-]+\.[a-z]{2,}(/\S*)?)$")


@cache
def records() -> tuple[Record, ...]:
    found: list[Record] = []
    for path in FILES:
        document = read(Raw(path.name, path.read_bytes()))
        assert isinstance(document, Document), document
        found += document.records
    return tuple(found)


@cache
def ladder() -> Ladder:
    return climb(read_items(ROOT / "data/cases/bean2026_rungs.csv"))


def statements() -> list[tuple[str, Statement]]:
    cards = [(r.id, a) for r in records() if isinstance(r, Card) for a in r.assumptions]
    profiles = [(r.id, c) for r in records() if isinstance(r, Profile) for c in r.characteristics]
    return [*cards, *profiles]


def gap(ident: str) -> Gap:
    return next(r for r in records() if isinstance(r, Gap) and r.id == ident)


def test_there_is_as_much_as_promised() -> None:
    cards = {r.benchmark.id for r in records() if isinstance(r, Card)}
    reviewed = {r.deployment for r in records() if isinstance(r, Review)}
    assert len(cards) >= 12
    assert len(reviewed) >= 4


def test_every_card_and_profile_asks_all_five_questions() -> None:
    for record in records():
        if isinstance(record, Card | Profile):
            parts = record.assumptions if isinstance(record, Card) else record.characteristics
            assert set(CORE_DIMENSIONS) <= {p.dimension for p in parts}, record.id


@pytest.mark.parametrize(("ident", "statement"), statements())
def test_every_answer_cites_a_source_and_nothing_else_does(
    ident: str, statement: Statement
) -> None:
    if statement.answer_status == "not-stated":
        assert not statement.codings, ident
    else:
        assert statement.answer, ident
        assert statement.sources, ident


def test_every_source_has_a_valid_address() -> None:
    urls = [s.url for _, statement in statements() for s in statement.sources]
    urls += [s.url for r in records() if isinstance(r, Gap) for s in r.sources]
    urls += [
        e.url for r in records() if isinstance(r, Review) for a in r.assessments for e in a.evidence
    ]
    assert [u for u in urls if not URL.match(u)] == []


def test_every_derived_value_names_its_rule() -> None:
    codings = [c for _, statement in statements() for c in statement.codings]
    assert all(c.rule for c in codings if c.basis == "derived")


def test_every_verdict_has_evidence_or_a_reason_why_it_is_unknown() -> None:
    for record in records():
        for judged in record.assessments if isinstance(record, Review) else ():
            assert judged.rationale
            assert judged.evidence or judged.verdict == "unknown"


def test_the_recomputed_scores_are_what_the_items_give() -> None:
    stored = gap("bean2026-gpt4o-recomputed").measurements
    found = [(m.value, m.events, m.n) for m in stored]
    assert found == [(_two(s.value), s.events, s.n) for s in ladder().scores]


def test_the_recomputed_contributions_and_intervals_are_what_the_items_give() -> None:
    whole = gap("bean2026-gpt4o-recomputed")
    parts = next(d for d in whole.decompositions if d.key == "sequential").contributions
    for stored, drop in zip((*parts, whole), (*ladder().drops, ladder().total), strict=True):
        assert stored.value == _two(drop.value)
        assert [(i.lower, i.upper) for i in stored.intervals] == _bounds(drop)
        assert {(i.resamples, i.seed) for i in stored.intervals} == {(10_000, 1)}
    assert [(c.losses, c.gains) for c in parts] == [(d.losses, d.gains) for d in ladder().drops]


def test_the_task_part_is_what_the_items_give() -> None:
    whole = gap("bean2026-gpt4o-recomputed")
    task = next(d for d in whole.decompositions if d.key == "by-kind").contributions[0]
    names = [s.rung for s in ladder().scores]
    drop = between(read_items(ROOT / "data/cases/bean2026_rungs.csv"), names[0], names[2])
    assert (task.value, [(i.lower, i.upper) for i in task.intervals]) == (
        _two(drop.value),
        _bounds(drop),
    )


def test_the_intervals_agree_with_an_independent_computation() -> None:
    """Bounds computed for the research notes, with other code and draws; 0.5 points of noise."""
    expected = {
        "trial or conversation": [(8.5, 15.3), (14.3, 22.8), (25.7, 34.7), (56.5, 64.7)],
        "scenario": [(1.2, 19.1), (11.7, 25.7), (25.1, 34.8), (47.2, 72.0)],
    }
    whole = gap("bean2026-gpt4o-recomputed")
    parts = next(d for d in whole.decompositions if d.key == "sequential").contributions
    for unit, bounds in expected.items():
        for estimate, (lower, upper) in zip((*parts, whole), bounds, strict=True):
            found = next(i for i in estimate.intervals if i.sampling_unit == unit)
            assert abs(float(found.lower) - lower) <= 0.5
            assert abs(float(found.upper) - upper) <= 0.5


def _two(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")


def _bounds(drop: Drop) -> list[tuple[Decimal, Decimal]]:
    return [(_two(i.lower), _two(i.upper)) for i in drop.intervals]
