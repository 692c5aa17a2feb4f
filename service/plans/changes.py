"""What may be changed in a step of a plan, and what a finished step means for the gap."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loaders.model import (
    SELF_REPORTED,
    Agent,
    Citation,
    Contribution,
    Decomposition,
    Estimate,
    Gap,
    Interval,
    Measurement,
    Metric,
    Plan,
    Residual,
    Rung,
    Step,
    StepResult,
    Study,
    System,
    Threshold,
)
from loaders.model.terms import Text
from service.common.problems import BadRequest, Conflict
from service.plans.sample_size import SampleSizeRequest, sample_size
from service.plans.stages import judged
from service.records.plan_rules import locks

_TESTS = ("test-task", "test-outcome")
_LOSS_UNIT = {"percent": "percentage-point"}


class StepScore(BaseModel):
    """One score of a result, with the fields of a measurement."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: Decimal
    unit: Literal["percent", "fraction", "score-point"] = "percent"
    precision: Decimal | None = None
    n: int | None = None
    n_unit: Text | None = None
    events: int | None = None
    intervals: tuple[Interval, ...] = ()
    condition: dict[str, Any] | None = None


class StepMeasurement(BaseModel):
    """What a step measured: `before` may be left out, and `intervals` are those of the loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    metric: Metric
    before: StepScore | None = None
    after: StepScore
    intervals: tuple[Interval, ...] = ()
    study: Study | None = None
    systems: tuple[System, ...] = ()
    sources: tuple[Citation, ...] = ()
    notes: Text | None = None


class StepChange(BaseModel):
    """A change of a step; what is left out stays. `version` is the plan's as last seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    version: Annotated[int, Field(ge=1)] | None = None
    step_status: Literal["planned", "in-progress", "done", "blocked"] | None = None
    description: Text | None = None
    owner: Agent | None = None
    collect: Text | None = None
    test: Text | None = None
    test_method: str | None = None
    threshold: Threshold | None = None
    sample: SampleSizeRequest | None = None
    result: StepMeasurement | None = None
    waive: Text | None = None
    by: Agent | None = None


def changed(plan: Plan, step: Step, change: StepChange) -> Step:
    """Return the step after a change.

    Raises `Conflict` where the plan does not allow it (a locked step, a threshold that has a
    result already, a result without a threshold), `BadRequest` for what can be no result.
    """
    _check(plan, step, change)
    words = ("description", "owner", "collect", "test", "test_method", "threshold", "step_status")
    fields: dict[str, Any] = {
        name: getattr(change, name) for name in words if getattr(change, name) is not None
    }
    if change.sample is not None:
        fields["sample_size"] = sample_size(change.sample)
    if change.result is not None:
        fields |= {"result": _result(change.result), "step_status": "done"}
    made = step.model_copy(update=fields)
    by = change.by or plan.author
    if change.result is not None:
        decision, reason = judged(made)
        made = made.model_copy(update={"decision": decision, "reason": reason, "decided_by": by})
    if change.waive is not None:
        status = "done" if made.result else "skipped"
        waived = {"decision": "waived", "reason": change.waive, "decided_by": by}
        made = made.model_copy(update={**waived, "step_status": status})
    return made


def _check(plan: Plan, step: Step, change: StepChange) -> None:
    starts = change.result is not None or change.step_status in {"in-progress", "done"}
    waiting = locks(plan.steps, step)
    if starts and waiting:
        raise Conflict(
            f"Step {step.position} is locked: step{'s' * (len(waiting) > 1)} "
            f"{', '.join(map(str, waiting))} must be met, done or waived with a reason first.",
            locked_by=waiting,
        )
    _check_threshold(step, change)
    if step.result is not None and change.step_status not in {None, "done"}:
        raise Conflict(f"Step {step.position} has a result, so it is done and stays so.")
    lacks = step.result is None and change.result is None
    if change.step_status == "done" and step.stage in _TESTS and lacks:
        raise Conflict(f"Step {step.position} is a test: it is done when its result is recorded.")


def _check_threshold(step: Step, change: StepChange) -> None:
    moves = change.threshold is not None and change.threshold != step.threshold
    if moves and step.result is not None:
        raise Conflict(
            f"The threshold of step {step.position} was fixed before its result and stays. "
            "Waive the step with a reason if the threshold was wrong."
        )
    if change.result is None:
        return
    if step.stage not in _TESTS:
        raise BadRequest(
            f"Step {step.position} is of the stage {step.stage}; only tests have a result."
        )
    if step.threshold is None or moves:
        raise Conflict(
            f"The threshold of step {step.position} is to be fixed before its result. "
            "Send the threshold first, alone."
        )


def _result(given: StepMeasurement) -> StepResult:
    ends = {"before": given.before, "after": given.after}
    scores = [_measurement(key, score, given) for key, score in ends.items() if score is not None]
    loss = _loss(given)
    after = given.after
    same = given.before is None or given.before.n == after.n
    missing = ["interval-not-reported"] if loss is not None and not given.intervals else []
    return StepResult(
        value=loss,
        unit=_LOSS_UNIT.get(after.unit, after.unit),
        precision=max(s.precision for s in scores if s.precision) if loss is not None else None,
        n=after.n if same else None,
        n_unit=after.n_unit if same and after.n else None,
        intervals=given.intervals,
        not_given=tuple(missing) if loss is not None else ("value-not-reported",),
        measurements=tuple(scores),
        systems=given.systems,
        sources=given.sources,
        notes=given.notes,
    )


def _measurement(key: str, score: StepScore, given: StepMeasurement) -> Measurement:
    fields = score.model_dump(exclude_none=True)
    return Measurement.model_validate(
        {"precision": _digit(score.value), **fields, "key": key}
        | {"metric": given.metric, "study": given.study}
    )


def _digit(value: Decimal) -> Decimal:
    """Return the step of the last digit that is written: 0.01 for 94.67."""
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(1)


def _loss(given: StepMeasurement) -> Decimal | None:
    """Return the loss; positive is a loss also where lower is better."""
    if given.before is None:
        return None
    if given.before.unit != given.after.unit:
        raise BadRequest(
            f"The score before is in {given.before.unit}, the one after in {given.after.unit}. "
            "Give both in one unit."
        )
    loss = given.before.value - given.after.value
    return -loss if given.metric.higher_is_better is False else loss


def gap_id(plan: Plan, step: Step) -> str:
    """Return the id of the gap that a step of a plan feeds."""
    return f"{plan.id.replace('/', '-')}-step-{step.position}"


def gap_of(plan: Plan, step: Step, recorded_in: str) -> Gap | str:
    """Return the gap that a finished test measured, or a sentence why there is none.

    The gap cites the version of the plan that records it, an IRI, and what the result cites.
    """
    result = step.result
    if result is None:
        return "The step has no result yet."
    if result.value is None:
        return "There is no score before the change, so there is no gap. Record both scores."
    own = Citation(url=recorded_in, locator=f"step {step.position}")
    shared = {name: getattr(result, name) for name in Estimate.model_fields}
    return Gap.model_validate(
        {
            **shared,
            "id": gap_id(plan, step),
            "title": f"{plan.title}: {' and '.join(step.targets).replace('-', ' ')}",
            "benchmark": plan.card.split("/")[0],
            "deployment": plan.deployment,
            "author": plan.author,
            "systems": result.systems,
            "verification": SELF_REPORTED,
            "measured_by": "record-author",
            "varies": step.targets,
            "sources": (own, *result.sources),
            "notes": result.notes,
            "measurements": result.measurements,
            "evaluation": "measurement-before",
            "changed": "measurement-after",
            "decompositions": (_division(step, result),),
        }
    )


def _division(step: Step, result: StepResult) -> Decomposition:
    """Return the gap as the contribution of what the step changed, with nothing left."""
    base = "decomposition-measured"
    part = {name: getattr(result, name) for name in Estimate.model_fields}
    return Decomposition(
        key="measured",
        decomposition_method="sequential",
        rungs=tuple(
            Rung(position=i, measurement=f"measurement-{key}")
            for i, key in enumerate(("before", "after"))
        ),
        contributions=(
            Contribution.model_validate(
                {**part, "position": 1, "dimensions": step.targets}
                | {"from_rung": f"{base}/rung-0", "to_rung": f"{base}/rung-1"}
            ),
        ),
        residual=Residual(value=Decimal(0), unit=result.unit),
    )
