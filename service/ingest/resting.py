"""What rests on a graph stays: rules for triples that would take it away, or put it in between.

A version of a record follows another by an import, a withdrawal or undoing, which say so in the
provenance. Triples that come as such do not, so they neither add a version beside another nor
remove one that others follow or name.
"""
# DESIGN: read-back

from collections.abc import Iterator, Sequence

from rdflib import URIRef

from loaders.mapping.iris import BASE, ONTOLOGY_GRAPH, SHAPES_GRAPH, THINGS, path_below
from loaders.model import whole_number
from service.common.problems import Conflict
from service.queries import internal
from service.store.port import Engine

Sizes = Sequence[tuple[str, int, int]]
"""Graphs by name with how many triples each has before and after a change."""


def keep(engine: Engine, sizes: Sizes, subjects: frozenset[str]) -> None:
    """Raise `Conflict` where a change would leave something without what it rests on.

    `subjects` are those of the graphs of these names after the change.
    """
    removed = {name for name, before, after in sizes if before and not after}
    for name, before, after in sizes:
        _keep_own(name, before, after)
        record = _record(name)
        if record and not before and after:
            _keep_order(engine, record)
        elif record and name in removed:
            _keep_version(engine, record, removed)
    touched = {name for name, *_ in sizes}
    if str(THINGS) in touched:
        _keep_described(engine, subjects, touched)


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
    others = {name: newer for name, newer in _versions(engine, series).items() if name != record}
    if others and record not in others.get(f"{series}/{int(version) - 1}", ()):
        raise Conflict(
            f"{record} would be beside {max(others)}, and neither follows the other. Import the "
            "record: it becomes the next version.",
            record=record,
        )


def _keep_version(engine: Engine, record: str, removed: set[str]) -> None:
    series = record.rpartition("/")[0]
    others = [n for n in sorted(_versions(engine, series)) if f"{BASE}graph/{n}" not in removed]
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


def _keep_described(engine: Engine, kept: frozenset[str], touched: set[str]) -> None:
    """Raise `Conflict` where a thing would no longer be described that other graphs name."""
    gone = {str(subject) for subject in engine.graph(str(THINGS)).subjects()} - kept
    names = [URIRef(iri) for iri in sorted(gone) if iri.startswith(f"{BASE}id/")]
    rows = internal.rows(engine, "names-of-things", x=names) if names else []
    for row in rows:
        if str(row["graph"]) not in touched:
            thing, graph = path_below(row["x"]), str(row["graph"]).removeprefix(BASE)
            raise Conflict(
                f"{thing} is named in {graph} and would no longer be described. Remove that first, "
                "or serve with --gate off.",
                thing=thing,
                graph=graph,
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


def _versions(engine: Engine, series: str) -> dict[str, set[str]]:
    """Return the stored versions of a record, each with those that it says it is replaced by."""
    found: dict[str, set[str]] = {}
    for row in internal.rows(engine, "all-versions", series=URIRef(f"{BASE}id/{series}")):
        newer = {path_below(row["newer"])} if "newer" in row else set()
        found.setdefault(path_below(row["version"]), set()).update(newer)
    return found
