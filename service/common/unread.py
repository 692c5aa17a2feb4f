"""Records that the store holds and nobody can read, noted where they are left out of what is shown.

The gate lets none in; there are some in a store that was written with `--gate off`, or by another
program. The code that shows many records notes those that it leaves out, and the answer says so.
"""
# DESIGN: set-aside-while-reading

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

Notes = dict[str, str]
"""Why each record cannot be read, by its path below `id/`."""

_noted: ContextVar[Notes | None] = ContextVar("noted", default=None)
_LOG = logging.getLogger("evalgap")


@contextmanager
def noting() -> Iterator[Notes]:
    """Yield what is noted while this lasts; afterwards that is also noted by what lies around."""
    found: Notes = {}
    token = _noted.set(found)
    try:
        yield found
    finally:
        _noted.reset(token)
        again(found)


def note(record: str, why: str) -> None:
    """Note that a record is left out; the log says so once."""
    again({record: why})
    _log(record, why)


def again(notes: Mapping[str, str]) -> None:
    """Note what was noted when something that is used once more was made."""
    around = _noted.get()
    if around is not None:
        around.update(notes)


def noted() -> Notes:
    """Return what has been noted so far."""
    return _noted.get() or {}


@lru_cache(maxsize=10_000)
def _log(record: str, why: str) -> None:
    _LOG.warning("%s cannot be read and is left out: %s", record, why)
