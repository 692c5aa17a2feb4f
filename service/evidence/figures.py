"""Measured figures of what a dimension cost elsewhere, and the standard errors they allow.

A standard error is read from an interval or counted from events, by a named method, and never
supposed: a figure that allows neither has none, and the reason is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from service.ontology.schemes import MetricClass

ASYMMETRY = 0.25
"""How far the middle of an interval may lie from the value, as a share of the half width,
for a normal approximation still to be read from it."""
BY_T = "jackknife-t"
"""The method of intervals over clusters that reach t standard errors, with one degree fewer."""
ADDITIVE = ("absolute-difference", "standardised-effect")
"""Kinds of gap whose intervals lie evenly around the value; those of ratios do not."""
PROPORTION_UNITS = {"percentage-point": 100.0, "fraction": 1.0}
"""Units in which a difference of two proportions is given, and what the whole is in them."""
_SCORE_UNITS = {"percent": 100.0, "fraction": 1.0}
SHARE_UNITS = PROPORTION_UNITS | _SCORE_UNITS
"""All units that are shares of a whole, of a score or of a difference."""


@dataclass(frozen=True)
class FigureInterval:
    """An interval around a figure, with its level (0.95), method and what was resampled.

    `clusters` is of how many units that hold several, `caution` why not to lean on it.
    """

    lower: float
    upper: float
    level: float
    method: str
    unit: str | None = None
    clusters: int | None = None
    caution: str | None = None


@dataclass(frozen=True)
class Arm:
    """One of the two scores behind a figure: how many, of how many, and what was scored.

    `step` is what the score was rounded to, `under` the coded conditions (`dimension/value`),
    `items` whether a score of its metric is a share of its n.
    """

    n: int | None = None
    events: int | None = None
    value: float | None = None
    unit: str | None = None
    step: float | None = None
    metric: str | None = None
    study: str | None = None
    under: frozenset[str] = frozenset()
    items: bool = False

    @property
    def share(self) -> float | None:
        """The score as a part of the whole, 0 to 1; None where it is on another scale."""
        if self.n and self.events is not None:
            return self.events / self.n
        whole = _SCORE_UNITS.get(self.unit or "")
        return None if whole is None or self.value is None else self.value / whole

    @property
    def counted(self) -> str | None:
        """From what successes can be counted; None where n is not what the score is a share of."""
        if not self.n or self.share is None:
            return None
        if self.events is not None:
            return "events and n"
        return "score and n" if self.items else None

    @property
    def where(self) -> dict[str, frozenset[str]]:
        """The values of each dimension under which the score was taken, as far as coded."""
        given = [value.split("/", 1) for value in self.under]
        return {d: frozenset(v for e, v in given if e == d) for d, _ in given}


@dataclass(frozen=True)
class Figure:
    """A gap, or one contribution to it, positive for a loss.

    `dimensions` are those it is attributed to, `changed` all that really changed between its
    two ends as far as the conditions say, here or where it is recorded again. `role` is
    contribution or whole-gap. `classes` and `directions` are those of the metrics of its ends,
    None among them where one is not stated. `several` is whether a named system stands for several.
    `part` is the place of a contribution in its gap.
    `copies` name the other records of the same figure, `group` is what these have in common, and
    `deployments` are those for which they were recorded.
    """

    gap: str
    role: str
    dimensions: frozenset[str]
    changed: frozenset[str]
    value: float | None
    unit: str
    kind: str
    verification: str
    part: str = ""
    title: str = ""
    benchmark: str = ""
    deployment: str | None = None
    author: str = ""
    domains: frozenset[str] = frozenset()
    studies: frozenset[str] = frozenset()
    systems: frozenset[str] = frozenset()
    several: bool = False
    classes: frozenset[MetricClass | None] = frozenset()
    directions: frozenset[bool | None] = frozenset()
    status: str = "accepted"
    qualifier: str | None = None
    as_reported: str | None = None
    lowest: float | None = None
    highest: float | None = None
    step: float | None = None
    intervals: tuple[FigureInterval, ...] = ()
    before: Arm = Arm()
    after: Arm = Arm()
    losses: int | None = None
    gains: int | None = None
    not_given: tuple[str, ...] = ()
    conflicts: frozenset[str] = frozenset()
    sources: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    group: str | None = None
    deployments: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[str, str]:
        """The gap and the part of it: no other figure has the same."""
        return (self.gap, self.part)

    @property
    def name(self) -> str:
        """The gap, and for a contribution what it is attributed to."""
        return f"{self.gap} ({' + '.join(sorted(self.dimensions))})" if self.part else self.gap

    @property
    def counted(self) -> bool:
        """Whether it is the one that is counted of those that are the same figure."""
        return self.group is None or self.group == "/".join(self.place)

    @property
    def everywhere(self) -> frozenset[str | None]:
        """The deployments for which the figure was recorded, here or again."""
        return self.deployments | {self.deployment}

    @property
    def metric_class(self) -> MetricClass | None:
        """The class of the metric of both ends; None where it is not stated or not one."""
        return next(iter(self.classes)) if len(self.classes) == 1 else None

    @property
    def higher_is_better(self) -> bool | None:
        """The direction of the metric of both ends; None where it is not stated or not one."""
        return next(iter(self.directions)) if len(self.directions) == 1 else None


@dataclass(frozen=True)
class StandardError:
    """A standard error in the unit of its figure, with its method; or None and why not."""

    value: float | None
    method: str


def standard_error(figure: Figure) -> StandardError:
    """Return the standard error of a figure by the first method that its facts allow.

    `interval-width`: half the widest interval over the normal quantile of its level, or for
    one by t over few clusters over that of t (Cochrane Handbook 6.3). `paired-flows`: McNemar's
    variance of a difference of paired proportions.
    `two-proportions`: Wald's variance of a difference of independent proportions, from events and
    n, or from score and n where the class of the metric says that a score is a share of n; where
    both ends scored the same items it is too large rather than too small, if they go together.
    """
    if figure.kind not in ADDITIVE:
        return StandardError(None, f"{figure.kind}: not on a scale on which errors add up")
    if figure.intervals:
        return _from_interval(figure)
    return _from_flows(figure) or from_counts(figure) or _NONE


_NONE = StandardError(None, "no interval, no counts of events and no flows are recorded")


def _from_interval(figure: Figure) -> StandardError:
    widest = max(figure.intervals, key=lambda i: (i.upper - i.lower, i.method))
    half = (widest.upper - widest.lower) / 2
    if figure.value is None or half <= 0 or not 0 < widest.level < 1:
        return StandardError(None, "the interval has no width or no value inside")
    if abs((widest.upper + widest.lower) / 2 - figure.value) > ASYMMETRY * half:
        return StandardError(None, "the interval is too asymmetric for a normal approximation")
    over = f", over {widest.unit}" if widest.unit else ""
    return StandardError(half / _quantile(widest), f"interval-width ({widest.method}{over})")


def _quantile(interval: FigureInterval) -> float:
    """Return how many standard errors an interval reaches to each side."""
    upper = (1 + interval.level) / 2
    if interval.method != BY_T or not interval.clusters or interval.clusters < 2:  # noqa: PLR2004
        return NormalDist().inv_cdf(upper)
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    return float(stdtrit(interval.clusters - 1, upper))


def _from_flows(figure: Figure) -> StandardError | None:
    n, scale = figure.before.n, PROPORTION_UNITS.get(figure.unit)
    lost, gained = figure.losses, figure.gains
    if scale is None or not n or n != figure.after.n or lost is None or gained is None:
        return None
    variance = (lost + gained - (lost - gained) ** 2 / n) / n**2
    return StandardError(scale * sqrt(variance), "paired-flows") if variance > 0 else None


def from_counts(figure: Figure) -> StandardError | None:
    """Return Wald's standard error of two independent proportions; None without counts.

    There is none for shares of 0 and 1 either, for which Wald's would be zero.
    """
    scale = PROPORTION_UNITS.get(figure.unit)
    variances = [_variance(arm) for arm in (figure.before, figure.after)]
    if scale is None or None in variances:
        return None
    sources = {arm.counted for arm in (figure.before, figure.after)}
    method = "two-proportions" + (" (score and n)" if "score and n" in sources else "")
    return StandardError(scale * sqrt(sum(v for v in variances if v)), method)


def _variance(arm: Arm) -> float | None:
    if not arm.n or arm.counted is None or arm.share is None or not 0 < arm.share < 1:
        return None
    return arm.share * (1 - arm.share) / arm.n


def clusters(figures: Sequence[Figure]) -> list[list[Figure]]:
    """Return the figures in groups that are not independent of each other.

    These share a study, a gap or a conflict, or one author recorded them of one benchmark in one
    deployment.
    """
    groups: list[tuple[set[str], list[Figure]]] = []
    for figure in figures:
        marks = _marks(figure)
        together = [g for g in groups if g[0] & marks]
        rest = [g for g in groups if not g[0] & marks]
        joined = set().union(marks, *(g[0] for g in together))
        groups = [*rest, (joined, [*(f for g in together for f in g[1]), figure])]
    return [members for _, members in groups]


def _marks(figure: Figure) -> set[str]:
    marks = {f"study {s}" for s in figure.studies} | {f"gap {figure.gap}"}
    marks |= {f"gap {other}" for other in figure.conflicts}
    if figure.benchmark and figure.deployment:
        marks.add(f"use {figure.author} {figure.benchmark} {figure.deployment}")
    return marks
