"""Staged evaluation (Raman et al. 2026): what to do first, and what waits for it.

Four stages in order: compare the card with the deployment, collect data on task assumptions in
doubt, test those, then test outcome assumptions with people. A step is settled when it is done
(a test: with its threshold met) or waived with a reason; an outcome step waits for every test
of a task assumption.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from loaders.model import Step, Threshold
from service.common.problems import BadRequest
from service.fit.testing import COLLECT, OTHER_DATA

TASK, OUTCOME = "task-assumption", "outcome-assumption"
DOUBTED = ("violated", "partially-holds", "unknown")


@dataclass(frozen=True)
class StageFinding:
    """What is held of one assumption in a deployment, and on what basis, in words."""

    dimension: str
    verdict: str
    basis: str


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
    known = COLLECT.get(finding.dimension, OTHER_DATA)
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
