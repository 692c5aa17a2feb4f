"""The scores of an Every Eval Ever record: one measurement for each, with unit and interval."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loaders.contract import Key, Raw, RecordProblem, own_key
from loaders.model import Agent, Interval, Measurement, Metric
from loaders.reading.cleaning import is_missing, record_id, slug, text
from loaders.reading.identifiers import hub_id
from loaders.reading.links import former_key, path_below

SOURCE = "every-eval-ever"
AUTHOR = Agent(id="every-eval-ever", name="evaleval/every_eval_ever (MIT)")
ROOT = "data"
"""The folder of the source below which the path of a file is its key."""

UNITS = {
    "proportion": "fraction",
    "fraction": "fraction",
    "percent": "percent",
    "percentage": "percent",
    "%": "percent",
}
"""What `metric_unit` may be, in our units; every other unit is a scale of its own."""

_DIGITS = 18
"""How many digits a number of a record has before its point, at most."""

_SENTINEL = "No matching runs"
"""What the source's HELM converter writes beside a score of -1 that stands for none."""


def run_key(raw: Raw, run: Any) -> Key:
    """Return the path of a file in the source; elsewhere its name, with the id of its run.

    Runs share ids, so the id alone tells none.
    """
    if (below := path_below(raw, ROOT)) and not raw.place:
        return own_key(below)
    words = f"{text(run) or ''}/{raw.stem}".lstrip("/")
    return Key(words, given=bool(raw.place), former=(former_key(raw, ROOT),))


def measurement(
    evaluation: Mapping[str, Any], index: int, leaderboard: str, warnings: list[RecordProblem]
) -> Measurement | None:
    """Return one score; a warning and no number where the number given is no data."""
    name = text(evaluation.get("evaluation_name")) or f"evaluation {index}"
    config, details = _section(evaluation, "metric_config"), _section(evaluation, "score_details")
    field = f"evaluation_results/{index - 1}/score_details/score"
    score = number(details.get("score"))
    if score is None:
        warnings.append(_no_number(field, details.get("score")))
        return None
    problem = _no_data(score, config, details, field)
    warnings += [problem] if problem else []
    given = _section(details, "uncertainty") or details
    intervals = () if problem else _intervals(given, score, field, warnings)
    return Measurement(
        key=f"{index}-{slug(name)}".strip("-"),
        metric=_metric(evaluation, config, name, leaderboard),
        evaluation=_evaluation(evaluation, name),
        value=None if problem else score,
        as_reported=_as_reported(score, given, spread=not intervals)
        or (str(score) if problem else None),
        unit=_unit(config),
        n=_count(given.get("num_samples")),
        intervals=intervals,
    )


def number(value: Any) -> Decimal | None:
    """Return a number exactly, None for anything else; true and false are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value)


def _section(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = tree.get(name)
    return value if isinstance(value, Mapping) else {}


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _no_number(field: str, value: Any) -> RecordProblem:
    given = "nothing" if value is None else str(value)
    return RecordProblem(
        "The score is not a number, so it is left out.", field, given, "Give a number."
    )


def _no_data(
    score: Decimal, config: Mapping[str, Any], details: Mapping[str, Any], field: str
) -> RecordProblem | None:
    """Return why a number stands for no score: a sentinel, too long, or outside its range."""
    low, high = number(config.get("min_score")), number(config.get("max_score"))
    unknown = config.get("has_unknown_level") is True and score == -1
    if unknown or _section(details, "details").get("description") == _SENTINEL:
        message = "This number stands for 'no score', so it is not kept as a value."
    elif score.adjusted() >= _DIGITS:
        message = f"The score has more than {_DIGITS} digits before its point, so it is no value."
    elif (low is not None and score < low) or (high is not None and score > high):
        message = f"The score lies outside its own range ({low} to {high}), so it is no value."
    else:
        return None
    return RecordProblem(
        message, field, str(score), "Leave the score out, or mend it or its range."
    )


def _as_reported(score: Decimal, given: Mapping[str, Any], *, spread: bool) -> str | None:
    """Return the score as printed, with what is printed beside it and has no field of its own."""
    error = given.get("standard_error")
    error = number(error.get("value") if isinstance(error, Mapping) else error)
    interval = _section(given, "confidence_interval")
    lower, upper = number(interval.get("lower")), number(interval.get("upper"))
    beside = [f"standard error {error}"] if error is not None else []
    if spread and lower is not None and upper is not None:
        beside.append(f"interval {lower} to {upper}")
    return ", ".join([str(score), *beside]) if beside else None


def _metric(
    evaluation: Mapping[str, Any], config: Mapping[str, Any], name: str, leaderboard: str
) -> Metric:
    """Return the metric, known by all that the source says of it and of what it is applied to."""
    words = text(config.get("metric_name")) or text(config.get("evaluation_description")) or name
    lower = config.get("lower_is_better")
    data = text(_section(evaluation, "source_data").get("dataset_name"))
    known_by = (words, config.get("metric_id"), name, data, leaderboard, lower)
    return Metric(
        id=record_id(SOURCE, "\n".join("" if p is None else str(p) for p in known_by)),
        name=words,
        higher_is_better=None if not isinstance(lower, bool) else not lower,
    )


def _evaluation(evaluation: Mapping[str, Any], name: str) -> str:
    """Return what was evaluated: the evaluation's name, with the dataset where that differs."""
    data = _section(evaluation, "source_data")
    on = (hub_id(data.get("hf_repo")) or "").removeprefix("huggingface:")
    named = on or text(data.get("dataset_name")) or name
    return name if named == name else f"{name} on {named}"


def _unit(config: Mapping[str, Any]) -> str:
    given = text(config.get("metric_unit"))
    if given:
        return UNITS.get(given.lower(), "score-point")
    low, high = number(config.get("min_score")), number(config.get("max_score"))
    return "fraction" if low == 0 and high == 1 else "score-point"


def _intervals(
    given: Mapping[str, Any], score: Decimal, field: str, warnings: list[RecordProblem]
) -> tuple[Interval, ...]:
    """Return the confidence interval, if it can be one: with a level, and around its score."""
    interval = _section(given, "confidence_interval")
    if all(is_missing(interval.get(k)) for k in ("lower", "upper")):
        return ()
    parts = [number(interval.get(k)) for k in ("lower", "upper", "confidence_level")]
    lower, upper, level = parts
    if lower is None or upper is None or level is None or not lower <= score <= upper:
        warnings.append(_no_interval(field, parts))
        return ()
    return (Interval(lower=lower, upper=upper, level=level, interval_method="as-reported"),)


def _no_interval(field: str, parts: list[Decimal | None]) -> RecordProblem:
    lower, upper, level = ("none" if p is None else str(p) for p in parts)
    return RecordProblem(
        "The interval has no level or does not hold its score, so it stays as printed.",
        field.replace("/score_details/score", "/score_details"),
        f"{lower} to {upper}, level {level}",
        "Give lower, upper and confidence_level.",
    )
