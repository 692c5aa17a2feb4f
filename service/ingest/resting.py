"""What rests on a graph stays: rules for triples that would take it away, or put it in between.

A version of a record follows another by an import, a withdrawal or undoing, which say so in the
provenance. Triples that come as such do not, so they neither add a version beside another nor
remove one that others follow or name.
"""
# DESIGN: read-back

from collections.abc import Iterator, Sequence

from rdflib import DCTERMS, URIRef

from loaders.mapping.iris import BASE, ONTOLOGY_GRAPH, PROVENANCE, SHAPES_GRAPH, path_below
from loaders.model import whole_number
from service.common.problems import Conflict
from service.queries import internal
from service.store.port import Engine

Sizes = Sequence[tuple[str, int, int]]
"""Graphs by name with how many triples each has before and after a change."""


def keep(engine: Engine, sizes: Sizes) -> None:
    """Raise `Conflict` where a change would leave something without what it rests on."""
    removed = {name for name, before, after in sizes if before and not after}
    for name, before, after in sizes:
        _keep_own(name, before, after)
        record = _record(name)
        if record and not before and after:
            _keep_order(engine, record)
        elif record and name in removed:
            _keep_version(engine, record, removed)


def _keep_own(name: str, before: int, after: int) -> None:
    """Raise `Conflict` where the ontology or the shapes would lose what the service reads."""
    if name in {str(ONTOLOGY_GRAPH), str(SHAPES_GRAPH)} and after < before:
        raise Conflict(
            f"{name} would lose what the service reads there. Change the files of the ontology "
            "and the shapes, or serve with --gate off.",
            graph=name,
        )


def _keep_order(engine: Engine, record: str) -> None:
    series, _, version = record.rpartition("/")
    others = [n for n in _versions(engine, series) if n != record]
    before = URIRef(f"{BASE}id/{series}/{int(version) - 1}")
    follows = (before, DCTERMS.isReplacedBy, URIRef(f"{BASE}id/{record}"))
    if others and follows not in engine.graph(str(PROVENANCE)):
        raise Conflict(
            f"{record} would stand beside {others[-1]}, and neither follows the other. Import the "
            "record: it becomes the next version.",
            record=record,
        )


def _keep_version(engine: Engine, record: str, removed: set[str]) -> None:
    series = record.rpartition("/")[0]
    others = [n for n in _versions(engine, series) if f"{BASE}graph/{n}" not in removed]
    if n := next((n for n in others if n != record), None):
        raise Conflict(
            f"{record} is a version of a record that also has {n}. Withdraw the record, or undo "
            "the import that stored it; a version is not removed by itself.",
            record=record,
        )
    naming = [n for n in _naming(engine, record, series) if f"{BASE}graph/{n}" not in removed]
    if naming:
        raise Conflict(
            f"{record} is named by {', '.join(naming[:10])}. Remove these first, or withdraw the "
            "record: it is counted nowhere then.",
            record=record,
            named_by=naming,
        )


def _naming(engine: Engine, record: str, series: str) -> Iterator[str]:
    names = [URIRef(f"{BASE}id/{name}") for name in (record, series)]
    for row in internal.rows(engine, "naming", name=names):
        if str(row["series"]) != str(names[1]):
            yield path_below(row["record"])


def _record(graph: str) -> str | None:
    """Return the version of a record that a graph is for: `gap/a-name/1`."""
    record = graph.removeprefix(f"{BASE}graph/")
    number = whole_number(record.rpartition("/")[2])
    return record if record != graph and "/" in record and number else None


def _versions(engine: Engine, series: str) -> list[str]:
    rows = internal.rows(engine, "versions-of", x=[URIRef(f"{BASE}id/{series}")])
    return sorted(path_below(row["version"]) for row in rows)
