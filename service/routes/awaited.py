"""Work that ends when nobody waits for it any more."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from service.engines.base import Stop


async def while_awaited(
    request: Request,
    work: Callable[..., Response],
    *given: Any,
) -> Response:
    """Return `work(request, *given, stop)`, done in a thread; a client that leaves stops it.

    The body of the request must have been read. Raises what `work` does.
    """
    stop = Stop()
    watch = asyncio.create_task(_wish_once_gone(request, stop))
    try:
        return await run_in_threadpool(work, request, *given, stop)
    finally:
        watch.cancel()


async def _wish_once_gone(request: Request, stop: Stop) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.wish()
