"""Queries and writes: each in threads of their own; queries no longer than a client waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request, Response

from service.engines.base import Stop
from service.problems import Busy
from service.turns import QUEUE

_Answer = TypeVar("_Answer")

AT_ONCE = 40
"""Queries that are answered, or wait for a reader, at once; more wait without a thread."""


def threads() -> CapacityLimiter:
    """Return the threads for queries; all else has others, so that no query keeps it waiting."""
    return CapacityLimiter(AT_ONCE)


async def while_awaited(
    request: Request,
    work: Callable[..., Response],
    *given: Any,
) -> Response:
    """Return `work(request, *given, stop)`, done in such a thread; a client that leaves stops it.

    The body of the request must have been read. Raises what `work` does.
    """
    stop = Stop()
    async with stopping(request, stop):
        done = partial(work, request, *given, stop)
        return await run_sync(done, limiter=request.app.state.threads)


@asynccontextmanager
async def stopping(request: Request, stop: Stop) -> AsyncIterator[None]:
    """Wish for the stop if the client leaves meanwhile. The body must have been read."""
    watch = asyncio.create_task(_wish_once_gone(request, stop))
    try:
        yield
    finally:
        watch.cancel()


def writing_threads() -> CapacityLimiter:
    """Return the threads for writes, most of which wait for their turn."""
    return CapacityLimiter(QUEUE + 1)


async def in_writing_thread(
    request: Request, work: Callable[..., _Answer], *given: object
) -> _Answer:
    """Return `work(*given)`, done in a thread for writes. Raises `Busy` where all are taken."""
    threads: CapacityLimiter = request.app.state.writing_threads
    if threads.available_tokens < 1:
        raise Busy("Too many writes are under way. Send it again later.", retry_after=10)
    return await run_sync(partial(work, *given), limiter=threads)


async def _wish_once_gone(request: Request, stop: Stop) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.wish()
