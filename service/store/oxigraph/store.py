"""The embedded engine: Oxigraph, in a folder on disk or in memory.

This process is the only writer. Our own queries run here; untrusted queries run in reader
processes that can be killed. Without a folder there is nothing that another process could
read, so then they run here too, and their time is not limited. A small store that nobody writes
to is also kept in memory, here and by the readers, where most queries cost a third.
"""

import logging
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import IO

import pyoxigraph as ox
from rdflib import Graph

from service.common.os_words import os_words
from service.common.problems import BadQuery, BadRequest, Conflict, Problem, StoreBusy, StoreDamaged
from service.sandbox import held
from service.store.faults import bare, fault, faults, guarded
from service.store.oxigraph.differences import as_lines
from service.store.oxigraph.evaluate import bad_syntax, evaluate, query
from service.store.oxigraph.reader_pool import ReaderPool
from service.store.oxigraph.snapshots import Generation, Snapshots, in_memory
from service.store.port import EVERYTHING, CancellationToken, Query, QueryDataset, Row
from service.store.sparql_tokens import check_update, forgiving, switched_off, with_using
from service.store.terms import each_once, to_graph

_LOG = logging.getLogger(__name__)

READERS = 4
"""Untrusted queries that may run at once."""

BULK = 2**20
"""Bytes of N-Quads from which sorted files are written instead of single keys."""

READER_MEMORY = 4 * 2**30
"""Address space of one reader, in bytes."""


class EmbeddedEngine:
    """Oxigraph in this process. One writer at a time; readers keep their snapshot."""

    def __init__(self, store: ox.Store, folder: Path | None = None, *, writes: bool = True) -> None:
        """Serve an open store that lives in `folder`; use `open_store` to open one."""
        self._store = store
        self._copy: ox.Store | None = None
        self._writes = 0
        self.folder = folder
        """Where the store lives; None for one in memory."""
        self.damage: StoreDamaged | None = None
        self._durable = folder is not None and writes
        self._write = Lock()
        self._generation = Generation()
        self.snapshots = (
            Snapshots(store, folder, self._generation) if folder is not None and writes else None
        )
        """What other processes may read; None where there is nothing that they could."""
        self._readers = (
            ReaderPool(self.snapshots, READERS, READER_MEMORY) if self.snapshots else None
        )

    @property
    def generation(self) -> int:
        """How often this process has written to the store."""
        return self._writes

    @property
    def shared(self) -> bool:
        """Nobody else writes: the folder is locked, and read-only it shows one moment."""
        return False

    @guarded
    def select(self, sparql: str) -> list[Row]:
        """Return the solutions of a SELECT query."""
        result = query(self._queried, sparql)
        names, term = [v.value for v in result.variables], each_once()
        return [
            {n: term(t) for n, t in zip(names, row, strict=True) if t is not None} for row in result
        ]

    @guarded
    def ask(self, sparql: str) -> bool:
        """Return the answer of an ASK query."""
        return bool(query(self._queried, sparql))

    @guarded
    def construct(self, sparql: str) -> Graph:
        """Return the triples of a CONSTRUCT or DESCRIBE query."""
        return to_graph(query(self._queried, sparql))

    @guarded
    def answer(self, ask: Query, stop: CancellationToken | None = None) -> IO[bytes]:
        """Return the whole serialised result of an untrusted query, positioned at its start."""
        if self._readers is not None:
            return self._readers.answer(ask, stop or CancellationToken())
        out = BytesIO()
        try:
            with faults(self.folder):
                evaluate(self._store, ask, out)
        except Problem as problem:
            raise bare(problem) from None
        except (OSError, RuntimeError, ValueError) as error:  # as a reader says it
            raise BadQuery(f"The query failed: {error}") from None
        out.seek(0)
        return out

    @guarded
    def graph(self, iri: str) -> Graph:
        """Return a copy of one named graph, empty if there is none."""
        quads = self._store.quads_for_pattern(None, None, None, ox.NamedNode(iri))
        return to_graph(quad.triple for quad in quads)

    @guarded
    def default_graph(self) -> Graph:
        """Return a copy of the default graph alone, without the named ones."""
        quads = self._store.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return to_graph(quad.triple for quad in quads)

    @guarded
    def commit(self, insert: str | bytes, drop: Iterable[str] = ()) -> None:
        """Drop whole graphs and insert N-Quads, as one transaction: all of it or nothing."""
        nquads = insert.encode() if isinstance(insert, str) else insert
        with self._write:
            dropped = [f"GRAPH <{iri}>" if iri else "DEFAULT" for iri in drop if self._has(iri)]
            if dropped:
                self._store.update(_replacement(nquads, dropped))
            elif len(nquads) >= BULK:
                # Oxigraph adds the new files of a bulk load in one step: all of it or nothing
                self._store.bulk_load(nquads, format=ox.RdfFormat.N_QUADS)
            else:
                self._store.load(nquads, format=ox.RdfFormat.N_QUADS)
            self._committed()

    @guarded
    def update(
        self, sparql: str, using: QueryDataset = EVERYTHING, base: str | None = None
    ) -> None:
        """Run a SPARQL update as one transaction. Raises `BadQuery`."""
        check_update(sparql, allow_silent=held().network)
        text = with_using(forgiving(sparql), using.default, using.named)
        with self._write:
            try:
                self._store.update(text, base_iri=base)
            except SyntaxError as error:
                raise bad_syntax(error, text) from error
            except (OSError, RuntimeError) as error:
                raise _refusal(error, self.folder) from error
            self._committed()

    def dump(self) -> Iterator[bytes]:
        """Yield the whole store as N-Quads."""
        try:
            with faults(self.folder):
                yield from as_lines(self._store)
        except Problem as problem:
            raise bare(problem) from None

    @guarded
    def backup(self, folder: Path) -> None:
        """Write a consistent copy of the store to a new folder, while others read and write."""
        if folder.exists():
            raise BadRequest(f"{folder} exists already. Name a folder that does not.")
        if self.folder is None:
            raise BadRequest("A store in memory has no backup. Export it instead.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._store.backup(str(folder))

    @guarded
    def copy(self, path: Path) -> None:
        """Write a consistent copy for another process, while others read and write."""
        if self.folder is not None:
            self._store.backup(str(path))
        else:
            self._store.dump(str(path), format=ox.RdfFormat.N_QUADS)

    def tidy(self) -> None:
        """Bring the files of many writes together (RocksDB's compaction).

        After an import of 3,820 cards a query that reads much needs 1.4 times the CPU of one
        after this. Readers that have an older snapshot open get the new one, but for
        those that have it in memory.
        """
        if not self._durable:
            return
        try:
            self._optimize()
        except Problem as problem:  # a full disk: then queries stay as slow as before
            _LOG.warning("the store was not tidied: %s", problem.detail)
            return
        with self._write:
            if self._copy is None and self.snapshots and self.snapshots.is_made():
                self._generation.advance()

    @guarded
    def _optimize(self) -> None:
        self._store.optimize()
        self._store.flush()  # says what went wrong in that

    @guarded
    def read_through(self) -> None:
        """Read all that is on disk, once, to find damage. Raises `StoreDamaged`.

        Oxigraph ends a dump at the first damaged block. It reads all texts, and one of the six
        orders in which quads are kept.
        """
        if self.folder is not None:
            with Path(os.devnull).open("wb") as nowhere:
                self._store.dump(nowhere, format=ox.RdfFormat.N_QUADS)

    def copy_to_memory(self, most: int) -> bool:
        """Answer from a copy in memory, here and in the readers, until the next write."""
        if self.folder is None or self.snapshots is None:
            return False
        if self._copy is None and self.damage is None and _bytes_on_disk(self.folder) <= most:
            self._make_copy(self.snapshots)
        return self._copy is not None

    def _make_copy(self, snapshots: Snapshots) -> None:
        try:
            with snapshots.draft() as draft:
                writes = self._writes
                self._write_to(draft)
                copy = in_memory(draft)
                with self._write:
                    if self._copy is None and writes == self._writes:
                        snapshots.publish(draft)
                        self._copy = copy
        except (OSError, Problem, SyntaxError) as error:
            # a full or broken disk, or a term that cannot be read back: all is as before
            _LOG.warning("the store was not copied to memory: %s", error)

    @guarded
    def _write_to(self, file: Path) -> None:
        self._store.dump(str(file), format=ox.RdfFormat.N_QUADS)

    @guarded
    def check(self) -> None:
        """Raise `StoreDamaged` once the store was found broken."""

    @guarded
    def ping(self) -> None:
        """Ask a small question, of the disk and not of a copy."""
        query(self._store, "ASK { GRAPH ?g { ?s ?p ?o } }")

    def close(self) -> None:
        """Make everything durable and let go of the store."""
        if self._readers is not None:
            self._readers.close()
            self._readers = None
        with self._write:  # a transaction may be under way in another thread
            try:
                if self._durable:
                    self._store.flush()
            except (OSError, RuntimeError) as error:  # the log of writes holds what is not flushed
                _LOG.warning("the store was not flushed: %s", error)
            self._generation.close()
            self._copy = None
            del self._store

    @property
    def _queried(self) -> ox.Store:
        """What our own queries read: both hold the same, the copy is quicker."""
        return self._store if self._copy is None else self._copy

    def _has(self, graph: str) -> bool:
        return not graph or self._store.contains_named_graph(ox.NamedNode(graph))

    def _committed(self) -> None:
        """Let readers see what was written: they open the store anew for a new generation."""
        self._copy = None
        self._writes += 1
        self._generation.advance()
        # last: where this fails, what was written is there all the same
        if self._durable:
            self._store.flush()


def open_store(folder: Path | None, *, read_only: bool = False) -> EmbeddedEngine:
    """Open the store in a folder, making it if need be; without a folder, in memory.

    A read-only engine may be opened beside a writer and shows the state at that moment.
    Raises `StoreBusy` when another process has the folder open for writing.
    """
    if folder is None:
        return EmbeddedEngine(ox.Store())
    try:
        if read_only and folder.exists():
            return EmbeddedEngine(_beside_a_writer(folder), folder, writes=False)
        folder.mkdir(parents=True, exist_ok=True)
        return EmbeddedEngine(ox.Store(str(folder)), folder)
    except (OSError, RuntimeError) as error:
        raise _unopened(error, folder) from None


def copy_beside_a_writer(folder: Path, to: Path) -> None:
    """Write a consistent copy of the store in a folder to a new one, even one that is in use.

    A copy links files by their names, and a writer that compacts may have deleted one of these
    since the store was opened; that is no damage, so the store is opened anew then.
    Raises as `open_store` and `EmbeddedEngine.backup` do.
    """
    for _ in range(_TRIES - 1):
        with closing(open_store(folder, read_only=True)) as engine, suppress(StoreDamaged):
            return engine.backup(to)
        time.sleep(0.1)
    with closing(open_store(folder, read_only=True)) as engine:
        return engine.backup(to)


def _unopened(error: Exception, folder: Path) -> Problem:
    if "lock" in str(error).lower():
        return StoreBusy(
            f"Another process has the store in {folder} open. Stop it (a running "
            "`evalgap serve`, for example), or name another folder with --store.",
            store=str(folder),
        )
    return fault(error, folder) or StoreDamaged(
        f"The store in {folder} cannot be opened: {os_words(error)}.", store=str(folder)
    )


def _refusal(error: Exception, folder: Path | None) -> Problem:
    """Return why the engine did not run an update, in whose text no fault was found."""
    if found := fault(error, folder):
        return found
    if "exist" in str(error):  # a graph that is made twice, or that is not there
        return Conflict(f"{error}.")
    if isinstance(error, OSError):
        return switched_off("SERVICE or LOAD")
    return BadQuery(f"The update cannot be run: {error}.")


def _beside_a_writer(folder: Path) -> ox.Store:
    """Open a folder read-only; a writer may delete a file just then, so try again."""
    for _ in range(_TRIES - 1):
        try:
            return ox.Store.read_only(str(folder))
        except (FileNotFoundError, RuntimeError):
            time.sleep(0.1)
    return ox.Store.read_only(str(folder))


_TRIES = 20


def _bytes_on_disk(folder: Path) -> int:
    """Return the size of the sorted files of a store; they may go as RocksDB compacts."""
    found = 0
    for path in folder.glob("*.sst"):
        with suppress(FileNotFoundError):
            found += path.stat().st_size
    return found


def _replacement(nquads: bytes, dropped: list[str]) -> str:
    """Return one update that drops graphs and inserts quads: Oxigraph runs it as one."""
    drops = "".join(f"DROP SILENT {graph} ;\n" for graph in dropped)
    by_graph: dict[str, list[str]] = {}
    for quad in ox.parse(nquads, format=ox.RdfFormat.N_QUADS):
        by_graph.setdefault(str(quad.graph_name), []).append(f"{quad.triple} .")
    blocks = "\n".join(
        f"GRAPH {g} {{ {' '.join(t)} }}" if g != "DEFAULT" else " ".join(t)
        for g, t in by_graph.items()
    )
    return f"{drops}INSERT DATA {{ {blocks} }}"
