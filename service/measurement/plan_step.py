"""A measured gap as the result of a step of a plan, judged there by the plan's own rule.

The step of the ladder that changes what the plan's step tests gives the scores before and after:
for the type of interaction these are the score of the rung before, and that with the turns, not
the start of the ladder and its end.
"""
# DESIGN: feeds-without-deciding

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loaders.model import Step
from service.common.digits import plural
from service.common.problems import BadRequest, Conflict
from service.decomposition.intervals import ScoreInterval
from service.ingest import alone
from service.measurement.result import GapMeasurement, MeasuredRung, MeasuredStep
from service.measurement.sources import judged_first, sources
from service.measurement.written.evalgap import both, filled, rung_condition
from service.plans.changes import RemarkedChange

_PEOPLE = frozenset({"human-between", "human-confirms", "human-decides"})
_WITH_PEOPLE = frozenset({"behavioural-study", "randomised-trial"})
_SIMULATED = "simulated-decider"
FEEDS = "no person took part: it feeds the step and does not decide it"
"""The caution of an interval from logs without people, where a step is to be tested with them."""
LOST = "too many runs are lost to decide"
"""The caution where runs are lost: which ones may hang on how hard they were."""
_SIX = Decimal("0.000001")


@dataclass(frozen=True)
class StepRecord:
    """What is to be recorded: the change of the step, and sentences about it.

    `said` tells which part of the ladder was recorded, with its loss and that of the whole.
    """

    change: RemarkedChange
    said: tuple[str, ...]


def step_record(found: GapMeasurement, step: Step, about: Mapping[str, Any]) -> StepRecord:
    """Return what a measurement records at a step of a plan.

    `about` is what a gap record says beside its numbers; only its author, metric, systems and
    conditions count. Raises `BadRequest` where no part of the ladder changes what the step tests,
    nobody is named as the author, or it asks for people and the logs say of none; `Conflict`
    where a claim is contradicted or the systems differ.
    """
    if found.refused or found.comparison:
        why = found.refused or ("The logs are of different systems, so this is no gap.",)
        raise Conflict(f"Nothing is recorded at step {step.position}. {' '.join(why)}")
    part = _part(found, step)
    ends = _end(found, part.before), _end(found, part.after)
    lost = LOST if part.missing and part.missing.unequal else None
    caution = "; ".join(words for words in (_without_people(step, ends), lost) if words)
    # the plan is for a card, so it is known of which benchmark this is
    given = both(filled(found, {"benchmark": "of-the-plan", **about}), about)
    conditions = about.get("conditions", {})
    remarks = tuple(_remarks(step, part))
    before, after = (_score(found, rung, conditions) for rung in ends)
    result = {
        "metric": given["metric"],
        "systems": given["systems"],
        "study": given["study"],
        "data": _data(found, ends),
        "before": before,
        "after": {**after, "value": str(_after(found, part, before["value"]))},
        "intervals": [_interval(found, i, caution) for i in _deciding(part)],
        "sources": [*about.get("sources", []), *sources(*ends)],
        "notes": " ".join(_notes(found, part)),
        **_flow(found, part),
    }
    form = {"result": _without_empty(result), "by": given["author"], "remarks": remarks}
    return StepRecord(alone.form(form, RemarkedChange), tuple(_said(found, step, part)))


def _part(found: GapMeasurement, step: Step) -> MeasuredStep:
    """Return the step of the ladder whose changes have all that a step of a plan tests."""
    if not step.is_test:
        raise BadRequest(
            f"Step {step.position} is of the stage {step.stage}; only tests have a result."
        )
    targets = set(step.targets)
    fitting = [s for s in found.steps if targets and targets <= set(s.claim.dimensions)]
    if len(fitting) == 1:
        return fitting[0]
    changed = {d for s in found.steps for d in s.claim.dimensions}
    if not fitting and targets and targets <= changed:
        return found.total
    tested = " and ".join(step.targets) or "nothing"
    if fitting:
        raise BadRequest(
            f"{len(fitting)} steps of the ladder change {tested}. Give the two logs of one of them."
        )
    raise BadRequest(
        f"Step {step.position} tests {tested}, and the ladder changes "
        f"{', '.join(sorted(changed)) or 'what nobody names'}. Say under adds what a step "
        "changes, or choose another step."
    )


def _end(found: GapMeasurement, name: str) -> MeasuredRung:
    return next(rung for rung in found.rungs if rung.name == name)


def _without_people(step: Step, ends: tuple[MeasuredRung, MeasuredRung]) -> str | None:
    """Return why a result without people does not decide a step that asks for them.

    Raises `BadRequest` where nobody says who decides, and the step is about that.
    """
    deciders = {rung.declared.get("decision-mediation") for rung in ends}
    if deciders & _PEOPLE:
        return None
    if step.stage == "test-outcome" and _SIMULATED not in deciders:
        raise BadRequest(
            f"Step {step.position} tests an outcome assumption, and the logs do not say who "
            "decides. Say it under value, as decision-mediation:simulated-decider or, where "
            "people do, decision-mediation:human-decides."
        )
    designs = {step.test_method, step.planned_design}
    return FEEDS if designs & _WITH_PEOPLE else None


def _score(
    found: GapMeasurement, rung: MeasuredRung, conditions: Mapping[str, Any]
) -> dict[str, Any]:
    at = next(s for s in found.decomposition.scores if s.rung == rung.name)
    return {
        "value": str(six(at.value)),
        "unit": "percent",
        "precision": str(_SIX),
        "n": found.pairing.items,
        "n_unit": "item",
        "events": at.events,
        "condition": {**rung_condition(rung), **conditions.get(rung.name, {})},
    }


def _after(found: GapMeasurement, part: MeasuredStep, before: str) -> Decimal:
    """Return the score after, so that it is the loss less than the score before to the digit."""
    loss = six(part.loss)
    return Decimal(before) - (loss if found.higher_is_better else -loss)


def six(value: float) -> Decimal:
    """Return a number with six decimals: rounding is not to decide."""
    return Decimal(repr(value + 0.0)).quantize(_SIX)


def _deciding(part: MeasuredStep) -> tuple[ScoreInterval, ...]:
    """Return the interval that judges, and the others that carry no caution.

    By the rule of plans one interval with a caution lets none decide; those stand in the notes.
    """
    first, *others = judged_first(part) or (None,)
    return () if first is None else (first, *(i for i in others if i.caution is None))


def _interval(found: GapMeasurement, made: ScoreInterval, caution: str) -> dict[str, Any]:
    said = "; ".join(words for words in (made.caution, caution) if words)
    drawn = made.method.startswith("bootstrap")
    named = (found.pairing.cluster or "cluster").rpartition(".")[2]
    fields = {
        "lower": str(six(made.lower)),
        "upper": str(six(made.upper)),
        "level": str(found.level),
        "interval_method": made.method,
        "sampling_unit": named if made.unit == "cluster" else made.unit,
        "clusters": made.clusters,
        "caution": said or None,
        **({"resamples": found.resamples, "seed": found.seed} if drawn else {}),
    }
    return _without_empty(fields)


def _flow(found: GapMeasurement, part: MeasuredStep) -> dict[str, int]:
    """Return how many items went from right to wrong and back, where scores are right or wrong."""
    both = (part.before, part.after)
    counted = [s.events for s in found.decomposition.scores if s.rung in both]
    binary = len(counted) == len(both) and None not in counted
    return {"losses": part.worse, "gains": part.better} if binary else {}


def _data(found: GapMeasurement, ends: tuple[MeasuredRung, MeasuredRung]) -> str:
    tasks = " and ".join(dict.fromkeys(rung.task for rung in ends))
    logs = " and ".join(dict.fromkeys(rung.source.name for rung in ends))
    return f"{plural(found.pairing.items, 'item', 'items')} of {tasks}, logs {logs}"


def _notes(found: GapMeasurement, part: MeasuredStep) -> Iterator[str]:
    yield f"Computed from the logs by evalgap measure {found.evalgap}."
    yield f"{part.name}: {part.claim.verdict}. {' '.join(part.claim.sentences)}".strip()
    if aside := [i for i in part.intervals if i not in _deciding(part)]:
        ends = (f"{i.lower:.2f} to {i.upper:.2f} ({i.method}, {i.caution})" for i in aside)
        yield f"Other intervals: {', '.join(ends)}."
    if (bounds := part.missing) and (bounds.share_before or bounds.share_after):
        yield (
            f"Counting runs without a score as wrong, the loss is {bounds.wrong:.2f} points, as "
            f"the other epochs of their items {bounds.as_others:.2f}."
        )
    yield from found.warnings


def _remarks(step: Step, part: MeasuredStep) -> Iterator[str]:
    """Yield what stands in the reason of the decision beside what its rule says."""
    more = [d for d in part.claim.dimensions if d not in step.targets]
    if more:
        yield f"Confounded: {', '.join(more)} changed in the same step."
    if part.claim.verdict == "confounded":
        yield f"Confounded, by the logs: {' '.join(part.claim.sentences)}"


def _said(found: GapMeasurement, step: Step, part: MeasuredStep) -> Iterator[str]:
    yield f"Recorded at step {step.position}: {part.name}, loss {part.loss + 0.0:.2f}."
    if part is not found.total:
        whole = found.total
        yield f"Not recorded: the whole, {whole.name}, loss {whole.loss + 0.0:.2f}."


def _without_empty(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, [], "")}
