"""What the forms for people and for CI say alike: numbers, intervals and verdicts in words."""

from service.decomposition.intervals import PLURAL, ScoreInterval
from service.measurement.result import GapMeasurement, Judgement, MeasuredStep, ThresholdDecision
from service.ontology.labels import interval_method


def points(value: float | None) -> str:
    """Return a percentage or point with two decimals, and nothing for none."""
    return "" if value is None else f"{value + 0.0:.2f}"


def interval(step: MeasuredStep, level: float) -> str:
    """Return the interval that judges a step: `95 % 1.20 to 5.50 (Wilson score, 9 items)`."""
    chosen = step.judged.interval
    if chosen is None:
        return "no interval"
    ends = f"{points(chosen.lower)} to {points(chosen.upper)}"
    return f"{100 * level:g} % {ends} ({drawn_from(chosen)})"


def drawn_from(found: ScoreInterval) -> str:
    """Return how an interval was made, and over what: `cluster jackknife t, 4 clusters`."""
    drawn = PLURAL[found.unit]
    units = drawn if found.clusters is None else f"{found.clusters} {drawn}"
    return f"{interval_method(found.method)}, {units}"


def counts(step: MeasuredStep) -> str:
    """Return how many items are worse, better and the same."""
    return f"{step.worse} worse, {step.better} better, {step.same} same"


def changes(step: MeasuredStep) -> str:
    """Return the dimensions of a step, or that nobody names any."""
    return ", ".join(step.claim.dimensions) or "not said"


def parts(found: GapMeasurement) -> tuple[MeasuredStep, ...]:
    """Return the steps, and the whole where it is more than the one step."""
    return found.steps if len(found.steps) == 1 else (*found.steps, found.total)


def decisions(found: GapMeasurement, step: MeasuredStep) -> tuple[ThresholdDecision, ...]:
    """Return what the thresholds say of a part; of an only step also what is said of the whole."""
    whole = found.total.decisions if len(found.steps) == 1 and step is not found.total else ()
    return tuple(dict.fromkeys((*step.decisions, *whole)))


def worst(made: tuple[ThresholdDecision, ...]) -> Judgement | None:
    """Return what several thresholds come to; None where there is none."""
    each = {decision.is_ for decision in made}
    order: tuple[Judgement, ...] = ("not-met", "inconclusive", "met")
    return next((judgement for judgement in order if judgement in each), None)
