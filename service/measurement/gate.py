"""Whether a loss is small enough: thresholds as plans judge them, on numbers that are not rounded.

The rule and its sentence are those of `service.records.plan_decisions`. Where more runs were lost
in one condition than in another, nothing is decided: which runs end with an error may hang on how
hard they were.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from loaders.model import Attempt, Interval, Measurement, Metric, Step, StepResult, Threshold
from loaders.writers.plan import Named
from service.common.problems import BadParameter
from service.decomposition.intervals import LEVEL, ScoreInterval
from service.measurement.request import GateThreshold, MeasureOptions
from service.measurement.result import (
    GateDecision,
    JudgedInterval,
    Judgement,
    MissingBounds,
    StepClaim,
    ThresholdDecision,
)
from service.records.plan_decisions import RULE, judged, unfit

_METRIC = "score"
_DIGITS = 9
"""Further digits of a float are those of its arithmetic."""


@dataclass(frozen=True)
class GateInput:
    """A loss, and the score after it, with the intervals that decide."""

    step: str
    loss: float
    judged: JudgedInterval
    after: float
    after_judged: JudgedInterval
    claim: StepClaim
    missing: MissingBounds | None


def thresholds(
    options: MeasureOptions, steps: Sequence[GateInput], total: GateInput
) -> Iterator[tuple[GateInput, str | None, GateThreshold]]:
    """Yield each threshold with what it is about. Raises `BadParameter` for one about nothing."""
    for dimension, threshold in options.thresholds.items():
        about = [step for step in steps if dimension in step.claim.dimensions]
        if not about:
            raise BadParameter(
                f"No step changes {dimension}, so there is nothing to hold to its threshold. Say "
                "under adds which one does.",
                parameter="threshold",
            )
        yield from ((step, dimension, threshold) for step in about)
    if options.threshold is not None:
        yield total, None, options.threshold


def decision(
    about: GateInput, dimension: str | None, threshold: GateThreshold, named: Named, *, up: bool
) -> ThresholdDecision:
    """Return what a threshold says of a loss, or of the score after it.

    `named` says what the method of an interval is called.
    """
    limit = _limit(threshold)
    step = Step(position=1, stage="test-task", threshold=limit)
    found, why = judged(step, Attempt(number=1, result=_result(about, up=up)), named)
    if about.missing is not None and about.missing.unequal:
        found = "inconclusive"
        why = (
            f"{why} Too many runs are lost ({_percent(about.missing.share_before)} before, "
            f"{_percent(about.missing.share_after)} after) to decide."
        )
    judgement: Judgement = (
        "met" if found == "met" else "not-met" if found == "not-met" else "inconclusive"
    )
    return ThresholdDecision(dimension, about.step, threshold.words(), judgement, RULE, why)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _limit(threshold: GateThreshold) -> Threshold:
    value = Decimal(threshold.number)
    limit = Threshold(
        unit=threshold.unit,
        at_most=value if threshold.end == "most" else None,
        at_least=value if threshold.end == "least" else None,
    )
    if wrong := unfit(limit):
        raise BadParameter(wrong, parameter="threshold")
    return limit


def _result(about: GateInput, *, up: bool) -> StepResult:
    metric = Metric(id=_METRIC, name=_METRIC, higher_is_better=up)
    after = Measurement(
        key="after",
        metric=metric,
        value=_exact(about.after),
        unit="percent",
        intervals=_intervals(about.after_judged.interval),
    )
    return StepResult(
        value=_exact(about.loss),
        unit="percentage-point",
        intervals=_intervals(about.judged.interval),
        measurements=(after,),
    )


def _intervals(found: ScoreInterval | None) -> tuple[Interval, ...]:
    if found is None:
        return ()
    return (
        Interval(
            lower=_exact(found.lower),
            upper=_exact(found.upper),
            level=Decimal(str(LEVEL)),
            interval_method=found.method,
            sampling_unit=found.unit,
            caution=found.caution,
        ),
    )


def _exact(value: float) -> Decimal:
    return Decimal(str(round(value, _DIGITS)))


def together(each: Sequence[ThresholdDecision]) -> GateDecision | None:
    """Return all decisions as one; None where nothing was to be decided."""
    if not each:
        return None
    found: Judgement = next(
        (j for j in ("not-met", "inconclusive") if any(d.is_ == j for d in each)), "met"
    )
    words = "; ".join(f"{d.dimension}: {d.threshold}" if d.dimension else d.threshold for d in each)
    why = next(d.why for d in each if d.is_ == found)
    return GateDecision(words, found, why, tuple(each))
