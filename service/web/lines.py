"""Queues in front of work without a token: few at once, a bounded number waits, for a time.

Slots are shared fairly between clients: one that sends its body slowly delays only itself. A
waiting request holds no thread, and its body is read only once it has a slot.
"""
# DESIGN: bounded-lines

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, Request

from service.common.problems import RequestTimeout
from service.common.settings import Settings
from service.ingest.checking import AT_ONCE, Deadline
from service.sandbox import Slots, busy
from service.web.cancellation import client_name, stopping

_Answer = TypeVar("_Answer")
WAITING = 64
"""Requests of one client that may wait for a slot in one line."""
_UPLOADS = 4
_AGAIN = 5
"""Seconds after which there may be a slot, where the line is full."""


class WorkLine:
    """Slots for one kind of work; no client has all of them."""

    def __init__(self, slots: int, seconds: float, doing: str, waiting: int = WAITING) -> None:
        """Have so many slots; `seconds` is the most that waiting and work take together."""
        self._slots = Slots[None](slots, waiting, share=slots * 3 // 4)
        self._threads = CapacityLimiter(slots)
        self._seconds = seconds
        self._busy = f"Too many requests are {doing} at once."

    @asynccontextmanager
    async def slot(self, request: Request) -> AsyncIterator[Deadline]:
        """Wait for a slot and hold it. Raises `Busy` where too many wait, or for too long."""
        deadline = Deadline(time.monotonic() + self._seconds)
        client = await client_name(request)
        slot = self._slots.ask(_AGAIN, self._busy, client)
        try:
            await self._got(slot)
            yield deadline
        finally:
            if not self._slots.gives_up(slot, client):
                self._slots.give_back(None, client)

    async def _got(self, slot: "Future[None]") -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await asyncio.wrap_future(slot)
        except TimeoutError as error:
            raise busy(self._busy, self._seconds) from error

    async def read(self, deadline: Deadline, body: Awaitable[_Answer]) -> _Answer:
        """Return a body, as long as there is time. Raises `RequestTimeout` past it."""
        try:
            async with asyncio.timeout(deadline.left()):
                return await body
        except TimeoutError as error:
            raise RequestTimeout("The body of the request came too slowly.") from error

    async def work(
        self, request: Request, deadline: Deadline, work: Callable[..., _Answer], *given: Any
    ) -> _Answer:
        """Return `work(*given, deadline)`, done in a thread of the line; who leaves ends it."""
        async with stopping(request, deadline.stop):
            return await run_sync(partial(work, *given, deadline), limiter=self._threads)


@dataclass(frozen=True)
class Lines:
    """The lines of one service."""

    checks: WorkLine
    """Documents that are checked."""
    decompositions: WorkLine
    analyses: WorkLine
    """Fits and coverage: over what is kept of the store, in the threads of all requests."""
    uploads: WorkLine
    """Uploads that are being received."""

    @classmethod
    def of(cls, settings: Settings) -> "Lines":
        """Return the lines of a service with these settings."""
        seconds = settings.max_work_seconds
        return cls(
            WorkLine(AT_ONCE, seconds, "checking documents"),
            WorkLine(AT_ONCE, seconds, "decomposing gaps"),
            WorkLine(2 * AT_ONCE, seconds, "comparing benchmarks"),
            WorkLine(_UPLOADS, seconds, "uploading"),
        )


def lines(request: Request) -> Lines:
    """Return the lines of the application that got the request."""
    found: Lines = request.app.state.lines
    return found


LinesDep = Annotated[Lines, Depends(lines)]


async def analysed(request: Request, found: LinesDep) -> AsyncIterator[Deadline]:
    """Hold a slot for an analysis until the answer is made; a dependency of its routes."""
    async with found.analyses.slot(request) as deadline:
        yield deadline


ANALYSED = Depends(analysed, scope="function")
AnalysedDep = Annotated[Deadline, ANALYSED]
