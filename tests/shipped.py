"""The shipped records, read once for all tests."""

from functools import cache
from pathlib import Path

from loaders.contract import Document, Raw
from loaders.model import Card, Estimate, Gap, Profile, Record, Statement, StudyCard
from loaders.registry import read

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "data").rglob("*.yaml"))


@cache
def records() -> tuple[Record, ...]:
    """Return every shipped record; a file that cannot be read fails the test."""
    found: list[Record] = []
    for path in FILES:
        document = read(Raw(path.name, path.read_bytes()))
        assert isinstance(document, Document), document
        found += document.records
    return tuple(found)


def statements() -> list[tuple[str, Statement]]:
    """Return what cards and profiles say, each with the id of its record."""
    cards = [(r.id, a) for r in records() if isinstance(r, Card) for a in r.assumptions]
    profiles = [(r.id, c) for r in records() if isinstance(r, Profile) for c in r.characteristics]
    return [*cards, *profiles]


def gaps() -> list[Gap]:
    """Return the measured gaps."""
    return [r for r in records() if isinstance(r, Gap)]


@cache
def studies() -> dict[str, StudyCard]:
    """Return the cards of the studies by the id of the study."""
    return {r.study.id: r for r in records() if isinstance(r, StudyCard)}


def gap(ident: str) -> Gap:
    """Return the gap of this id."""
    return next(g for g in gaps() if g.id == ident)


def has_number(estimate: Estimate) -> bool:
    """Tell whether an estimate has a value or a range."""
    return estimate.value is not None or estimate.lowest is not None
