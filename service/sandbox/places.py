"""A number of places, each with something that is kept in it, handed out in order of arrival."""

from collections import deque
from concurrent.futures import Future, wait
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

from service.problems import Busy

_Kept = TypeVar("_Kept")


class Places(Generic[_Kept]):
    """`size` places; who has waited longest gets the next one, and at most `queue` wait."""

    def __init__(self, size: int, queue: int | None = None) -> None:
        """Keep nothing yet; without `queue` any number may wait."""
        self._turn = Lock()
        # the last to be given back is the first to be taken: its memory is warm
        self._free: list[_Kept | None] = [None] * size
        self._waiting: deque[Future[_Kept | None]] = deque()
        self._queue = queue

    def take(self, seconds: float, sentence: str) -> _Kept | None:
        """Return what the next free place keeps, None if nothing yet.

        Raises `Busy` with the sentence after so long, or at once where too many wait.
        """
        place: Future[_Kept | None] = Future()
        with self._turn:
            if self._free:
                return self._free.pop()
            if self._queue is not None and len(self._waiting) >= self._queue:
                raise Busy(sentence, retry_after=_after(seconds))
            self._waiting.append(place)
        wait([place], timeout=seconds)
        if place.cancel():
            with self._turn, suppress(ValueError):  # it may have been passed over just now
                self._waiting.remove(place)
            raise Busy(sentence, retry_after=_after(seconds))
        return place.result()

    def give_back(self, kept: _Kept | None) -> None:
        """Let the next one have the place, with what it keeps."""
        with self._turn:
            while self._waiting:
                place = self._waiting.popleft()
                if place.set_running_or_notify_cancel():
                    place.set_result(kept)
                    return
            self._free.append(kept)


def _after(seconds: float) -> int:
    return max(1, round(seconds))
