"""What a running service does for its store while nobody writes to it."""
# DESIGN: memory-copy

import logging
import time
from collections.abc import Callable, Sequence
from threading import Event, Thread

from service.common.problems import Problem
from service.store.port import Engine

_LOG = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds without a write after which a store is copied to memory, and pages are prepared."""

PATIENCE = 4
"""How many times as long as the last copy took the store must be left alone for the next one, so
that copies which the next write makes useless never cost more than a fifth of a core."""


_LAST_SECONDS = 10.0


class Upkeep:
    """A thread that tidies the store at start, and makes it quick when it is left alone."""

    def __init__(
        self, engine: Engine, most: int, kept: Sequence[Callable[[Engine], object]]
    ) -> None:
        """Do nothing yet; a store of more than `most` bytes on disk is not copied to memory.

        `kept` are the caches of pages. They are warmed for in-memory stores only; for larger ones
        warming costs too much.
        """
        self._engine = engine
        self._most = most
        self._kept = kept
        self._stopping = Event()
        self._thread = Thread(target=self._work, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin, beside the service."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for what is under way; a query over a broken disk may never end."""
        self._stopping.set()
        self._thread.join(_LAST_SECONDS)

    def _work(self) -> None:
        self._engine.tidy()
        pause, seen, prepared = LOOK, None, None
        while not self._stopping.is_set():
            now = self._engine.generation
            if seen in {None, now}:
                began = time.monotonic()
                small = self._engine.copy_to_memory(self._most)
                pause = max(pause, PATIENCE * (time.monotonic() - began))
                if small and seen == now != prepared:
                    prepared = now
                    self._prepare(now)
            seen = now
            self._stopping.wait(pause)

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
