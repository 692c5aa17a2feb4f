"""Queries of anybody's: in threads of their own, and no longer than somebody waits for them."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request, Response

from service.engines.base import Stop

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
    watch = asyncio.create_task(_wish_once_gone(request, stop))
    try:
        done = partial(work, request, *given, stop)
        return await run_sync(done, limiter=request.app.state.threads)
    finally:
        watch.cancel()


async def _wish_once_gone(request: Request, stop: Stop) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.wish()
