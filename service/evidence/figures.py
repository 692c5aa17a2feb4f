"""Measured figures of what a dimension cost elsewhere, and the standard errors they allow.

A standard error is read from an interval or counted from events, by a named method, and never
supposed: a figure that allows neither has none, and the reason is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

ASYMMETRY = 0.25
"""How far the middle of an interval may lie from the value, as a share of the half width,
for a normal approximation still to be read from it."""
ADDITIVE = ("absolute-difference", "standardised-effect")
"""Kinds of gap whose intervals lie evenly around the value; those of ratios do not."""
PROPORTION_UNITS = {"percentage-point": 100.0, "fraction": 1.0}
"""Units in which a difference of two proportions is given, and what the whole is in them."""


@dataclass(frozen=True)
class FigureInterval:
    """An interval around a figure, with its level (0.95), method and what was resampled."""

    lower: float
    upper: float
    level: float
    method: str
    unit: str | None = None


@dataclass(frozen=True)
class Arm:
    """One of the two scores behind a figure: how many, of how many."""

    n: int | None = None
    events: int | None = None


@dataclass(frozen=True)
class Figure:
    """A gap, or one contribution to it, positive for a loss.

    `dimensions` are those it is attributed to, `changed` all that really changed between its
    two ends as far as the conditions say. `role` is contribution or whole-gap.
    """

    gap: str
    role: str
    dimensions: frozenset[str]
    changed: frozenset[str]
    value: float | None
    unit: str
    kind: str
    verification: str
    title: str = ""
    benchmark: str = ""
    deployment: str | None = None
    domains: frozenset[str] = frozenset()
    studies: frozenset[str] = frozenset()
    status: str = "accepted"
    qualifier: str | None = None
    as_reported: str | None = None
    lowest: float | None = None
    highest: float | None = None
    intervals: tuple[FigureInterval, ...] = ()
    before: Arm = Arm()
    after: Arm = Arm()
    losses: int | None = None
    gains: int | None = None
    not_given: tuple[str, ...] = ()
    conflicts: frozenset[str] = frozenset()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class StandardError:
    """A standard error in the unit of its figure, with its method; or None and why not."""

    value: float | None
    method: str


def standard_error(figure: Figure) -> StandardError:
    """Return the standard error of a figure by the first method that its facts allow.

    `interval-width`: half the widest interval over the normal quantile of its level (Cochrane
    Handbook 6.3). `paired-flows`: McNemar's variance of a difference of paired proportions.
    `two-proportions`: Wald's variance of a difference of independent proportions; where both
    ends scored the same items it is too large rather than too small, if they go together.
    """
    if figure.kind not in ADDITIVE:
        return StandardError(None, f"{figure.kind}: not on a scale on which errors add up")
    if figure.intervals:
        return _from_interval(figure)
    return _from_flows(figure) or _from_events(figure) or _NONE


_NONE = StandardError(None, "no interval, no counts of events and no flows are recorded")


def _from_interval(figure: Figure) -> StandardError:
    widest = max(figure.intervals, key=lambda i: (i.upper - i.lower, i.method))
    half = (widest.upper - widest.lower) / 2
    if figure.value is None or half <= 0 or not 0 < widest.level < 1:
        return StandardError(None, "the interval has no width or no value inside")
    if abs((widest.upper + widest.lower) / 2 - figure.value) > ASYMMETRY * half:
        return StandardError(None, "the interval is too asymmetric for a normal approximation")
    z = NormalDist().inv_cdf((1 + widest.level) / 2)
    over = f", over {widest.unit}" if widest.unit else ""
    return StandardError(half / z, f"interval-width ({widest.method}{over})")


def _from_flows(figure: Figure) -> StandardError | None:
    n, scale = figure.before.n, PROPORTION_UNITS.get(figure.unit)
    lost, gained = figure.losses, figure.gains
    if scale is None or not n or n != figure.after.n or lost is None or gained is None:
        return None
    variance = (lost + gained - (lost - gained) ** 2 / n) / n**2
    return StandardError(scale * sqrt(variance), "paired-flows") if variance > 0 else None


def _from_events(figure: Figure) -> StandardError | None:
    scale = PROPORTION_UNITS.get(figure.unit)
    variances = [_variance(arm) for arm in (figure.before, figure.after)]
    if scale is None or None in variances:
        return None
    return StandardError(scale * sqrt(sum(v for v in variances if v)), "two-proportions")


def _variance(arm: Arm) -> float | None:
    """Return the variance of a proportion; none for 0 and 1, where Wald's would be zero."""
    if not arm.n or arm.events is None or not 0 < arm.events < arm.n:
        return None
    share = arm.events / arm.n
    return share * (1 - share) / arm.n


def clusters(figures: Sequence[Figure]) -> list[list[Figure]]:
    """Return the figures in groups that share a study, a gap or a conflict: not independent."""
    groups: list[tuple[set[str], list[Figure]]] = []
    for figure in figures:
        marks = {f"study {s}" for s in figure.studies} | {f"gap {figure.gap}"}
        marks |= {f"gap {other}" for other in figure.conflicts}
        together = [g for g in groups if g[0] & marks]
        rest = [g for g in groups if not g[0] & marks]
        joined = set().union(marks, *(g[0] for g in together))
        groups = [*rest, (joined, [*(f for g in together for f in g[1]), figure])]
    return [members for _, members in groups]
