"""The remote engine: any server of SPARQL 1.1 over HTTP.

Answers are fetched as JSON results or N-Triples, which every server writes well, and Oxigraph
writes them in the requested form, so that all engines give the same bytes for it.
"""
# DESIGN: remote-checks

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urljoin, urlsplit

import pyoxigraph as ox
from rdflib import Graph

from service.common.problems import BadQuery, BadRequest, Problem, StoreUnavailable, TooLarge
from service.sandbox import WorkerLimits, Workers
from service.sandbox.forkserver import context
from service.store import rdf_input
from service.store.port import EVERYTHING, CancellationToken, Limits, Query, QueryDataset, Row
from service.store.remote.dialects import Dialect, query_urls, recognise
from service.store.remote.http import Http, Watch, plain, unavailable
from service.store.remote.updates import STAGING, Writer
from service.store.remote.wire_format import (
    JSON,
    TRIPLES,
    Graphs,
    by_graph,
    lines,
    mended,
    results,
    solutions,
    triples,
    watching,
    written,
)
from service.store.sparql_tokens import (
    check_update,
    forgiving,
    refuse_any_service,
    result_form,
    with_base,
    with_using,
)
from service.store.syntax_check import check_query_survival, check_update_syntax
from service.store.terms import is_rdf12, to_graph, to_rdflib

OWN = Limits(seconds=60, rows=10**9, bytes=2**30)
"""What a query of the service itself may use."""

PARSING = WorkerLimits(size=2, queue=64, seconds=10, memory=2**29)
"""What may be used to find out whether an untrusted query parses, before a server sees it."""

HELLO = Limits(seconds=10)
"""What the first question may use."""

_GRAPHS_AT_ONCE = 50
_MANY = " ".join(str(n) for n in range(101))
"""Twice crossed, more than the 10,000 rows at which servers cut by their example settings."""


class RemoteEngine:
    """A SPARQL server elsewhere. One write at a time from here; others may write there too."""

    def __init__(
        self, http: Http, server: Dialect, queries: str, updates: str, graph_store: str
    ) -> None:
        """Ask nothing yet; use `open_remote`, which finds out what these are."""
        self._http = http
        self._server = server
        self._queries = queries
        self._graph_store = graph_store
        self._writer = Writer(http, server, updates, graph_store, self.select)
        self._union_seen = False
        self._generation = 0
        self._parsers = Workers(context, PARSING, "being parsed")

    @property
    def generation(self) -> int:
        """How often this process has written to the store; others may have, too."""
        return self._generation

    @property
    def shared(self) -> bool:
        """Others may write to the server."""
        return True

    def select(self, sparql: str) -> list[Row]:
        """Return the solutions of a SELECT query."""
        with self._fetch(sparql, JSON) as body:
            found = results(body, self._queries)
            names = [v.value for v in found.variables]
            return [_row(names, solution) for solution in solutions(found, self._queries)]

    def ask(self, sparql: str) -> bool:
        """Return the answer of an ASK query."""
        with self._fetch(sparql, JSON) as body:
            return bool(results(body, self._queries))

    def construct(self, sparql: str) -> Graph:
        """Return the triples of a CONSTRUCT or DESCRIBE query."""
        with self._fetch(sparql, TRIPLES) as body:
            return to_graph(triples(body, self._queries))

    def answer(self, ask: Query, stop: CancellationToken | None = None) -> IO[bytes]:
        """Return the whole serialised result of an untrusted query, positioned at its start.

        SPARQL 1.1 has no cancellation, so the token is only checked before the request is sent;
        afterwards the time limit of the server ends the work.
        """
        stop = stop or CancellationToken()
        stop.check()
        form = result_form(ask.sparql)
        refuse_any_service(ask.sparql)
        # no parser survives every text: a chain of 20,000 operators would end the server
        self._parsers.run(check_query_survival, ask.sparql, ask.base, stop=stop)
        self._server.check(ask.sparql)
        media = TRIPLES if form == "graph" else JSON
        text = with_base(ask.sparql, ask.base)
        try:
            watch = watching(form, ask.limits)
            with self._fetch(text, media, ask.dataset, ask.limits, watch) as body:
                return written(body, form, ask, self._queries)
        except Problem as problem:
            # a traceback would carry Oxigraph's parsers to other threads, and they may not go
            problem.__context__ = None
            raise problem.with_traceback(None) from None

    def graph(self, iri: str) -> Graph:
        """Return a copy of one named graph, empty if there is none."""
        return to_graph(quad.triple for quad in self._quads([iri]))

    def default_graph(self) -> Graph:
        """Return a copy of the default graph alone; empty where the server has none."""
        if not self._graph_store or not self._server.default_graph:
            return Graph()
        url = f"{self._graph_store}?default"
        with self._http.get(url, TRIPLES, OWN).body as body:
            return to_graph(triples(body, url))

    def commit(self, insert: str | bytes, drop: Iterable[str] = ()) -> None:
        """Drop whole graphs and insert N-Quads: all of it or nothing (see `remote_writes`)."""
        graphs, dropped = by_graph(insert), list(drop)
        if not self._server.default_graph and "" in chain(graphs, dropped):
            raise BadRequest("This store has no default graph that can be written. Name a graph.")
        try:
            self._writer.commit(graphs, dropped)
        except StoreUnavailable as error:
            if isinstance(error.__cause__, BadQuery) and _hold_rdf12(graphs):
                raise BadRequest(
                    "The store takes no triple terms or texts with a base direction: they are of "
                    "RDF 1.2. Leave them out, or use a store that has them, as Oxigraph."
                ) from error
            raise
        self._generation += 1
        self.check_union()

    def update(
        self, sparql: str, using: QueryDataset = EVERYTHING, base: str | None = None
    ) -> None:
        """Run a SPARQL update, as one transaction where the server can. Raises `BadQuery`."""
        check_update(sparql)
        check_update_syntax(sparql, base)
        self._server.check(sparql)
        text = with_using(forgiving(sparql), using.default, using.named)
        self._writer.update(with_base(text, base))
        self._generation += 1

    def dump(self) -> Iterator[bytes]:
        """Yield the whole store as N-Quads, graph by graph, each as it is at that moment."""
        yield rdf_input.lines(self.default_graph())
        # DISTINCT is many times slower on some servers
        rows = self.select("SELECT ?g WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
        names = (str(row["g"]) for row in rows if not self._hidden(str(row["g"])))
        while some := list(islice(names, _GRAPHS_AT_ONCE)):
            yield from lines(self._quads(some))

    def backup(self, folder: Path) -> None:
        """Raise `BadRequest`: the server keeps its own backups."""
        raise BadRequest(
            f"The store is at {plain(self._queries)}, which keeps its own backups, so nothing "
            f"was written to {folder}. Use `evalgap export` for a copy."
        )

    def copy(self, path: Path) -> None:
        """Write the store as N-Quads to a file."""
        with path.open("wb") as stream:
            stream.writelines(self.dump())

    def tidy(self) -> None:
        """Do nothing: the server keeps its files as it likes."""

    def read_through(self) -> None:
        """Do nothing: the server looks after its files."""

    def copy_to_memory(self, most: int) -> bool:
        """Do nothing: the server answers from wherever it likes."""
        del most
        return False

    def check(self) -> None:
        """Do nothing: what a server finds broken, it says itself."""

    def ping(self) -> None:
        """Ask the server a small question. Raises `StoreUnavailable`."""
        self.ask("ASK {}")

    def close(self) -> None:
        """Close the connections; what was written is durable already."""
        self._parsers.close()
        self._http.close()

    def check_union(self) -> None:
        """Raise `StoreUnavailable` where queries without GRAPH do not see named graphs.

        An empty store gives no evidence; the check repeats after each commit until it succeeds.
        """
        if self._union_seen:
            return
        some = "SELECT ?s ?p ?o WHERE { GRAPH ?g { ?s ?p ?o } } LIMIT 1"
        if not self.select(some):
            return
        if not self.ask(f"ASK {{ {{ {some} }} ?s ?p ?o }}"):
            raise unavailable(
                self._queries,
                "shows named graphs only to queries that say GRAPH. Make its default graph the "
                "union of all graphs (Fuseki: tdb2:unionDefaultGraph true; Stardog: "
                "query.all.graphs=true).",
            )
        self._union_seen = True

    def check_limit(self) -> None:
        """Raise `StoreUnavailable` where the server cuts graphs short without a word."""
        if not self._server.raise_limit:
            return
        try:
            self.select(f"SELECT ?a WHERE {{ VALUES ?a {{ {_MANY} }} VALUES ?b {{ {_MANY} }} }}")
        except TooLarge as error:
            raise unavailable(
                self._queries,
                "cuts graphs at 10,000 rows or less and does not say so. "
                f"{self._server.raise_limit}",
            ) from error

    def _hidden(self, graph: str) -> bool:
        return graph in self._server.own_graphs or graph.startswith(STAGING)

    def _fetch(
        self,
        sparql: str,
        media: str,
        dataset: QueryDataset = EVERYTHING,
        limits: Limits = OWN,
        watch: Watch | None = None,
    ) -> IO[bytes]:
        form = self._server.form(sparql, dataset, limits.seconds)
        reply = self._http.post(self._queries, form, media, limits, watch)
        if reply.cut_at is not None:
            reply.body.close()
            raise TooLarge(
                f"The store cuts every answer at {reply.cut_at:,} rows. Narrow the query, or "
                "page through it with ORDER BY, LIMIT and OFFSET.",
                limit_rows=reply.cut_at,
            )
        return mended(reply.body, self._server.mends if media == JSON else {})

    def _quads(self, graphs: list[str]) -> Iterator[Any]:
        # not CONSTRUCT, which is cut without an error where the server has `raise_limit`
        values = " ".join(str(ox.NamedNode(iri)) for iri in graphs)
        text = f"SELECT ?s ?p ?o ?g WHERE {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
        with self._fetch(text, JSON) as body:
            for row in solutions(results(body, self._queries), self._queries):
                yield ox.Quad(row["s"], row["p"], row["o"], row["g"])


def _row(names: list[str], solution: Any) -> Row:
    terms = zip(names, solution, strict=True)
    return {name: to_rdflib(term) for name, term in terms if term is not None}


def _hold_rdf12(graphs: Graphs) -> bool:
    return any(is_rdf12(triple.object) for found in graphs.values() for triple in found)


def open_remote(
    url: str,
    update_url: str | None = None,
    graph_store_url: str | None = None,
    user: str | None = None,
    password: str | None = None,
) -> RemoteEngine:
    """Connect to a SPARQL server, given the URL of its queries, or the one above it.

    Where updates and the Graph Store Protocol are is known for Oxigraph, Virtuoso, Fuseki,
    GraphDB, Stardog, Neptune and QLever. The user and password may stand in the URL; a password
    alone is a bearer token. Raises `StoreUnavailable`, with what to do about it.
    """
    given = urlsplit(url)
    user = user or (unquote(given.username) if given.username else None)
    password = password or (unquote(given.password) if given.password else None)
    http = Http(user, password)
    try:
        queries, server = _find(http, plain(url))
        updates = update_url or urljoin(queries, server.updates)
        known = server.graph_store and urljoin(queries, server.graph_store)
        engine = RemoteEngine(http, server, queries, updates, graph_store_url or known)
        engine.check_limit()
        engine.check_union()
    except Problem:
        http.close()
        raise
    return engine


def _find(http: Http, url: str) -> tuple[str, Dialect]:
    """Return where a server answers queries, and which kind it is."""
    *before, last = query_urls(url)
    for candidate in before:
        try:
            return candidate, _hello(http, candidate)
        except Problem:
            continue
    return last, _hello(http, last)


def _hello(http: Http, url: str) -> Dialect:
    reply = http.post(url, {"query": "ASK {}"}, JSON, HELLO)
    with reply.body as body:
        results(body, url)
    return recognise(reply.server, urlsplit(url).path)
