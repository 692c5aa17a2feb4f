"""Queries that only the service runs: the files of `internal/`, with RDF terms as parameters.

A file is valid SPARQL as it stands. Its parameters are variables written `$name`, as SHACL writes
those that are bound beforehand. Running a query puts one term in the place of each, and any number
in a block `VALUES $name { … }`, which holds an example. No text becomes part of a query.
"""
# DESIGN: parameters-as-values

import re
from collections.abc import Iterable, Mapping
from functools import cache

from rdflib import Graph, URIRef
from rdflib.term import Node

from service.common.problems import BadRequest
from service.common.resources import inside
from service.store.port import Engine, Row

Terms = Node | Iterable[Node]
"""What is put in the place of a parameter: one term, or for a `VALUES` block any number."""

_PARAMETER = re.compile(r"VALUES \$(\w+) \{[^{}]*+\}|\$(\w+)")
_IN_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f]")
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

    Raises `BadRequest` for an IRI that can be none, and `ValueError` where a parameter has no term,
    or a term no parameter.
    """
    single = {n: _text(term) for n, term in terms.items() if isinstance(term, Node)}
    lists = {n: " ".join(map(_text, t)) for n, t in terms.items() if not isinstance(t, Node)}
    needed = {match[1] or match[2] for match in _PARAMETER.finditer(texts()[name])}
    if needed != terms.keys():
        raise ValueError(f"The query {name} does not have the parameters {sorted(terms)}.")

    def filled(match: re.Match[str]) -> str:
        return f"VALUES ?{match[1]} {{ {lists[match[1]]} }}" if match[1] else single[match[2]]

    return _PARAMETER.sub(filled, texts()[name])


def _text(term: Node) -> str:
    if isinstance(term, URIRef) and _IN_NO_IRI.search(term):
        raise BadRequest(f"{str(term)!r} is no IRI: it holds a character that none may have.")
    return term.n3()
