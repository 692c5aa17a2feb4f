"""Does a benchmark fit a deployment? Dimension by dimension, from what sources state.

Nothing here says that a use is safe, and no number stands for a benchmark: a fit is a list of
findings, each with its rule and sources, and benchmarks are ordered by how many of the relevant
assumptions are violated, then by how many are not settled, then by how many hold.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from service.fit.claims import (
    BenchmarkClaims,
    Claim,
    DeploymentClaims,
    Finding,
    Fit,
    Judgement,
    VerdictCounts,
)
from service.fit.comparison import RuleVerdict
from service.fit.parts import (
    ComparedClaim,
    PartFinding,
    by_part,
    findings,
    rolled_up,
    set_against,
)
from service.ontology.schemes import (
    DISPUTED,
    HOLDS,
    NOT_APPLICABLE,
    PARTIALLY,
    UNKNOWN,
    VIOLATED,
    Scheme,
)

_Verdicts = tuple[Mapping[str, str], VerdictCounts]
_Derived = tuple[tuple[PartFinding, ...], RuleVerdict]
"""What the rules give for one dimension: its parts, and what is rolled up from them."""


class _Rules:
    """What the rules give for one deployment; benchmarks that say the same are compared once."""

    def __init__(
        self, schemes: Mapping[str, Scheme], deployment: DeploymentClaims, relevant: Sequence[str]
    ) -> None:
        self._schemes = {name: schemes[name] for name in relevant}
        self._deployment = deployment
        self._known: dict[tuple[frozenset[ComparedClaim], ...], _Verdicts] = {}
        self._there = {
            name: by_part(scheme, deployment.said.get(name, _NOTHING))
            for name, scheme in self._schemes.items()
        }
        self._derived: dict[tuple[str, frozenset[ComparedClaim]], _Derived] = {}

    def fit(self, benchmark: BenchmarkClaims) -> Fit:
        verdicts, counted = self._judged(benchmark) if benchmark.judged else self._ruled(benchmark)
        return Fit(
            benchmark.id, benchmark.title, verdicts, counted, lambda: self._findings(benchmark)
        )

    def _ruled(self, benchmark: BenchmarkClaims) -> _Verdicts:
        said = tuple(benchmark.said.get(name, _NOTHING) for name in self._schemes)
        known = self._known.get(said)
        if known is None:
            known = self._known[said] = self._judged(benchmark)
        return known

    def _judged(self, benchmark: BenchmarkClaims) -> _Verdicts:
        found = {
            name: _settled(benchmark.judged.get(name, ()), self._derive(scheme, benchmark)[1])[0]
            for name, scheme in self._schemes.items()
        }
        return found, counts(found.values())

    def _findings(self, benchmark: BenchmarkClaims) -> tuple[Finding, ...]:
        return tuple(
            _found(self._derive(scheme, benchmark), name, benchmark, self._deployment)
            for name, scheme in self._schemes.items()
        )

    def _derive(self, scheme: Scheme, benchmark: BenchmarkClaims) -> _Derived:
        said = scheme.dimension, benchmark.said.get(scheme.dimension, _NOTHING)
        known = self._derived.get(said)
        if known is None:
            parts = set_against(scheme, by_part(scheme, said[1]), self._there[scheme.dimension])
            known = self._derived[said] = parts, rolled_up(parts)
        return known


_NOTHING: frozenset[ComparedClaim] = frozenset()


def find(scheme: Scheme, benchmark: BenchmarkClaims, deployment: DeploymentClaims) -> Finding:
    """Return whether the assumption of a benchmark on the scheme's dimension holds, and why."""
    name = scheme.dimension
    said, there = benchmark.said.get(name, _NOTHING), deployment.said.get(name, _NOTHING)
    parts = findings(scheme, said, there)
    return _found((parts, rolled_up(parts)), name, benchmark, deployment)


def _found(
    derived: _Derived,
    dimension: str,
    benchmark: BenchmarkClaims,
    deployment: DeploymentClaims,
) -> Finding:
    claims = benchmark.claimed.get(dimension, ())
    there = deployment.claimed.get(dimension, ())
    judged = benchmark.judged.get(dimension, ())
    parts, alone = derived
    verdict, how, rule = _settled(judged, alone)
    return Finding(
        dimension, verdict, how, rule, _values(claims), _values(there), alone, parts,
        claims, there, judged, benchmark.lower_level.get(dimension, ()),
    )  # fmt: skip


def _values(claims: Iterable[Claim]) -> frozenset[str]:
    return frozenset(v for claim in claims for v in claim.values())


def _settled(judged: Sequence[Judgement], derived: RuleVerdict) -> tuple[str, str, str]:
    """Return (verdict, how, rule): a judgement stands before a rule, two that differ dispute."""
    verdicts = {j.verdict for j in judged}
    if not verdicts:
        return derived.verdict, "derived", derived.rule
    if len(verdicts) > 1:
        return DISPUTED, "asserted", "sources-disagree"
    return verdicts.pop(), "asserted", "assessed"


def fit(
    schemes: Mapping[str, Scheme],
    benchmarks: Iterable[BenchmarkClaims],
    deployment: DeploymentClaims,
    relevant: Sequence[str],
) -> list[Fit]:
    """Return how each benchmark fits, in order; unranked benchmarks come last.

    `relevant` are the dimensions that count, each a key of `schemes`.
    """
    rules = _Rules(schemes, deployment, relevant)
    return ranked([rules.fit(benchmark) for benchmark in benchmarks])


def counts(verdicts: Iterable[str]) -> VerdictCounts:
    """Return how many verdicts there are of each kind."""
    given = list(verdicts)
    return VerdictCounts(
        violated=given.count(VIOLATED),
        unknown=given.count(UNKNOWN),
        disputed=given.count(DISPUTED),
        partially_holds=given.count(PARTIALLY),
        holds=given.count(HOLDS),
        not_applicable=given.count(NOT_APPLICABLE),
    )


def ranked(fits: Sequence[Fit]) -> list[Fit]:
    """Return fits without ranks in order and with them, equal ones for equal counts.

    A benchmark of which every relevant assumption is unknown has no rank: there is nothing to
    order it by, and it would else stand before every benchmark that says what it assumes.
    """
    known = sorted(
        (f for f in fits if f.counts.answered()), key=lambda f: (f.counts.order(), f.benchmark)
    )
    unranked = sorted((f for f in fits if not f.counts.answered()), key=lambda f: f.benchmark)
    ranks = {f.counts.order(): i for i, f in reversed([*enumerate(known, start=1)])}
    return [
        *(replace(f, rank=ranks[f.counts.order()]) for f in known),
        *unranked,
    ]
