"""The beginning of a serialised answer, read back as terms for a page to show."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any

import pyoxigraph as ox
from rdflib.term import Node

from service.store.query import ResultForm
from service.store.terms import to_rdflib

MEDIA = {
    "bindings": "text/tab-separated-values",  # whose rows are counted much sooner than JSON's
    "boolean": "application/sparql-results+json",
    "graph": "application/n-triples",
}
"""The media type that `read` reads, by form of result."""

_TRIPLE = ("subject", "predicate", "object")


@dataclass(frozen=True)
class Solutions:
    """The columns of an answer, its first rows, and how many there are; or a yes or no.

    An unbound variable is None. The columns of triples are subject, predicate and object.
    """

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Node | None, ...], ...] = ()
    total: int = 0
    boolean: bool | None = None


def read(body: IO[bytes], form: ResultForm, most: int) -> Solutions:
    """Return an answer in the form of `MEDIA`, its first `most` rows as terms."""
    if form == "graph":
        quads = ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True)
        return _counted(_TRIPLE, ((q.subject, q.predicate, q.object) for q in quads), most)
    syntax = ox.QueryResultsFormat.JSON if form == "boolean" else ox.QueryResultsFormat.TSV
    found: Any = ox.parse_query_results(body, format=syntax)
    if form == "boolean":
        return Solutions(boolean=bool(found))
    return _counted(tuple(v.value for v in found.variables), iter(found), most)


def _counted(columns: tuple[str, ...], rows: Iterator[Any], most: int) -> Solutions:
    first = tuple(
        tuple(None if t is None else to_rdflib(t) for t in row) for row in islice(rows, most)
    )
    return Solutions(columns, first, len(first) + sum(1 for _ in rows))
