"""What moves in a fit: when one characteristic is supposed to change, or between benchmarks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from service.analysis.claims import SUPPOSED, Candidate, Claim, Coded, Difference, Fit, Move, Place
from service.analysis.fit import fit
from service.analysis.schemes import Scheme


def supposed(place: Place, dimension: str, values: Iterable[str]) -> Place:
    """Return the deployment with these values on the dimension in place of what is stated.

    No values means that nothing is stated there.
    """
    coded = tuple(Coded(v, SUPPOSED) for v in sorted(values))
    kept = tuple(c for c in place.claims if c.dimension != dimension)
    changed = (Claim(dimension, coded, author=SUPPOSED),) if coded else ()
    return replace(place, claims=(*kept, *changed))


def unjudged(candidates: Iterable[Candidate], dimension: str) -> list[Candidate]:
    """Return the benchmarks without judgements on a dimension: they were made of another use."""
    return [
        replace(c, judgements=tuple(j for j in c.judgements if j.dimension != dimension))
        for c in candidates
    ]


def what_if(
    schemes: Mapping[str, Scheme],
    candidates: Sequence[Candidate],
    place: Place,
    relevant: Sequence[str],
    change: tuple[str, Sequence[str]],
) -> list[Move]:
    """Return which verdicts and ranks move when `change` (dimension, values) is supposed.

    The same as fitting the changed description; benchmarks that do not move are left out.
    """
    dimension, values = change
    before = fit(schemes, candidates, place, relevant)
    after = fit(
        schemes, unjudged(candidates, dimension), supposed(place, dimension, values), relevant
    )
    return moves(before, after)


def moves(before: Iterable[Fit], after: Iterable[Fit]) -> list[Move]:
    """Return what differs between two fits of the same benchmarks, in the order of the second."""
    old = {f.benchmark: f for f in before}
    found = (_move(old[new.benchmark], new) for new in after)
    return [m for m in found if m.verdicts or m.ranks[0] != m.ranks[1]]


def _move(old: Fit, new: Fit) -> Move:
    verdicts = {
        b.dimension: (a.verdict, b.verdict)
        for a, b in zip(old.findings, new.findings, strict=True)
        if a.verdict != b.verdict
    }
    return Move(new.benchmark, new.title, verdicts, (old.rank, new.rank))


def difference(first: Fit, second: Fit) -> list[Difference]:
    """Return two fits for one deployment side by side, dimension by dimension."""
    pairs = zip(first.findings, second.findings, strict=True)
    return [Difference(a.dimension, a, b) for a, b in pairs]
