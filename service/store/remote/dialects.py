"""SPARQL servers: what each does its own way, recognised by the `Dialect` header it sends.

Seen with Oxigraph 0.5.13 and Virtuoso 7.2.5; the others by their documentation.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from service.common.problems import BadQuery
from service.store.port import EVERYTHING, QueryDataset
from service.store.sparql_tokens import names_dataset

Form = Mapping[str, str | list[str]]
"""The fields of a posted form; a list stands for a repeated field."""

NO_GRAPH = "urn:evalgap:no-graph"
"""A graph that nobody has: names no graph at all where the server wants one named."""


@dataclass(frozen=True)
class Dialect:
    """One kind of server; the defaults are what the standard says."""

    union: Mapping[str, str] = field(default_factory=dict)
    """Parameters that make a query without GRAPH see all graphs."""
    updates: str = ""
    """Where updates go, relative to the query URL; empty: to the same URL."""
    graph_store: str = ""
    """Where the Graph Store Protocol is, relative to the query URL; empty: not known."""
    largest_insert: int | None = None
    """The most quads in one INSERT DATA, and then without blank nodes; None: any."""
    own_graphs: tuple[str, ...] = ()
    """Graphs that the server keeps for itself, and that are no part of a dump."""
    describe: str = ""
    """What must stand before a text so that DESCRIBE returns the triples of the node."""
    milliseconds: str = ""
    """The parameter that makes the server stop a query."""
    default_graph: bool = True
    """Whether there is a default graph that can be written."""
    mends: Mapping[bytes, bytes] = field(default_factory=dict)
    """What its JSON results write against the standard, and what is meant."""
    raise_limit: str = ""
    """Which setting to raise, for a server that cuts graphs at its limit of rows without reporting
    it; empty: it does not."""
    slow_drop: bool = False
    """Whether one pattern empties graphs many times faster than a DROP of each."""
    forbidden: re.Pattern[str] | None = None
    """Extensions with which a text would reach other machines or the server's own."""

    def check(self, sparql: str) -> None:
        """Raise `BadQuery` for an untrusted text with which the server may do harm."""
        found = self.forbidden.search(sparql) if self.forbidden else None
        if found:
            raise BadQuery(
                f"The text has {found[0]!r}, which this store takes for a command of its own. "
                "Write it in standard SPARQL.",
                feature=found[0],
            )

    def form(self, sparql: str, dataset: QueryDataset, seconds: float) -> Form:
        """Return the fields that ask a query of this server."""
        form: dict[str, str | list[str]] = {"query": self.describe + sparql}
        if self.milliseconds:
            form[self.milliseconds] = str(round(seconds * 1000))
        if dataset == EVERYTHING:
            # a dataset that the query chooses itself must not be widened to all graphs
            return form if names_dataset(sparql) else {**form, **self.union}
        # Virtuoso shows every named graph to a query that has only a default graph
        named = list(dataset.named) or ([NO_GRAPH] if self.own_graphs else [])
        return {**form, "default-graph-uri": list(dataset.default), "named-graph-uri": named}


_VIRTUOSO = re.compile(
    r"(?<!\w)(?:bif|sql)\s*:"  # any function: bif:http_get, bif:exec
    r"|<\w*>|<[^<>\s]*::"  # procedures by name, LONG::bif:…
    r"|\bdefine\s+\w+\s*:",  # get:soft fetches FROM
    re.IGNORECASE,
)
_BOOLEAN = b'"datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": '
_MENDS = {
    b'"bnode", "value": "nodeID://': b'"bnode", "value": "',  # "//" may not be in a name
    _BOOLEAN + b'"1"': _BOOLEAN + b'"true"',
    _BOOLEAN + b'"0"': _BOOLEAN + b'"false"',
}
"""Quotes within a value are escaped, so nothing else looks like these."""

_UNION = {"union-default-graph": "true"}
_SERVERS = {
    "oxigraph": Dialect(_UNION, updates="update", graph_store="store"),
    "fuseki": Dialect(updates="update", graph_store="data"),
    "virtuoso": Dialect(
        updates="sparql-auth",
        graph_store="sparql-graph-crud-auth",
        largest_insert=500,
        own_graphs=(
            "http://www.openlinksw.com/schemas/virtrdf#",
            "http://www.w3.org/ns/ldp#",
            "http://localuriqaserver/sparql",
            "urn:activitystreams-owl:map",
            "urn:core:services:sparql",
        ),
        describe='define sql:describe-mode "CBD" ',
        milliseconds="timeout",
        default_graph=False,
        mends=_MENDS,
        raise_limit="Set ResultSetMaxRows in virtuoso.ini to 1000000 and start it anew.",
        slow_drop=True,  # 14 ms and more for each DROP
        forbidden=_VIRTUOSO,
    ),
}

# What servers add to answers of their own. It is looked for in the answers of all, since the
# first answer comes before the server is recognised.
CANCELLED = b"The SPARQL operation has been cancelled"
"""What Oxigraph writes at the end of an answer that it gave up, with status 200."""
STATE_HEADER, INCOMPLETE = "x-sql-state", "S1TAT"
"""Virtuoso's header, and its value for an answer that was cut short when the time was up."""
CUT_HEADER = "x-sparql-maxrows"
"""Virtuoso's header for the number of rows at which it cut an answer."""
GAVE_UP = f"Virtuoso {INCOMPLETE}".encode()
"""What Virtuoso may write after half an answer when the time was up."""
TOO_COSTLY = "estimated execution time"
"""What Virtuoso writes where it does not begin a query that it expects to run too long."""
ABOUT_THE_TEXT = ("Virtuoso 22", "Virtuoso 37", "Virtuoso 42", "Virtuoso S0")
"""How Virtuoso's error begins when status 500 is about the text and not about the server."""
ALREADY_THERE = ("already exists", "contains triples already")
"""What Oxigraph and Virtuoso say of a graph that is created twice, with status 500."""
ECHO = "SPARQL query:"
"""What stands before the text of the query that Virtuoso repeats after its error."""


def recognise(header: str, path: str) -> Dialect:
    """Return the kind of server by its `Dialect` header, or else by the path of its query URL."""
    for name, server in _SERVERS.items():
        if name in header.lower():
            return server
    last = path.rpartition("/")[2]
    if "/repositories/" in path:  # GraphDB, RDF4J
        return Dialect(updates=f"{last}/statements", graph_store=f"{last}/rdf-graphs/service")
    if last == "query":  # Stardog, and Oxigraph behind a proxy
        return Dialect(_UNION, updates="update")
    return Dialect(_UNION)  # Neptune and QLever take updates where they take queries


def query_urls(url: str) -> list[str]:
    """Return where the queries of a server given by this URL may go, most likely first."""
    base = url.rstrip("/")
    path = base.partition("://")[2].partition("/")[2]
    if path.rpartition("/")[2] in {"query", "sparql", "sparql-auth"} or "repositories/" in path:
        return [url]
    return [f"{base}/query", f"{base}/sparql", url]
