"""The parts of a measurement put together from what was read, paired, checked and computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from json import loads

from loaders.logs import Run
from service.decomposition.decompose import DecompositionEstimate
from service.decomposition.intervals import ScoreInterval
from service.measurement import claims, numbers, pairing
from service.measurement.differences import RungRun, name_of
from service.measurement.gate import GateInput
from service.measurement.pairing import LogScores, Pairs, SampleFields
from service.measurement.request import MeasureOptions
from service.measurement.result import (
    JudgedInterval,
    MeasuredFile,
    MeasuredPairing,
    MeasuredRung,
    MeasuredSource,
    MeasuredStep,
    SettingDifference,
    StepClaim,
    UnpairedItems,
    Verdict,
)

_WORST: tuple[Verdict, ...] = ("contradicted", "confounded", "unchecked", "consistent")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Logs that were read and paired, with all that was computed of them.

    `found` is the decomposition by dimensions, `ladder` the same conditions as a plain chain, whose
    parts are the steps between neighbours.
    """

    rungs: Sequence[RungRun]
    logs: Sequence[LogScores]
    fields: SampleFields
    pairs: Pairs
    items: numbers.ItemScores
    rules: numbers.Rules
    options: MeasureOptions
    claimed: Sequence[claims.Claimed]
    differences: Sequence[SettingDifference]
    found: DecompositionEstimate
    ladder: DecompositionEstimate
    ends: tuple[float, float]

    @property
    def own_cluster(self) -> str | None:
        """By which field a harness clusters its error, where items are in no clusters here."""
        if self.fields.cluster is not None:
            return None
        return next((r.run.cluster for r in self.rungs if r.run.cluster), None)


def measured_rung(work: Comparison, index: int) -> MeasuredRung:
    """Return one condition with its numbers."""
    rung, log, rules = work.rungs[index], work.logs[index], work.rules
    run = rung.run
    own = numbers.own_score(log, rules.epochs[index], rules)
    score = work.ladder.scores[index]
    about = numbers.reported_of(run, rung.score)
    return MeasuredRung(
        name=rung.name,
        source=measured_source(run),
        task=run.task,
        task_version=run.task_version,
        system=run.system,
        roles=run.roles,
        score=rung.score,
        higher_is_better=next(s.higher_is_better for s in run.scores if s.name == rung.score),
        epochs=run.epochs,
        epoch_rule=rules.epochs[index],
        already_reduced=run.already_reduced,
        limit=run.limit,
        runs=len(log.item),
        expected=run.expected,
        scored=log.count(pairing.SCORED),
        errors=log.count(pairing.ERROR),
        unscored=log.count(pairing.UNSCORED),
        invalidated=log.count(pairing.INVALIDATED),
        limited=log.limited,
        refused=log.refused,
        items=len(log.ids),
        value=score.value,
        stderr=numbers.error_over_items(100 * work.items.scores[:, index]),
        intervals=numbers.mean_intervals(work.items, index, score.intervals),
        own_value=own.value,
        own_stderr=own.error,
        values=run.assumed,
        declared=claims.stated(rung, work.options.values),
        stamp=run.stamp,
        changed=_changed(work, index),
        reported=tuple(numbers.beside(f, own, work.fields.cluster, work.ends) for f in about),
        settings=run.settings,
        identifiers=run.identifiers,
        notes=run.notes,
    )


def _changed(work: Comparison, index: int) -> tuple[str, ...] | None:
    if not any(c.dimensions for c in work.claimed):
        return None
    return tuple(sorted(work.claimed[index - 1].changed)) if index else ()


def measured_source(run: Run) -> MeasuredSource:
    """Return where a run was read from."""
    files = tuple(MeasuredFile(f.name, f.sha256, f.size) for f in run.files)
    return MeasuredSource(
        name=files[0].name,
        sha256=files[0].sha256,
        bytes=files[0].bytes,
        files=files,
        format=run.format,
        format_version=run.format_version,
        tool=" ".join(filter(None, (run.tool, run.tool_version))),
        run_id=run.run_id,
        created=run.created,
        revision=next((loads(s.value) for s in run.settings if s.name == "revision"), None),
        status=run.status,
        task_file=run.task_file,
    )


def measured_pairing(work: Comparison) -> MeasuredPairing:
    """Return how items were paired."""
    kept, pairs = set(work.pairs.ids), work.pairs
    out = {log.name: list(pairing.left_out(log, kept)) for log in work.logs}
    return MeasuredPairing(
        id=work.fields.id,
        cluster=work.fields.cluster,
        clusters=len(work.items.clusters) or None,
        items=len(work.items.ids),
        left_out={
            name: UnpairedItems(len(ids), tuple(ids[: pairing.NAMED]))
            for name, ids in out.items()
            if ids
        },
        without_score=len(pairs.ids) - len(work.items.ids),
        same_target=pairs.same_target,
        targets_known=pairs.targets_known,
        same_input=pairs.same_input,
    )


def measured_step(work: Comparison, before: int, after: int, claim: StepClaim) -> MeasuredStep:
    """Return the loss between two conditions, still without decisions."""
    rungs, rules = work.rungs, work.rules
    errors = numbers.step_errors(work.items, before, after, rules)
    whole = (before, after) == (0, len(rungs) - 1)
    part = work.ladder.total if whole else work.ladder.contributions[before]
    intervals = (*part.intervals, errors.t) if errors.t else part.intervals
    return MeasuredStep(
        name=name_of(rungs[before].name, rungs[after].name),
        before=rungs[before].name,
        after=rungs[after].name,
        loss=errors.loss,
        intervals=intervals,
        judged=_judged(work, intervals),
        paired_stderr=errors.paired,
        unpaired_stderr=errors.unpaired,
        clustered_stderr=errors.clustered,
        ratio=errors.unpaired / errors.paired if errors.unpaired and errors.paired else None,
        smallest_seen=numbers.SEEN * errors.paired if errors.paired else None,
        worse=errors.worse,
        better=errors.better,
        same=len(work.items.ids) - errors.worse - errors.better,
        worse_items=errors.worse_items,
        better_items=errors.better_items,
        claim=claim,
        missing=numbers.missing_bounds(work.logs, work.pairs, (before, after), rules),
        decisions=(),
    )


def _judged(work: Comparison, intervals: Sequence[ScoreInterval]) -> JudgedInterval:
    return numbers.judged(intervals, work.items.grouped, work.own_cluster)


def checked_claims(work: Comparison) -> list[StepClaim]:
    """Return what each step changes, with what the logs say about it."""
    found = []
    for i, claim in enumerate(work.claimed):
        before, after = work.rungs[i], work.rungs[i + 1]
        step = name_of(before.name, after.name)
        here = [d for d in work.differences if d.step == step]
        seen = claims.StepEvidence(
            before, after, here, work.pairs.same_input[i], len(work.pairs.ids)
        )
        found.append(claims.checked(claim, seen))
    return found


def of_all(steps: Sequence[StepClaim]) -> StepClaim:
    """Return the claims of all steps as one: the worst verdict is that of all."""
    dimensions = tuple(dict.fromkeys(d for step in steps for d in step.dimensions))
    said = {step.said_by for step in steps}
    verdict = next(v for v in _WORST if any(step.verdict == v for step in steps))
    sentences = steps[0].sentences if len(steps) == 1 else ()
    return StepClaim(dimensions, said.pop() if len(said) == 1 else None, verdict, sentences)


def gate_input(work: Comparison, step: MeasuredStep, rung: MeasuredRung) -> GateInput:
    """Return what a threshold may be about: a loss, or the score after it."""
    after = _judged(work, rung.intervals)
    return GateInput(step.name, step.loss, step.judged, rung.value, after, step.claim, step.missing)
