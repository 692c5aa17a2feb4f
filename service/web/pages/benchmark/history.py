"""The versions of a card, and what two of them differ in, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loaders.model import Record
from loaders.reading.source_fields import pair
from service.records import repository
from service.store.port import Engine

_KEYS = ("dimension", "key", "code", "url", "id")
"""The fields that tell the items of a list apart."""


@dataclass(frozen=True)
class CardVersion:
    """One version of a card: its number, when it was recorded (ISO 8601), and from which file."""

    number: int
    recorded: str
    file: str


@dataclass(frozen=True)
class FieldChange:
    """A field that differs between two versions; None where a version does not have it."""

    field: str
    before: str | None
    after: str | None


def versions(engine: Engine, card: str) -> tuple[CardVersion, ...]:
    """Return the versions of a card, the first one first. Raises `NotFound`."""
    return tuple(CardVersion(*found) for found in repository.history(engine, "card", card))


def difference(engine: Engine, card: str, before: int, after: int) -> tuple[FieldChange, ...]:
    """Return what two versions of a card differ in. Raises `NotFound` for one that is not."""
    old, new = (repository.load(engine, "card", card, n).record for n in (before, after))
    return changes(old, new)


def changes(old: Record, new: Record) -> tuple[FieldChange, ...]:
    """Return every field in which two records differ, in the order of the fields."""
    first, second = dict(_fields(old.model_dump())), dict(_fields(new.model_dump()))
    names = dict.fromkeys((*first, *second))
    pairs = ((name, first.get(name), second.get(name)) for name in names)
    return tuple(FieldChange(*pair) for pair in pairs if pair[1] != pair[2])


def _fields(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield path and text of every value that is given; items of lists go by what names them."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _fields(item, f"{path} / {key}" if path else str(key))
    elif isinstance(value, list | tuple) and value and isinstance(value[0], Mapping):
        for number, item in enumerate(value, start=1):
            yield from _fields(item, f"{path} / {_name(item, number)}")
    elif path == "also_says":
        yield from ((f"{path} / {field}", text) for field, text in map(pair, value))
    elif isinstance(value, list | tuple):
        yield from [(path, ", ".join(map(str, value)))] if value else []
    elif value is not None:
        yield path, str(value)


def _name(item: Mapping[str, Any], number: int) -> str:
    return str(next((item[key] for key in _KEYS if item.get(key)), number))
