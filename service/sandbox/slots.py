"""A number of slots, each with something that is kept in it, shared fairly between clients."""

from collections import Counter, deque
from concurrent.futures import Future, wait
from itertools import count
from threading import Lock
from typing import Generic, TypeVar

from service.common.problems import Busy

_Kept = TypeVar("_Kept")


class Slots(Generic[_Kept]):
    """`size` slots: the next one is for the client that holds fewest.

    Among several such clients it is for the one who has waited longest.
    """

    def __init__(self, size: int, queue: int | None = None, share: int | None = None) -> None:
        """Keep nothing yet. At most `queue` requests of one client wait (None: any number).

        One client holds at most `share` slots (None: all), however many others are free.
        """
        self._turn = Lock()
        # the last to be given back is the first to be taken: its memory is warm
        self._free: list[_Kept | None] = [None] * size
        self._waiting: dict[str, deque[tuple[int, Future[_Kept | None]]]] = {}
        self._held: Counter[str] = Counter()
        self._arrivals = count()
        self._queue, self._share = queue, size if share is None else share

    def take(self, seconds: float, sentence: str, client: str = "") -> _Kept | None:
        """Return what the next free slot keeps, None if nothing yet.

        Raises `Busy` with the sentence after so long, or at once where too many wait.
        """
        slot = self.ask(seconds, sentence, client)
        wait([slot], timeout=seconds)
        if self.gives_up(slot, client):
            raise busy(sentence, seconds)
        return slot.result()

    def ask(self, seconds: float, sentence: str, client: str = "") -> "Future[_Kept | None]":
        """Return the future of a slot, to be waited for as long. Raises `Busy` as `take` does."""
        slot: Future[_Kept | None] = Future()
        with self._turn:
            full = not self._free or self._held[client] >= self._share
            waiting = len(self._waiting.get(client, ()))
            if full and self._queue is not None and waiting >= self._queue:
                raise busy(sentence, seconds)
            self._waiting.setdefault(client, deque()).append((next(self._arrivals), slot))
            self._hand_out()
        return slot

    def gives_up(self, slot: "Future[_Kept | None]", client: str = "") -> bool:
        """Wait no longer; tell whether that is so, and the slot was not got after all."""
        if not slot.cancel():
            return False
        with self._turn:
            left = deque(w for w in self._waiting.pop(client, ()) if w[1] is not slot)
            if left:
                self._waiting[client] = left
        return True

    def give_back(self, kept: _Kept | None, client: str = "") -> None:
        """Let the next one have the slot, with what it keeps."""
        with self._turn:
            self._held[client] -= 1
            if not self._held[client]:
                del self._held[client]
            self._free.append(kept)
            self._hand_out()

    def _hand_out(self) -> None:
        while self._free and (client := self._next()) is not None:
            _, slot = self._waiting[client].popleft()
            if not self._waiting[client]:
                del self._waiting[client]
            if slot.set_running_or_notify_cancel():
                self._held[client] += 1
                slot.set_result(self._free.pop())

    def _next(self) -> str | None:
        """Return the client whose turn it is."""
        turns = [
            (self._held[client], waiters[0][0], client)
            for client, waiters in self._waiting.items()
            if self._held[client] < self._share
        ]
        return min(turns)[2] if turns else None


def busy(sentence: str, seconds: float) -> Busy:
    """Return what is said to a client that has waited so long, or may not wait at all."""
    return Busy(sentence, retry_after=max(1, round(seconds)))
