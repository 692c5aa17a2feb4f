"""Requests to a SPARQL server: form posts with time and size limits, and errors in sentences."""

import socket
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from threading import Timer
from typing import IO, Any

import httpx2

from service.common.os_words import os_words
from service.common.problems import (
    BadQuery,
    Busy,
    Conflict,
    Problem,
    QueryTimeout,
    StoreUnavailable,
    TooLarge,
)
from service.store.oxigraph.evaluate import bad_syntax
from service.store.port import Limits
from service.store.remote import dialects
from service.store.remote.dialects import Form

CONNECTIONS = 16
"""Requests to the server that may be under way at once."""

PATIENCE = 5.0
"""Seconds to wait for a connection, to the server or for a free one of ours."""

IN_MEMORY = 2**20
"""Bytes of an answer that are kept in memory; a larger one goes to a file."""

WRAPPING = 8
"""How many times the bytes of an answer in its requested form may come from the server: JSON
repeats the name of every variable in every row."""

Watch = Callable[[IO[bytes]], None]
"""Looks at the beginning of a body, each time that has doubled, and raises where it is too long;
leaves the body at its end."""


@dataclass(frozen=True)
class Reply:
    """The whole body of an answer, at its start, and what the headers say."""

    body: IO[bytes]
    server: str
    cut_at: int | None
    """How many rows the server stopped at, where it says so."""


class _LogIn(httpx2.Auth):
    """Sends nothing until a server asks for it, then what it asks for: Digest or Basic."""

    def __init__(self, user: str, password: str) -> None:
        self._basic = httpx2.BasicAuth(user, password)
        self._digest = httpx2.DigestAuth(user, password)
        self._chosen: httpx2.Auth | None = None

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        if self._chosen is None:
            response = yield request
            if response.status_code != httpx2.codes.UNAUTHORIZED:
                return
            digest = "digest" in response.headers.get("www-authenticate", "").lower()
            self._chosen = self._digest if digest else self._basic
        yield from self._chosen.auth_flow(request)


class Http:
    """A client of one server. Safe to use from several threads."""

    def __init__(self, user: str | None = None, password: str | None = None) -> None:
        """Connect to nothing yet. A password without a user is a bearer token."""
        bearer = {"Authorization": f"Bearer {password}"} if password and user is None else {}
        self._client = httpx2.Client(
            auth=_LogIn(user, password or "") if user is not None else None,
            headers=bearer,
            limits=httpx2.Limits(max_connections=CONNECTIONS),
        )

    def post(
        self, url: str, form: Form, accept: str, limits: Limits, watch: Watch | None = None
    ) -> Reply:
        """Post a form and return the answer; `watch` may stop it while it comes in.

        Raises `StoreUnavailable` where no SPARQL server answers, `BadQuery` where it refuses
        the text, `QueryTimeout` and `TooLarge` past the limits, `Busy` where it has no room.
        """
        return self._send("POST", url, limits, watch, data=dict(form), headers={"Accept": accept})

    def get(self, url: str, accept: str, limits: Limits) -> Reply:
        """Get a URL and return the answer. Raises as `post` does."""
        return self._send("GET", url, limits, headers={"Accept": accept})

    def put(self, url: str, graph: str, content: bytes, media: str, limits: Limits) -> None:
        """Put the content of a graph by the Graph Store Protocol. Raises as `post` does."""
        headers = {"Content-Type": media}
        reply = self._send(
            "PUT", url, limits, params={"graph": graph}, content=content, headers=headers
        )
        reply.body.close()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def _send(
        self, method: str, url: str, limits: Limits, watch: Watch | None = None, **parts: Any
    ) -> Reply:
        started = time.monotonic()
        try:
            return self._sent(method, url, limits, watch, **parts)
        except QueryTimeout as problem:
            problem.extra["elapsed_s"] = round(time.monotonic() - started, 3)
            raise

    def _sent(
        self, method: str, url: str, limits: Limits, watch: Watch | None, **parts: Any
    ) -> Reply:
        timeout = httpx2.Timeout(limits.seconds, connect=PATIENCE, pool=PATIENCE)
        deadline = time.monotonic() + limits.seconds
        try:
            request = self._client.build_request(method, url, timeout=timeout, **parts)
            response = self._client.send(request, stream=True)
            with closing(response), _hung_up_at(deadline, response):
                body = _spooled(response, limits, deadline, watch)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise _no_answer(error, url, limits, late=time.monotonic() >= deadline) from error
        _check(response, body, limits)
        cut = response.headers.get(dialects.CUT_HEADER)
        return Reply(body, response.headers.get("server", ""), int(cut) if cut else None)


def unavailable(url: str, words: str) -> StoreUnavailable:
    """Return the problem with a store at a URL, named without its credentials."""
    return StoreUnavailable(f"The store at {plain(url)} {words}", store=plain(url))


def plain(url: str) -> str:
    """Return a URL without user and password."""
    scheme, mark, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}{mark}{place.rpartition('@')[2]}{slash}{path}"


@contextmanager
def _hung_up_at(deadline: float, response: httpx2.Response) -> Iterator[None]:
    """Cut the connection when the time is up, even while a read waits for more bytes."""
    stream = response.extensions["network_stream"]
    timer = Timer(deadline - time.monotonic(), _cut, [stream.get_extra_info("socket")])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: socket.socket) -> None:
    with suppress(OSError):  # closed in the meantime
        connection.shutdown(socket.SHUT_RDWR)


def _spooled(
    response: httpx2.Response, limits: Limits, deadline: float, watch: Watch | None
) -> IO[bytes]:
    """Return the body of a response; what stops it is raised, and the connection is then closed."""
    with ExitStack() as failing:
        body = failing.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        look_at = IN_MEMORY
        for chunk in response.iter_bytes():
            body.write(chunk)
            if body.tell() > limits.bytes * WRAPPING:
                raise too_large(limits)
            if time.monotonic() >= deadline:
                raise _too_long(limits)
            if watch and body.tell() >= look_at:
                look_at = 2 * body.tell()
                watch(body)
        failing.pop_all()  # whole: the caller closes it
    return body


def too_large(limits: Limits) -> TooLarge:
    """Return the problem of an answer with more bytes than its limit."""
    return TooLarge(
        f"The answer is larger than {limits.bytes / 2**20:g} MB. Narrow the query or add a LIMIT.",
        limit_bytes=limits.bytes,
    )


def _too_long(limits: Limits) -> QueryTimeout:
    return QueryTimeout(
        f"The query was stopped after {limits.seconds:g} s, its limit. Narrow it, or ask the "
        "whole dump instead.",
        limit_s=limits.seconds,
    )


def _no_answer(error: Exception, url: str, limits: Limits, *, late: bool) -> Problem:
    match error:
        case httpx2.PoolTimeout():
            return Busy(
                "The store has as many requests as it takes at once. Try again in a moment.",
                retry_after=int(PATIENCE),
            )
        case httpx2.ConnectError() | httpx2.ConnectTimeout() | httpx2.UnsupportedProtocol():
            return unavailable(url, f"cannot be reached: {os_words(error)}.")
        case _ if late or isinstance(error, httpx2.TimeoutException):
            return _too_long(limits)
        case _:
            return unavailable(url, f"broke off: {os_words(error)}.")


def _check(response: httpx2.Response, body: IO[bytes], limits: Limits) -> None:
    """Raise what is wrong with an answer; else leave its body at the start."""
    size = body.tell()
    body.seek(max(0, size - len(dialects.CANCELLED)))
    cancelled = body.read() == dialects.CANCELLED
    body.seek(0)
    if cancelled or response.headers.get(dialects.STATE_HEADER) == dialects.INCOMPLETE:
        body.close()
        raise _too_long(limits)
    if not response.is_success:
        with body:
            raise _refused(response, body.read(), limits)


def _refused(response: httpx2.Response, text: bytes, limits: Limits) -> Problem:
    words = " ".join(text.decode(errors="replace").partition(dialects.ECHO)[0].split())[:500]
    status = response.status_code
    if dialects.GAVE_UP in text or dialects.TOO_COSTLY in words or status in _LATE:
        return _too_long(limits)
    if status in _BUSY:
        return Busy("The store is busy. Try again in a moment.", retry_after=int(PATIENCE))
    if status == httpx2.codes.BAD_REQUEST:
        return bad_syntax(SyntaxError(words))
    if any(said in words for said in dialects.ALREADY_THERE):
        return Conflict(f"{words}.")
    if words.startswith(dialects.ABOUT_THE_TEXT):
        return BadQuery(f"The store cannot run this text: {words}")
    hint = "; is the user or the password wrong?" if status in _KEPT_OUT else ""
    return unavailable(str(response.url), f"answered HTTP {status}{hint}: {words or 'no more'}.")


_LATE = {httpx2.codes.REQUEST_TIMEOUT, httpx2.codes.GATEWAY_TIMEOUT}
_BUSY = {httpx2.codes.TOO_MANY_REQUESTS, httpx2.codes.SERVICE_UNAVAILABLE}
_KEPT_OUT = {httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN}
