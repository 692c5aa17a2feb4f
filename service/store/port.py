"""The port of the store: what the service asks of any engine."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Protocol

from rdflib import Graph
from rdflib.term import Node

from service.sandbox import CancellationToken
from service.store.query import EVERYTHING, Limits, Query, QueryDataset, ResultForm, Update

__all__ = [
    "EVERYTHING",
    "CancellationToken",
    "Engine",
    "Limits",
    "Query",
    "QueryDataset",
    "ResultForm",
    "Row",
    "Update",
]  # fmt: skip

Row = Mapping[str, Node]
"""One solution: variable name to term; an unbound variable is absent."""


class Engine(Protocol):
    """A store of named graphs that answers SPARQL 1.1. Reads see the union of all graphs.

    `select`, `ask` and `construct` run the service's own queries; `answer` runs untrusted
    ones, within limits. Every write goes through `commit` or `update`.
    """

    @property
    def generation(self) -> int:
        """How often this process has written to the store."""
        ...

    @property
    def shared(self) -> bool:
        """Whether others may write to the store too."""
        ...

    def select(self, sparql: str) -> list[Row]:
        """Return the solutions of a SELECT query. Raises `BadQuery`."""
        ...

    def ask(self, sparql: str) -> bool:
        """Return the answer of an ASK query. Raises `BadQuery`."""
        ...

    def construct(self, sparql: str) -> Graph:
        """Return the triples of a CONSTRUCT or DESCRIBE query. Raises `BadQuery`."""
        ...

    def answer(self, ask: Query, stop: CancellationToken | None = None) -> IO[bytes]:
        """Return the whole serialised result of a query, at its start, to be read and closed.

        Raises `BadQuery` for text that does not parse, `TooLarge` past the rows or bytes,
        `QueryTimeout` past the seconds (the work has then ended), `Busy` where all readers
        are taken, and `Abandoned` once `stop` was requested.
        """
        ...

    def graph(self, iri: str) -> Graph:
        """Return a copy of one named graph, empty if there is none."""
        ...

    def default_graph(self) -> Graph:
        """Return a copy of the default graph alone, without the named ones."""
        ...

    def commit(self, insert: str | bytes, drop: Iterable[str] = ()) -> None:
        """Drop whole graphs and insert N-Quads, as one transaction: all of it or nothing.

        A line without a graph name goes into the default graph, which reads see too, and an
        empty name in `drop` stands for it.
        """
        ...

    def update(
        self, sparql: str, using: QueryDataset = EVERYTHING, base: str | None = None
    ) -> None:
        """Run a SPARQL update as one transaction; `base` resolves relative IRIs.

        Raises `BadQuery`.
        """
        ...

    def dump(self) -> Iterator[bytes]:
        """Yield the whole store as N-Quads."""
        ...

    def backup(self, folder: Path) -> None:
        """Write a consistent copy of the store to a new folder, while others read and write.

        Raises `BadRequest` where the folder exists, or the engine keeps its own backups.
        """
        ...

    def copy(self, path: Path) -> None:
        """Write a consistent copy of the store for another process to open and write to.

        `path` becomes a folder of hard links where the store is a folder, else a file of N-Quads.
        """
        ...

    def tidy(self) -> None:
        """Bring what many writes left in many files together, while others read and write.

        Queries then cost less; nothing else changes. It may take a second for 5,000 records.
        """
        ...

    def read_through(self) -> None:
        """Read all that is stored, once, to find damage. Raises `StoreDamaged`.

        A store that is not on disk here is left to the server that keeps it.
        """
        ...

    def copy_to_memory(self, most: int) -> bool:
        """Answer from a copy in memory until the next write, while others read and write.

        Return whether there is such a copy now: there is none of a store of more than `most`
        bytes on disk, that is not on disk here, or that was written to in the meantime.
        """
        ...

    def check(self) -> None:
        """Raise `StoreDamaged` once the store was found broken; this asks no disk."""
        ...

    def ping(self) -> None:
        """Ask the store a small question. Raises what is wrong with it."""
        ...

    def close(self) -> None:
        """Make everything durable and let go of the store."""
        ...
