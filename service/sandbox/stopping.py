"""How somebody who no longer waits for an answer ends the work on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from service.common.problems import Abandoned


class CancellationToken:
    """A wish to stop, made once by one thread and met by the thread that does the work."""

    def __init__(self) -> None:
        """Wish for nothing yet."""
        self._lock = Lock()
        self._cancelled = False
        self._end: Callable[[], object] = _nothing

    def cancel(self) -> None:
        """End what is under way, and let nothing more be begun."""
        with self._lock:
            self._cancelled = True
            self._end()

    def check(self) -> None:
        """Raise `Abandoned` once the wish was made."""
        if self._cancelled:
            raise Abandoned("Nobody waits for this answer any more.")

    @contextmanager
    def ending(self, end: Callable[[], object]) -> Iterator[None]:
        """Do work that `end`, called from the other thread, ends. Raises `Abandoned` if it was."""
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
