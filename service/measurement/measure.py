"""Measure a gap from the logs of evaluations: the one function that command, API and page call."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from loaders.logs import LogError
from service.common.digits import plural
from service.common.problems import BadParameter, BadRequest
from service.common.resources import VERSION
from service.decomposition.intervals import LEVEL
from service.decomposition.scores import MOST_RUNGS
from service.measurement import claims, gate, numbers, pairing
from service.measurement.assembled import (
    Comparison,
    checked_claims,
    gate_input,
    measured_pairing,
    measured_rung,
    measured_step,
    of_all,
)
from service.measurement.chosen import higher_is_better, named, read_all
from service.measurement.differences import Findings, RungRun, compared, ended_well, name_of
from service.measurement.pairing import LogScores, Pairs
from service.measurement.request import MeasureOptions, RungLog
from service.measurement.result import (
    Epochs,
    GapMeasurement,
    MeasuredRung,
    MeasuredStep,
    PairedScores,
    RecordVerdict,
    SettingDifference,
    ThresholdDecision,
)
from service.measurement.warned import warnings
from service.ontology import graphs
from service.ontology.labels import in_sentence

_STAMPED: Mapping[str, Epochs] = {"every-trial": "every", "best-of-several": "best"}
"""What the epochs of an item give where the log itself states how repetitions count."""


def measure(logs: Sequence[RungLog], options: MeasureOptions) -> GapMeasurement:
    """Return the gap along logs that are given in the order of the ladder.

    Raises `NotComparable` where the logs are not of the same items, system or scorer, `BadRequest`
    where an option does not fit, or a log cannot be read.
    """
    if not 2 <= len(logs) <= MOST_RUNGS:  # noqa: PLR2004 - a loss has two ends
        raise BadRequest(
            f"A gap needs 2 to {MOST_RUNGS} conditions, and there are {len(logs)}. Give a log, or "
            "a score of a log, for each."
        )
    try:
        return _measure(logs, options)
    except LogError as error:
        raise BadRequest(str(error)) from error


def _measure(given: Sequence[RungLog], options: MeasureOptions) -> GapMeasurement:
    work, findings = _compared(given, options)
    rungs = tuple(measured_rung(work, i) for i in range(len(work.rungs)))
    claimed = checked_claims(work)
    steps = [measured_step(work, i, i + 1, claim) for i, claim in enumerate(claimed)]
    total = measured_step(work, 0, len(rungs) - 1, of_all(claimed))
    refused = tuple(
        f"{step.name}: {' '.join(step.claim.sentences)} The claim is contradicted."
        for step in steps
        if step.claim.verdict == "contradicted"
    )
    decisions = () if refused else tuple(_decisions(work, rungs, steps, total))
    paired = measured_pairing(work)
    systems = {rung.system for rung in rungs if rung.system}
    comparison = len(systems) > 1 or any(d.kind == "model" for d in work.differences)
    repetition = any(log.epochs for log in given)
    return GapMeasurement(
        title=_title(rungs, comparison=comparison),
        rungs=rungs,
        pairing=paired,
        differences=tuple(work.differences),
        steps=tuple(_with(step, decisions) for step in steps),
        total=_with(total, decisions),
        decomposition=work.found,
        decision=gate.together(decisions),
        record=_record(steps, refused, comparison=comparison, repetition=repetition),
        refused=refused,
        comparison=comparison,
        repetition=repetition,
        warnings=tuple(
            dict.fromkeys(
                (*findings.warnings, *warnings(work, paired, rungs, steps), *work.found.warnings)
            )
        ),
        scale=work.ends,
        higher_is_better=work.rules.up,
        resamples=work.found.resamples,
        seed=options.seed,
        level=LEVEL,
        evalgap=VERSION,
        table=_table(work),
    )


def _compared(given: Sequence[RungLog], options: MeasureOptions) -> tuple[Comparison, Findings]:
    """Read, pair and compute. Raises `NotComparable` with all reasons against it at once."""
    rungs, findings = named(given, options), Findings(options.allow)
    kinds = graphs.assumption_kinds()
    _check_values(options)
    epochs = tuple(_epochs(log, options) for log in given)
    rungs = tuple(map(claims.as_counted, rungs, epochs))
    coded = [name for name in kinds if graphs.value_codes(name)]
    claimed = claims.claimed(rungs, options, coded, epochs)
    up, ends = higher_is_better(rungs, options.higher_is_better), options.scale or (0.0, 1.0)
    logs, fields = read_all(rungs, options, ends)
    ended_well(rungs, [len(log.item) for log in logs], findings)
    differences = compared(rungs, [c.dimensions for c in claimed], findings)
    pairs = _paired(rungs, logs, findings)
    _refuse_errors(logs, options, findings)
    rules = numbers.Rules(
        names=tuple(r.name for r in rungs),
        epochs=epochs,
        up=up,
        wrong=options.errors == "wrong",
        counted=not any(log.repeated for log in logs)
        and not any(r.run.already_reduced for r in rungs),
        resamples=options.resamples,
        seed=options.seed,
    )
    findings.stop()
    items = numbers.item_scores(logs, pairs, rules)
    _refuse_alike(rungs, differences, pairs, items, findings)
    findings.stop()
    if not items.ids:
        raise BadRequest(
            "No item has a score in every log. See which runs were not scored or ended in an error."
        )
    changed = _changed(claimed)
    found = numbers.decomposed(items, changed, kinds, rules)
    along = changed is None or found.method == "sequential"
    ladder = found if along else numbers.decomposed(items, None, kinds, rules)
    return Comparison(
        rungs, logs, fields, pairs, items, rules, options, claimed, differences, found, ladder, ends
    ), findings


def _check_values(options: MeasureOptions) -> None:
    """Raise `BadParameter` for a coded value that its dimension does not have."""
    for given in options.values.values():
        for dimension, code in given.items():
            known = graphs.value_codes(dimension)
            if known and code not in known:
                raise BadParameter(
                    f"{dimension} has no value {code!r}. Use one of: {', '.join(known)}.",
                    parameter="values",
                )


def _epochs(log: RungLog, options: MeasureOptions) -> Epochs:
    stamped = log.run.stamp.values.get("repetition", "") if log.run.stamp else ""
    rule = log.epochs or _STAMPED.get(stamped) or options.epochs
    if log.run.already_reduced and rule != "mean":
        raise BadParameter(
            f"{log.run.files[0].name} has means over epochs, and no single epochs. Use mean.",
            parameter="epochs",
        )
    return rule


def _paired(rungs: Sequence[RungRun], logs: Sequence[LogScores], findings: Findings) -> Pairs:
    """Return the paired items, and refuse those that are not the same in spite of their names."""
    common = pairing.common(logs)
    if not common:
        findings.stop()
    found = pairing.paired(logs)
    if pairing.few(logs, common):
        least = min(len(log.ids) for log in logs)
        findings.refuse(
            f"Only {len(common)} of {least} items of the smallest log are in all.", "partial"
        )
    if count := len(found.other_targets):
        named_ids = ", ".join(found.other_targets[: pairing.NAMED])
        findings.refuse(
            f"{count} of {len(common)} items of one name have different targets ({named_ids}"
            f"{', …' if count > pairing.NAMED else ''}): they are not the same items.",
            "targets",
        )
    positions = any(r.run.running_ids for r in rungs) and any(r.run.shuffled for r in rungs)
    if positions and found.same_target is None:
        findings.refuse(
            "Items are named by their position, the data were shuffled, and no target shows which "
            "are the same. Name under id a field that does.",
            None,
        )
    return found


def _refuse_errors(logs: Sequence[LogScores], options: MeasureOptions, findings: Findings) -> None:
    if options.errors != "refuse":
        return
    for log in logs:
        if count := log.count(pairing.ERROR):
            findings.refuse(
                f"{log.name}: {plural(count, 'run', 'runs')} ended with an error.", None
            )


def _refuse_alike(
    rungs: Sequence[RungRun],
    differences: Sequence[SettingDifference],
    pairs: Pairs,
    items: numbers.ItemScores,
    findings: Findings,
) -> None:
    """Refuse two logs of which nothing differs, not even a score of an item."""
    real = {d.step for d in differences if d.kind != "version"}
    for i, (before, after) in enumerate(pairwise(rungs)):
        if name_of(before.name, after.name) in real or pairs.same_input[i] != len(pairs.ids):
            continue
        if before.run.created is not None and before.run.created == after.run.created:
            alike = bool(np.array_equal(items.scores[:, i], items.scores[:, i + 1]))
            if alike and before.score == after.score:
                findings.refuse(
                    f"{before.name} and {after.name} are the same run: nothing differs.", None
                )


def _changed(claimed: Sequence[claims.Claimed]) -> list[frozenset[str]] | None:
    """Return what each condition changes; None where that is not said of all."""
    if not all(c.dimensions for c in claimed) or any(c.epochs for c in claimed):
        return None
    return [frozenset(), *(c.changed for c in claimed)]


def _decisions(
    work: Comparison,
    rungs: Sequence[MeasuredRung],
    steps: Sequence[MeasuredStep],
    total: MeasuredStep,
) -> Iterator[ThresholdDecision]:
    inputs = [gate_input(work, s, r) for s, r in zip(steps, rungs[1:], strict=True)]
    whole = gate_input(work, total, rungs[-1])
    for about, dimension, threshold in gate.thresholds(work.options, inputs, whole):
        yield gate.decision(about, dimension, threshold, in_sentence, up=work.rules.up)


def _with(step: MeasuredStep, decisions: Sequence[ThresholdDecision]) -> MeasuredStep:
    return replace(step, decisions=tuple(d for d in decisions if d.step == step.name))


def _record(
    steps: Sequence[MeasuredStep],
    refused: Sequence[str],
    *,
    comparison: bool,
    repetition: bool,
) -> RecordVerdict:
    unsaid = next((s.name for s in steps if not s.claim.dimensions), None)
    why = None
    if refused:
        why = "What a step is said to change is contradicted by the logs."
    elif comparison:
        why = "The logs are of different models: a comparison, and no gap."
    elif repetition:
        why = "One log's epochs read in several ways are no change of a condition."
    elif unsaid:
        why = f"Nothing says which assumption {unsaid} changes."
    return RecordVerdict(why is None, why)


def _title(rungs: Sequence[MeasuredRung], *, comparison: bool) -> str:
    tasks = " and ".join(dict.fromkeys(rung.task for rung in rungs if rung.task))
    if comparison:
        systems = " and ".join(dict.fromkeys(rung.system for rung in rungs if rung.system))
        return f"Comparison of {systems}{' on ' if tasks else ''}{tasks}"
    return f"{tasks}{': ' if tasks else ''}{rungs[0].name} to {rungs[-1].name}"


def _table(work: Comparison) -> PairedScores:
    least, most = work.ends
    items = work.items
    clusters = tuple(items.clusters[i] for i in items.cluster) if items.clusters else None
    return PairedScores(items.ids, least + items.scores * (most - least), clusters)
