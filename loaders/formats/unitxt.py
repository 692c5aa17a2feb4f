"""Cards of the unitxt catalogue (IBM, Apache-2.0): how unitxt turns a dataset into tasks.

The tags are copied from the Hugging Face Hub and mostly inherited by translations and
variants, so what they say of assumptions is a hint here and never an answer (`hub_tags`).
"""

from collections.abc import Mapping
from typing import Any

from loaders.contract import FoundFields, Key, NoCardError, Raw, RecordProblem, own_key, place_key
from loaders.formats.assumptions import core
from loaders.formats.hub_tags import dialogues, written_by
from loaders.model import Agent, Implementation, ImplementationCard, Record
from loaders.reading.cleaning import record_id, text, texts
from loaders.reading.identifiers import hub_id
from loaders.reading.links import path_below
from loaders.reading.source_fields import SourceFields

SOURCE = "unitxt"
AUTHOR = Agent(id="unitxt", name="unitxt catalogue")
RIGHTS = "Apache-2.0, IBM/unitxt"
INHERITED = "language_creators (inherited)"
_TYPES = {"task_card", "standard_benchmark", "benchmark"}

_FIELDS = SourceFields(
    *("__type__", "__description__", "loader/name"),
    *(f"__tags__/{name}" for name in ("arxiv", "task_categories", "task_ids", "language")),
    given={"task": lambda value: isinstance(value, str)},
)


def fields(tree: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field of a card."""
    return _FIELDS.found(tree)


def detects(tree: Any) -> bool:
    """Recognise an artifact of the catalogue that is a card or a suite of cards."""
    return isinstance(tree, Mapping) and _type(tree) in _TYPES


def _type(tree: Mapping[str, Any]) -> str | None:
    found = tree.get("__type__")
    return found if isinstance(found, str) else None


def key(raw: Raw, tree: Mapping[str, Any]) -> Key:
    """Return the name that unitxt gives a card: its path below `cards`, joined by dots."""
    if not raw.place and (found := stored_key(raw)):
        return found
    return place_key(raw, _data(tree) if raw.place else None, _dotted(raw.path or raw.name))


def stored_key(raw: Raw, record: Record | None = None) -> Key | None:
    """Return the name that unitxt gives a card, if its file lies below `cards`."""
    del record
    below = path_below(raw, "cards")
    return own_key(_dotted(below), _dotted(raw.path or raw.name)) if below else None


def _dotted(path: str) -> str:
    return path.removesuffix(".json").replace("/", ".")


def _data(tree: Mapping[str, Any]) -> str:
    """Return what tells a card from others in a list: the data that it loads."""
    loader = tree.get("loader")
    found = (text(loader.get(k)) for k in ("path", "name")) if isinstance(loader, Mapping) else ()
    return " ".join(w for w in found if w)


def load(raw: Raw, tree: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return one implementation card. Raises `NoCardError` for a suite, which is no card."""
    if _type(tree) != "task_card":
        parts = tree.get("subsets")
        names = ", ".join(parts) if isinstance(parts, Mapping) else ""
        mend = "Import its cards."
        problem = RecordProblem("This is a suite of cards and no card.", "subsets", names, mend)
        raise NoCardError("suite of unitxt cards", problem)
    tags = tree.get("__tags__")
    tags = tags if isinstance(tags, Mapping) else {}
    ident = record_id(SOURCE, raw.key)
    card = ImplementationCard(
        id=f"{ident}/{AUTHOR.id}",
        implementation=Implementation(id=ident),
        title=raw.key,
        description=text(tree.get("__description__")),
        harness="unitxt",
        identifiers=tuple(f"arxiv:{a}" for a in texts(tags.get("arxiv"))),
        keywords=tuple(t for f in ("task_categories", "task_ids") for t in texts(tags.get(f))),
        languages=texts(tags.get("language") or tags.get("languages")),
        settings=_settings(tree),
        dataset_identifiers=_datasets(tree.get("loader")),
        rights=RIGHTS,
        author=AUTHOR,
        origin="third-party",
        status="draft",
        assumptions=core(written_by(tags, INHERITED), dialogues(tags)),
    )
    return [card], []


def _datasets(loader: Any) -> tuple[str, ...]:
    if not isinstance(loader, Mapping) or loader.get("__type__") != "load_hf":
        return ()
    found = hub_id(loader.get("path"))
    return (found,) if found else ()


def _settings(tree: Mapping[str, Any]) -> tuple[str, ...]:
    task, loader = tree.get("task"), tree.get("loader")
    named = [f"task = {task}"] if isinstance(task, str) else []
    config = loader.get("name") if isinstance(loader, Mapping) else None
    return (*named, *(f"config = {c}" for c in texts(config)))
