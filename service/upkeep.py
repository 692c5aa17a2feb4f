"""What a running service does for its store while nobody writes to it."""

import time
from threading import Event, Thread

from service.engines.base import Engine

LOOK = 2.0
"""Seconds without a write after which a store may be copied to memory."""

PATIENCE = 4
"""How many times as long as the last copy took the store must be left alone for the next one, so
that copies which the next write makes useless never cost more than a fifth of a core."""


class Upkeep:
    """A thread that tidies the store at start, and copies it to memory when it is left alone."""

    def __init__(self, engine: Engine, most: int) -> None:
        """Do nothing yet; a store of more than `most` bytes on disk is not copied."""
        self._engine = engine
        self._most = most
        self._stopping = Event()
        self._thread = Thread(target=self._work, name="upkeep")

    def start(self) -> None:
        """Begin, beside the service."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for what is under way."""
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        self._engine.tidy()
        pause, seen = LOOK, self._engine.generation
        while not self._stopping.is_set():
            if seen == self._engine.generation:
                pause = max(pause, PATIENCE * self._copied())
            seen = self._engine.generation
            self._stopping.wait(pause)

    def _copied(self) -> float:
        """Copy the store to memory if that is not done; return the seconds that took."""
        began = time.monotonic()
        self._engine.copy_to_memory(self._most)
        return time.monotonic() - began
