"""Queries and writes: each in threads of their own; queries no longer than a client waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Request
from starlette.concurrency import run_in_threadpool

from service.common.fair_lock import QUEUE
from service.common.problems import Abandoned, Busy
from service.sandbox import Slots, busy
from service.store.oxigraph.store import READERS, EmbeddedEngine
from service.store.port import CancellationToken, Engine
from service.web.http.clients import bearer, client_of

_Answer = TypeVar("_Answer")

AT_ONCE = 40
"""Queries that a store answers at once which has no readers of its own."""

PATIENCE = 15.0
"""Seconds a query waits for its turn, if it may run as long."""

_BUSY = "Every reader is busy with other queries. Try again in a moment."
Queries = Slots[None]
"""The turns of queries, shared fairly between clients."""


def turns_of(engine: Engine) -> Queries:
    """Return the turns of the queries of a store.

    One client never has all of them, so that however much it asks, another gets its turn.
    """
    size = READERS if isinstance(engine, EmbeddedEngine) and engine.snapshots else AT_ONCE
    return Queries(size, share=size * 3 // 4)


def threads() -> ThreadPoolExecutor:
    """Return the threads for queries; all else has others, so that no query keeps it waiting."""
    return ThreadPoolExecutor(AT_ONCE, "queries")


async def while_awaited(
    request: Request,
    work: Callable[..., _Answer],
    *given: Any,
    seconds: float = PATIENCE,
) -> _Answer:
    """Return `work(request, *given, stop)`, done in a thread; a client that leaves stops it.

    It begins once the client has its turn among others. The body of the request must have been
    read. Raises what `work` does, and `Busy` past the seconds (or `PATIENCE`).
    """
    stop = CancellationToken()
    client = await client_name(request)
    async with (
        stopping(request, stop) as gone,
        _turn(request.app.state.queries, client, min(seconds, PATIENCE), gone),
    ):
        done = partial(work, request, *given, stop)
        return await asyncio.get_running_loop().run_in_executor(request.app.state.threads, done)


@asynccontextmanager
async def stopping(
    request: Request, stop: CancellationToken
) -> AsyncIterator["asyncio.Task[None]"]:
    """Cancel if the client disconnects meanwhile; yield what is done once it has left.

    The body must have been read.
    """
    watch = asyncio.create_task(_cancel_on_disconnect(request, stop))
    try:
        yield watch
    finally:
        watch.cancel()


async def client_name(request: Request) -> str:
    """Return who a query counts for; whether a token is known may be read from a file."""
    if not bearer(request.scope):
        return client_of(request.scope)
    tokens = request.app.state.services.access.tokens
    return await run_in_threadpool(client_of, request.scope, tokens.is_valid)


@asynccontextmanager
async def _turn(
    queries: Queries, client: str, seconds: float, gone: "asyncio.Task[None]"
) -> AsyncIterator[None]:
    """Wait for a turn, and have it until the end. Raises `Busy`, and `Abandoned` once gone."""
    place = queries.ask(seconds, _BUSY, client)
    try:
        if not place.done():
            waiting = {asyncio.wrap_future(place), gone}
            await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            raise Abandoned("The client has left before its query began.")
        if not place.done():
            raise busy(_BUSY, seconds)
        yield
    finally:
        if not queries.gives_up(place, client):
            queries.give_back(None, client)


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


async def _cancel_on_disconnect(request: Request, stop: CancellationToken) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.cancel()
