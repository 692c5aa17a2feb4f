"""Instance-level JSON lines of Every Eval Ever: how each instance of a run was interacted with.

`interaction_type` is stated for every instance. For the run it holds with its share, and is
mixed where instances differ. The file `X_samples.jsonl` belongs to the run in `X.json`: it is
read with that file. Alone, or too large for that, it is a result of its own, whose scores are
counts of the instances that the source marks as correct.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, Rejected
from loaders.formats.assumptions import core
from loaders.formats.every_eval_ever_scores import AUTHOR, SOURCE, run_key
from loaders.model import Assumption, Coding, Measurement, Metric, Record, Result, System
from loaders.reading import json_lines
from loaders.reading.cleaning import clean_tree, record_id, slug, text
from loaders.reading.trees import parse

SUFFIX = "_samples.jsonl"
VALUES = {"single_turn": "single-turn", "multi_turn": "multi-turn", "agentic": "agentic"}
"""The schema's interaction types, in our codes."""

MARKED_CORRECT = Metric(
    id="every-eval-ever-marked-correct",
    name="Share of instances marked correct (is_correct)",
    higher_is_better=True,
)
_STEP = Decimal("0.0001")
_SHOWN = 5
_MOST = 1_000
"""How many models, runs and evaluations one file may be of, so that memory is bounded."""


def _not_one_run() -> RecordProblem:
    return RecordProblem(
        f"The instances are of more than {_MOST:,} models, runs or evaluations.",
        mend="Split the file into one per run.",
    )


@dataclass
class Instances:
    """What the instances of a run add up to; rows of other runs and broken lines stand apart."""

    rows: int = 0
    foreign: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    interactions: Counter[str] = field(default_factory=Counter)
    models: dict[str, None] = field(default_factory=dict)
    runs: dict[str, None] = field(default_factory=dict)
    marked: dict[str, Counter[bool]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one instance."""
        self.rows += 1
        kind = text(row.get("interaction_type")) or "(none)"
        self.interactions[
            kind if kind in VALUES or len(self.interactions) < _MOST else "(other)"
        ] += 1
        self.models |= {str(m): None for m in [row.get("model_id")] if text(m)}
        self.runs |= {str(r): None for r in [row.get("evaluation_id")] if text(r)}
        name = text(row.get("evaluation_result_id")) or text(row.get("evaluation_name"))
        evaluation = row.get("evaluation")
        correct = evaluation.get("is_correct") if isinstance(evaluation, Mapping) else None
        if isinstance(correct, bool):
            self.marked[name or "evaluation"][correct] += 1
        if len(self.marked) > _MOST or len(self.models) > _MOST or len(self.runs) > _MOST:
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

    Raises `CardError` where no line says which model answered, or which answers were correct.
    """
    del content
    if raw.stream is None and (run := _run_beside(raw)):
        return [], [
            RecordProblem("These are the instances of a run, read with its file.", value=run)
        ]
    found = read_instances(raw)
    if not found.models or not found.marked:
        raise CardError(
            RecordProblem(
                "The instances name no model or are not marked as correct or not.",
                "model_id, evaluation/is_correct",
                mend="Import the folder that also holds the run they belong to.",
            )
        )
    names = ", ".join(found.models)
    result = Result(
        id=f"{record_id(SOURCE, raw.key)}/{AUTHOR.id}",
        systems=tuple(System(id=record_id(SOURCE, f"{m}\n"), name=m) for m in found.models),
        title=f"Instances of {', '.join(found.marked)}: {names}"[:_TITLE],
        identifiers=tuple(f"{SOURCE}:{run}" for run in found.runs),
        metrics=(MARKED_CORRECT.name,),
        measurements=tuple(_measurements(found)),
        rights="MIT",
        author=AUTHOR,
        origin="third-party",
        assumptions=core(interaction(found)),
    )
    return [result], _noticed(found, raw.name)


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
    """Return the interaction types with their shares, all stated by the source."""
    known = {raw: n for raw, n in sorted(found.interactions.items()) if raw in VALUES}
    if not known:
        return None
    codings = tuple(
        Coding(
            code=f"interaction-type/{VALUES[raw]}",
            share=(Decimal(n) / found.rows).quantize(_STEP),
            source_text=f"interaction_type = {raw} in {n} of {found.rows} instances",
        )
        for raw, n in known.items()
    )
    counts = ", ".join(f"{raw} {n}" for raw, n in known.items())
    return Assumption(
        dimension="interaction-type",
        answer_status="answered" if sum(known.values()) == found.rows else "partly-answered",
        answer=f"Mixed in this run: {counts}" if len(known) > 1 else None,
        codings=codings,
        assumes=tuple(c.code for c in codings),
    )


def _measurements(found: Instances) -> Iterator[Measurement]:
    for index, (name, counts) in enumerate(found.marked.items(), 1):
        n = counts.total()
        yield Measurement(
            key=f"{index}-{slug(name)}".strip("-"),
            metric=MARKED_CORRECT,
            evaluation=name,
            value=(Decimal(counts[True]) / n).quantize(_STEP),
            unit="fraction",
            precision=_STEP,
            n=n,
            n_unit="instance",
            events=counts[True],
        )


def _noticed(found: Instances, name: str, declared: Any = None) -> list[RecordProblem]:
    """Return what is odd about the lines of a file of instances."""
    strange = [raw for raw in found.interactions if raw not in VALUES]
    broken = ", ".join(found.broken)
    odd = {
        f"{found.broken.total()} lines of {name} cannot be read and are not counted.": broken,
        f"{found.foreign} lines of {name} belong to another run and are not counted.": (
            str(found.foreign) if found.foreign else ""
        ),
        f"{name} has an interaction type that the schema does not know.": ", ".join(strange),
        f"{name} has {found.rows} instances, but the run declares another number.": (
            str(declared) if isinstance(declared, int) and declared != found.rows else ""
        ),
    }
    return [RecordProblem(message, value=value) for message, value in odd.items() if value]
