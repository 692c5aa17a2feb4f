"""The embedded engine: Oxigraph, in a folder on disk or in memory."""

import re
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef
from rdflib.term import BNode, Node
from typing_extensions import Buffer

from service.engines.base import EVERYTHING, AnswerKind, Dataset, Row
from service.engines.sparql_text import names_dataset, query_kind
from service.problems import BadQuery, StoreBusy, TooLarge

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


class EmbeddedEngine:
    """Oxigraph in this process. One writer at a time; readers keep their snapshot."""

    def __init__(self, store: ox.Store, *, durable: bool = False) -> None:
        """Serve an open store; `durable` for one that is written to disk. See `open_store`."""
        self._store = store
        self._durable = durable
        self._write = Lock()

    def select(self, sparql: str) -> list[Row]:
        """Return the solutions of a SELECT query."""
        result = self._run(sparql, EVERYTHING)
        names = [v.value for v in result.variables]
        return [
            {n: _term(t) for n, t in zip(names, row, strict=True) if t is not None}
            for row in result
        ]

    def ask(self, sparql: str) -> bool:
        """Return the answer of an ASK query."""
        return bool(self._run(sparql, EVERYTHING))

    def construct(self, sparql: str) -> Graph:
        """Return the triples of a CONSTRUCT or DESCRIBE query."""
        return _graph(self._run(sparql, EVERYTHING))

    def kind(self, sparql: str) -> AnswerKind:
        """Return what a query asks for. Raises `BadQuery` for an update or for SERVICE."""
        return query_kind(sparql)

    def answer(self, sparql: str, media: str, dataset: Dataset, max_bytes: int) -> bytes:
        """Run a query of anybody's and return its result in a media type that fits its kind."""
        query_kind(sparql)
        result = self._run(sparql, dataset)
        forms = _RDF if isinstance(result, ox.QueryTriples) else _RESULTS
        buffer = _Capped(max_bytes)
        try:
            result.serialize(buffer, format=forms[media])
        except OSError as error:
            raise (buffer.problem or error) from error
        return buffer.getvalue()

    def graph(self, iri: str) -> Graph:
        """Return a copy of one named graph, empty if there is none."""
        quads = self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
        return _graph(quad.triple for quad in quads)

    def commit(self, insert: str, drop: Iterable[str] = ()) -> None:
        """Drop whole graphs and insert N-Quads, as one transaction: all of it or nothing."""
        dropped = [ox.NamedNode(iri) for iri in drop]
        with self._write:
            if dropped:
                self._store.update(_replacement(insert, dropped))
            else:
                self._store.load(insert.encode(), format=ox.RdfFormat.N_QUADS)
            self._flush()

    def dump(self) -> Iterator[bytes]:
        """Yield the whole store as N-Quads."""
        quads = iter(self._store)
        while batch := list(islice(quads, 10_000)):
            yield ox.serialize(batch, format=ox.RdfFormat.N_QUADS) or b""

    def close(self) -> None:
        """Make everything durable and let go of the store."""
        self._flush()
        del self._store

    def _flush(self) -> None:
        # also what lets a read-only engine beside this one see the latest commit
        if self._durable:
            self._store.flush()

    def _run(self, sparql: str, dataset: Dataset) -> Any:
        try:
            return self._store.query(sparql, **_visible(sparql, dataset))
        except SyntaxError as error:
            raise _syntax(error) from error


def open_store(folder: Path | None, *, read_only: bool = False) -> EmbeddedEngine:
    """Open the store in a folder, making it if need be; without a folder, in memory.

    A read-only engine may be opened beside a writer and shows the state at that moment.
    Raises `StoreBusy` when another process has the folder open for writing.
    """
    if folder is None:
        return EmbeddedEngine(ox.Store())
    try:
        if read_only and folder.exists():
            return EmbeddedEngine(ox.Store.read_only(str(folder)))
        folder.mkdir(parents=True, exist_ok=True)
        return EmbeddedEngine(ox.Store(str(folder)), durable=True)
    except OSError as error:
        if "lock" not in str(error).lower():
            raise
        raise StoreBusy(
            f"Another process has the store in {folder} open. Stop it (a running "
            "`evalgap serve`, for example), or name another folder with --store.",
            store=str(folder),
        ) from error


def _visible(sparql: str, dataset: Dataset) -> dict[str, Any]:
    if dataset == EVERYTHING:
        # a dataset that the query chooses itself must not be widened to all graphs
        return {} if names_dataset(sparql) else {"use_default_graph_as_union": True}
    named = [ox.NamedNode(iri) for iri in dataset.named]
    default = [ox.NamedNode(iri) for iri in dataset.default]
    return {"default_graph": default, "named_graphs": named}


def _syntax(error: SyntaxError) -> BadQuery:
    match = _PLACE.match(str(error))
    if match is None:
        return BadQuery(f"The query does not parse: {error}")
    line, column, expected = int(match[1]), int(match[2]), " ".join(match[3].split())
    return BadQuery(
        f"The query does not parse at line {line}, column {column}.",
        line=line,
        column=column,
        expected=expected[:300],
    )


class _Capped(BytesIO):
    """Memory for a result, up to a limit; past it, writing stops the evaluation."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit
        self.problem: TooLarge | None = None

    def write(self, data: Buffer) -> int:
        if self.tell() + len(memoryview(data)) > self._limit:
            self.problem = TooLarge(
                f"The answer is larger than {self._limit // 2**20} MB. "
                "Narrow the query or add a LIMIT.",
                limit_bytes=self._limit,
            )
            raise OSError(self.problem.detail)
        return super().write(data)


def _replacement(nquads: str, dropped: list[ox.NamedNode]) -> str:
    drops = "".join(f"DROP SILENT GRAPH {g} ;\n" for g in dropped)
    by_graph: dict[str, list[str]] = {}
    for quad in ox.parse(nquads.encode(), format=ox.RdfFormat.N_QUADS):
        by_graph.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .")
    blocks = "\n".join(f"GRAPH {g} {{ {' '.join(t)} }}" for g, t in by_graph.items())
    return f"{drops}INSERT DATA {{ {blocks} }}"


def _graph(triples: Iterable[Any]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add((_term(triple.subject), _term(triple.predicate), _term(triple.object)))
    return graph


def _term(term: Any) -> Node:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.Literal):
        datatype = None if term.language else URIRef(term.datatype.value)
        if datatype == _STRING:
            return Literal(term.value)
        return Literal(term.value, lang=term.language, datatype=datatype)
    return BNode(str(term))


_STRING = URIRef("http://www.w3.org/2001/XMLSchema#string")
