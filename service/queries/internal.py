"""Queries that only the service runs: the files of `internal/`, with RDF terms as parameters.

A file is valid SPARQL as it stands. Its parameters are variables written `$name`, as SHACL writes
those that are bound beforehand, and one-variable blocks `VALUES ?name { … }`, which take any number
of terms. Running a query puts terms in their place; no text becomes part of it.
"""
# DESIGN: parameters-as-values

import re
from collections.abc import Iterable, Mapping
from functools import cache

from rdflib import Graph
from rdflib.term import Node

from service.common.resources import inside
from service.store.port import Engine, Row

Terms = Node | Iterable[Node]
"""What is put in the place of a parameter: one term, or for a `VALUES` block any number."""

_PARAMETER = re.compile(r"\$(\w+)|(?<=VALUES )\?(\w+) \{[^{}]*+\}")
_COMMENT = re.compile(r"^#.*\n", re.MULTILINE)


@cache
def texts() -> Mapping[str, str]:
    """Return the queries by name, without the comments that say what they answer."""
    files = sorted(inside("queries", "internal").glob("*.rq"))
    return {file.stem: _COMMENT.sub("", file.read_text("utf-8")) for file in files}


def rows(engine: Engine, name: str, /, **terms: Terms) -> list[Row]:
    """Return the rows that answer a SELECT query with these terms."""
    return engine.select(bound(name, **terms))


def holds(engine: Engine, name: str, /, **terms: Terms) -> bool:
    """Return the answer to an ASK query with these terms."""
    return engine.ask(bound(name, **terms))


def triples(engine: Engine, name: str, /, **terms: Terms) -> Graph:
    """Return the triples that a CONSTRUCT query makes with these terms."""
    return engine.construct(bound(name, **terms))


def bound(name: str, /, **terms: Terms) -> str:
    """Return the text of a query with terms in the place of its parameters.

    Raises `ValueError` where a parameter has no term, or a term no parameter.
    """
    single = {n: t.n3() for n, t in terms.items() if isinstance(t, Node)}
    lists = {n: " ".join(x.n3() for x in t) for n, t in terms.items() if not isinstance(t, Node)}
    text = texts()[name]
    found = list(_PARAMETER.finditer(text))
    needed, listed = {m[1] for m in found if m[1]}, {m[2] for m in found if m[2]}
    if single.keys() != needed or not lists.keys() <= listed:
        raise ValueError(f"The query {name} takes {needed} and lists of {listed}, not {set(terms)}")

    def filled(match: re.Match[str]) -> str:
        if match[1]:
            return single[match[1]]
        return f"?{match[2]} {{ {lists[match[2]]} }}" if match[2] in lists else match[0]

    return _PARAMETER.sub(filled, text)
