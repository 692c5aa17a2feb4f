"""What comes of measuring a gap from logs, as every door shows it.

Scores, losses, standard errors and intervals are in percent or percentage points of the way from
the least score that can be had to the greatest; a loss is positive, also where lower scores are
better. Shares are from 0 to 1. `document` gives the whole as JSON.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, get_type_hints

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from loaders.logs import AssumedValue, Setting, Stamp
from loaders.mapping.json_types import object_type
from service.common import json_values
from service.decomposition.decompose import DecompositionEstimate
from service.decomposition.intervals import ScoreInterval

Epochs = Literal["mean", "every", "best"]
SaidBy = Literal["adds", "changed", "stamp", "derived"]
"""Who says what a step changes: an option, the log's own author, or rules over both logs."""
Verdict = Literal["consistent", "confounded", "contradicted", "unchecked"]
Judgement = Literal["met", "not-met", "inconclusive"]
TakenAs = Literal["claimed", "confound", "allowed", "noted"]
"""How a difference of settings counts: it is what the step changes, came with that, was passed over
by an option, or is said and no more."""
_DIGITS = 6


@dataclass(frozen=True)
class MeasuredFile:
    """A file that was read: its bare name, SHA-256 in hexadecimal, size in bytes."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class MeasuredSource:
    """Where a condition was read from; `name`, `sha256` and `bytes` are of the first of `files`.

    `tool` has its version behind it: `inspect_ai 0.3.285`. `revision` is the commit of the task's
    code. `task_file` is the log's own word for
    the file of the task, relative to where it ran.
    """

    name: str
    sha256: str
    bytes: int
    files: tuple[MeasuredFile, ...]
    format: str
    format_version: str | None
    tool: str
    run_id: str | None
    created: str | None
    revision: str | None
    status: str
    task_file: str | None


@dataclass(frozen=True)
class ReportedBeside:
    """A figure that the harness reports, and ours of the same run on the scale of the log.

    `ours` is None where there is nothing of ours to compare; `ratio` is ours over theirs.
    """

    metric: str
    value: float
    n: int | None
    cluster: str | None
    ours: float | None
    ratio: float | None


@dataclass(frozen=True)
class MeasuredRung:
    """One condition: a log read by one score.

    `declared` are coded values that the user or a stamp states, by dimension. `epochs` is how
    many the log has, `epoch_rule` how an item's score is made of them. `runs` are all its samples
    (items x epochs): those with a score, with an error, without a score though they ended,
    invalidated; of all, those ended by a limit and those refused. `expected` is how many the log
    says there should be. `value` is the score on the paired items with its
    standard error over items, `own_value` that over all `items` of the log. `settings` never hold
    prompts, keys, paths or addresses.
    """

    name: str
    source: MeasuredSource
    task: str
    task_version: str | None
    system: str
    roles: Mapping[str, str]
    score: str
    higher_is_better: bool | None
    epochs: int
    epoch_rule: Epochs
    already_reduced: bool
    limit: str | None
    runs: int
    expected: int | None
    scored: int
    errors: int
    unscored: int
    invalidated: int
    limited: int
    refused: int
    items: int
    value: float
    stderr: float | None
    intervals: tuple[ScoreInterval, ...]
    own_value: float
    own_stderr: float | None
    values: tuple[AssumedValue, ...]
    declared: Mapping[str, str]
    stamp: Stamp | None
    changed: tuple[str, ...] | None
    reported: tuple[ReportedBeside, ...]
    settings: tuple[Setting, ...]
    identifiers: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def without_score(self) -> int:
        """How many runs have no score, for whatever reason."""
        return self.errors + self.unscored + self.invalidated


@dataclass(frozen=True)
class UnpairedItems:
    """Items of one log that are not paired: how many, and the first of them."""

    count: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class MeasuredPairing:
    """How items were paired: fields by name of the log, and how many agree.

    `items` are scored in every condition. `left_out` are, by condition, those that another log does
    not have; `without_score` those in every log that lack a score in one. `same_target` of the
    `targets_known` have one target throughout (None where no log has targets). `same_input` counts,
    for each step, the items with one input at both ends, None where a log has no inputs.
    `clusters` is how many clusters the paired items are in.
    """

    id: str
    cluster: str | None
    clusters: int | None
    items: int
    left_out: Mapping[str, UnpairedItems]
    without_score: int
    same_target: int | None
    targets_known: int | None
    same_input: tuple[int | None, ...]


@dataclass(frozen=True)
class SettingDifference:
    """A setting that differs between the two ends of a step, with its values as JSON texts.

    None is a setting that one log does not have.
    """

    step: str
    kind: str
    field: str
    before: str | None
    after: str | None
    is_: Annotated[TakenAs, Field(alias="is")]


@dataclass(frozen=True)
class StepClaim:
    """What a step is said to change, and what the two logs say about that.

    *Consistent*: nothing in the logs is against it, and something shows it. *Confounded*: something
    else changed, too. *Contradicted*: what is said to change did not. *Unchecked*: the logs cannot
    tell, or nothing is claimed. `sentences` say why.
    """

    dimensions: tuple[str, ...]
    said_by: SaidBy | None
    verdict: Verdict
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class MissingBounds:
    """What the loss would be, whatever lost runs would have scored.

    `drop` leaves lost runs out (None where no item is left then), `wrong` counts each as wrong,
    `as_others` as its item's other epochs (right where there is none). `share_before` and
    `share_after` of the runs are lost.
    """

    drop: float | None
    wrong: float
    as_others: float
    share_before: float
    share_after: float
    unequal: bool


@dataclass(frozen=True)
class JudgedInterval:
    """The interval that decides, and why that one. None: no interval has any width."""

    interval: ScoreInterval | None
    why: str


@dataclass(frozen=True)
class ThresholdDecision:
    """What a threshold says of one difference; `dimension` is None for the whole gap.

    `rule` names the rule, `why` is its sentence.
    """

    dimension: str | None
    step: str
    threshold: str
    is_: Annotated[Judgement, Field(alias="is")]
    rule: str
    why: str


@dataclass(frozen=True)
class GateDecision:
    """All thresholds together: not met if one is not, else inconclusive if one is, else met."""

    threshold: str
    is_: Annotated[Judgement, Field(alias="is")]
    why: str
    each: tuple[ThresholdDecision, ...]


@dataclass(frozen=True)
class MeasuredStep:
    """The loss from one condition to another, over items that both have.

    `intervals` are all of them, the judged one too. `paired_stderr` is over differences of items,
    `unpaired_stderr` what two runs' own errors would give (`ratio`: unpaired over paired),
    `clustered_stderr` over clusters (CR1). Items are `worse` where the loss is positive;
    `worse_items` are the first of those. `smallest_seen` is the least loss that such a design finds
    with a power of 80 % (2.8 paired standard errors).
    """

    name: str
    before: str
    after: str
    loss: float
    intervals: tuple[ScoreInterval, ...]
    judged: JudgedInterval
    paired_stderr: float | None
    unpaired_stderr: float | None
    clustered_stderr: float | None
    ratio: float | None
    smallest_seen: float | None
    worse: int
    better: int
    same: int
    worse_items: tuple[str, ...]
    better_items: tuple[str, ...]
    claim: StepClaim
    missing: MissingBounds | None
    decisions: tuple[ThresholdDecision, ...]


@dataclass(frozen=True)
class RecordVerdict:
    """Whether a gap record may be made of this, and why not."""

    may: bool
    why: str | None


@dataclass(frozen=True, eq=False)
class PairedScores:
    """The paired items: names, scores (items x conditions, on the log's scale), cluster of each."""

    ids: tuple[str, ...]
    scores: NDArray[np.float64]
    clusters: tuple[str, ...] | None


@dataclass(frozen=True)
class GapMeasurement:
    """All that comes of a measurement.

    `steps` are between neighbours, `total` from the first condition to the last. `refused` says
    why the command ends with 2 although there are numbers: a contradicted claim. `comparison`
    tells that the systems differ, so that this is no gap. `scale` is the least and the greatest
    score.
    `table` is no part of the document.
    """

    title: str
    rungs: tuple[MeasuredRung, ...]
    pairing: MeasuredPairing
    differences: tuple[SettingDifference, ...]
    steps: tuple[MeasuredStep, ...]
    total: MeasuredStep
    decomposition: DecompositionEstimate
    decision: GateDecision | None
    record: RecordVerdict
    refused: tuple[str, ...]
    comparison: bool
    repetition: bool
    warnings: tuple[str, ...]
    scale: tuple[float, float]
    higher_is_better: bool
    resamples: int
    seed: int
    level: float
    evalgap: str
    table: PairedScores = field(repr=False)

    @property
    def missing(self) -> MissingBounds | None:
        """The bounds of the whole loss."""
        return self.total.missing

    @property
    def exit_code(self) -> int:
        """0 met, or no threshold; 1 not met; 3 inconclusive; 2 refused."""
        if self.refused:
            return 2
        return EXIT_CODES[self.decision.is_] if self.decision else 0


EXIT_CODES: Mapping[Judgement, int] = {"met": 0, "not-met": 1, "inconclusive": 3}


def document(found: GapMeasurement) -> dict[str, Any]:
    """Return a measurement as JSON values; numbers to six decimals, `is_` under the name `is`."""
    made: dict[str, Any] = {
        name: json_values.document(getattr(found, name), _DIGITS)
        for name in found.__dataclass_fields__
        if name != "table"
    }
    made["missing"] = json_values.document(found.missing, _DIGITS)
    return {name: _renamed(value) for name, value in made.items()}


def document_type() -> Any:
    """Return the type of `document`, for schemas."""
    hints = get_type_hints(GapMeasurement, include_extras=True)
    fields = {name: hints[name] for name in GapMeasurement.__dataclass_fields__ if name != "table"}
    return object_type("GapMeasurement", {**fields, "missing": MissingBounds | None})


def _renamed(value: Any) -> Any:
    """Return a value in which the keys that Python keeps for itself have their name again."""
    if isinstance(value, dict):
        return {key.removesuffix("_"): _renamed(item) for key, item in value.items()}
    return [_renamed(item) for item in value] if isinstance(value, list) else value
