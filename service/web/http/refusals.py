"""Answers to requests that no route sees: problem documents (RFC 9457), as ASGI or as bytes."""

import json
from collections.abc import Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from service.common.http_headers import CAREFUL
from service.common.problems import Problem

Fields = list[tuple[bytes, bytes]]


def fields_of(problem: Problem, length: int, *, close: bool) -> Fields:
    """Return the header fields of the answer; with `close`, the connection ends with it."""
    fields = {
        "content-type": "application/problem+json",
        "content-length": str(length),
        **{name.lower(): value for name, value in CAREFUL.items()},
        **({"connection": "close"} if close else {}),
    }
    if "retry_after" in problem.extra:
        fields["retry-after"] = str(problem.extra["retry_after"])
    return [(name.encode(), value.encode()) for name, value in fields.items()]


def refusal(problem: Problem, more: Fields | None = None, *, close: bool = False) -> ASGIApp:
    """Return an application that answers any request with this problem."""

    async def refuse(_: Scope, __: Receive, send: Send) -> None:
        body = json.dumps(problem.document()).encode()
        fields = [*fields_of(problem, len(body), close=close), *(more or [])]
        await send({"type": "http.response.start", "status": problem.status, "headers": fields})
        await send({"type": "http.response.body", "body": body})

    return refuse


def written(problem: Problem, status_line: bytes, defaults: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Return the whole answer as bytes, for a request that is not read to its end."""
    body = json.dumps(problem.document()).encode()
    fields = [*defaults, *fields_of(problem, len(body), close=True)]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in fields)
    return status_line + lines + b"\r\n" + body
