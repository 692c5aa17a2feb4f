"""What the store holds, in numbers; worked out once and kept until the content changes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from rdflib import Literal, URIRef
from rdflib.term import Node

from loaders.mapping.iris import BASE, EGAP
from service.queries import catalog
from service.store.port import Engine, Row

_STATE = f"{BASE}graph/state"
_LOOK = 1.0
"""Seconds between two looks whether the store was found broken."""
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class Source:
    """What one author has in the store, in one format: `count` versions of records."""

    format: str
    author: URIRef
    name: str
    count: int


@dataclass(frozen=True)
class Content:
    """How much there is of what, and since when."""

    triples: int
    entities: int
    classes: Mapping[URIRef, int]
    examples: Mapping[URIRef, URIRef]
    properties: Mapping[URIRef, int]
    graphs: Mapping[URIRef, int]
    sources: tuple[Source, ...]
    modified: Node | None


def stamp(engine: Engine) -> str:
    """Return a text that is another one once the content has changed.

    Counted are the writes of this process and, where others may write too, the versions of
    records, the time of the last, and the digests of ontology and shapes.
    """
    if not engine.shared:
        return str(engine.generation)
    row = _rows(engine, "stamp")[0]
    state = engine.graph(_STATE).subject_objects(EGAP.contentHash)
    digests = sorted(f"{subject} {digest}" for subject, digest in state)
    numbers = [str(row.get(name, "")) for name in ("versions", "latest")]
    return " ".join([*numbers, str(engine.generation), *digests])


class PerContent(Generic[_Made]):
    """Remembers what was made of a store until the content of that store changes."""

    def __init__(self, make: Callable[[Engine], _Made]) -> None:
        """Wrap the function that makes it; only one thread at a time runs it."""
        self._make = make
        self._made: WeakKeyDictionary[Engine, tuple[str, _Made]] = WeakKeyDictionary()
        self._lock = Lock()

    def __call__(self, engine: Engine) -> _Made:
        """Return what was made of the store as it is now."""
        with self._turn(engine):
            now = stamp(engine)
            found = self._made.get(engine)
            if found is None or found[0] != now:
                found = now, self._make(engine)
                self._made[engine] = found
            return found[1]

    @contextmanager
    def _turn(self, engine: Engine) -> Iterator[None]:
        """Wait for the lock, but not for a thread that a broken disk will never let go.

        Raises `StoreDamaged`.
        """
        engine.check()
        while not self._lock.acquire(timeout=_LOOK):
            engine.check()
        try:
            yield
        finally:
            self._lock.release()

    def forget(self, engine: Engine) -> None:
        """Let go of what was made of a store."""
        with self._lock:
            self._made.pop(engine, None)


def modified(engine: Engine) -> str | None:
    """Return when the last version of a record was stored (ISO 8601); None for an empty store."""
    latest = _rows(engine, "stamp")[0].get("latest")
    return None if latest is None else str(latest)


@PerContent
def content(engine: Engine) -> Content:
    """Return the numbers of a store."""
    classes = _rows(engine, "classes")
    properties = _counted(_rows(engine, "properties"), "property", "triples")
    return Content(
        triples=sum(properties.values()),
        entities=_number(_rows(engine, "entities")[0], "entities"),
        classes=_counted(classes, "class", "entities"),
        examples={_iri(r, "class"): _iri(r, "example") for r in classes if "example" in r},
        properties=properties,
        graphs=_counted(_rows(engine, "graphs"), "graph", "triples"),
        sources=tuple(sorted((_source(r) for r in _rows(engine, "sources")), key=str)),
        modified=_rows(engine, "stamp")[0].get("latest"),
    )


def _rows(engine: Engine, name: str) -> list[Row]:
    return catalog.run(catalog.lists()[name], {}, engine)


def _counted(rows: list[Row], what: str, how_many: str) -> dict[URIRef, int]:
    found = {_iri(row, what): _number(row, how_many) for row in rows if what in row}
    return dict(sorted(found.items()))


def _source(row: Row) -> Source:
    form = str(row["loader"]).rpartition("/")[0]
    return Source(form, _iri(row, "author"), str(row["name"]), _number(row, "records"))


def _iri(row: Row, name: str) -> URIRef:
    return URIRef(str(row[name]))


def _number(row: Row, name: str) -> int:
    found = row[name]
    return int(found) if isinstance(found, Literal) else 0
