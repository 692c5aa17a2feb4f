"""A query that found nothing at one node finds nothing where it would look up the same.

rdflib needs 0.2 to 0.4 ms of CPU for the smallest query, and a shape asks one of every node. What a
query finds follows from what it looks up in the graph; from names, only in so far as they are the
same or not, if it calls no function and compares nothing by order. So of a query that found nothing
it is kept what it looked up, with names below its node as relative to that. Where another node has
the same answers to the same lookups, in the graph of now, there is nothing to find either.
"""
# DESIGN: batched-pyshacl

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rdflib import URIRef

from service.validation.layered_graph import Pattern, Triple

_MOST = 1000
"""Nodes of a query whose lookups are kept, some 10 KB each; with more it begins anew."""
_IRI = re.compile(r"<[^<>\s]*>")
_CALL_OR_ORDER = re.compile(r"(?<![?$:.\w-])(?!FILTER\b)[a-z:][\w:.-]*\s*\(|[<>]", re.IGNORECASE)


def follows_from_lookups(query: str) -> bool:
    """Tell whether a text of SPARQL looks at names and values for being the same alone."""
    return not _CALL_OR_ORDER.search(_IRI.sub("an:iri", query))


@dataclass
class _Lookup:
    """What a query looks up next, and which step follows which answer."""

    pattern: tuple[Any, ...] | None = None
    after: dict[tuple[Any, ...], "_Lookup"] = field(default_factory=dict)
    found_nothing: bool = False


class FoundNothing:
    """Where one query has found nothing, by what it looked up there."""

    def __init__(self) -> None:
        """Know of no node yet."""
        self._first, self._nodes = _Lookup(), 0

    def foresees(self, node: URIRef, look_up: Callable[[Pattern], Iterable[Triple]]) -> bool:
        """Tell whether the query is known to find nothing at a node."""
        step: _Lookup | None = self._first
        while step and step.pattern is not None:
            pattern: Any = tuple(_absolute(term, node) for term in step.pattern)
            step = step.after.get(_answers(look_up(pattern), node))
        return step is not None and step.found_nothing

    def note(self, node: URIRef, lookups: Sequence[tuple[Pattern, list[Triple]]]) -> None:
        """Keep what the query looked up at a node, where it found nothing, and the answers."""
        if self._nodes >= _MOST:
            self._first, self._nodes = _Lookup(), 0
        step = self._first
        for pattern, found in lookups:
            own = tuple(_relative(term, node) for term in pattern)
            step.pattern = own if step.pattern is None else step.pattern
            if step.pattern != own:  # rdflib goes through a set in any order
                return
            step = step.after.setdefault(_answers(found, node), _Lookup())
        step.found_nothing = True
        self._nodes += 1


def _answers(found: Iterable[Triple], node: URIRef) -> tuple[Any, ...]:
    return tuple(_relative(term, node) for triple in found for term in triple)


def _relative(term: Any, node: URIRef) -> Any:
    """Return the name of a node, or of one below it, as what follows its own; else the term."""
    if isinstance(term, URIRef) and term.startswith(node):
        rest = term[len(node) :]
        if not rest or rest[0] == "/":
            return (rest,)
    return term


def _absolute(term: Any, node: URIRef) -> Any:
    return URIRef(node + term[0]) if isinstance(term, tuple) else term
