"""Which graphs an update has changed: two states of a store compared, read as little as can be.

Oxigraph counts a quad in a microsecond and needs fifteen to give it out. So graphs are counted
first: one of another size has changed. An update that takes nothing away can change no other,
and else only the graphs that its text can name are read.
"""

import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import chain, groupby, islice
from typing import Any

import pyoxigraph as ox

DEFAULT = ""
"""The name of the default graph."""

_SIZES = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_DEFAULT_SIZE = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
_IRI = re.compile(r"<([^<>\"{}|^`\\\x00-\x20]*)>")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!.*/\.)")
_REMOVES = ("DELETE", "CLEAR", "DROP", "MOVE", "COPY")
_ANY_GRAPH = re.compile(r"\\u|\bBASE\b|\bALL\b|\bNAMED\b|GRAPH(?!\s*[<:\w])", re.IGNORECASE)
"""Signs of an update that chooses graphs other than by writing their names."""
_MOST_NAMES = 1000
_AT_ONCE = 10_000


def changed(before: ox.Store, after: ox.Store, sparql: str) -> list[str]:
    """Return the names of the graphs that hold something else after an update than before."""
    sizes, now = _sizes(before), _sizes(after)
    differing = {name for name in sizes.keys() | now.keys() if sizes.get(name) != now.get(name)}
    if may_remove(sparql):
        same = sizes.keys() - differing
        beginnings = named_in(sparql)
        if beginnings is not None:
            same = {n for n in same if n == DEFAULT or n.startswith(beginnings)}
        was, is_now = (
            _digests(store, None if beginnings is None else same) for store in (before, after)
        )
        differing |= {name for name in same if was.get(name) != is_now.get(name)}
    return sorted(differing)


def may_remove(sparql: str) -> bool:
    """Tell whether a text may take triples away; a word in a string or comment counts too."""
    upper = sparql.upper()
    return "\\U" in upper or any(word in upper for word in _REMOVES)


def named_in(sparql: str) -> tuple[str, ...] | None:
    """Return beginnings of the names of all graphs that an update may choose; None: any graph.

    A graph that is chosen by name is written as an IRI, or under a prefix that is.
    """
    iris = set(_IRI.findall(sparql))
    plain = len(iris) <= _MOST_NAMES and all(map(_ABSOLUTE.match, iris))
    return tuple(iris) if plain and not _ANY_GRAPH.search(sparql) else None


def quads_of(store: ox.Store, name: str) -> Iterator[ox.Quad]:
    """Yield the quads of one graph."""
    graph = ox.NamedNode(name) if name else ox.DefaultGraph()
    return store.quads_for_pattern(None, None, None, graph)


def as_lines(quads: Iterable[ox.Quad]) -> Iterator[bytes]:
    """Yield quads as N-Quads, some thousand at a time."""
    rest = iter(quads)
    while batch := list(islice(rest, _AT_ONCE)):
        yield ox.serialize(batch, format=ox.RdfFormat.N_QUADS) or b""


def _sizes(store: ox.Store) -> dict[str, int]:
    rows: Any = store.query(_SIZES)
    sizes = {row["g"].value: int(row["n"].value) for row in rows}
    whole: Any = store.query(_DEFAULT_SIZE)
    return {**sizes, DEFAULT: int(next(whole)["n"].value)}


def _digests(store: ox.Store, names: Iterable[str] | None) -> dict[str, bytes]:
    """Return hashes of graphs, without names of all; the same quads come in the same order."""
    quads = store if names is None else chain.from_iterable(quads_of(store, n) for n in names)
    found: dict[str, Any] = {}
    for name, own in groupby(quads, key=_graph_of):
        digest = found.setdefault(name, blake2b())
        for lines in as_lines(own):
            digest.update(lines)
    return {name: digest.digest() for name, digest in found.items()}


def _graph_of(quad: ox.Quad) -> str:
    name = quad.graph_name
    return name.value if isinstance(name, ox.NamedNode) else DEFAULT
