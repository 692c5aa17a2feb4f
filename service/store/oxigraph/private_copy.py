"""A copy of a store for a service that only reads: of one moment, beside any writer.

The store itself is neither locked nor written to, so it may be on a read-only disk or have a
writer beside it. The copy is made of hard links where it can stand beside the store, which takes
some milliseconds and hardly any disk; else its files are copied to the folder for temporary files.
"""
# DESIGN: private-copy

import fcntl
import os
import shutil
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from weakref import finalize

import pyoxigraph as ox

from service.common.problems import NotFound
from service.store.oxigraph.store import EmbeddedEngine, copy_beside_a_writer

_IN_USE = "in-use"
"""A file that is locked as long as a copy is in use, also as other containers see it."""


class CopyEngine(EmbeddedEngine):
    """The engine of a copy, which it removes when it is closed."""

    def __init__(self, home: Path, name: str, lock: int) -> None:
        """Serve the copy with this name in a folder that is ours as long as `lock` is open."""
        super().__init__(ox.Store(str(home / name)), home / name)
        self._let_go = finalize(self, _let_go, home, lock)

    def close(self) -> None:
        """Let go of the store, and remove it."""
        super().close()
        self._let_go()


def open_copy(folder: Path | None) -> CopyEngine:
    """Open a copy of the store in a folder.

    Raises `NotFound` where there is no store.
    """
    if folder is None or not (folder / "CURRENT").exists():
        raise NotFound(f"There is no store at {folder} to read. Name one with --store.")
    home = _home(folder)
    lock = os.open(home / _IN_USE, os.O_CREAT | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    copy_beside_a_writer(folder, home / folder.name)
    return CopyEngine(home, folder.name, lock)


def _let_go(home: Path, lock: int) -> None:
    shutil.rmtree(home, ignore_errors=True)
    os.close(lock)


def _home(folder: Path) -> Path:
    """Make an empty folder for the copy: beside the store, or else among temporary files."""
    try:
        return _made(folder.parent, f"{folder.name}.copy-")
    except OSError:  # a read-only disk, or a folder of somebody else
        name = sha256(str(folder.resolve()).encode()).hexdigest()[:16]
        return _made(Path(gettempdir()), f"evalgap-{name}.copy-")


def _made(parent: Path, prefix: str) -> Path:
    """Make an empty folder, once those are removed that killed services have left there."""
    for left_over in parent.glob(f"{prefix}*"):
        # it may be in use, or have just been made, or not be ours
        with suppress(OSError), (left_over / _IN_USE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(left_over, ignore_errors=True)
    return Path(mkdtemp(prefix=prefix, dir=parent))
