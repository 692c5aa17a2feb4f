"""Triples as text: N-Quads, one line each, as the engines read them."""

import re
from collections.abc import Iterable
from typing import Any

from rdflib import BNode, Literal, URIRef

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n", "\r": r"\r"})
_TO_ESCAPE = re.compile(r'[\\"\n\r]')


def nquads(triples: Iterable[tuple[Any, ...]], graph_name: str) -> str:
    """Return triples as N-Quads in one named graph (given in N3 form; empty: the default)."""
    end = f" {graph_name} .\n" if graph_name else " .\n"
    return "".join([f"{_term(s)} <{p}> {_term(o)}{end}" for s, p, o in triples])


def _term(term: Any) -> str:
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, Literal):
        return _literal(term)
    if isinstance(term, BNode):
        return f"_:{term}"
    raise TypeError(f"{term!r} is no term of RDF")


def quoted(text: str) -> str:
    """Return a text as a plain literal."""
    return f'"{text.translate(_ESCAPES) if _TO_ESCAPE.search(text) else text}"'


def _literal(literal: Literal) -> str:
    text = quoted(literal)
    if literal.language:
        return f"{text}@{literal.language}"
    return f"{text}^^<{literal.datatype}>" if literal.datatype else text
