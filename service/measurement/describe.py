"""What one log says, before anything is compared: scores, names of items, what the run assumed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from loaders.logs import AssumedValue, LogError, Run, Setting, Stamp
from service.common import json_values
from service.common.problems import BadRequest
from service.measurement import numbers, pairing
from service.measurement.assembled import measured_source
from service.measurement.cards import CardBeside
from service.measurement.pairing import SampleFields, read_scores
from service.measurement.request import MeasureOptions, RungLog
from service.measurement.result import MeasuredSource, ReportedBeside

_DIGITS = 6
_MOST_SCORES, _MOST_FIELDS = 12, 60
_MOST_CLUSTERS = 1_000
_HALF = 2


@dataclass(frozen=True)
class ScoreDescription:
    """One score of a log: runs with it, its mean over items and standard error in percent.

    `smallest_seen` is the least loss that two such logs find with a power of 80 % if nothing of
    their items were alike; pairing lowers it. `problem` says why there are no numbers.
    """

    name: str
    higher_is_better: bool | None
    scored: int
    errors: int
    unscored: int
    value: float | None
    stderr: float | None
    smallest_seen: float | None
    reported: tuple[ReportedBeside, ...]
    problem: str | None


@dataclass(frozen=True)
class ClusterField:
    """A field by which items may be in clusters, and how many these are."""

    name: str
    clusters: int


@dataclass(frozen=True)
class LogDescription:
    """What a log says of its run; `ids` and `clusters` are what --id and --cluster may name."""

    source: MeasuredSource
    task: str
    task_version: str | None
    system: str
    roles: Mapping[str, str]
    epochs: int
    runs: int
    expected: int | None
    items: int
    limit: str | None
    scores: tuple[ScoreDescription, ...]
    ids: tuple[str, ...]
    clusters: tuple[ClusterField, ...]
    own_cluster: str | None
    values: tuple[AssumedValue, ...]
    stamp: Stamp | None
    settings: tuple[Setting, ...]
    notes: tuple[str, ...]
    cards: tuple[CardBeside, ...]


def describe(
    log: RungLog, options: MeasureOptions, cards: Sequence[CardBeside] = ()
) -> LogDescription:
    """Return what a log says. Raises `BadRequest` where it cannot be read."""
    run = log.run
    try:
        fields = SampleFields(options.id or (run.id_fields or ("id",))[0], run.cluster)
        chosen = [s for s in run.scores if log.score in {None, s.name}][:_MOST_SCORES]
        scores = tuple(_score(run, s.name, fields, options) for s in chosen)
        rows = _FieldCounts(run)
    except LogError as error:
        raise BadRequest(str(error)) from error
    return LogDescription(
        source=measured_source(run),
        task=run.task,
        task_version=run.task_version,
        system=run.system,
        roles=run.roles,
        epochs=run.epochs,
        runs=rows.runs,
        expected=run.expected,
        items=rows.items,
        limit=run.limit,
        scores=scores,
        ids=run.id_fields,
        clusters=tuple(rows.clusters()),
        own_cluster=run.cluster,
        values=run.assumed,
        stamp=run.stamp,
        settings=run.settings,
        notes=run.notes,
        cards=tuple(cards),
    )


def _score(run: Run, name: str, fields: SampleFields, options: MeasureOptions) -> ScoreDescription:
    higher = next(s.higher_is_better for s in run.scores if s.name == name)
    ends = options.scale or (0.0, 1.0)
    try:
        found = read_scores(run, run.files[0].name, name, fields, ends)
    except BadRequest as problem:
        return ScoreDescription(name, higher, 0, 0, 0, None, None, None, (), problem.detail)
    rules = numbers.Rules(
        names=(), epochs=(), up=higher is not False, wrong=options.errors == "wrong",
        counted=False, resamples=1, seed=options.seed,
    )  # fmt: skip
    own = numbers.own_score(found, options.epochs, rules)
    return ScoreDescription(
        name=name,
        higher_is_better=higher,
        scored=found.count(pairing.SCORED),
        errors=found.count(pairing.ERROR),
        unscored=found.count(pairing.UNSCORED),
        value=None if np.isnan(own.value) else own.value,
        stderr=own.error,
        smallest_seen=None if own.error is None else numbers.SEEN * np.sqrt(2) * own.error,
        reported=tuple(
            numbers.beside(f, own, run.cluster, ends) for f in numbers.reported_of(run, name)
        ),
        problem=None,
    )


class _FieldCounts:
    """Counts runs, items and the values of each field, as long as these are few."""

    def __init__(self, run: Run) -> None:
        self.runs = 0
        items: set[str] = set()
        self._values: dict[str, set[str]] = {name: set() for name in run.fields[:_MOST_FIELDS]}
        for sample in run.samples(frozenset(self._values)):
            self.runs += 1
            items.add(sample.id)
            for name in list(self._values):
                values = self._values[name]
                if name in sample.fields:
                    values.add(sample.fields[name])
                if name not in sample.fields or len(values) > _MOST_CLUSTERS:
                    del self._values[name]
        self.items = len(items)

    def clusters(self) -> Iterator[ClusterField]:
        """Yield the fields that every sample has, and whose values several items share."""
        for name, values in self._values.items():
            if 1 < len(values) <= self.items / _HALF:
                yield ClusterField(name, len(values))


def document(found: LogDescription) -> dict[str, Any]:
    """Return a description as JSON values."""
    made: dict[str, Any] = json_values.document(found, _DIGITS)
    return made
