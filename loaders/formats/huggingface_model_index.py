"""`model-index` of Hugging Face model cards: scores of a model, as its card reports them.

A result is known by the repository of the card. `verified` scores were computed by the Hub; all
others are the word of the author of the card, so who evaluated stays open.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, own_key, place_key
from loaders.formats.assumptions import core
from loaders.model import Agent, Measurement, Metric, Record, Result, System
from loaders.reading.cleaning import record_id, slug, text, texts
from loaders.reading.content import Markdown
from loaders.reading.identifiers import hub_id
from loaders.reading.links import links
from loaders.reading.source_fields import SourceFields, in_part

SOURCE = "huggingface-model-index"
AUTHOR = Agent(id=SOURCE, name="Hugging Face model card")
_NAME = "model-index"
_FIELDS = SourceFields(
    "license",
    given={_NAME: in_part},
    left_out={"text": "It describes the model and not how it was evaluated."},
)


def detects(content: Markdown) -> bool:
    """Recognise a model card with scores by its `model-index`."""
    return isinstance(content.front, Mapping) and bool(_entries(content.front))


def fields(content: Markdown) -> FoundFields:
    """Return what becomes of each field of the front matter; the scores are kept whole, too."""
    return _FIELDS.found({**content.front, "text": content.body.strip()})


def key(raw: Raw, content: Markdown) -> Key:
    """Return the repository where the file lies in it, else the name of the file and the model."""
    repository = _repository(raw)
    return own_key(repository) if repository else place_key(raw, _title(content.front))


def _repository(raw: Raw) -> str | None:
    """Return the repository in the Hub's own cache, or in the address of a source on the Hub."""
    for folder in raw.folders:
        if folder.startswith("models--"):
            return folder.removeprefix("models--").replace("--", "/")
    host, _, below = "/".join(raw.folders).partition("huggingface.co/")
    names = below.split("/")[:2]
    return "/".join(names) if host.startswith("http") and all(names) else None


def load(raw: Raw, content: Markdown) -> tuple[list[Record], list[RecordProblem]]:
    """Return one result. Raises `CardError` for a card without a score or a model's name."""
    warnings: list[RecordProblem] = []
    title, scores = _title(content.front), _scores(content.front, warnings)
    if title is None or not scores:
        what = "names no model" if title is None else "holds no score"
        raise CardError(*warnings, RecordProblem(f"The model-index {what}.", _NAME))
    found = [r for e in _entries(content.front) for r in _mappings(e.get("results"))]
    named = (text(_mapping(r.get("dataset")).get("type")) for r in found)
    result = Result(
        id=f"{record_id(SOURCE, raw.key)}/{AUTHOR.id}",
        systems=tuple(System(id=record_id(SOURCE, n), name=n) for n in _names(content.front)),
        title=f"Scores of {title}, from its card",
        dataset_identifiers=tuple(dict.fromkeys(i for n in named if (i := hub_id(n)))),
        metrics=tuple(dict.fromkeys(m.metric.name for m in scores)),
        measurements=tuple(scores),
        pages=links(u for r in found for u in texts(_mapping(r.get("source")).get("url"))),
        rights="; ".join(texts(content.front.get("license"))) or None,
        author=AUTHOR,
        assumptions=core(),
    )
    return [result], warnings


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def _entries(front: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [e for e in _mappings(front.get(_NAME)) if _mappings(e.get("results"))]


def _names(front: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(n for e in _entries(front) if (n := text(e.get("name")))))


def _title(front: Mapping[str, Any]) -> str | None:
    return ", ".join(_names(front)) or None


def _scores(front: Mapping[str, Any], warnings: list[RecordProblem]) -> list[Measurement]:
    """Return the scores, those of one name with a number behind it."""
    seen: Counter[str] = Counter()
    found = []
    for result in (r for e in _entries(front) for r in _mappings(e.get("results"))):
        for metric in _mappings(result.get("metrics")):
            if score := _score(result, metric, warnings):
                seen[score.key] += 1
                again = f"{score.key}-{seen[score.key]}" if seen[score.key] > 1 else score.key
                found.append(score.model_copy(update={"key": again}))
    return found


def _score(
    result: Mapping[str, Any], metric: Mapping[str, Any], warnings: list[RecordProblem]
) -> Measurement | None:
    """Return one score; no unit is given on the Hub, so it is a point on a scale of its own."""
    value, kind = metric.get("value"), text(metric.get("type")) or "score"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        message = "The score is not a number, so it is left out."
        warnings.append(RecordProblem(message, f"{_NAME}/{kind}", str(value)))
        return None
    name = text(metric.get("name")) or kind
    evaluation = ", ".join(_evaluation(result)) or name
    return Measurement(
        key=slug(f"{evaluation} {name}") or "score",
        metric=Metric(id=record_id(SOURCE, f"{kind}\n{name}"), name=name),
        evaluation=evaluation,
        value=Decimal(value),
        unit="score-point",
    )


def _evaluation(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was evaluated: the dataset with its configuration and split, and the task."""
    dataset, task = _mapping(result.get("dataset")), _mapping(result.get("task"))
    yield from texts(dataset.get("name") or dataset.get("type"))
    yield from (f"{k} {v}" for k in ("config", "split") for v in texts(dataset.get(k)))
    yield from texts(task.get("name") or task.get("type"))
