"""Measure proposals against labelled pairs: precision and number kept at each confidence.

`python -m tests.matches` prints the table. `tests/labels/matches.csv` has the pairs, each labelled
by reading both cards before the rules of today were written; `matches-things.json.gz` has what
those cards, and all that share a name or link with them, are called and link to.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from service.matching.rules import FLOOR, MatchCandidate, Proposal, compared, without_shared_links

LABELS = Path(__file__).parent / "labels"


@dataclass(frozen=True)
class Labelled:
    """A pair of things that seems to belong together, and whether a reader says that it does."""

    left: str
    right: str
    relation: str
    label: bool


@dataclass(frozen=True)
class Measured:
    """What is proposed of the labelled pairs from this confidence on."""

    relation: str
    confidence: Decimal
    kept: int
    right: int
    of: int

    @property
    def precision(self) -> float:
        """The share of what is kept that the reader calls right."""
        return self.right / self.kept


@cache
def labelled() -> tuple[Labelled, ...]:
    """Return the labelled pairs."""
    with (LABELS / "matches.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Labelled(r["left"], r["right"], r["relation"], r["label"] == "right")
            for r in csv.DictReader(file)
        )


@cache
def things() -> dict[str, MatchCandidate]:
    """Return the things by path, without the links that say nothing of them."""
    items = json.loads(gzip.decompress((LABELS / "matches-things.json.gz").read_bytes()))
    found = (
        MatchCandidate(
            item["kind"], item["id"], tuple(item["titles"]), tuple(item["abbreviations"]),
            frozenset(item["identifiers"]), frozenset(item["uses"]),
            frozenset(item["authors"]), item["rank"],
        )
        for item in items
    )  # fmt: skip
    return {thing.path: thing for thing in without_shared_links(found)}


def judged() -> Iterator[tuple[Labelled, Proposal | None]]:
    """Yield each labelled pair with what is proposed of it."""
    for pair in labelled():
        found = compared(things()[pair.left], things()[pair.right])
        yield pair, found if found and found.confidence >= FLOOR else None


def measured() -> Iterator[Measured]:
    """Yield, for each relation, what is kept from each confidence on, the surest first."""
    every = list(judged())
    for relation in dict.fromkeys(pair.relation for pair, _ in every):
        of = sum(pair.label for pair, _ in every if pair.relation == relation)
        made = [(pair, p) for pair, p in every if p and p.relation == relation]
        for least in sorted({p.confidence for _, p in made}, reverse=True):
            kept = [pair for pair, p in made if p.confidence >= least]
            yield Measured(relation, least, len(kept), sum(pair.label for pair in kept), of)


def table() -> str:
    """Return the measurements as a table of Markdown."""
    rows = [
        f"| {m.relation} | {m.confidence} | {m.kept} | {m.right} of {m.of} | {m.precision:.0%} |"
        for m in measured()
    ]
    head = ["| relation | confidence from | kept | right | precision |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


if __name__ == "__main__":
    print(table())
