"""Which things of the graph seem to belong together: proposals with reasons, never merges.

Each rule compares one field word for word after a stated folding. Agreement on a registry name
(DOI, arXiv, Hub, GitHub) weighs more than a name, a full name more than an abbreviation, and
things that name different papers are separated again. A proposal below `FLOOR` is not made.
The confidences are set by hand: they order the proposals for a reader, they are no estimates.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Kind = Literal["benchmark", "dataset", "implementation"]
FLOOR = Decimal("0.5")
"""The least confidence at which a match is proposed."""
CROWD = 5
"""A registry name or title shared by more benchmarks belongs to a family, not to one."""

_BY_PAPER, _BY_FILES, _BY_NAME, _BY_SHORT = map(Decimal, ("0.8", "0.8", "0.6", "0.3"))
_BY_TOOL = Decimal("0.4")
"""Two benchmarks with one repository or dataset: often a tool or a part that both use."""
_BY_MANY, _BOTH, _APART = map(Decimal, ("0.5", "0.15", "0.4"))
_FEW = 3
"""How many papers a thing may name for one of them to be taken as its own."""
_PAPERS = ("arxiv:", "doi:")
_BLANK = re.compile(r"[\s_\-\u2010-\u2015]+")


@dataclass(frozen=True)
class MatchCandidate:
    """A benchmark, dataset or implementation as its cards name it; `rank` orders targets.

    `identifiers` are registry names of its own, `uses` those of datasets that it runs on.
    """

    kind: Kind
    id: str
    titles: tuple[str, ...] = ()
    abbreviations: tuple[str, ...] = ()
    identifiers: frozenset[str] = frozenset()
    uses: frozenset[str] = frozenset()
    rank: int = 0

    @property
    def path(self) -> str:
        """The path of the thing below `id/`."""
        return f"{self.kind}/{self.id}"

    @property
    def papers(self) -> frozenset[str]:
        """The publications among its registry names."""
        return frozenset(i for i in self.identifiers if i.startswith(_PAPERS))


@dataclass(frozen=True)
class Proposal:
    """That the subject belongs to the target: how, why, and with what confidence (0 to 1)."""

    subject: str
    target: str
    relation: str
    confidence: Decimal
    reasons: tuple[str, ...]


def fold(name: str) -> str:
    """Return a name without case, blanks and hyphens; every other sign stays: Q-Bench+."""
    return _BLANK.sub("", name).casefold()


def proposals(things: Iterable[MatchCandidate]) -> list[Proposal]:
    """Return what seems to belong together, the surest first.

    Within a group that shares a registry name or a name, each thing is proposed to the group's
    best target (a benchmark before all else, then the lowest rank), so that n things give at
    most n - 1 proposals for each thing shared.
    """
    every = list(things)
    pairs = {pair for group in _groups(every) for pair in _star(group)}
    made = (_proposal(subject, target) for subject, target in pairs)
    kept = [p for p in made if p is not None and p.confidence >= FLOOR]
    return sorted(kept, key=lambda p: (-p.confidence, p.subject, p.target))


def _groups(things: Sequence[MatchCandidate]) -> Iterator[list[MatchCandidate]]:
    shared: dict[str, list[MatchCandidate]] = defaultdict(list)
    for thing in things:
        for key in _keys(thing):
            shared[key].append(thing)
    return (group for group in shared.values() if _benchmarks(group) <= CROWD)


def _benchmarks(group: Iterable[MatchCandidate]) -> int:
    return sum(thing.kind == "benchmark" for thing in group)


def _keys(thing: MatchCandidate) -> set[str]:
    names = {f"name {fold(n)}" for n in (*thing.titles, *thing.abbreviations)}
    return names | set(thing.identifiers) | set(thing.uses)


def _star(group: Sequence[MatchCandidate]) -> Iterator[tuple[MatchCandidate, MatchCandidate]]:
    order = {"benchmark": 0, "dataset": 1, "implementation": 2}
    target, *others = sorted(group, key=lambda t: (order[t.kind], t.rank, t.id))
    return ((other, target) for other in others if other.path != target.path)


def _proposal(subject: MatchCandidate, target: MatchCandidate) -> Proposal | None:
    relation = _relation(subject.kind, target.kind)
    found = list(_agreements(subject, target))
    if relation is None or not found:
        return None
    best, *further = sorted((weight for weight, _ in found), reverse=True)
    reasons = [reason for _, reason in found]
    confidence = min(best + _BOTH * len(further), Decimal("0.99"))
    if subject.papers and target.papers and not subject.papers & target.papers:
        confidence -= _APART
        reasons.append("Against it: they name different papers.")
    return Proposal(
        subject.path, target.path, relation, max(confidence, Decimal(0)), tuple(reasons)
    )


def _relation(subject: Kind, target: Kind) -> str | None:
    if target == "benchmark":
        return _TO_BENCHMARK[subject]
    return "same-as" if subject == target == "dataset" else None


_TO_BENCHMARK = {"benchmark": "same-as", "dataset": "dataset-of", "implementation": "implements"}
"""Two implementations are never proposed as the same: one dataset has many, each its own way."""


def _agreements(one: MatchCandidate, other: MatchCandidate) -> Iterator[tuple[Decimal, str]]:
    """Yield (weight, reason) for each kind of agreement."""
    if papers := one.papers & other.papers:
        few = max(len(one.papers), len(other.papers)) <= _FEW
        yield _BY_PAPER if few else _BY_MANY, f"Both name the paper {min(papers)}."
    files = (one.identifiers | one.uses) & (other.identifiers | other.uses)
    if rest := files - one.papers - other.papers:
        yield _by_files(one, other), f"Both name {min(rest)}."
    titles = {fold(n): n for n in one.titles}
    if both := titles.keys() & {fold(n) for n in other.titles}:
        yield _BY_NAME, f"Both are called {titles[min(both)]!r}."
    elif short := _names(one) & _names(other):
        yield _BY_SHORT, f"The name of one is the abbreviation of the other: {min(short)!r}."


def _by_files(one: MatchCandidate, other: MatchCandidate) -> Decimal:
    """Return what sharing files is worth; what a drafted card links to may be anything."""
    if one.kind == other.kind == "benchmark":
        return _BY_TOOL
    drafted = "benchmark" in {t.kind for t in (one, other) if t.rank}
    return _BY_MANY if drafted else _BY_FILES


def _names(thing: MatchCandidate) -> set[str]:
    return {fold(n) for n in (*thing.titles, *thing.abbreviations)}
