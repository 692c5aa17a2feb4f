"""Staged evaluation (Raman et al. 2026): what to do first, what is locked, what a result means.

Four stages in order: compare the card with the deployment, collect data on task assumptions in
doubt, test those, then test outcome assumptions with people. A step is settled when it is done
(a test: with its threshold met) or waived with a reason; an outcome step waits for every test
of a task assumption.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from loaders.model import NO_INTERVAL, Measurement, Step, Threshold
from service.common.problems import BadRequest

TASK, OUTCOME = "task-assumption", "outcome-assumption"
RULE = "threshold-on-loss@1"
DOUBTED = ("violated", "partially-holds", "unknown")


@dataclass(frozen=True)
class StageFinding:
    """What is held of one assumption in a deployment, and on what basis, in words."""

    dimension: str
    verdict: str
    basis: str


_COLLECT = {
    "query-authorship": "Queries that the people of the deployment wrote themselves.",
    "information-completeness": "What people tell in their first message, and what they leave out.",
    "interaction-type": "Whole conversations, with every turn of both sides.",
}
_TEST = {
    "test-task": "Score the same system on the same items before and after the change.",
    "test-outcome": "Score what people do with the output beside the output itself.",
}


def staged(
    findings: Sequence[StageFinding], kind_of: Mapping[str, str], threshold: Threshold | None = None
) -> tuple[Step, ...]:
    """Return the steps that these findings call for, numbered from 1, stage by stage.

    Every assumption is compared; those in doubt are tested. `threshold` is fixed for every
    test. Raises `BadRequest` for a dimension that `kind_of` does not know, or one given twice.
    """
    _check(findings, kind_of)
    steps = [_compared(i, f) for i, f in enumerate(findings, start=1)]
    compared = {f.dimension: i for i, f in enumerate(findings, start=1)}
    doubted = [f for f in findings if f.verdict in DOUBTED]
    collected: dict[str, int] = {}
    for finding in (f for f in doubted if kind_of[f.dimension] == TASK):
        collected[finding.dimension] = len(steps) + 1
        steps.append(_collected(len(steps) + 1, finding, compared[finding.dimension]))
    for finding in (f for f in doubted if kind_of[f.dimension] == TASK):
        waits = [collected[finding.dimension]]
        steps.append(_tested(len(steps) + 1, finding, "test-task", waits, threshold))
    tests = [s.position for s in steps if s.stage == "test-task"]
    for finding in (f for f in doubted if kind_of[f.dimension] == OUTCOME):
        waits = tests or [compared[finding.dimension]]
        steps.append(_tested(len(steps) + 1, finding, "test-outcome", waits, threshold))
    return tuple(steps)


def _check(findings: Sequence[StageFinding], kind_of: Mapping[str, str]) -> None:
    names = [f.dimension for f in findings]
    for name in names:
        if name not in kind_of:
            raise BadRequest(
                f"{name!r} is not a dimension of the taxonomy. Use one of: "
                f"{', '.join(sorted(kind_of))}."
            )
        if names.count(name) > 1:
            raise BadRequest(f"The findings name {name!r} twice. Keep one.")
    if not findings:
        raise BadRequest("There is no finding to plan from. Give findings, or review the card.")


def _compared(position: int, finding: StageFinding) -> Step:
    return Step(
        position=position,
        stage="compare-cards",
        step_status="done",
        description="Compare what the card assumes with what the deployment is.",
        targets=(finding.dimension,),
        verdict=finding.verdict,
        verdict_basis=finding.basis,
    )


def _collected(position: int, finding: StageFinding, after: int) -> Step:
    known = _COLLECT.get(finding.dimension, "Items of the deployment in place of the benchmark's.")
    return Step(
        position=position,
        stage="collect-data",
        description="Collect data on this assumption and add it to the benchmark.",
        targets=(finding.dimension,),
        collect=known,
        depends_on=(f"step-{after}",),
    )


def _tested(
    position: int,
    finding: StageFinding,
    stage: str,
    after: Iterable[int],
    threshold: Threshold | None,
) -> Step:
    task = stage == "test-task"
    return Step(
        position=position,
        stage=stage,
        description="Measure the loss that this assumption makes.",
        targets=(finding.dimension,),
        collect="Scores of the same system before and after the change, with n.",
        test=_TEST[stage],
        test_method="log-analysis" if task else "randomised-trial",
        threshold=threshold,
        depends_on=tuple(f"step-{n}" for n in after),
    )


def judged(step: Step) -> tuple[str, str]:
    """Return the decision that a result and its threshold give, and why, by rule `RULE`.

    Raises `BadRequest` where the result lacks the number that the threshold is about.
    """
    threshold, result = step.threshold, step.result
    if threshold is None or result is None:
        raise BadRequest("A decision needs a threshold and a result.")
    about = result if threshold.unit == "percentage-point" else _after(step)
    what = "loss" if about is result else "changed score"
    if about.value is None or about.unit != threshold.unit:
        raise BadRequest(
            f"The threshold is in {threshold.unit}, and the result has no {what} in it. "
            "Give the scores that it needs, in percent."
        )
    ends = [v for i in about.intervals for v in (i.lower, i.upper)]
    words = f"{RULE}: the {what} is {about.value}, the threshold {_words(threshold)}"
    if not _meets(about.value, threshold):
        return "not-met", f"{words}."
    if not ends:
        return "met", f"{words}; {NO_INTERVAL}."
    if all(_meets(v, threshold) for v in ends):
        return "met", f"{words}, and the whole interval meets it."
    return "inconclusive", f"{words}, but the interval from {min(ends)} to {max(ends)} passes it."


def _after(step: Step) -> Measurement:
    assert step.result is not None  # noqa: S101 - the caller has checked
    return next(m for m in step.result.measurements if m.key == "after")


def _meets(value: Decimal, threshold: Threshold) -> bool:
    if threshold.at_most is not None:
        return value <= threshold.at_most
    return threshold.at_least is not None and value >= threshold.at_least


def _words(threshold: Threshold) -> str:
    end = (
        f"at most {threshold.at_most}"
        if threshold.at_most is not None
        else f"at least {threshold.at_least}"
    )
    return f"{end} {threshold.unit}"
