"""The port of the store: what the service asks of any engine."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from rdflib import Graph
from rdflib.term import Node

Row = Mapping[str, Node]
"""One solution: variable name to term; an unbound variable is absent."""

AnswerKind = Literal["bindings", "boolean", "graph"]


@dataclass(frozen=True)
class Dataset:
    """Which graphs a query sees; by default the union of all named graphs.

    `default` and `named` are the graph IRIs of the SPARQL 1.1 Protocol, empty when not given.
    """

    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


EVERYTHING = Dataset()


class Engine(Protocol):
    """A store of named graphs that answers SPARQL 1.1. Reads see the union of all graphs."""

    def select(self, sparql: str) -> list[Row]:
        """Return the solutions of a SELECT query. Raises `BadQuery`."""
        ...

    def ask(self, sparql: str) -> bool:
        """Return the answer of an ASK query. Raises `BadQuery`."""
        ...

    def construct(self, sparql: str) -> Graph:
        """Return the triples of a CONSTRUCT or DESCRIBE query. Raises `BadQuery`."""
        ...

    def kind(self, sparql: str) -> AnswerKind:
        """Return what a query asks for. Raises `BadQuery` for an update or for SERVICE."""
        ...

    def answer(self, sparql: str, media: str, dataset: Dataset, max_bytes: int) -> bytes:
        """Run a query of anybody's and return its result in a media type that fits its kind.

        Raises `BadQuery` for text that does not parse, `TooLarge` past `max_bytes`.
        """
        ...

    def graph(self, iri: str) -> Graph:
        """Return a copy of one named graph, empty if there is none."""
        ...

    def commit(self, insert: str, drop: Iterable[str] = ()) -> None:
        """Drop whole graphs and insert N-Quads, as one transaction: all of it or nothing."""
        ...

    def dump(self) -> Iterator[bytes]:
        """Yield the whole store as N-Quads."""
        ...

    def close(self) -> None:
        """Make everything durable and let go of the store."""
        ...
