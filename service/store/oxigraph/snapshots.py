"""Read-only snapshots of a store: a hard-linked RocksDB checkpoint, or an N-Quads file for memory.

A folder is a hard-linked copy of the store. Opening the live folder read-only races with the
writer, which deletes files as it compacts; a backup is a consistent state of its own and costs
hardly any disk. A file holds the store as N-Quads, and is read into memory as a whole: that takes
some microseconds a quad, once, and then queries cost a third.
"""

import mmap
import os
import shutil
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import Struct
from tempfile import TemporaryFile
from threading import Lock
from typing import IO
from weakref import finalize

import pyoxigraph as ox

from service.store.faults import faults
from service.store.oxigraph.evaluate import evaluate
from service.store.query import Query

_NUMBER = Struct("=Q")


class Generation:
    """How often a store was written to, kept where other processes can look at any time."""

    def __init__(self, file: int | None = None) -> None:
        """Begin at 0, or see the number that another process keeps in an open file."""
        self._file = TemporaryFile() if file is None else os.fdopen(file, "r+b")  # noqa: SIM115
        if file is None:
            self._file.truncate(_NUMBER.size)
        self._page = mmap.mmap(self._file.fileno(), _NUMBER.size)
        self.close = finalize(self, self._file.close)
        """Let go of the file; the number stays as it is."""

    @property
    def number(self) -> int:
        """Return the number as it is now."""
        return int(_NUMBER.unpack_from(self._page)[0])

    @property
    def file(self) -> int:
        """Return the open file that another process is to inherit."""
        return self._file.fileno()

    def advance(self) -> None:
        """Count one more write; only the process that began at 0 may."""
        _NUMBER.pack_into(self._page, 0, self.number + 1)


class Snapshots:
    """The snapshots of one open store, in a folder beside it that is emptied first."""

    def __init__(self, store: ox.Store, folder: Path, generation: Generation) -> None:
        """Make nothing yet; `folder` is the store's own."""
        self.generation = generation
        self.root = folder.with_name(f"{folder.name}.readers-{os.getpid()}")
        self._store, self._folder = store, folder
        self._lock = Lock()
        self._drafting = Lock()
        self._made: set[Path] = set()
        self._held: dict[Hashable, Path] = {}
        for left_over in folder.parent.glob(f"{folder.name}.readers-*"):
            shutil.rmtree(left_over, ignore_errors=True)

    def hold(self, holder: Hashable) -> Path:
        """Return the snapshot of the state now, made if there is none, kept while it is held.

        A holder holds one at a time: the one before is let go. Raises `DiskFull` and
        `StoreDamaged` where none can be made.
        """
        with self._lock:
            path = self._current()
            if path not in self._made:
                self._make(path)
                self._made.add(path)
            self._held[holder] = path
            return path

    def _make(self, path: Path) -> None:
        with faults(self._folder):
            try:
                self._store.backup(str(self.folder() / path.name))
            except (OSError, RuntimeError):
                shutil.rmtree(path, ignore_errors=True)  # so that the next one can try anew
                raise

    def folder(self) -> Path:
        """Return where the snapshots are, made if it is not there."""
        self.root.mkdir(parents=True, exist_ok=True)
        return self.root

    def answers(self) -> Path:
        """Return where readers may write, made if it is not there."""
        found = self.root / "answers"
        found.mkdir(parents=True, exist_ok=True)
        return found

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """Yield where the store may be written as N-Quads; removed if `publish` has not taken it.

        There is one draft at a time.
        """
        with self._drafting:
            draft = self.folder() / "draft.nq"
            try:
                yield draft
            finally:
                draft.unlink(missing_ok=True)

    def publish(self, draft: Path) -> None:
        """Make the draft the snapshot of the next generation, and begin that."""
        with self._lock:
            following = snapshot_of(self.root, self.generation.number + 1)
            draft.rename(following)
            self._made.add(following)
            self.generation.advance()

    def is_made(self) -> bool:
        """Tell whether there is a snapshot of the state now."""
        return self._current() in self._made

    def release(self, holder: Hashable) -> None:
        """Forget a holder."""
        with self._lock:
            self._held.pop(holder, None)

    def sweep(self) -> None:
        """Remove every snapshot but the current one and those that are held."""
        if len(self._made) == 1:
            return
        with self._lock:
            stale = self._made - {self._current(), *self._held.values()}
            self._made -= stale
            for path in stale:
                _remove(path)

    def close(self) -> None:
        """Remove all snapshots, and let go of the store: it is locked while anything holds it."""
        shutil.rmtree(self.root, ignore_errors=True)
        del self._store

    def _current(self) -> Path:
        return snapshot_of(self.root, self.generation.number)


class SnapshotReader:
    """The latest snapshot that another process knows of, open for its queries."""

    def __init__(self, root: Path, generation: Generation) -> None:
        """Open nothing yet; the snapshots are in `root`."""
        self._root = root
        self._now = generation
        self._store, self._opened = ox.Store(), -1

    def open(self, generation: int) -> None:
        """Open the snapshot of a state, unless that one or a later one is open."""
        if generation > self._opened:
            self._store = open_snapshot(snapshot_of(self._root, generation))
            self._opened = generation

    def is_current(self) -> bool:
        """Tell whether nothing was written to the store since the snapshot was made."""
        return self._opened == self._now.number

    def evaluate(self, ask: Query, out: IO[bytes]) -> None:
        """Write the result of a query to `out`. Raises as `evaluate` does."""
        evaluate(self._store, ask, out)


def open_snapshot(path: Path) -> ox.Store:
    """Open a snapshot to read: a folder where it is, a file in memory."""
    return in_memory(path) if path.is_file() else ox.Store.read_only(str(path))


def in_memory(nquads: Path) -> ox.Store:
    """Return a store in memory with what a file of N-Quads of our own holds."""
    store = ox.Store()
    store.bulk_load(path=str(nquads), format=ox.RdfFormat.N_QUADS, lenient=True)
    return store


def _remove(path: Path) -> None:
    if path.is_file():
        path.unlink(missing_ok=True)
    else:
        shutil.rmtree(path, ignore_errors=True)


def snapshot_of(root: Path, generation: int) -> Path:
    """Return where the snapshot of one state is kept."""
    return root / str(generation)
