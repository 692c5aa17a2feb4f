"""What the page of a dataset, implementation or result shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loaders.model import Assumption, Flag, Record, Result
from service.common import languages
from service.ontology.labels import label
from service.queries import lists
from service.records import flags, levels, repository
from service.records.levels import LevelLink
from service.records.repository import StoredRecord
from service.store.port import Engine
from service.web.pages.levels.index import Level

_APART = {
    "kind", "id", "title", "author", "dataset", "implementation", "system", "systems",
    "also_says", "assumptions", "measurements", "withdrawal", "reinstatement", "status",
}  # fmt: skip
"""What stands in places of its own on the page, or is the page's address."""
BESIDE = 100
"""The most links to other levels that one page shows of each kind."""


@dataclass(frozen=True)
class ShownRecord:
    """A current record: its version, when and from what it was recorded, its fields in words."""

    record: Record
    version: int
    recorded: str
    file: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    assumptions: tuple[Assumption, ...]


@dataclass(frozen=True)
class Beside:
    """What stands at one other level: the first links, and how many there are."""

    kind: str
    first: tuple[LevelLink, ...]
    total: int


@dataclass(frozen=True)
class ItemPage:
    """One thing at its level: records about it, what belongs to it, what names the same data."""

    kind: str
    id: str
    title: str
    records: tuple[ShownRecord, ...]
    confirmed: tuple[LevelLink, ...]
    beside: tuple[Beside, ...]
    flags: tuple[Flag, ...]


def item(engine: Engine, level: Level, ident: str) -> ItemPage:
    """Return what a page shows. Raises `NotFound`, `Gone` and `Renamed`."""
    found = _records(engine, level, ident)
    every = levels.links(engine, level.kind, ident)
    return ItemPage(
        level.kind,
        ident,
        _title(engine, level, ident, found),
        tuple(_shown(engine, stored) for stored in found),
        tuple(link for link in every if link.relation),
        tuple(_beside([link for link in every if not link.relation])),
        flags.of_figure(engine, f"{level.kind}/{ident}") if level.kind == Result.kind else (),
    )


def _records(engine: Engine, level: Level, ident: str) -> list[StoredRecord]:
    if level.kind == Result.kind:
        return [repository.load(engine, level.kind, ident)]
    return repository.described(engine, level.kind, ident, f"{level.kind}-card")


def _title(engine: Engine, level: Level, ident: str, found: list[StoredRecord]) -> str:
    if found:
        return str(min(getattr(stored.record, "title", ident) for stored in found))
    items = lists.listing(engine, level.name, {})
    return next((str(i["name"]) for i in items if i["id"] == ident), ident)


def _shown(engine: Engine, stored: StoredRecord) -> ShownRecord:
    came = repository.provenance(engine, stored)
    return ShownRecord(
        stored.record,
        stored.version,
        str(came["recorded"] or ""),
        str(came["file"] or ""),
        tuple(_fields(stored.record)),
        getattr(stored.record, "assumptions", ()),
    )


def _fields(record: Record) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every other field that a record gives, by name, with its values in words."""
    for name, value in record.model_dump(exclude_none=True, exclude=_APART).items():
        values = value if isinstance(value, list | tuple) else (value,)
        if name == "domains":
            values = [label(f"code/domain/{code}") for code in values]
        elif name == "languages":
            values = languages.in_words(values)
        words = tuple(filter(None, map(_words, values)))
        if words:
            yield name.replace("_", " ").capitalize(), words


def _words(value: Any) -> str:
    """Return a value in words: of a thing its name or else its id, of a citation where it is."""
    if not isinstance(value, Mapping):
        return str(value)
    if set(value) <= {"id", "name", *_OF_THINGS}:
        return str(value.get("name") or value["id"])
    return ", ".join(f"{k.replace('_', ' ')}: {_words(v)}" for k, v in value.items() if v)


_OF_THINGS = {"domains", "url"}


def _beside(found: list[LevelLink]) -> Iterator[Beside]:
    for kind in levels.LEVELS:
        of_kind = [link for link in found if link.kind == kind]
        if of_kind:
            yield Beside(kind, tuple(of_kind[:BESIDE]), len(of_kind))
