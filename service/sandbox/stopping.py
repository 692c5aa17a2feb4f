"""Cancel a running query when its client disconnects."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from service.common.problems import Abandoned


class CancellationToken:
    """A cancellation token, set by one thread and observed by the worker."""

    def __init__(self) -> None:
        """Start uncancelled."""
        self._lock = Lock()
        self._cancelled = False
        self._end: Callable[[], object] = _nothing

    def cancel(self) -> None:
        """End the work under way, and let no more begin."""
        with self._lock:
            self._cancelled = True
            self._end()

    def check(self) -> None:
        """Raise `Abandoned` if the work was cancelled."""
        if self._cancelled:
            raise Abandoned("Nobody waits for this answer any more.")

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """Do work that `end`, called by `cancel`, ends. Raises `Abandoned` if it was cancelled."""
        with self._lock:
            self.check()
            self._end = end
        try:
            yield
        finally:
            with self._lock:
                self._end = _nothing
            self.check()


def _nothing() -> None:
    """End nothing: no work is under way."""
