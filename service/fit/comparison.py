"""Assumed values against deployed values, by the order of their scheme and by stated shares."""
# DESIGN: ranks-are-data, worst-case-order

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from service.ontology.schemes import HOLDS, PARTIALLY, UNKNOWN, VIOLATED, Scheme


@dataclass(frozen=True)
class RuleVerdict:
    """A verdict and the rule of `scheme/fit-rule` that gives it."""

    verdict: str
    rule: str


class ComparedValue(NamedTuple):
    """A value that counts: of which share of the items or cases, None where nobody says it.

    `every_kind` says that all narrower values are covered too.
    """

    code: str
    share: float | None = None
    every_kind: bool = False


def compare(
    scheme: Scheme, assumed: Iterable[ComparedValue], deployed: Iterable[ComparedValue]
) -> RuleVerdict:
    """Return what values that are assumed say of values that are deployed; neither is empty.

    It is looked at from both sides, and the worse verdict counts: whether the items of the
    evaluation are what the deployment has, and whether the cases of the deployment are covered.
    """
    ours, theirs = sorted(assumed, key=repr), sorted(deployed, key=repr)
    items = [_Reading(_best(_one(scheme, a, d) for d in theirs), a.share) for a in ours]
    cases = [_Reading(_covered([_Reading(_one(scheme, a, d), a.share) for a in ours]), d.share)
             for d in theirs]  # fmt: skip
    return max(
        _cases(cases), _items(items), key=lambda r: (_ORDER.index(r.verdict), r.rule != _SAME)
    )


MOST, FEW = 0.9, 0.1
"""Shares from which an assumption holds, and below which it is violated."""
_ORDER = (HOLDS, PARTIALLY, UNKNOWN, VIOLATED)
_SAME = "same-value"


class _Reading(NamedTuple):
    """What the rules say of one value, and for which share of its side."""

    found: RuleVerdict
    share: float | None


def _best(readings: Iterable[RuleVerdict]) -> RuleVerdict:
    return min(readings, key=lambda r: (_ORDER.index(r.verdict), r.rule))


def _one(scheme: Scheme, assumed: ComparedValue, deployed: ComparedValue) -> RuleVerdict:
    if assumed.code == deployed.code:
        return RuleVerdict(HOLDS, _SAME)
    if scheme.within(deployed.code, assumed.code):
        if assumed.every_kind:
            return RuleVerdict(HOLDS, "every-kind-assumed")
        return RuleVerdict(UNKNOWN, "broader-assumed")
    if scheme.within(assumed.code, deployed.code):
        return RuleVerdict(PARTIALLY, "narrower-assumed")
    if scheme.may_coexist:
        return RuleVerdict(UNKNOWN, "values-may-coexist")
    return _by_rank(scheme, scheme.rank(assumed.code), scheme.rank(deployed.code))


def _by_rank(scheme: Scheme, assumed: int | None, deployed: int | None) -> RuleVerdict:
    if assumed is None and deployed is None:
        return RuleVerdict(VIOLATED, "different-value")
    if assumed is None or deployed is None:
        return RuleVerdict(UNKNOWN, "outside-the-scale")
    if not scheme.higher_asks_more:
        return RuleVerdict(VIOLATED, "different-value")
    more = assumed > deployed
    return RuleVerdict(PARTIALLY, "asks-more") if more else RuleVerdict(VIOLATED, "asks-less")


def _items(readings: Sequence[_Reading]) -> RuleVerdict:
    """Return the verdict of the items of an evaluation, from one reading for each value."""
    verdicts, decided = {r.found.verdict for r in readings}, _by_share(readings)
    if decided is not None:
        return decided
    if len(verdicts) == 1 or not verdicts & {HOLDS, PARTIALLY}:
        return _best(r.found for r in readings)
    return RuleVerdict(PARTIALLY, "one-value-of-several")


def _cases(readings: Sequence[_Reading]) -> RuleVerdict:
    """Return the verdict of the cases of a deployment, from one reading for each value."""
    verdicts, decided = {r.found.verdict for r in readings}, _by_share(readings)
    if decided is not None:
        return decided
    if len(verdicts) == 1:
        return _best(r.found for r in readings)
    if VIOLATED in verdicts:
        met = verdicts & {HOLDS, PARTIALLY}
        first = next(r.found for r in readings if r.found.verdict == VIOLATED)
        return RuleVerdict(PARTIALLY, "some-values-covered") if met else first
    if UNKNOWN in verdicts:
        return RuleVerdict(UNKNOWN, "some-values-untold")
    return RuleVerdict(PARTIALLY, "some-values-covered")


def _covered(readings: Sequence[_Reading]) -> RuleVerdict:
    """Return what the items say of one deployed value: too few of them cover nothing."""
    best = _best(r.found for r in readings)
    few = best.verdict != VIOLATED and _bounds(readings, _POSSIBLE)[1] < FEW
    return RuleVerdict(VIOLATED, "few-match") if few else best


_POSSIBLE = {HOLDS, PARTIALLY, UNKNOWN}


def _by_share(readings: Sequence[_Reading]) -> RuleVerdict | None:
    """Return the verdict where shares are stated and a value matches; None where they add none."""
    verdicts = {r.found.verdict for r in readings}
    if all(r.share is None for r in readings) or not verdicts & {HOLDS, PARTIALLY}:
        return None
    if _bounds(readings, {HOLDS})[0] >= MOST:
        return RuleVerdict(HOLDS, "nearly-all-match")
    if _bounds(readings, _POSSIBLE)[1] < FEW:
        return RuleVerdict(VIOLATED, "few-match")
    return None if verdicts == {PARTIALLY} else RuleVerdict(PARTIALLY, "some-match")


def _bounds(readings: Sequence[_Reading], verdicts: set[str]) -> tuple[float, float]:
    """Return the least and the greatest share of a side that has one of the verdicts.

    Values without a share have all of the rest between them, and nobody says how much each.
    """
    inside = [r.share for r in readings if r.found.verdict in verdicts]
    outside = [r.share for r in readings if r.found.verdict not in verdicts]
    known = sum(share for share in inside if share is not None)
    with_rest = 1 - sum(share for share in outside if share is not None)
    most = with_rest if None in inside else known
    least = known if None in outside else most
    return round(least, 9), round(most, 9)
