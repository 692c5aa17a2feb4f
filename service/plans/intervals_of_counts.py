"""Intervals of a result from its counts, where none is given with it.

- Pairs, with how many items were lost and gained: the score interval of Tango 1998.
- Two scores with n and events: Newcombe 1998, which takes the samples as independent.
- The changed score with n and events: Wilson 1927.

All take the units as independent, so none is made where a plan says that they come in clusters.
Ends are rounded outwards: rounding never decides.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from loaders.model import INDEPENDENT, Interval, Measurement, Step, StepResult
from service.common.problems import Invalid
from service.decomposition.intervals import newcombe, tango, wilson
from service.records.plan_decisions import LEVEL, level_of

_WHOLE = {"percent": 100, "fraction": 1}
_STEP = {"percent": Decimal("0.01"), "fraction": Decimal("0.0001")}


def counted(result: StepResult, step: Step) -> StepResult:
    """Return a result with the intervals that its counts give.

    Raises `Invalid` for losses and gains that are not of the same items before and after.
    """
    _check_pairs(result)
    size = step.sample_size
    if size is not None and size.cluster_size is not None and size.cluster_size > 1:
        return result
    level = level_of(step.threshold) if step.threshold else LEVEL
    ends = {m.key: m for m in result.measurements}
    scores = tuple(_score(m, level) if m.key == "after" else m for m in result.measurements)
    found = result.model_copy(update={"measurements": scores})
    if result.intervals or result.value is None or "before" not in ends:
        return found
    loss = _loss(result, ends["before"], ends["after"], level)
    return found.model_copy(update={"intervals": (loss,)}) if loss else found


def _check_pairs(result: StepResult) -> None:
    flows = [count for count in (result.losses, result.gains) if count is not None]
    if not flows:
        return
    if len(flows) < 2 or result.value is None or not result.n or sum(flows) > result.n:  # noqa: PLR2004 - both
        raise Invalid(
            "losses and gains count the items that changed between two scores of the same items. "
            "Give both, and the scores before and after with the same n, no smaller than their sum."
        )


def _score(score: Measurement, level: Decimal) -> Measurement:
    if score.intervals or score.unit not in _WHOLE or score.events is None or not score.n:
        return score
    if score.events > score.n:
        return score  # the shapes refuse it
    ends = wilson(score.events, score.n, float(level))
    return score.model_copy(update={"intervals": (_interval(ends, "wilson", score, level),)})


def _loss(
    result: StepResult, before: Measurement, after: Measurement, level: Decimal
) -> Interval | None:
    if after.unit not in _WHOLE:
        return None
    if result.losses is not None and result.gains is not None and result.n:
        ends = tango(result.losses, result.gains, result.n, float(level))
        return _interval(ends, "tango", after, level)
    if before.events is None or after.events is None or not before.n or not after.n:
        return None
    if before.events > before.n or after.events > after.n:
        return None  # the shapes refuse it
    events, sizes = (before.events, after.events), (before.n, after.n)
    lower, upper = newcombe(events, sizes, float(level))
    if after.metric.higher_is_better is False:
        lower, upper = -upper, -lower
    found = _interval((lower, upper), "newcombe", after, level)
    return found.model_copy(update={"caution": INDEPENDENT})


def _interval(
    ends: tuple[float, float], method: str, score: Measurement, level: Decimal
) -> Interval:
    whole, step = _WHOLE[score.unit], _STEP[score.unit]
    lower, upper = (Decimal(repr(round(whole * end, 9))) for end in ends)
    return Interval(
        lower=lower.quantize(step, ROUND_FLOOR),
        upper=upper.quantize(step, ROUND_CEILING),
        level=level,
        interval_method=method,
        sampling_unit=score.n_unit or "item",
    )
