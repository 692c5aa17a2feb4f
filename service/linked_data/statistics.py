"""How much of what the graph holds, by source: the numbers of VoID and DCAT."""

from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import Literal, URIRef
from rdflib.term import Node

from service.queries import internal
from service.queries.cache import cached_per_state
from service.store.port import Engine, Row


@dataclass(frozen=True)
class SourceCount:
    """What one author has in the store, in one format: `count` versions of records.

    `uncounted` of them are self-reported: they are in the store, and lists and questions leave them
    out.
    """

    format: str
    author: URIRef
    name: str
    count: int
    uncounted: int = 0


@dataclass(frozen=True)
class StoreStatistics:
    """How much there is of what, and since when."""

    triples: int
    entities: int
    classes: Mapping[URIRef, int]
    examples: Mapping[URIRef, URIRef]
    properties: Mapping[URIRef, int]
    graphs: Mapping[URIRef, int]
    sources: tuple[SourceCount, ...]
    modified: Node | None

    @property
    def uncounted(self) -> int:
        """How many versions of records are self-reported."""
        return sum(s.uncounted for s in self.sources)


def modified(engine: Engine) -> str | None:
    """Return when the last version of a record was stored (ISO 8601); None for an empty store."""
    latest = internal.rows(engine, "stamp")[0].get("latest")
    return None if latest is None else str(latest)


@cached_per_state
def statistics(engine: Engine) -> StoreStatistics:
    """Return the numbers of a store."""
    classes = internal.rows(engine, "classes")
    properties = _counted(internal.rows(engine, "properties"), "property", "triples")
    return StoreStatistics(
        triples=sum(properties.values()),
        entities=_number(internal.rows(engine, "entities")[0], "entities"),
        classes=_counted(classes, "class", "entities"),
        examples={_iri(r, "class"): _iri(r, "example") for r in classes if "example" in r},
        properties=properties,
        graphs=_counted(internal.rows(engine, "graphs"), "graph", "triples"),
        sources=tuple(sorted((_source(r) for r in internal.rows(engine, "sources")), key=str)),
        modified=internal.rows(engine, "stamp")[0].get("latest"),
    )


def _counted(rows: list[Row], what: str, how_many: str) -> dict[URIRef, int]:
    found = {_iri(row, what): _number(row, how_many) for row in rows if what in row}
    return dict(sorted(found.items()))


def _source(row: Row) -> SourceCount:
    form = str(row["loader"]).rpartition("/")[0]
    counts = (_number(row, name) for name in ("records", "uncounted"))
    return SourceCount(form, _iri(row, "author"), str(row["name"]), *counts)


def _iri(row: Row, name: str) -> URIRef:
    return URIRef(str(row[name]))


def _number(row: Row, name: str) -> int:
    found = row[name]
    return int(found) if isinstance(found, Literal) else 0
