"""What becomes of requests that wait when the store is damaged, found to be so or not."""
# DESIGN: remembered-damage

import asyncio
import logging
import time
from math import inf

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.common.problems import Problem, StoreDamaged, WorkTimeout
from service.store.port import Engine
from service.web import errors

_LOG = logging.getLogger(__name__)

LOOK = 5.0
"""Seconds between two looks at whether the store was found damaged."""
LONGEST = 120.0
"""Seconds that a page may take; the first one over 100,000 cards takes half of it."""

_READS = {"GET", "HEAD"}
_TOO_LONG = (
    "This took more than {seconds:g} s and was given up. If it takes as long again, the store may "
    "be damaged: see /ready and the log."
)


class AnswersOnceDamaged:
    """Answers for a request whose work a damaged store may keep from its end.

    503 once damage is found; 504 where nothing is found and reading takes `longest` seconds. A
    query of the engine cannot be stopped, so the thread that runs it stays behind.
    """

    def __init__(self, app: ASGIApp, engine: Engine, longest: float) -> None:
        """Wrap an application."""
        self._app, self._engine, self._longest = app, engine, longest
        self._left_behind: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        end = time.monotonic() + self._longest if scope["method"] in _READS else inf
        work = asyncio.ensure_future(self._app(scope, receive, answer))
        try:
            while not (await asyncio.wait({work}, timeout=min(LOOK, self._longest)))[0]:
                problem = None if answer.begun else self._problem(end)
                if problem is not None:
                    answer.refused = True
                    self._leave(work)
                    await errors.problem_answer(Request(scope), problem)(scope, receive, send)
                    return
        except asyncio.CancelledError:
            work.cancel()
            raise
        work.result()

    def _problem(self, end: float) -> Problem | None:
        try:
            self._engine.check()
        except StoreDamaged as found:
            return found
        late = time.monotonic() >= end
        return WorkTimeout(_TOO_LONG.format(seconds=self._longest)) if late else None

    def _leave(self, work: "asyncio.Future[None]") -> None:
        self._left_behind.add(work)  # or it could be collected as garbage while it runs
        work.add_done_callback(self._ended)

    def _ended(self, work: "asyncio.Future[None]") -> None:
        self._left_behind.discard(work)
        if not work.cancelled() and (error := work.exception()):
            _LOG.info("a request that was given up ended with %r", error)


class _Answer:
    """Passes an answer on, unless the request was refused meanwhile; knows whether it began."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = self.refused = False

    async def __call__(self, message: Message) -> None:
        if not self.refused:
            self.begun = True
            await self._send(message)
