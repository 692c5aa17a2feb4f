"""Who may change the store now: one at a time, first come, first served."""
# DESIGN: one-turn

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from service.common.problems import Busy

QUEUE = 64
"""Writes that may wait; with more, the next is refused at once."""

PATIENCE = 60.0
"""Seconds that a write waits for its turn before it is refused."""

_RESTART = 5
"""Seconds after which a service that ends may be there again."""


class FairLock:
    """The turn to change the store, from reading what is there until it is committed.

    As a context manager it is the turn of a request, which does not wait for ever: it raises
    `Busy` where too many wait, after `patience` seconds, and once the service ends.
    """

    def __init__(self, queue: int = QUEUE, patience: float = PATIENCE) -> None:
        """Let nobody wait yet."""
        self._queue, self._patience = queue, patience
        self._changed = Condition()
        self._line: deque[object] = deque()
        self._closed = False

    def __enter__(self) -> None:
        """Wait for the turn and take it."""
        with self._changed:
            if len(self._line) > self._queue:
                raise _busy(self._patience)
            mine = self._join()
            came = self._changed.wait_for(
                lambda: self._closed or self._line[0] is mine, self._patience
            )
            if not came or self._closed:
                self._leave(mine)
                raise _ending() if self._closed else _busy(self._patience)

    def __exit__(self, *_: object) -> None:
        """Let the next one have it."""
        self._next()

    @contextmanager
    def long(self) -> Iterator[None]:
        """Hold the turn for long work, which waits without limit and calls `pass_on` at times."""
        self._wait()
        try:
            yield
        finally:
            self._next()

    @property
    def waiting(self) -> int:
        """How many wait for the turn."""
        return max(0, len(self._line) - 1)

    def pass_on(self) -> None:
        """Let all who wait have their turn, then take it again."""
        self._next()
        self._wait()

    def close(self) -> None:
        """Refuse requests that wait, and those to come."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wait(self) -> None:
        with self._changed:
            mine = self._join()
            self._changed.wait_for(lambda: self._line[0] is mine)

    def _join(self) -> object:
        self._line.append(mine := object())
        return mine

    def _leave(self, mine: object) -> None:
        self._line.remove(mine)
        self._changed.notify_all()

    def _next(self) -> None:
        with self._changed:
            self._leave(self._line[0])


def _busy(seconds: float) -> Busy:
    return Busy(
        "Too many writes wait for their turn. Nothing was stored; send it again later.",
        retry_after=max(1, round(seconds)),
    )


def _ending() -> Busy:
    return Busy("The service is ending. Nothing was stored; send it again.", retry_after=_RESTART)
