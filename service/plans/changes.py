"""What may be changed in a step of a plan, and what a finished step means for the gap."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from loaders.formats.evalgap_gaps import condition
from loaders.model import (
    SELF_REPORTED,
    Agent,
    Attempt,
    Citation,
    Condition,
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
    SampleSize,
    Step,
    StepResult,
    Study,
    System,
    Threshold,
)
from loaders.model.terms import Text, Whole
from loaders.writers.plan import Named
from service.common.problems import BadRequest, Conflict, Invalid
from service.plans import looks
from service.plans.intervals_of_counts import counted
from service.plans.sample_size import PAIRED, SampleSizeRequest, sample_size
from service.records.plan_decisions import (
    DIRECTION,
    WAIVER,
    WHO,
    bare,
    judged,
    level_of,
    nameless,
    unfit,
)
from service.records.plan_rules import locks, lowered

_LOSS_UNIT = {"percent": "percentage-point"}


def _directed(metric: Metric) -> Metric:
    """Return a metric that has a direction: without one, a loss looks like a gain."""
    if metric.higher_is_better is None:
        raise PydanticCustomError("direction", DIRECTION.removesuffix("."))
    return metric


def _sentence(reason: str) -> str:
    if bare(reason):
        raise PydanticCustomError("waiver", WAIVER.removesuffix("."))
    return reason


def _condition(given: Any) -> Any:
    """Return a condition from its short form in a file: `interaction_type: single-turn`."""
    return condition(given) if isinstance(given, Mapping) and "under" not in given else given


class StepScore(BaseModel):
    """One score of a result, with the fields of a measurement."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    value: Decimal
    unit: Literal["percent", "fraction", "score-point"] = "percent"
    precision: Decimal | None = None
    n: Whole | None = None
    n_unit: Text | None = None
    events: Whole | None = None
    intervals: tuple[Interval, ...] = ()
    condition: Annotated[Condition | None, BeforeValidator(_condition)] = None


class StepMeasurement(BaseModel):
    """What an attempt measured: `before` may be left out, and `intervals` are those of the loss.

    `losses` and `gains` count the items that went from right to wrong and from wrong to right,
    where both scores are of the same items; `data` says in words on which data it was measured.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    metric: Annotated[Metric, AfterValidator(_directed)]
    before: StepScore | None = None
    after: StepScore
    losses: Annotated[Whole, Field(ge=0)] | None = None
    gains: Annotated[Whole, Field(ge=0)] | None = None
    intervals: tuple[Interval, ...] = ()
    study: Study | None = None
    systems: tuple[System, ...] = ()
    data: Text | None = None
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
    waive: Annotated[Text, AfterValidator(_sentence)] | None = None
    by: Agent | None = None


class RemarkedChange(StepChange):
    """A change with sentences on how its result came about, for the reason of the decision."""

    remarks: tuple[Text, ...] = ()


def changed(plan: Plan, step: Step, change: StepChange, named: Named) -> Step:
    """Return the step after a change; `named` says what codes are called in its reason.

    Raises `Conflict` where the plan does not allow it (a locked step, a threshold that has a
    result already, a result without a threshold), `BadRequest` for what can be no result,
    `Invalid` for a threshold, result or waiver of which no decision can come.
    """
    _check(plan, step, change)
    words = ("description", "owner", "collect", "test", "test_method", "threshold", "step_status")
    fields: dict[str, Any] = {
        name: getattr(change, name) for name in words if getattr(change, name) is not None
    }
    if change.sample is not None:
        fields["sample_size"] = sample_size(change.sample)
    made = step.model_copy(update=fields)
    if change.threshold or change.sample or change.test_method:
        check_sizes(made)
    if change.result is not None:
        remarks = change.remarks if isinstance(change, RemarkedChange) else ()
        made = _tried(made, change.result, change.by or plan.author, remarks, named)
    return made if change.waive is None else _waived(made, change.waive, change.by)


def _tried(
    step: Step, given: StepMeasurement, by: Agent, remarks: Sequence[str], named: Named
) -> Step:
    """Return a step with a further attempt, whose decision is the one that stands."""
    tried = step.tried
    result = _result(given, step)
    attempt = Attempt(number=len(tried) + 1, data=given.data, result=result, decided_by=by)
    if tried and not given.systems and not given.data:
        raise invalid(
            "result/data",
            f"This is attempt {attempt.number} at step {step.position}. Say with which systems and "
            "on which data it was made, so that it can be distinguished from the one before.",
        )
    decision, reason = judged(step, attempt, named)
    reason = " ".join([reason, *remarks, *looks.remarks(step, attempt)])
    decided = {"decision": decision, "reason": reason}
    attempt = attempt.model_copy(update=decided)
    stands = {"attempts": (*tried, attempt), "result": None, "step_status": "done"}
    return step.model_copy(update={**stands, **decided, "decided_by": by})


def _waived(step: Step, reason: str, by: Agent | None) -> Step:
    if by is None or nameless(by.name):
        raise invalid("by/name", WHO)
    status = "done" if step.tried else "skipped"
    waived = {"decision": "waived", "reason": reason, "decided_by": by}
    return step.model_copy(update={**waived, "step_status": status})


def invalid(field: str, words: str) -> Invalid:
    """Return the error for one field of a request."""
    return Invalid(words, problems=[{"field": field, "message": words}])


def takes_size(step: Step, size: SampleSize) -> bool:
    """Tell whether a step is a test that can have a sample size: pairs are none in a trial."""
    paired = size.sample_method in PAIRED and step.test_method == "randomised-trial"
    return step.is_test and not paired


def check_sizes(step: Step) -> None:
    """Raise `Invalid` where threshold and sample size of a step do not go together."""
    threshold, size = step.threshold, step.sample_size
    if threshold is not None and (wrong := unfit(threshold)):
        raise invalid("threshold", wrong)
    if size is None:
        return
    if size.sample_method in PAIRED and step.test_method == "randomised-trial":
        raise invalid("sample/method", f"Step {step.position}: {looks.NOT_PAIRED}")
    if threshold is not None and 1 - size.alpha < level_of(threshold):
        raise invalid(
            "sample/alpha",
            f"The plan decides by intervals at {float(100 * level_of(threshold)):g} %, the sample "
            f"size is for alpha {size.alpha}. Write alpha {1 - level_of(threshold)}.",
        )


def _check(plan: Plan, step: Step, change: StepChange) -> None:
    starts = change.result is not None or change.step_status in {"in-progress", "done"}
    waiting = locks(plan.steps, step)
    if starts and waiting:
        raise Conflict(
            f"Step {step.position} is locked: step{'s' * (len(waiting) > 1)} "
            f"{', '.join(map(str, waiting))} must be met, done or waived with a reason first.",
            locked_by=waiting,
        )
    _check_fixed(step, change)
    if step.tried and change.step_status not in {None, "done"}:
        raise Conflict(f"Step {step.position} has a result, so it is done and stays so.")
    lacks = not step.tried and change.result is None
    if change.step_status == "done" and step.is_test and lacks:
        raise Conflict(f"Step {step.position} is a test: it is done when its result is recorded.")


def _check_fixed(step: Step, change: StepChange) -> None:
    """Raise `Conflict` where what decides is not fixed before the result."""
    moves = change.threshold is not None and change.threshold != step.threshold
    if moves and step.tried:
        raise Conflict(
            f"The threshold of step {step.position} was fixed before its result and stays. "
            "Waive the step with a reason if the threshold was wrong."
        )
    if change.sample and step.tried and lowered(step.sample_size, sample_size(change.sample)):
        raise Conflict(
            f"Step {step.position} has a result, so no fewer units may be planned than were."
        )
    if change.result is None:
        return
    if not step.is_test:
        raise BadRequest(
            f"Step {step.position} is of the stage {step.stage}; only tests have a result."
        )
    if step.threshold is None or moves or change.sample is not None:
        what = "sample size" if step.threshold and not moves else "threshold"
        raise Conflict(
            f"The {what} of step {step.position} is to be fixed before its result. "
            f"Send the {what} first, alone."
        )


def _result(given: StepMeasurement, step: Step) -> StepResult:
    ends = {"before": given.before, "after": given.after}
    scores = [_measurement(key, score, given) for key, score in ends.items() if score is not None]
    loss = _loss(given)
    after = given.after
    same = given.before is None or given.before.n == after.n
    result = StepResult(
        value=loss,
        unit=_LOSS_UNIT.get(after.unit, after.unit),
        precision=max(s.precision for s in scores if s.precision) if loss is not None else None,
        n=after.n if same else None,
        n_unit=after.n_unit if same and after.n else None,
        losses=given.losses,
        gains=given.gains,
        intervals=given.intervals,
        measurements=tuple(scores),
        systems=given.systems,
        sources=given.sources,
        notes=given.notes,
    )
    found = counted(result, step)
    lacks = [] if loss is not None else ["value-not-reported"]
    lacks += [] if found.intervals or loss is None else ["interval-not-reported"]
    return found.model_copy(update={"not_given": tuple(lacks)})


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
    """Return the id of the gap that the last attempt at a step feeds: one gap for each."""
    number = len(step.tried)
    again = f"-attempt-{number}" if number > 1 else ""
    return f"{plan.id.replace('/', '-')}-step-{step.position}{again}"


def gap_of(plan: Plan, step: Step, recorded_in: str) -> Gap | str:
    """Return the gap that the last attempt at a test measured, or a sentence why there is none.

    The gap cites the version of the plan that records it, an IRI, and what the result cites.
    """
    if not step.tried:
        return "The step has no result yet."
    result, number = step.tried[-1].result, len(step.tried)
    if result.value is None:
        return "There is no score before the change, so there is no gap. Record both scores."
    again = f", attempt {number}" if number > 1 else ""
    own = Citation(url=recorded_in, locator=f"step {step.position}{again}")
    about = " and ".join(step.targets).replace("-", " ")
    shared = {name: getattr(result, name) for name in Estimate.model_fields}
    return Gap.model_validate(
        {
            **shared,
            "id": gap_id(plan, step),
            "title": f"{plan.title}: {about}{again}",
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
    shared = (*Estimate.model_fields, "losses", "gains")
    part = {name: getattr(result, name) for name in shared}
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
