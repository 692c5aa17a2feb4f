"""Where reading needs a token: no answer without one, whatever the address."""
# DESIGN: read-gate

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import access
from service.common.problems import Problem
from service.web import errors

OPEN = ("/static/", "/swagger/")
"""Files of the program itself, which a page that asks for a token needs, too."""
OPEN_EXACTLY = frozenset({"/health", "/ready"})


class ReadGate:
    """Lets requests with a valid token of any scope pass; browsers ask for it as a password."""

    def __init__(self, app: ASGIApp, admit: access.Access) -> None:
        """Wrap an application."""
        self._app = app
        self._access = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or _is_open(path):
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            await run_in_threadpool(self._access.admit, request, access.Scope.READ)
        except Problem as problem:
            await errors.problem_answer(request, problem)(scope, receive, send)
            return

        async def for_one(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                kept = headers.get("cache-control", "private").replace("public", "private")
                headers["cache-control"] = kept
                headers.add_vary_header("Authorization")
            await send(message)

        await self._app(scope, receive, for_one)


def _is_open(path: str) -> bool:
    return path in OPEN_EXACTLY or path.startswith(OPEN)
