"""A measured gap in plain words, for a terminal."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from loaders.reading.files import printable
from service.common.digits import plural
from service.decomposition.intervals import PLURAL, ScoreInterval
from service.measurement.result import (
    GapMeasurement,
    MeasuredRung,
    MeasuredStep,
    StepClaim,
)
from service.ontology.labels import interval_method

_SAID_BY = {
    "adds": "as --adds says",
    "changed": "as --changed says",
    "stamp": "as the log says of itself",
    "derived": "derived from both logs",
}
_DIGITS = 12
_BOTH = 2
_HALF_INDENT = "    "


def write(found: GapMeasurement, about: Mapping[str, Any]) -> str:
    """Return the measurement as text: conditions, pairing, steps, the whole, what to know."""
    del about
    return "".join(f"{printable(line)}\n" for line in _lines(found))


def _lines(found: GapMeasurement) -> Iterator[str]:
    yield found.title
    yield ""
    yield from _conditions(found.rungs)
    yield _paired(found)
    for step in found.steps:
        yield ""
        yield from _step(step, step.name)
    if len(found.steps) > 1:
        yield ""
        yield from _step(found.total, "total")
    if found.decision:
        yield ""
        yield from _gate(found)
    if found.warnings:
        yield ""
        yield "To know:"
        yield from (f"- {warning}" for warning in found.warnings)
    yield ""
    if found.record.may:
        yield "A gap record can be made of it (--format evalgap)."
    else:
        yield f"No gap record: {found.record.why}"
    yield from _provenance(found)


def _conditions(rungs: Sequence[MeasuredRung]) -> Iterator[str]:
    rows = [_row(rung) for rung in rungs]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(rung: MeasuredRung) -> tuple[str, ...]:
    roles = "".join(f", {role}: {model}" for role, model in rung.roles.items())
    lost = rung.without_score
    return (
        rung.name,
        rung.source.name,
        rung.source.tool,
        f"{rung.task} {rung.task_version or ''}".rstrip(),
        f"{rung.system}{roles}",
        rung.score,
        plural(rung.runs, "run", "runs")
        + f", {plural(rung.items, 'item', 'items')}"
        + (f", {lost} without score" if lost else ""),
        f"{rung.value:.2f}",
    )


def _paired(found: GapMeasurement) -> str:
    pairing = found.pairing
    many = "both" if len(found.rungs) == _BOTH else f"all {len(found.rungs)}"
    words = f"{plural(pairing.items, 'item', 'items')} in {many}, named by {pairing.id}"
    if pairing.targets_known is not None:
        words += f"; targets agree in {pairing.same_target} of {pairing.targets_known}"
    if pairing.cluster:
        words += f"; {plural(pairing.clusters or 0, 'cluster', 'clusters')} by {pairing.cluster}"
    return f"{words}."


def _step(step: MeasuredStep, name: str) -> Iterator[str]:
    what = ", ".join(step.claim.dimensions) or "not said what changed"
    yield f"{name}   {what}   loss {step.loss:.2f}   {_judged(step)}"
    yield (
        f"{_HALF_INDENT}{step.worse} items worse, {step.better} better, {step.same} the same; "
        f"{_errors(step)}"
    )
    others = [i for i in step.intervals if i != step.judged.interval]
    if others:
        yield f"{_HALF_INDENT}Beside it: {'; '.join(map(_interval, others))}."
    yield f"{_HALF_INDENT}Decides: {step.judged.why}"
    yield from (f"{_HALF_INDENT}{line}" for line in _claim(step.claim))


def _judged(step: MeasuredStep) -> str:
    chosen = step.judged.interval
    return f"95 % {_interval(chosen)}" if chosen else "no interval"


def _interval(found: ScoreInterval) -> str:
    over = (
        PLURAL[found.unit]
        if found.clusters is None
        else plural(found.clusters, "cluster", "clusters")
    )
    method = interval_method(found.method)
    return f"{found.lower:.2f} to {found.upper:.2f} ({method} over {over})"


def _errors(step: MeasuredStep) -> str:
    if step.paired_stderr is None or step.unpaired_stderr is None:
        return "no standard error"
    words = f"standard error {step.paired_stderr:.2f} paired, {step.unpaired_stderr:.2f} unpaired"
    if step.clustered_stderr is not None:
        words += f", {step.clustered_stderr:.2f} clustered"
    return words


def _claim(claim: StepClaim) -> Iterator[str]:
    if claim.said_by:
        who = f"{claim.verdict.capitalize()} ({_SAID_BY[claim.said_by]})."
        yield " ".join((who, *claim.sentences))
    elif claim.dimensions:
        yield f"{claim.verdict.capitalize()}."


def _gate(found: GapMeasurement) -> Iterator[str]:
    if found.decision is None:
        return
    for made in found.decision.each:
        about = f"{made.dimension} ({made.step})" if made.dimension else made.step
        yield f"Threshold {made.threshold}, {about}: {made.is_.upper()}. {made.why}"


def _provenance(found: GapMeasurement) -> Iterator[str]:
    yield ""
    for rung in found.rungs:
        for file in rung.source.files:
            yield f"{rung.name}: {file.name}, sha256 {file.sha256[:_DIGITS]}, {file.bytes:,} bytes"
    yield f"evalgap {found.evalgap}, {found.resamples:,} resamples, seed {found.seed}"
