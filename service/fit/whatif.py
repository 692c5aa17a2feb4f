"""What moves in a fit: when one characteristic is supposed to change, or between benchmarks."""

from collections.abc import Iterable, Mapping, Sequence
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
from service.fit.rules import fit
from service.ontology.schemes import Scheme


def supposed(
    deployment: DeploymentClaims, dimension: str, values: Iterable[str]
) -> DeploymentClaims:
    """Return the deployment with these values on the dimension in place of what is stated.

    No values means that nothing is stated there.
    """
    coded = tuple(CodedValue(v, SUPPOSED) for v in sorted(values))
    kept = tuple(c for c in deployment.claims if c.dimension != dimension)
    changed = (Claim(dimension, coded, author=SUPPOSED),) if coded else ()
    return replace(deployment, claims=(*kept, *changed))


def unjudged(benchmarks: Iterable[BenchmarkClaims], dimension: str) -> list[BenchmarkClaims]:
    """Return the benchmarks without judgements on a dimension: they were made of another use."""
    return [
        replace(c, judgements=tuple(j for j in c.judgements if j.dimension != dimension))
        if dimension in c.judged
        else c
        for c in benchmarks
    ]


def what_if(
    schemes: Mapping[str, Scheme],
    benchmarks: Iterable[BenchmarkClaims],
    deployment: DeploymentClaims,
    relevant: Sequence[str],
    change: tuple[str, Sequence[str]],
) -> list[Fit]:
    """Return how each benchmark fits when `change` (dimension, values) is supposed.

    The same as fitting the changed description.
    """
    dimension, values = change
    changed = supposed(deployment, dimension, values)
    return fit(schemes, unjudged(benchmarks, dimension), changed, relevant)


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


def difference(first: Fit, second: Fit) -> list[ClaimDifference]:
    """Return two fits for one deployment side by side, dimension by dimension."""
    pairs = zip(first.findings, second.findings, strict=True)
    return [ClaimDifference(a.dimension, a, b) for a, b in pairs]
