"""Tasks of google/BIG-bench (`task.json`; Apache-2.0): one card each, without the examples.

The `name` in the file is not unique (several tasks have subtasks of the same name), so a task
is known by its folder and file. The canary stays with the record, as the project asks.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, own_key, place_key
from loaders.formats.assumptions import core
from loaders.model import Agent, Implementation, ImplementationCard, Record
from loaders.reading.cleaning import is_missing, record_id, text, texts
from loaders.reading.links import path_below
from loaders.reading.source_fields import SourceFields

SOURCE = "bigbench"
HARNESS = "BIG-bench"
AUTHOR = Agent(id="big-bench", name="google/BIG-bench, authors of the task (Apache-2.0)")
ROOTS = ("benchmark_tasks", "bigbench_resources", "bigbench")

_SETTINGS = (
    "preferred_score", "task_prefix", "append_choices_to_input", "example_input_prefix",
    "example_output_prefix", "choice_prefix", "few_shot_example_separator",
)  # fmt: skip

_FIELDS = SourceFields(
    *("name", "description", "keywords", "metrics", "canary"),
    given=dict.fromkeys(_SETTINGS, lambda value: isinstance(value, str | int)),
    left_out={"examples": "The items of a task are its data; a card describes them."},
)


def fields(content: Mapping[str, Any]) -> FoundFields:
    """Return what becomes of each field of a task."""
    return _FIELDS.found(content)


def detects(content: Any) -> bool:
    """Recognise a task by its examples and how they are scored."""
    return (
        isinstance(content, Mapping)
        and {"name", "examples"} <= set(content)
        and bool({"preferred_score", "canary", "metrics"} & set(content))
    )


def key(raw: Raw, content: Mapping[str, Any]) -> Key:
    """Return the path of the task in the project; elsewhere the file's name."""
    if below := _below(raw):
        return own_key(below)
    former = PurePosixPath(raw.path or raw.name)
    whole = former.parent if former.name == "task.json" else former.with_suffix("")
    return place_key(raw, text(content.get("name")), str(whole))


def _below(raw: Raw) -> str | None:
    found = None if raw.place else path_below(raw, *ROOTS)
    path = PurePosixPath(found) if found else None
    if path is None:
        return None
    return str(path.parent if path.name == "task.json" else path.with_suffix(""))


def load(raw: Raw, content: Mapping[str, Any]) -> tuple[list[Record], list[RecordProblem]]:
    """Return the card of one task. Raises `CardError` where it has no name."""
    name = text(content.get("name"))
    if name is None:
        raise CardError(RecordProblem("The task has no name.", "name", mend="Give it one."))
    words = raw.key
    ident = record_id(SOURCE, words)
    card = ImplementationCard(
        id=f"{ident}/{AUTHOR.id}",
        implementation=Implementation(id=ident),
        harness=HARNESS,
        title=f"{name} ({words})" if _below(raw) not in {None, name} else name,
        description=text(content.get("description")),
        identifiers=(f"{SOURCE}:{words}",),
        keywords=texts(content.get("keywords")),
        metrics=texts(content.get("metrics")),
        settings=tuple(_settings(content)),
        notes=text(content.get("canary")),
        rights="Apache-2.0",
        author=AUTHOR,
        origin="designer",
        assumptions=core(),
    )
    return [card], []


def _settings(tree: Mapping[str, Any]) -> Iterator[str]:
    """Yield how a prompt is put together; white space is quoted, since it is the setting."""
    for name in _SETTINGS:
        value = tree.get(name)
        if isinstance(value, str) and not is_missing(value):
            yield f"{name} = {value if value == value.strip() else repr(value)}"
        elif isinstance(value, bool | int):
            yield f"{name} = {str(value).lower()}"
