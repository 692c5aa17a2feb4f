"""Instance-level JSON lines of Every Eval Ever: how each instance of a run was interacted with.

`interaction_type` is a closed field, which the source's converter fills by counting messages: one
answer is `single_turn`, any tool message is `agentic`, and all else `multi_turn`, also a dialogue
written beforehand and a model that criticises itself. So the first two are derived, with their
shares, and the third is a hint. The file `X_samples.jsonl` belongs to the run in `X.json`: it is
read with that file. Alone, or too large for that, it is a result of its own, whose score is the
mean of `evaluation.score`. `is_correct` is no score: the converter sets it wherever that is not 0.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from pathlib import PurePosixPath
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, Rejected
from loaders.formats.assumptions import core
from loaders.formats.every_eval_ever_scores import AUTHOR, SOURCE, number, run_key
from loaders.model import Assumption, Coding, Measurement, Metric, Record, Result, System
from loaders.reading import json_lines
from loaders.reading.cleaning import clean_tree, record_id, slug, text
from loaders.reading.trees import parse

SUFFIX = "_samples.jsonl"
VALUES = {"single_turn": "single-turn", "agentic": "agentic"}
"""The schema's interaction types that say what ours do, in our codes."""

HINTED = "multi_turn"
"""The interaction type that only hints: a *conversation* may have been written beforehand."""

INTERACTION_RULE = "eee-interaction-type"
"""Rule id: the closed field `interaction_type`, read by the table `VALUES`."""

MARKED_CORRECT = Metric(
    id="every-eval-ever-marked-correct",
    name="Share of instances marked correct (is_correct)",
    higher_is_better=True,
)
INSTANCE_SCORE = Metric(
    id="every-eval-ever-instance-score", name="Mean score of the instances (evaluation.score)"
)
_STEP = Decimal("0.0001")
_EXACT = Context(prec=1000)
"""More digits than a number of a file may have, so that a large mean is rounded as well."""
_SHOWN = 5
_MOST = 1_000
"""How many models, runs and evaluations one file may be of, so that memory is bounded."""
_MOST_ITEMS = 250_000
"""How many items with repetitions a file may have, for the same reason."""


def _not_one_run() -> RecordProblem:
    return RecordProblem(
        f"The instances are of more than {_MOST:,} models, runs or evaluations, or of more than "
        f"{_MOST_ITEMS:,} items with repetitions.",
        mend="Split the file into one per run.",
    )


@dataclass
class RowScores:
    """The scores of one evaluation, and which of its rows are marked as correct.

    Rows that name their repetition (`metadata.epoch`) are of the item of their `sample_id`, which
    has one score a repetition, or `unclear` is true. Any other row is an item of its own.
    """

    single: int = 0
    total: Decimal = Decimal(0)
    repeated: dict[str, dict[str, Decimal]] = field(default_factory=dict)
    marked: Counter[bool] = field(default_factory=Counter)
    share: bool = True
    """Whether each score is 1 where the row is marked as correct, and else 0."""
    unclear: bool = False

    def add(self, row: Mapping[str, Any]) -> None:
        """Add the score and the mark of a row."""
        given = _section(row, "evaluation")
        score, correct = number(given.get("score")), given.get("is_correct")
        if isinstance(correct, bool):
            self.marked[correct] += 1
        if score is None:
            return
        self.share &= isinstance(correct, bool) and score == int(correct)
        epoch = text(_section(row, "metadata").get("epoch"))
        if epoch is None:
            self.single, self.total = self.single + 1, self.total + score
            return
        of_item = self.repeated.setdefault(str(row.get("sample_id")), {})
        self.unclear |= of_item.setdefault(epoch, score) != score
        if len(self.repeated) > _MOST_ITEMS:
            raise CardError(_not_one_run())

    @property
    def items(self) -> int:
        """How many items have a score."""
        return self.single + len(self.repeated)

    @property
    def mean(self) -> Decimal:
        """The mean over items, of each the mean over its repetitions."""
        means = (sum(s.values(), Decimal(0)) / len(s) for s in self.repeated.values())
        return (self.total + sum(means, Decimal(0))) / self.items


def _section(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


@dataclass
class Instances:
    """What the instances of a run add up to; rows of other runs and broken lines stand apart."""

    rows: int = 0
    foreign: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    interactions: Counter[str] = field(default_factory=Counter)
    models: dict[str, None] = field(default_factory=dict)
    runs: dict[str, None] = field(default_factory=dict)
    scores: dict[str, RowScores] = field(default_factory=lambda: defaultdict(RowScores))
    errors: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one instance."""
        self.rows += 1
        kind = text(row.get("interaction_type")) or "(none)"
        self.interactions[
            kind if kind in {*VALUES, HINTED} or len(self.interactions) < _MOST else "(other)"
        ] += 1
        self.models |= {str(m): None for m in [row.get("model_id")] if text(m)}
        self.runs |= {str(r): None for r in [row.get("evaluation_id")] if text(r)}
        name = text(row.get("evaluation_result_id")) or text(row.get("evaluation_name"))
        if text(row.get("error")):
            self.errors += 1
        else:
            self.scores[name or "evaluation"].add(row)
        if len(self.scores) > _MOST or len(self.models) > _MOST or len(self.runs) > _MOST:
            raise CardError(_not_one_run())

    def skip(self, place: str) -> None:
        """Count a line that cannot be read; the first places are kept."""
        self.broken[place if len(self.broken) < _SHOWN else "further"] += 1


_READ = (
    "evaluation/is_correct", "evaluation_id", "evaluation_name", "evaluation_result_id",
    "interaction_type", "model_id",
)  # fmt: skip


def fields(content: Raw) -> FoundFields:
    """Return what becomes of the fields of the instances, as the first of them has them.

    Instances are the data of a run, which the record counts; what else they hold is left out.
    """
    first = dict(_row(next(json_lines.split(content))) or {})
    score = first.pop("evaluation", None)
    if isinstance(score, dict):
        first |= {f"evaluation/{name}": value for name, value in score.items()}
    left_out = tuple(name for name in first if name not in _READ)
    return FoundFields(len(first) - len(left_out), left_out=left_out)


def detects(content: Raw) -> bool:
    """Recognise the file by its first line."""
    first = next(json_lines.split(content), None)
    if first is None or isinstance(first, Rejected):
        return False
    try:
        return _is_instance(parse(first.data))
    except CardError:
        return False


def _is_instance(row: Any) -> bool:
    return isinstance(row, Mapping) and {"evaluation_id", "interaction_type", "sample_id"} <= set(
        row
    )


def key(raw: Raw, content: Raw) -> Key:
    """Return by what the result of a file of instances is known."""
    first = _row(next(json_lines.split(content))) or {}
    return run_key(raw, first.get("evaluation_id"))


def load(raw: Raw, content: Raw) -> tuple[list[Record], list[RecordProblem]]:
    """Return nothing for the instances of a run that stands beside them, else a result.

    Raises `CardError` where no line says which model answered, or none has a score.
    """
    del content
    if raw.stream is None and (run := _run_beside(raw)):
        return [], [
            RecordProblem("These are the instances of a run, read with its file.", value=run)
        ]
    found = read_instances(raw)
    measurements = tuple(_measurements(found))
    if not found.models or not measurements:
        raise CardError(
            *_unclear(found),
            RecordProblem(
                "The instances name no model or have no score.",
                "model_id, evaluation/score",
                mend="Import the folder that also holds the run they belong to.",
            ),
        )
    names = ", ".join(found.models)
    result = Result(
        id=f"{record_id(SOURCE, raw.key)}/{AUTHOR.id}",
        systems=tuple(System(id=record_id(SOURCE, f"{m}\n"), name=m) for m in found.models),
        title=f"Instances of {', '.join(found.scores)}: {names}"[:_TITLE],
        identifiers=tuple(f"{SOURCE}:{run}" for run in found.runs),
        model_identifier=names if len(found.models) == 1 else None,
        metrics=tuple(dict.fromkeys(m.metric.name for m in measurements)),
        measurements=measurements,
        notes=_marks(found),
        rights="MIT",
        author=AUTHOR,
        origin="third-party",
        assumptions=core(interaction(found)),
    )
    return [result], [*_unclear(found), *_noticed(found, raw.name)]


_TITLE = 300


def _run_beside(raw: Raw) -> str | None:
    """Return the name of the file of the run that the instances belong to, if it is there."""
    name = PurePosixPath(raw.path).name
    if not name.endswith(SUFFIX):
        return None
    run = name.removesuffix(SUFFIX) + ".json"
    return run if raw.sibling(run) else None


def samples_beside(
    raw: Raw, run: Mapping[str, Any]
) -> tuple[Instances | None, list[RecordProblem]]:
    """Return the instances that lie beside the file of a run, and what was noticed."""
    try:
        found = raw.sibling(PurePosixPath(raw.path).stem + SUFFIX) if raw.path else None
        instances = read_instances(found, text(run.get("evaluation_id"))) if found else None
    except CardError as error:
        return None, [RecordProblem(f"The instances are not read with it: {error}", value=raw.name)]
    if found is None or instances is None:
        return None, []
    declared = run.get("detailed_evaluation_results")
    total = declared.get("total_rows") if isinstance(declared, Mapping) else None
    return (instances if instances.rows else None), _noticed(instances, found.name, total)


def read_instances(raw: Raw, run: str | None = None) -> Instances:
    """Count the instances of a file line by line; with `run`, those of that run only."""
    found = Instances()
    for part in json_lines.split(raw):
        row = _row(part)
        if row is None:
            found.skip(part.raw.place if isinstance(part, Rejected) else part.place)
        elif run is not None and text(row.get("evaluation_id")) != run:
            found.foreign += 1
        else:
            found.add(row)
    return found


def _row(part: Raw | Rejected) -> Mapping[str, Any] | None:
    if isinstance(part, Rejected):
        return None
    try:
        row = clean_tree(parse(part.data))[0]
    except CardError:
        return None
    return row if isinstance(row, Mapping) else None


def interaction(found: Instances) -> Assumption | None:
    """Return the interaction types that a rule reads with their shares, and what only hints."""
    counts = {raw: found.interactions[raw] for raw in (*VALUES, HINTED)}
    said = {
        raw: f"interaction_type = {raw} in {n} of {found.rows} instances"
        for raw, n in counts.items()
        if n
    }
    if not said:
        return None
    codings = tuple(
        Coding(
            code=f"interaction-type/{VALUES[raw]}",
            basis="derived",
            rule=INTERACTION_RULE,
            share=(Decimal(counts[raw]) / found.rows).quantize(_STEP),
            source_text=words,
        )
        for raw, words in sorted(said.items())
        if raw in VALUES
    )
    whole = sum(counts[raw] for raw in VALUES) == found.rows
    return Assumption(
        dimension="interaction-type",
        answer_status="answered" if whole else "partly-answered" if codings else "not-stated",
        hints=(said[HINTED],) if HINTED in said else (),
        codings=codings,
        assumes=tuple(c.code for c in codings),
    )


def _measurements(found: Instances) -> Iterator[Measurement]:
    """Yield the mean score of each evaluation; of scores that are marks, how many are correct."""
    for index, (name, scores) in enumerate(found.scores.items(), 1):
        if not scores.items or scores.unclear:
            continue
        share = scores.share and not scores.repeated
        yield Measurement(
            key=f"{index}-{slug(name)}".strip("-"),
            metric=MARKED_CORRECT if share else INSTANCE_SCORE,
            evaluation=name,
            value=scores.mean.quantize(_STEP, context=_EXACT),
            unit="fraction" if share else "score-point",
            precision=_STEP,
            n=scores.items,
            n_unit="instance",
            events=scores.marked[True] if share else None,
        )


def _marks(found: Instances) -> str | None:
    """Return how many rows are marked as correct, of each evaluation where the score is no mark."""
    counts = ((n, s.marked[True], s.marked.total()) for n, s in found.scores.items() if not s.share)
    said = [f"is_correct is true in {yes} of {rows} rows of {name}." for name, yes, rows in counts]
    return "\n".join(said) or None


def _unclear(found: Instances) -> list[RecordProblem]:
    """Return of which evaluations no score is kept, as an item has several of one repetition."""
    return [
        RecordProblem(
            "One item has several scores of the same repetition, so no score is kept.",
            "evaluation/score",
            name,
            "Give the scores of each metric a result of their own (evaluation_result_id).",
        )
        for name, scores in found.scores.items()
        if scores.unclear
    ]


def _noticed(found: Instances, name: str, declared: Any = None) -> list[RecordProblem]:
    """Return what is odd about the lines of a file of instances."""
    strange = [raw for raw in found.interactions if raw not in {*VALUES, HINTED}]
    broken = ", ".join(found.broken)
    odd = {
        f"Of the lines of {name}, {found.broken.total()} could not be read and will not count.": (
            broken
        ),
        f"Of the lines of {name}, {found.foreign} came from another run and will not count.": (
            str(found.foreign) if found.foreign else ""
        ),
        f"Of the lines of {name}, {found.errors} reported an error; their scores will not count.": (
            str(found.errors) if found.errors else ""
        ),
        f"{name} has an interaction type that the schema does not know.": ", ".join(strange),
        f"{name} has another number of instances ({found.rows}) than the run declares.": (
            str(declared) if isinstance(declared, int) and declared != found.rows else ""
        ),
    }
    return [RecordProblem(message, value=value) for message, value in odd.items() if value]
