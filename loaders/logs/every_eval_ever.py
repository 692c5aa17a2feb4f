"""Logs of Every Eval Ever 0.3: instances (`X_samples.jsonl`), and the run in `X.json` beside them.

The score is `evaluation.score`. `is_correct` is none: the converter sets it wherever that is not 0.
The converter writes the score that it reduced over the repetitions on each of them, so where all of
an item are equal they are one; and it names no result for a repetition that ended with an error.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from loaders.formats.every_eval_ever_instances import HINTED, INTERACTION_RULE, VALUES
from loaders.logs import parts
from loaders.logs.run import (
    AssumedValue,
    LogError,
    LogFile,
    LoggedScore,
    ReportedFigure,
    Run,
    Sample,
    Setting,
)

_OPENS = re.compile(rb'\A(?:\xef\xbb\xbf)?\s*+\{\s*+"schema_version"\s*+:')
_ROW = re.compile(rb'"(?:evaluation_result_id|sample_hash|sample_id)"\s*+:')
_TREE = re.compile(rb'"(?:source_metadata|model_info|evaluation_results|eval_library)"\s*+:')
_INSTANCE = re.compile(rb'"sample_id"\s*+:')
_COUNT = re.compile("[1-9][0-9]{0,8}")
_VERSION = re.compile(r"(?:instance_level_eval_)?0\.3(?:\.|$)")


def recognises(head: bytes) -> bool:
    """Tell by its beginning whether a file is of this format."""
    found = _ROW.search(head) or _TREE.search(head)
    return _OPENS.search(head) is not None and found is not None


@dataclass
class _Items:
    """What is learned from one pass over the instances: scores by (item, result, repetition)."""

    rows: int = 0
    scores: dict[str, dict[str, dict[int, float | None]]] = field(default_factory=dict)
    """By the name of the score, by item, by repetition."""
    epochs: set[int] = field(default_factory=set)
    interactions: dict[str, int] = field(default_factory=dict)
    runs: set[str] = field(default_factory=set)
    models: dict[str, None] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    fields: parts.FieldsSeen = field(default_factory=parts.FieldsSeen)

    def add(self, where: str, row: Mapping[str, Any]) -> None:
        """Take in a row. Raises `LogError` for one that is no instance, and for two scores."""
        item = parts.name_of(row.get("sample_id"))
        if item is None:
            raise LogError(f"{where}: has no sample_id, so it is no instance. Get the file again.")
        if wrong := _unread(row):
            raise LogError(f"{where}: {wrong}")
        self.rows += 1
        if self.rows > parts.MOST_RUNS:
            raise LogError(f"{where}: a log has at most {parts.MOST_RUNS:,} rows. Split it.")
        self._add_run(where, row)
        if item not in self.names:
            self.names.add(item)
            self.fields.add(_fields(row))
        if _is_error(row):
            self.epochs.add(_epoch(row) or 1)
            return
        name, value = _score_name(row), parts.at(row, "evaluation", "score")
        if not parts.is_number(value):
            raise LogError(f"{where}: evaluation.score is not a number. Leave the line out.")
        of_item = self.scores.setdefault(name, {}).setdefault(item, {})
        epoch = _epoch(row) or len(of_item) + 1
        if epoch in of_item:
            raise LogError(f"{where}: the item {parts.listed([item])} {_twice(name)}")
        of_item[epoch] = parts.number(value)
        self.epochs.add(epoch)

    def _add_run(self, where: str, row: Mapping[str, Any]) -> None:
        kind = parts.name_of(row.get("interaction_type")) or ""
        self.interactions[kind] = self.interactions.get(kind, 0) + (kind in {*VALUES, HINTED})
        self.runs.add(parts.name_of(row.get("evaluation_id")) or "")
        self.models.setdefault(parts.public_name(row.get("model_id")))
        if len(self.runs) > 1 or len(self.models) > 1 or len(self.interactions) > parts.MOST_FIELDS:
            raise LogError(f"{where}: is of another run than the lines before. Give one run alone.")

    @property
    def reduced(self) -> bool:
        """Whether each item has one score over several repetitions."""
        items = [epochs for score in self.scores.values() for epochs in score.values()]
        return any(len(e) > 1 for e in items) and all(len(set(e.values())) == 1 for e in items)


def _twice(name: str) -> str:
    return (
        f"has several scores of the one result {parts.listed([name])}. Give each score a result of "
        "its own (evaluation_result_id), or use the log of the harness."
    )


def read(files: Sequence[LogFile], choice: Mapping[str, str]) -> Run:
    """Return the run of a file of instances. Raises `LogError`."""
    parts.refuse_others(choice, (), files[0])
    file, beside = _sorted(files)
    tree = _tree(beside)
    seen = _Items()
    for where, row in parts.lines_of(file):
        seen.add(where, row)
    if not seen.scores:
        raise LogError(f"{parts.shown(file)} holds no score. Convert the run again.")
    scores = tuple(seen.scores)
    parts.refuse_many(scores, file)
    for name in scores:
        if beside and len({_reported_score(r) for r in _results(tree, name)}) > 1:
            raise LogError(f"{parts.shown(beside)} {_twice(name)}")
    library = parts.at(tree, "eval_library")
    return Run(
        files=tuple(parts.run_file(f) for f in (beside, file) if f),
        format="every-eval-ever",
        format_version=parts.name_of(tree.get("schema_version")) or "0.3",
        tool=parts.name_of(parts.at(library, "name")) or "every_eval_ever",
        tool_version=parts.name_of(parts.at(library, "version")),
        run_id=next(iter(seen.runs)) or None,
        created=_created(tree),
        status="success",
        invalidated=False,
        task=_task(tree, scores),
        task_version=None,
        task_file=None,
        system=next(iter(seen.models)),
        roles={},
        epochs=len(seen.epochs),
        expected=None,
        limit=None,
        shuffled=_source(tree).get("additional_details.shuffled") == "True",
        running_ids=False,
        already_reduced=seen.reduced,
        identifiers=tuple(_identifiers(tree)),
        settings=tuple(_settings(tree, scores)),
        scores=tuple(LoggedScore(s, _direction(tree, s)) for s in scores),
        id_fields=("sample_id",),
        fields=tuple(dict.fromkeys(("sample_id", "sample_hash", *seen.fields.names))),
        cluster=None,
        reported=tuple(_reported(tree, scores)),
        assumed=tuple(_assumed(seen)),
        stamp=None,
        notes=tuple(_notes(file, beside, seen)),
        samples=partial(_samples, file, scores, reduced=seen.reduced),
    )


def _sorted(files: Sequence[LogFile]) -> tuple[LogFile, LogFile | None]:
    """Return the instances and the run beside them. Raises `LogError`."""
    rows: list[LogFile] = []
    trees: list[LogFile] = []
    for file in files:
        with parts.opened(file) as stream:
            head = stream.read(2**16)
        row, tree = _INSTANCE.search(head), _TREE.search(head)
        is_run = tree is not None and (row is None or tree.start() < row.start())
        (trees if is_run else rows).append(file)
    if not rows:
        raise LogError(
            f"{parts.shown(files[0])} has no instances beside it (X_samples.jsonl). Convert the "
            "run with its samples, and give both files."
        )
    if len(rows) > 1 or len(trees) > 1:
        raise LogError(f"{parts.shown(files[0])}: give the files of one run alone.")
    return rows[0], trees[0] if trees else None


def _tree(file: LogFile | None) -> Mapping[str, Any]:
    if file is None:
        return {}
    tree = parts.tree_of(file)
    if wrong := _unread(tree):
        raise LogError(f"{parts.shown(file)} {wrong}")
    return tree


def _unread(given: Mapping[str, Any]) -> str | None:
    """Return that an instance or a run is of a schema that is not read; None for one that is."""
    version = str(given.get("schema_version"))
    if _VERSION.match(version):
        return None
    return f"is of schema {parts.listed([version])}; 0.3 is read. Convert the run again."


def _samples(
    file: LogFile, scores: tuple[str, ...], fields: Collection[str], *, reduced: bool
) -> Iterator[Sample]:
    """Yield each score of an item once: of repetitions with one score the first."""
    seen: Counter[int] = Counter()
    for _, row in parts.lines_of(file):
        item, failed = parts.name_of(row.get("sample_id")) or "", _is_error(row)
        name = "" if failed else _score_name(row)
        seen[key := hash((item, name))] += 1
        if reduced and not failed and seen[key] > 1:
            continue
        value = None if failed else parts.number(parts.at(row, "evaluation", "score"))
        yield Sample(
            id=item,
            epoch=_epoch(row) or seen[key],
            target=parts.target_digest(parts.at(row, "input", "reference")),
            input=parts.digest(parts.at(row, "input", "raw")),
            values=dict.fromkeys(scores) if failed else {name: value},
            why="error" if failed else None,
            limit=None,
            refused=parts.at(row, "metadata", "stop_reason") == "content_filter",
            fields=parts.picked(_fields(row), fields),
        )


def _fields(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    named = {name: row.get(name) for name in ("sample_id", "sample_hash")}
    yield from parts.flat(named, "")
    yield from parts.flat(row.get("metadata"), "metadata")


def _epoch(row: Mapping[str, Any]) -> int | None:
    """Return the number of a repetition; None where a row does not say it."""
    found = _COUNT.fullmatch(parts.name_of(parts.at(row, "metadata", "epoch")) or "")
    return int(found[0]) if found else None


def _is_error(row: Mapping[str, Any]) -> bool:
    """Tell whether a row stands for a run that ended with an error, and so has no score."""
    named = parts.name_of(row.get("evaluation_result_id"))
    return bool(row.get("error")) or (named is None and "evaluation_result_id" in row)


def _score_name(row: Mapping[str, Any]) -> str:
    named = parts.name_of(row.get("evaluation_result_id"))
    return named or parts.name_of(row.get("evaluation_name")) or "score"


def _results(tree: Mapping[str, Any], score: str) -> Iterator[Mapping[str, Any]]:
    """Yield the results of a run that are of a score."""
    given = tree.get("evaluation_results")
    for item in given if isinstance(given, list) else []:
        if isinstance(item, Mapping) and _score_name(item) == score:
            yield item


def _source(tree: Mapping[str, Any]) -> dict[str, str]:
    given = tree.get("evaluation_results")
    first = given[0] if isinstance(given, list) and given else None
    return dict(parts.flat(parts.at(first, "source_data"), ""))


def _task(tree: Mapping[str, Any], scores: tuple[str, ...]) -> str:
    named = (parts.name_of(r.get("evaluation_name")) for s in scores for r in _results(tree, s))
    return next((n for n in named if n), "")


def _identifiers(tree: Mapping[str, Any]) -> Iterator[str]:
    source = _source(tree)
    if repository := source.get("hf_repo"):
        yield f"huggingface:{parts.public_name(repository)}"
    if name := source.get("dataset_name"):
        yield parts.public_name(name)


def _direction(tree: Mapping[str, Any], score: str) -> bool | None:
    said = [parts.at(r, "metric_config", "lower_is_better") for r in _results(tree, score)]
    lower = said[0] if said else None
    return not lower if isinstance(lower, bool) and said.count(lower) == len(said) else None


def _settings(tree: Mapping[str, Any], scores: tuple[str, ...]) -> Iterator[Setting]:
    if not tree:
        return
    model = parts.at(tree, "model_info")
    for name in ("name", "id"):
        yield parts.setting("model", f"model.{name}", parts.public_name(parts.at(model, name)))
    details = parts.at(model, "additional_details")
    yield from parts.settings("model", details if isinstance(details, Mapping) else {}, "model")
    library = parts.at(tree, "eval_library")
    words = f"{parts.at(library, 'name')}-{parts.at(library, 'version')}"
    yield parts.setting("version", "harness", words)
    source = _source(tree)
    for name in ("dataset_name", "hf_repo", "additional_details.inspect_dataset_location"):
        if name in source:
            yield parts.setting("version", name, parts.public_name(source[name]))
    for score in scores:
        found = list(_results(tree, score))
        how = sorted(parts.digest(parts.at(r, "metric_config")) for r in found)
        yield Setting("scorer", score, json.dumps(parts.digest(how)))
        if found:
            generation = parts.at(found[0], "generation_config", "generation_args")
            given = generation if isinstance(generation, Mapping) else {}
            yield from parts.settings("generation", given, "generation")


def _reported_score(result: Mapping[str, Any]) -> str:
    return json.dumps(parts.at(result, "score_details", "score"), sort_keys=True)


def _reported(tree: Mapping[str, Any], scores: tuple[str, ...]) -> Iterator[ReportedFigure]:
    for score in scores:
        for result in _results(tree, score):
            metric = parts.name_of(parts.at(result, "metric_config", "metric_name")) or "score"
            details = parts.at(result, "score_details")
            uncertainty = parts.at(details, "uncertainty")
            count = parts.whole(parts.at(uncertainty, "num_samples"))
            error = parts.at(uncertainty, "standard_error", "value")
            for name, value in ((metric, parts.at(details, "score")), ("stderr", error)):
                if parts.is_number(value) and (found := parts.number(value)) is not None:
                    yield ReportedFigure(score, name, found, count)


def _assumed(seen: _Items) -> Iterator[AssumedValue]:
    for kind, count in seen.interactions.items():
        share = count / seen.rows
        if kind in VALUES and count:
            yield AssumedValue(
                "interaction-type",
                VALUES[kind],
                "derived",
                INTERACTION_RULE,
                share=share,
                of=seen.rows,
            )
        elif kind == HINTED:
            yield AssumedValue(
                "interaction-type", "multi-turn", "hinted", share=share, of=seen.rows
            )


def _notes(file: LogFile, beside: LogFile | None, seen: _Items) -> Iterator[str]:
    if beside is None:
        yield (
            f"The run of {parts.shown(file)} was not given, so that versions, metrics and settings "
            "are not known."
        )
    if seen.reduced:
        yield (
            "All repetitions of an item have one score, so it is taken as the mean over them; "
            "nothing is known of their spread."
        )


def _created(tree: Mapping[str, Any]) -> str | None:
    words = parts.name_of(tree.get("evaluation_timestamp"))
    try:
        return parts.time_of(float(words)) if words else None
    except ValueError:
        return words
