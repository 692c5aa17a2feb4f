"""Snapshots of a store for its readers: hard-linked copies, one per state that is asked for.

Opening the live folder read-only races with the writer, which deletes files as it compacts;
a backup is a consistent state of its own and costs hardly any disk.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

import pyoxigraph as ox


class Snapshots:
    """The snapshots of one open store, in a folder beside it that is emptied first."""

    def __init__(self, store: ox.Store, folder: Path) -> None:
        """Make nothing yet; `folder` is the store's own."""
        self._store = store
        self._root = folder.with_name(f"{folder.name}.readers-{os.getpid()}")
        self._lock = Lock()
        self._generation = -1
        self._number = 0
        for left_over in folder.parent.glob(f"{folder.name}.readers-*"):
            shutil.rmtree(left_over, ignore_errors=True)

    def current(self, generation: int) -> Path:
        """Return the snapshot of this state of the store, made now if there is none yet."""
        with self._lock:
            if generation != self._generation:
                self._number += 1
                self._root.mkdir(parents=True, exist_ok=True)
                self._store.backup(str(self._path))
                self._generation = generation
            return self._path

    @property
    def _path(self) -> Path:
        return self._root / str(self._number)

    def sweep(self, used: Iterable[Path]) -> None:
        """Remove every snapshot but the current one and those still in use."""
        with self._lock:
            keep = {self._path, *used}
            for path in self._root.glob("*"):
                if path.is_dir() and path not in keep:
                    shutil.rmtree(path, ignore_errors=True)

    def close(self) -> None:
        """Remove all snapshots."""
        shutil.rmtree(self._root, ignore_errors=True)
