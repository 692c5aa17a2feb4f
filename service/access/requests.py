"""The name of a request: what the client or a proxy calls it, else one made here.

It stands in the log of writes and in the answer (`X-Request-ID`), so that both can be found from
either. Requests that only read are not logged and get none.
"""

import re
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER = "X-Request-ID"
_KEY = "evalgap.request-id"
_SANE = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def request_id(scope: Scope) -> str:
    """Return the name of a request, the same on each call."""
    if _KEY not in scope:
        given = Headers(scope=scope).get(HEADER, "")
        scope[_KEY] = given if _SANE.fullmatch(given) else uuid4().hex
    return str(scope[_KEY])


class RequestIds:
    """Names every request that may write, and says its name in the answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] in _READING:
            await self._app(scope, receive, send)
            return
        name = request_id(scope)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        await self._app(scope, receive, named)
