"""What is compared of each log: its name as a condition, the score, the fields of items."""

from collections.abc import Sequence
from pathlib import PurePath

from loaders.logs import Run
from service.common.digits import first_of
from service.common.problems import BadParameter, NotComparable
from service.measurement.differences import RungRun
from service.measurement.pairing import LogScores, SampleFields, common, few, read_scores
from service.measurement.request import MeasureOptions, RungLog

_SHOWN = 12
_OWN = "id"


def named(logs: Sequence[RungLog], options: MeasureOptions) -> tuple[RungRun, ...]:
    """Return the conditions in their order, with the score of each.

    Raises `BadParameter` for a score that there is not, `NotComparable` for two conditions of one
    name, or one log twice.
    """
    scores = [_score(log, options.score) for log in logs]
    names = [log.rung or _by_itself(log.run) for log in logs]
    names = [
        f"{name}#{score}" if log.rung is None and names.count(name) > 1 else name
        for name, score, log in zip(names, scores, logs, strict=True)
    ]
    seen: dict[object, str] = {}
    for name, log, score in zip(names, logs, scores, strict=True):
        log_itself = (tuple(f.sha256 for f in log.run.files), score, log.epochs)
        if log_itself in seen and not _is_table(log.run):
            raise NotComparable(
                f"{seen[log_itself]} and {name} are the same log with the same score: nothing "
                "differs. Give another log, or another score of this one (LOG#SCORE)."
            )
        seen[log_itself] = name
    if len(set(names)) < len(names):
        twice = next(n for n in names if names.count(n) > 1)
        raise NotComparable(f"Two conditions are called {twice!r}. Name them: NAME=LOG.")
    return tuple(
        RungRun(name, log.run, score) for name, log, score in zip(names, logs, scores, strict=True)
    )


def _is_table(run: Run) -> bool:
    """Tell whether a file may hold several conditions, each a run of its own."""
    return run.format in {"table", "promptfoo", "helm"}


def _by_itself(run: Run) -> str:
    if run.stamp and run.stamp.rung:
        return run.stamp.rung
    return PurePath(run.files[0].name).stem


def _score(log: RungLog, given: str | None) -> str:
    names = [score.name for score in log.run.scores]
    said, file = log.score or given, log.run.files[0].name
    if said in names:
        return str(said)
    if not names:
        raise BadParameter(f"{file} has no score at all.", parameter="score")
    if said is None:
        if len(names) == 1:
            return names[0]
        raise BadParameter(
            f"{file} has several scores ({first_of(names, _SHOWN)}). Name one under score, or "
            "behind the log (LOG#SCORE).",
            parameter="score",
        )
    parts = [n for n in names if n.startswith((f"{said},", f"{said}/"))]
    if len(parts) == 1:
        return parts[0]
    raise BadParameter(
        f"{file} has no score {said!r} alone; it has {first_of(parts or names, _SHOWN)}.",
        parameter="score",
    )


def read_all(
    rungs: Sequence[RungRun], options: MeasureOptions, ends: tuple[float, float]
) -> tuple[list[LogScores], SampleFields]:
    """Return the scores of all logs, and by which fields they were read.

    Where the harness gives items no name of their own, ways to name them are tried in order until
    half of the items are in all logs. Raises what `read_scores` raises, and `BadParameter` for a
    field that a log does not have.
    """
    cluster = _cluster(rungs, options.cluster)
    ways = [_field(rungs, options.id, "id")] if options.id else _ways(rungs)
    first: tuple[list[LogScores], SampleFields] | None = None
    for way in ways:
        fields = SampleFields(way, cluster, options.hash_ids)
        found = [read_scores(r.run, r.name, r.score, _of_run(fields, r.run), ends) for r in rungs]
        if not few(found, common(found)):
            return found, fields
        first = first or (found, fields)
    assert first is not None  # noqa: S101 - there is always a way
    return first


def _ways(rungs: Sequence[RungRun]) -> list[str]:
    """Return the ways to name items that all logs have, the best first."""
    shared = [f for f in rungs[0].run.id_fields if all(f in r.run.id_fields for r in rungs)]
    return shared[:1] if shared[:1] == [_OWN] else (shared or [_OWN])


def _of_run(fields: SampleFields, run: Run) -> SampleFields:
    if fields.cluster is None or _has(run, fields.cluster):
        return fields
    return SampleFields(fields.id, None, fields.hashed)


def _has(run: Run, field: str) -> bool:
    return field in run.fields or field in run.id_fields or field == _OWN


def _field(rungs: Sequence[RungRun], field: str, option: str) -> str:
    """Return a field as all logs have it, in their metadata if nowhere else."""
    for name in (field, f"metadata.{field}"):
        lacking = [r for r in rungs if not _has(r.run, name)]
        if not lacking:
            return name
    known = list(dict.fromkeys((*lacking[0].run.id_fields, *lacking[0].run.fields)))
    raise BadParameter(
        f"{lacking[0].name} has no field {field!r}. It has: {first_of(known, _SHOWN) or 'none'}.",
        parameter=option,
    )


def _cluster(rungs: Sequence[RungRun], option: str | None) -> str | None:
    if option is None:
        return None
    if option == "auto":
        own = [r.run.cluster for r in rungs if r.run.cluster]
        if not own:
            raise BadParameter(
                "No log has an error that is clustered. Name a field under cluster.",
                parameter="cluster",
            )
        option = own[0]
    having = [r for r in rungs if _has(r.run, option) or _has(r.run, f"metadata.{option}")]
    return _field(having or rungs, option, "cluster")


def higher_is_better(rungs: Sequence[RungRun], given: bool | None) -> bool:  # noqa: FBT001
    """Return the direction of the scores: as the logs say, as the option says, else upwards.

    Raises `BadParameter` where these differ.
    """
    said = {
        s.higher_is_better
        for r in rungs
        for s in r.run.scores
        if s.name == r.score and s.higher_is_better is not None
    }
    if given is not None:
        said.add(given)
    if len(said) > 1:
        raise BadParameter(
            "Logs and options differ on whether higher scores are better. Compare scores of one "
            "direction, or correct higher_is_better.",
            parameter="higher_is_better",
        )
    return said != {False}
