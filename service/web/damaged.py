"""What becomes of requests that wait when the store is found damaged."""
# DESIGN: remembered-damage

import asyncio

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.common.problems import StoreDamaged
from service.store.port import Engine
from service.web import errors

LOOK = 5.0
"""Seconds between two looks at whether the store was found damaged."""


class AnswersOnceDamaged:
    """Answers 503 for a request whose work a damaged store may keep from its end.

    A query of the engine cannot be stopped, so the thread that runs it stays behind.
    """

    def __init__(self, app: ASGIApp, engine: Engine, look: float = LOOK) -> None:
        """Wrap an application."""
        self._app, self._engine, self._look = app, engine, look
        self._left_behind: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        work = asyncio.create_task(self._work(scope, receive, answer))
        try:
            while not (await asyncio.wait({work}, timeout=self._look))[0]:
                damage = None if answer.begun else self._damage()
                if damage is not None:
                    answer.refused = True
                    self._leave(work)
                    await errors.problem_answer(Request(scope), damage)(scope, receive, send)
                    return
        except asyncio.CancelledError:
            work.cancel()
            raise
        work.result()

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    def _damage(self) -> StoreDamaged | None:
        try:
            self._engine.check()
        except StoreDamaged as found:
            return found
        return None

    def _leave(self, work: "asyncio.Task[None]") -> None:
        self._left_behind.add(work)  # or it could be collected as garbage while it runs
        work.add_done_callback(self._left_behind.discard)


class _Answer:
    """Passes an answer on, unless the request was refused meanwhile; knows whether it began."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = self.refused = False

    async def __call__(self, message: Message) -> None:
        if not self.refused:
            self.begun = True
            await self._send(message)
