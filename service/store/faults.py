"""What a broken or full disk makes of the engine's words: a sentence that says what to do.

Oxigraph raises `OSError` and `RuntimeError` with RocksDB's own words for it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from service.common.os_words import os_words
from service.common.problems import DiskFull, Problem, StoreDamaged

_DAMAGED = (
    "Corruption",
    "IO error",
    "Input/output error",
    "Read-only file system",
    "Column family",
)


class OnDisk(Protocol):
    """Something whose data lies on a disk."""

    @property
    def folder(self) -> Path | None:
        """Where the data lies; None for memory."""
        ...

    damage: StoreDamaged | None
    """What was found broken. Queries over a broken file can run for minutes, so none is begun."""


_Own = TypeVar("_Own", bound=OnDisk)
_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


def fault(error: Exception, where: object) -> Problem | None:
    """Return the problem that an error of the engine or the system is; None for no such."""
    if full := DiskFull.of(error, where):
        return full
    words = " ".join(os_words(error).split())
    if isinstance(error, (RuntimeError, OSError)) and any(w in words for w in _DAMAGED):
        return StoreDamaged(
            f"The store in {where} cannot be read or written: {words[:200]}. Stop the service and "
            "restore a backup (evalgap restore).",
            store=str(where),
        )
    return None


@contextmanager
def faults(where: object) -> Iterator[None]:
    """Raise `DiskFull` and `StoreDamaged` for what the engine says of a disk."""
    try:
        yield
    except (OSError, RuntimeError, sqlite3.Error) as error:
        found = fault(error, where)
        if found is None:
            raise
        raise found from None


def bare(problem: Problem) -> Problem:
    """Return a problem that holds on to no frame: raise it `from None`.

    A traceback would carry Oxigraph's results to other threads, which may not even drop them.
    """
    problem.__context__ = None
    return problem.with_traceback(None)


def guarded(
    method: Callable[Concatenate[_Own, _Given], _Answer],
) -> Callable[Concatenate[_Own, _Given], _Answer]:
    """Wrap a method in `faults`; once damage was found, it raises that at once."""

    @wraps(method)
    def wrapped(self: _Own, /, *args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        if self.damage is not None:
            raise type(self.damage)(self.damage.detail, **self.damage.extra)
        try:
            with faults(self.folder):
                return method(self, *args, **kwargs)
        except Problem as found:
            if isinstance(found, StoreDamaged):
                self.damage = StoreDamaged(found.detail, **found.extra)
            raise bare(found) from None

    return wrapped
