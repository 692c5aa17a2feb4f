"""One assumed value against one deployed value, by the order of their scheme."""
# DESIGN: ranks-are-data

from collections.abc import Iterable
from dataclasses import dataclass

from service.ontology.schemes import HOLDS, PARTIALLY, UNKNOWN, VIOLATED, Scheme


@dataclass(frozen=True)
class RuleVerdict:
    """A verdict and the rule of `scheme/fit-rule` that gives it."""

    verdict: str
    rule: str


def compare(scheme: Scheme, assumed: Iterable[str], deployed: Iterable[str]) -> RuleVerdict:
    """Return what values that are assumed say of values that are deployed; neither is empty.

    Each deployed value gets the best reading that any assumed value gives; several are
    combined so that *holds* needs all of them.
    """
    given = sorted(assumed)
    return _combined([_best(scheme, given, value) for value in sorted(deployed)])


_ORDER = (HOLDS, PARTIALLY, UNKNOWN, VIOLATED)


def _best(scheme: Scheme, assumed: Iterable[str], deployed: str) -> RuleVerdict:
    readings = [_one(scheme, value, deployed) for value in assumed]
    return min(readings, key=lambda r: (_ORDER.index(r.verdict), r.rule))


def _one(scheme: Scheme, assumed: str, deployed: str) -> RuleVerdict:
    if scheme.within(deployed, assumed):
        return RuleVerdict(HOLDS, "same-or-narrower-value")
    if scheme.within(assumed, deployed):
        return RuleVerdict(PARTIALLY, "narrower-assumed")
    if scheme.may_coexist:
        return RuleVerdict(UNKNOWN, "values-may-coexist")
    return _by_rank(scheme, scheme.rank(assumed), scheme.rank(deployed))


def _by_rank(scheme: Scheme, assumed: int | None, deployed: int | None) -> RuleVerdict:
    if assumed is None and deployed is None:
        return RuleVerdict(VIOLATED, "different-value")
    if assumed is None or deployed is None:
        return RuleVerdict(UNKNOWN, "outside-the-scale")
    if not scheme.higher_asks_more:
        return RuleVerdict(VIOLATED, "different-value")
    more = assumed > deployed
    return RuleVerdict(PARTIALLY, "asks-more") if more else RuleVerdict(VIOLATED, "asks-less")


def _combined(readings: list[RuleVerdict]) -> RuleVerdict:
    verdicts = {r.verdict for r in readings}
    if len(verdicts) == 1:
        return min(readings, key=lambda r: r.rule)
    if VIOLATED in verdicts:
        met = verdicts & {HOLDS, PARTIALLY}
        first = next(r for r in readings if r.verdict == VIOLATED)
        return RuleVerdict(PARTIALLY, "some-values-covered") if met else first
    if UNKNOWN in verdicts:
        return RuleVerdict(UNKNOWN, "some-values-untold")
    return RuleVerdict(PARTIALLY, "some-values-covered")
