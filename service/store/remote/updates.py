"""Writes to a SPARQL server, and how a commit stays whole where one request cannot hold it.

Oxigraph, Fuseki and GraphDB run an update request as one transaction, and a commit is one.
Virtuoso takes some hundred quads in a request. There a larger commit is first staged, in
graphs of its own, and then put in place by one short request, tried again if need be. What
fails before that leaves nothing behind; but while it is staged, readers see the new triples
already, and a server that dies in that last request may keep a part: import again to mend it.
"""

import time
from collections.abc import Callable, Iterable
from threading import Lock
from uuid import uuid4

import pyoxigraph as ox

from service.common.problems import BadQuery, QueryTimeout, StoreUnavailable
from service.store.port import Limits, Row
from service.store.remote.dialects import Dialect
from service.store.remote.http import Http, unavailable
from service.store.remote.wire_format import (
    TRIPLES,
    Graphs,
    copying,
    dropping,
    emptying,
    has_blank,
    insertion,
    ntriples,
)

WRITING = Limits(seconds=300)
"""What a write may use."""

STALE = 600
"""Seconds after which staged graphs are taken for left over from a writer that died."""

STAGING = "urn:evalgap:staging"
"""The graph that names all staged graphs with their time; their names begin with its own."""

_SINCE = "urn:evalgap:since"
_TRIES = 3
_PAUSE = 0.2
"""Seconds between two tries."""


class Writer:
    """Sends updates to one server, one at a time."""

    def __init__(
        self,
        http: Http,
        server: Dialect,
        updates: str,
        graph_store: str,
        select: Callable[[str], list[Row]],
    ) -> None:
        """Send nothing yet. The URLs are where updates and graphs go; `select` reads."""
        self._http = http
        self._largest = server.largest_insert
        self._slow_drop = server.slow_drop
        self._url = updates
        self._graph_store = graph_store
        self._select = select
        self._lock = Lock()

    def update(self, text: str) -> None:
        """Run an update. Raises `BadQuery` where the server refuses it."""
        with self._lock:
            self._run(text)

    def commit(self, graphs: Graphs, dropped: list[str]) -> None:
        """Drop whole graphs and insert triples into graphs; all of it or nothing, see above."""
        with self._lock:
            if self._fits(graphs):
                self._store(self._without(dropped) + insertion(graphs))
            else:
                self._stage(graphs, dropped)

    def _fits(self, graphs: Graphs) -> bool:
        """Tell whether the server takes these triples in one update."""
        if self._largest is None:
            return True
        return sum(map(len, graphs.values())) <= self._largest and not has_blank(graphs)

    def _without(self, dropped: list[str]) -> str:
        """Return the start of an update that removes graphs."""
        if not self._slow_drop:
            return dropping(dropped)
        return f"{emptying(dropped)} ;\n" if dropped else ""

    def _run(self, text: str) -> None:
        try:
            self._http.post(self._url, {"update": text}, "*/*", WRITING).body.close()
        except QueryTimeout as error:
            raise unavailable(
                self._url,
                f"did not confirm a write in {WRITING.seconds:g} s; it may be stored or not.",
            ) from error

    def _store(self, text: str) -> None:
        """Run an update of our own making: that it is refused is not the caller's fault."""
        try:
            self._run(text)
        except BadQuery as error:
            raise unavailable(self._url, f"does not take the data: {error.detail}") from error

    def _insist(self, text: str) -> None:
        """Run an update that may run twice, again where it fails."""
        for _ in range(_TRIES - 1):
            try:
                return self._store(text)
            except StoreUnavailable:
                time.sleep(_PAUSE)
        return self._store(text)

    def _stage(self, graphs: Graphs, dropped: list[str]) -> None:
        """Bring triples into graphs of their own, one by one; then all to their place."""
        self._clear_stale()
        mine = f"{STAGING}:{uuid4().hex}:"
        staged = {f"{mine}{number}": name for number, name in enumerate(graphs)}
        now = ox.Literal(f"{time.time():.0f}")
        since = [ox.Triple(ox.NamedNode(p), ox.NamedNode(_SINCE), now) for p in staged]
        self._store(insertion({STAGING: since}))
        try:
            for graph, name in staged.items():
                content = ntriples(graphs[name]).encode()
                self._http.put(self._graph_store, graph, content, TRIPLES, WRITING)
            self._insist(self._without(dropped) + copying(staged))
        finally:
            self._clear(staged)

    def _clear(self, staged: Iterable[str]) -> None:
        staged = list(staged)
        names = " ".join(f"<{graph}>" for graph in staged)
        self._insist(
            f"{emptying(staged)} ;\nDELETE {{ GRAPH <{STAGING}> {{ ?g ?p ?o }} }} "
            f"WHERE {{ VALUES ?g {{ {names} }} GRAPH <{STAGING}> {{ ?g ?p ?o }} }}"
        )

    def _clear_stale(self) -> None:
        """Remove what a writer that died has left, here or elsewhere."""
        rows = self._select(
            f"SELECT ?g ?since WHERE {{ GRAPH <{STAGING}> {{ ?g <{_SINCE}> ?since }} }}"
        )
        old = [str(r["g"]) for r in rows if float(str(r["since"])) < time.time() - STALE]
        if old:
            self._clear(old)
