"""What a result means for its step, by a named rule, and what may be recorded as decided.

The rule `threshold-on-loss@2` says *met* only with evidence: of a metric with a direction, from as
many units as were planned, with an interval whose level is at least the plan's and that carries no
caution, and all of that interval on the right side of the threshold. All of it on the wrong side is
*not met*; whatever else is *inconclusive*. That two samples were taken as independent is the one
caution that does not hinder: for pairs such an interval is as a rule too wide. Decisions by
`threshold-on-loss@1`, which asked for none of that, stay with the stores that hold them.
"""
# DESIGN: met-with-evidence

from collections.abc import Iterator
from decimal import Decimal

from loaders.model import (
    INDEPENDENT,
    Attempt,
    Interval,
    Measurement,
    Metric,
    Plan,
    SampleSize,
    Step,
    StepResult,
    with_unit,
)
from loaders.model import Threshold as Limit
from loaders.writers.plan import Named, method_path, spaced
from service.common.problems import Invalid

RULE = "threshold-on-loss@2"
LEVEL = Decimal("0.95")
"""The least level of an interval that decides, where the plan gives none."""
LOSS = "percentage-point"
_LEAST_WORDS = 4
_MOST_OF: dict[str, int] = {LOSS: 100, "percent": 100, "fraction": 1}


def level_of(threshold: Limit) -> Decimal:
    """Return the least level of an interval that may decide on a threshold."""
    return threshold.level or LEVEL


def judged(step: Step, attempt: Attempt, named: Named = spaced) -> tuple[str, str]:
    """Return the decision that an attempt gives, and why, by rule `RULE`.

    `named` says what the method of an interval is called there.

    Raises `Invalid` where the result lacks the number that the threshold is about, or the
    threshold does not ask for the better side of the metric.
    """
    threshold, about = _subject(step, attempt.result)
    what = "loss" if threshold.unit == LOSS else "changed score"
    words = f"{RULE}: the {what} is {about.value}, the threshold {limit_words(threshold)}"
    if short := too_few(step.sample_size, attempt.result):
        return "inconclusive", f"{words}; {short}."
    usable, lacking = _usable(about, level_of(threshold), named)
    if not usable:
        return "inconclusive", f"{words}; {lacking}."
    lower, upper = min(i.lower for i in usable), max(i.upper for i in usable)
    ranges = f"{_names(usable, named)} from {lower} to {upper}"
    if all(meets(v, threshold) for i in usable for v in (i.lower, i.upper)):
        return "met", f"{words}, and the whole {ranges} meets it."
    if not any(meets(v, threshold) for i in usable for v in (i.lower, i.upper)):
        return "not-met", f"{words}, and the whole {ranges} lies beyond it."
    return "inconclusive", f"{words}, but the {ranges} lies on both sides of it."


def _subject(step: Step, result: StepResult) -> tuple[Limit, StepResult | Measurement]:
    """Return the threshold of a step, and the part of a result that it is about."""
    if step.threshold is None:
        raise Invalid("A decision needs a threshold.")
    threshold = step.threshold
    after = next((m for m in result.measurements if m.key == "after"), None)
    about = result if threshold.unit == LOSS else after
    if about is None or about.value is None or about.unit != threshold.unit:
        what = "loss" if threshold.unit == LOSS else "changed score"
        raise Invalid(
            f"The threshold is in {threshold.unit}, and the result has no {what} in it. "
            "Give the scores that it needs, in percent."
        )
    if wrong := misdirected(threshold, [m.metric for m in result.measurements]):
        raise Invalid(wrong)
    return threshold, about


def misdirected(threshold: Limit, metrics: list[Metric]) -> str | None:
    """Return what is wrong with the direction of the metrics of a result; None if nothing is."""
    up = {m.higher_is_better for m in metrics}
    if len(up) != 1 or None in up:
        return DIRECTION
    if threshold.unit != LOSS and (threshold.at_least is not None) not in up:
        better, end = ("higher", "at least") if True in up else ("lower", "at most")
        return (
            f"The threshold is {limit_words(threshold)}, and {better} is better in this metric. "
            f"Set a threshold of {end} before there is a result."
        )
    return None


def _usable(
    about: StepResult | Measurement, level: Decimal, named: Named
) -> tuple[list[Interval], str]:
    """Return the intervals that may decide, or why there is none."""
    wide = [i for i in about.intervals if i.lower < i.upper]
    usable = [i for i in wide if i.level >= level]
    if not wide:
        return [], "no interval is known, and none can be computed from counts"
    if not usable:
        known = _percent(wide[0].level)
        return [], f"its interval is at {known}, the plan asks for {_percent(level)}"
    if doubtful := [i for i in usable if i.caution not in {None, INDEPENDENT}]:
        return [], f"no decision rests on its {_names(doubtful, named)}"
    return usable, ""


def _names(intervals: list[Interval], named: Named) -> str:
    about = ((_percent(i.level), named(method_path(i)), i.caution) for i in intervals)
    return " and ".join(
        dict.fromkeys(
            f"{level} interval ({', '.join(filter(None, further))})" for level, *further in about
        )
    )


def _percent(share: Decimal) -> str:
    return f"{float(100 * share):g} %"


def too_few(size: SampleSize | None, result: StepResult) -> str | None:
    """Return in words that fewer units were measured than planned; None if they were not."""
    if size is None:
        return None
    counts = [m.n for m in result.measurements] or [result.n]
    each = size.n_per_group or size.n
    if all(n is not None and n >= each for n in counts):
        return None
    known = list(dict.fromkeys("unknown" if n is None else f"{n:,}" for n in counts))
    group = " in each group" if size.n_per_group else ""
    return f"n {' and '.join(known)} of {each:,} planned{group}"


def meets(value: Decimal, threshold: Limit) -> bool:
    """Tell whether a number is on the right side of a threshold, or at it."""
    if threshold.at_most is not None:
        return value <= threshold.at_most
    return threshold.at_least is not None and value >= threshold.at_least


def limit_words(threshold: Limit) -> str:
    """Return the end of a threshold in words: `at most 5 percentage points`."""
    least = threshold.at_most is None
    value = (threshold.at_least if least else threshold.at_most) or 0
    return f"{'at least' if least else 'at most'} {with_unit(value, threshold.unit)}"


def unfit(threshold: Limit) -> str | None:
    """Return why no decision can come of a threshold, with the mend; None if one can."""
    value = threshold.at_most if threshold.at_most is not None else threshold.at_least
    if threshold.unit == LOSS and threshold.at_most is None:
        return (
            "A loss is to be small, so its threshold is a most. Give at_most, or set a threshold "
            "on the changed score in percent."
        )
    most = _MOST_OF.get(threshold.unit)
    if value is None or most is None:
        return None
    least = -most if threshold.unit == LOSS else 0
    if least < value < most:
        return None
    return (
        f"The threshold {limit_words(threshold)} is met by every result or by none. "
        f"Give a number above {least} and below {most}."
    )


def bare(reason: str | None) -> bool:
    """Tell whether a reason is less than a sentence: fewer than four different words."""
    words = {w.strip(".,;:!?").casefold() for w in (reason or "").split()}
    return len({w for w in words if len(w) > 1 or w.isalnum()}) < _LEAST_WORDS


def nameless(name: str) -> bool:
    """Tell whether what stands as a name is none: fewer than two letters."""
    return sum(c.isalpha() for c in name) < 2  # noqa: PLR2004 - two


def unfounded(old: Plan | None, new: Plan) -> Iterator[tuple[int, str]]:
    """Yield, by step, what a version of a plan may not say: it is looked at once, when it is new.

    What the version before said already is left alone, so that older plans can go on.
    """
    known = {s.position: s for s in old.steps} if old else {}
    for step in new.steps:
        before = known.get(step.position)
        yield from ((step.position, words) for words in _unfounded(before, step))


def _unfounded(before: Step | None, step: Step) -> Iterator[str]:
    tried, had = step.tried, before.tried if before else ()
    if tried[: len(had)] != had:
        yield "An attempt that was recorded is changed or gone. Leave all attempts as they are."
        return
    if [a.number for a in tried] != list(range(1, len(tried) + 1)):
        yield "Attempts are numbered from 1, one after another. Number them anew."
    fresh = step.threshold is not None and (before is None or before.threshold != step.threshold)
    if fresh and step.threshold and (wrong := unfit(step.threshold)):
        yield wrong
    for attempt in tried[len(had) :]:
        yield from _undecided(step, attempt)
    yield from _standing(before, step)


def _undecided(step: Step, attempt: Attempt) -> Iterator[str]:
    try:
        decision, _ = judged(step, attempt)
    except Invalid as problem:
        yield problem.detail
        return
    if attempt.decision != decision:
        yield (
            f"Attempt {attempt.number} is recorded as {attempt.decision or 'not decided'}; "
            f"{RULE} says {decision}. Record the result as a change of the step "
            "(evalgap plan step, or PATCH /api/v1/plans/{id}/steps/{position}), which decides."
        )


def _standing(before: Step | None, step: Step) -> Iterator[str]:
    """Yield what is wrong with the decision that stands, if it is a new one."""
    said = step.decision, step.reason, step.decided_by
    if before and said == (before.decision, before.reason, before.decided_by):
        return
    if step.decision == "waived":
        if bare(step.reason):
            yield WAIVER
        if step.decided_by is None or nameless(step.decided_by.name):
            yield WHO
        return
    last = step.tried[-1].decision if step.tried else None
    if step.decision != last and step.decision is not None:
        yield f"The step is {step.decision}, its last attempt {last or 'not decided'}. Mend one."


DIRECTION = (
    "The metric does not say whether higher is better, and a loss would look like a gain. "
    "Write higher_is_better: true, or false where a lower score is better."
)
WAIVER = (
    "A waiver needs a sentence that says why the step is passed over, of four words at least: "
    "what is waived stays untested."
)
WHO = (
    "A waiver needs the name of who decides it. Give it under by; the plan's author is no default."
)
