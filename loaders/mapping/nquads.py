"""Triples as text: N-Quads, one line each, as the engines read them."""

import re
from collections.abc import Iterable
from typing import Any

from rdflib import BNode, Literal, URIRef

_ESCAPES = ("\\", r"\\"), ('"', r"\""), ("\n", r"\n"), ("\r", r"\r")
_TO_ESCAPE = re.compile(r'[\\"\n\r]')


def nquads(triples: Iterable[tuple[Any, ...]], graph_name: str) -> str:
    """Return triples as N-Quads in one named graph (given in N3 form; empty: the default)."""
    end = f" {graph_name} .\n" if graph_name else " .\n"
    parts: list[str] = []
    last: Any = None
    for subject, predicate, value in triples:
        if subject is not last:  # the triples of a node mostly come together
            last, head = subject, f"{_term(subject)} <"
        if type(value) is URIRef:  # joined, since rdflib's terms are slow to format
            parts += (head, predicate, "> <", value, ">", end)
        else:
            parts += (head, predicate, "> ", _term(value), end)
    return "".join(parts)


def _term(term: Any) -> str:
    if isinstance(term, Literal):
        return _literal(term)
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, BNode):
        return f"_:{term}"
    raise TypeError(f"{term!r} is no term of RDF")


def quoted(text: str) -> str:
    """Return a text as a plain literal."""
    if _TO_ESCAPE.search(text):
        for sign, escaped in _ESCAPES:  # a tenth of the time that `translate` needs
            text = text.replace(sign, escaped)
    return f'"{text}"'


def _literal(literal: Literal) -> str:
    text = quoted(literal)
    if language := literal.language:
        return f"{text}@{language}"
    return f"{text}^^<{datatype}>" if (datatype := literal.datatype) else text
