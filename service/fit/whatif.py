"""What moves in a fit: when one characteristic is supposed to change, or between benchmarks."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from service.fit.claims import (
    SUPPOSED,
    BenchmarkClaims,
    Claim,
    ClaimDifference,
    CodedValue,
    DeploymentClaims,
    Fit,
    FitChange,
)
from service.fit.parts import ComparedClaim, speaks_of, spoken_of
from service.ontology.schemes import Scheme


def supposed(
    scheme: Scheme, deployment: DeploymentClaims, values: Iterable[str]
) -> DeploymentClaims:
    """Return the deployment with these values on the scheme's dimension in place of what is stated.

    Parts of the dimension of which the values say nothing stay as they are stated. No values means
    that nothing is stated on any part.
    """
    coded = tuple(CodedValue(v, SUPPOSED) for v in sorted(values))
    others = tuple(c for c in deployment.claims if c.dimension != scheme.dimension)
    if not coded:
        return replace(deployment, claims=others)
    own = (c for c in deployment.claims if c.dimension == scheme.dimension)
    kept = tuple(found for c in own if (found := _beside(scheme, c, values)) is not None)
    changed = Claim(scheme.dimension, coded, author=SUPPOSED)
    return replace(deployment, claims=(*others, *kept, changed))


def _beside(scheme: Scheme, claim: Claim, values: Iterable[str]) -> Claim | None:
    """Return what a claim says of the parts of which the values say nothing; None for nothing."""
    said = ComparedClaim(frozenset(values), "answered")
    untouched = [p for p in scheme.parts if not speaks_of(scheme, p, said)]
    coded = tuple(
        c if left == scheme.meanings(c.code) else replace(c, code=code)
        for c in claim.coded
        if (left := frozenset().union(*(spoken_of(scheme, p, c.code) for p in untouched)))
        for code in sorted(left)
    )
    return replace(claim, coded=tuple(dict.fromkeys(coded))) if coded else None


def unjudged(benchmarks: Iterable[BenchmarkClaims], dimension: str) -> list[BenchmarkClaims]:
    """Return the benchmarks without judgements on a dimension: they were made of another use."""
    return [
        replace(c, judgements=tuple(j for j in c.judgements if j.dimension != dimension))
        if dimension in c.judged
        else c
        for c in benchmarks
    ]


def moves(before: Iterable[Fit], after: Iterable[Fit]) -> list[FitChange]:
    """Return what differs between two fits of the same benchmarks, in the order of the second.

    Benchmarks that do not move are left out.
    """
    old = {f.benchmark: f for f in before}
    found = (_move(old[new.benchmark], new) for new in after)
    return [m for m in found if m.verdicts or m.ranks[0] != m.ranks[1]]


def _move(old: Fit, new: Fit) -> FitChange:
    verdicts = {
        dimension: (old.verdicts[dimension], verdict)
        for dimension, verdict in new.verdicts.items()
        if verdict != old.verdicts[dimension]
    }
    return FitChange(new.benchmark, new.title, verdicts, (old.rank, new.rank))


def difference(fits: Sequence[Fit]) -> list[ClaimDifference]:
    """Return fits for one deployment side by side, dimension by dimension."""
    rows = zip(*(f.findings for f in fits), strict=True)
    return [ClaimDifference(row[0].dimension, tuple(row)) for row in rows]
