"""What a running service does for its store while nobody writes to it."""
# DESIGN: memory-copy

import logging
import os
import resource
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Thread

from service.common.problems import Problem
from service.store.port import Engine

_LOG = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds without a write after which a store is copied to memory, and pages are prepared."""

PATIENCE = 4
"""How many times as long as the last copy took, or of a store too large for one all that pages
keep, the store must be left alone for the next, so that what the next write makes useless never
costs more than a fifth of a core."""

_LAST_SECONDS = 10.0

_GROWTH = 2 * 2**30
"""Bytes by which the process may grow after the store was found damaged, and no query is begun."""


class StoreMaintenance:
    """Tidies the store at start, and makes it and its pages quick when it is left alone."""

    def __init__(
        self, engine: Engine, most: int, kept: Sequence[Callable[[Engine], object]]
    ) -> None:
        """Do nothing yet; a store of more than `most` bytes on disk is not copied to memory.

        `kept` are the caches of pages, which are warmed in this order.
        """
        self._engine = engine
        self._most = most
        self._kept = kept
        self._stopping = Event()
        self._when_found = 0
        self._at_start = engine.generation
        self._threads = (
            Thread(target=self._work, name="maintenance", daemon=True),
            # the first visitors come while the store is still read through, in the other thread:
            # that holds no lock of Python's, and finds damage before a query here hangs on it
            Thread(target=self._prepare, args=(self._at_start,), name="pages", daemon=True),
        )

    def start(self) -> None:
        """Begin, beside the service."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, and wait for what is under way; a query over a broken disk may never end."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(_LAST_SECONDS)

    def _work(self) -> None:
        prepared = self._at_start
        self._engine.tidy()
        pause, seen, read = LOOK, None, False
        while not self._stopping.is_set():
            now = self._engine.generation
            if seen in {None, now}:
                began = time.monotonic()
                small = self._engine.copy_to_memory(self._most)
                pause = max(pause, PATIENCE * (time.monotonic() - began))
                if not (small or read):  # else all was read for the copy
                    self._read_through()
                read = True
                if now != prepared:
                    prepared = now
                    self._prepare(now)
                if not small:
                    pause = max(pause, PATIENCE * (time.monotonic() - began))
            self._end_before_memory_does()
            seen = now
            self._stopping.wait(pause)

    def _read_through(self) -> None:
        """Find damage before a query meets it, which then may neither fail nor end."""
        try:
            self._engine.read_through()
        except Problem as problem:
            _LOG.error("the store was read through: %s", problem.detail)

    def _end_before_memory_does(self) -> None:
        """End the service where a query over a damaged store takes more and more memory."""
        try:
            self._engine.check()
        except Problem as problem:
            self._when_found = self._when_found or _resident_bytes()
            if _resident_bytes() > self._when_found + _GROWTH:
                _LOG.critical("a query over the damaged store takes all memory: %s", problem.detail)
                os.kill(os.getpid(), signal.SIGTERM)

    def _prepare(self, generation: int) -> None:
        """Make what pages keep, as long as it is not made in vain."""
        for make in self._kept:
            if self._stopping.is_set() or generation != self._engine.generation:
                return
            try:
                make(self._engine)
            except Problem as problem:  # a broken disk: requests for pages report it
                _LOG.warning("nothing was prepared: %s", problem.detail)
                return


def _resident_bytes() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()
