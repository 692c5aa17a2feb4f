"""What every request and answer passes, whichever route it takes."""

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loaders.model import whole_number
from service.common.http_headers import CAREFUL
from service.common.unread import noting
from service.web import errors

_FIELDS = [(name.lower().encode(), value.encode()) for name, value in CAREFUL.items()]


class SecurityHeaders:
    """Adds `CAREFUL` to every answer, but for fields that it has.

    Plain ASGI, which costs a tenth of a wrapped response.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                there = {name for name, _ in headers}
                message["headers"] = headers + [field for field in _FIELDS if field[0] not in there]
            await send(message)

        await self._app(scope, receive, with_headers)


class Noting:
    """Keeps, for each request, which records could not be read and are left out of the answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        with noting():
            await self._app(scope, receive, send)


class HeadAsGet:
    """Answers HEAD by running GET and keeping the body back (RFC 9110, section 9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def headers_only(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self._app({**scope, "method": "GET"}, receive, headers_only)


class ValidRanges:
    """Takes a `Range` field away unless it names ranges of bytes (RFC 9110, section 14.2).

    The framework refuses what it cannot read there; the standard has it ignored.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            sent = [value for name, value in scope["headers"] if name == b"range"]
            if sent and not (len(sent) == 1 and _names_ranges(sent[0].decode("latin-1"))):
                kept = [field for field in scope["headers"] if field[0] != b"range"]
                scope = {**scope, "headers": kept}
        await self._app(scope, receive, send)


def _names_ranges(field: str) -> bool:
    unit, _, ranges = field.partition("=")
    return unit.lower() == "bytes" and all(_is_range(r.strip(" \t")) for r in ranges.split(","))


def _is_range(text: str) -> bool:
    first, dash, last = text.partition("-")
    low, high = whole_number(first), whole_number(last)
    if not dash or (first and low is None) or (last and high is None):
        return False
    return high is not None if low is None else high is None or low <= high


class RefusalsAsProblems:
    """Answers in the form of our own problems where the framework refuses in plain text."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        refused: Message | None = None
        text = b""

        async def as_problem(message: Message) -> None:
            nonlocal refused, text
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                refused = message
            elif refused is None:
                await send(message)
            elif message["type"] == "http.response.body":
                text += message.get("body", b"")
                if not message.get("more_body"):
                    answer = errors.of_framework(Request(scope), refused, text.decode())
                    await answer(scope, receive, send)

        await self._app(scope, receive, as_problem)


def _is_plain_refusal(start: Message) -> bool:
    fields: dict[bytes, bytes] = dict(start.get("headers", ()))
    plain = fields.get(b"content-type", b"").startswith(b"text/plain")
    status: int = start["status"]
    return status >= errors.LOWEST and plain
