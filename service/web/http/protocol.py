"""HTTP/1.1 within bounds: what a connection may send before any route sees it, and how slowly.

uvicorn has a setting for idle connections; for all else that a request may be it has none, so its
protocol class is extended here. `tests/web/http/test_protocol_pins.py` pins what it relies on.
"""
# DESIGN: bounded-http

from asyncio import Transport
from enum import Enum, auto
from typing import cast
from urllib.parse import urlsplit

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from service.common.problems import (
    AddressTooLong,
    BadRequest,
    Busy,
    HeaderTooLarge,
    Misdirected,
    Problem,
    RequestTimeout,
)
from service.web.http.connections import Connections
from service.web.http.refusals import refusal, written

LINGER = 2.0
"""Seconds in which what a refused client still sends is read and dropped: closed at once, the
connection would be reset, and the client would not see why."""

_PARSED = 2**16 - 1
"""Bytes of the longest address that the parser takes apart; of a longer one it gets the path."""

_OVERHEAD = 8
"""Bytes around each byte of a chunked body that are taken, beside room for a header."""


class _Awaits(Enum):
    """What the client of a connection is to send next."""

    REQUEST = auto()
    HEAD = auto()
    """The rest of a request line and header, of which something has come."""
    BODY = auto()


_REQUEST, _HEAD, _BODY = _Awaits


class _Seen:
    """What has been seen of the client of a connection.

    It has an object of its own, and slots, because instances of more than 30 attributes are slow.
    """

    __slots__ = (
        "awaits", "body", "chunk", "closes_at", "heard", "peer", "received", "refused", "running",
        "sent_at", "since", "taken", "unsent",
    )  # fmt: skip

    def __init__(self, peer: str, now: float) -> None:
        self.peer = peer
        self.awaits = _REQUEST
        self.refused = False
        self.since = now
        """When what is awaited began to be."""
        self.heard = now
        """When the last of a body came."""
        self.chunk = self.received = self.body = self.taken = 0
        """Bytes: of what is being read, of what is awaited in all, of that the body's own, and of
        those what had come at `since`."""
        self.unsent = 0
        self.sent_at = now
        """When bytes that wait to be sent were last fewer than before."""
        self.closes_at: float | None = None
        self.running: RequestResponseCycle | None = None


class BoundedProtocol(HttpToolsProtocol):
    """A connection that may send only so much, and only so slowly."""

    rules: Connections

    _seen: "_Seen"

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Take a connection, or say that there are too many."""
        super().connection_made(transport)
        self._seen = _Seen(self.client[0] if self.client else "", self.loop.time())
        if not self.rules.admit(self, self.loop):
            self._seen.refused = True
            self._write(Busy("There are too many connections. Try again.", retry_after=1))
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and let the application know that its client has gone."""
        self.rules.leave(self)
        self._leave_unanswered()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse what has come, and count it."""
        seen = self._seen
        if seen.refused:
            return
        if seen.awaits is _REQUEST:
            self._await_head()
        seen.chunk = len(data)
        before = seen.awaits
        super().data_received(data)
        if seen.awaits is not before or seen.refused:
            return
        seen.received += seen.chunk
        if before is _HEAD:
            self._check_head_so_far()
        elif before is _BODY:
            self._check_overhead()

    def on_message_begin(self) -> None:
        """Note that a request has begun; its address is put together without being copied."""
        super().on_message_begin()
        self.url = cast("bytes", bytearray())
        if self._seen.awaits is not _HEAD:  # in the same piece as the end of another
            self._await_head()

    def on_headers_complete(self) -> None:
        """Start the answer to a request, or a refusal of it."""
        self.url = bytes(self.url)
        problem = self._wrong_with_head()
        query = self._cut_query() if len(self.url) > _PARSED else b""
        app = self.app
        if problem:
            self.app = refusal(problem, close=not isinstance(problem, Misdirected))
        try:
            super().on_headers_complete()
        finally:
            self.app = app
        if query:
            self.scope["query_string"] = query
        self.headers = []  # fields after a chunked body are none of the request's
        seen = self._seen
        seen.awaits, seen.received, seen.body, seen.taken = _BODY, 0, 0, 0
        seen.since = seen.heard = self.loop.time()
        self.rules.requested(self)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._seen.running = cycle
        super()._start_asgi_task(cycle, app)

    def on_body(self, body: bytes) -> None:
        """Note that a body goes on."""
        self._seen.body += len(body)
        self._seen.heard = self.loop.time()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request has come whole."""
        self._seen.awaits = _REQUEST
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        if not self.pipeline and not self.transport.is_closing():
            self.rules.answered(self)

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser cannot read."""
        self._refuse(BadRequest(msg))

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: a client that offers another protocol is answered in this one."""

    @property
    def peer(self) -> str:
        """The address on the other side; empty where there is none."""
        return self._seen.peer

    @property
    def may_go(self) -> bool:
        """Whether the connection waits for a request, and no lane has it."""
        return not self.flow.read_paused and not self._answering

    def drop(self) -> None:
        """Close without an answer."""
        self._seen.refused = True
        self.transport.abort()

    def look(self, now: float) -> None:
        """End the connection if its client has been too slow."""
        bounds, seen = self.rules.bounds, self._seen
        unsent = self.transport.get_write_buffer_size()
        if unsent != seen.unsent or not unsent:
            seen.unsent, seen.sent_at = unsent, now
        over = seen.closes_at is not None and now > seen.closes_at
        if over or now - seen.sent_at > bounds.send_seconds:
            self._leave_unanswered()
            self.transport.abort()
        elif seen.refused or self.transport.is_closing():
            return
        elif self.flow.read_paused or (self._answering and seen.awaits is not _BODY):
            seen.since = seen.heard = now  # it is not the client that is awaited
            seen.taken = seen.body
        elif seen.awaits is _BODY:
            self._look_at_body(now)
        elif now - seen.since > bounds.head_seconds:
            self._look_at_head()

    def _look_at_head(self) -> None:
        if self._seen.awaits is _HEAD:
            seconds = self.rules.bounds.head_seconds
            self._refuse(RequestTimeout(f"The header did not come whole in {seconds:g} s."))
        elif self._latest() is None:  # after a request, the time to idle is uvicorn's
            self.transport.close()

    def _look_at_body(self, now: float) -> None:
        bounds, seen = self.rules.bounds, self._seen
        paused = now - seen.heard > bounds.body_seconds
        due = bounds.body_rate * (now - seen.since - bounds.body_seconds)
        short = seen.body - seen.taken < due
        if paused or short:
            self._refuse(
                RequestTimeout(
                    f"A body may pause for {bounds.body_seconds:g} s, and comes with at least "
                    f"{bounds.body_rate:g} bytes per second after that time."
                )
            )

    @property
    def _answering(self) -> bool:
        latest = self._latest()
        return latest is not None and not latest.response_complete

    def _latest(self) -> RequestResponseCycle | None:
        """Return the latest request whose head has come whole, if there was one."""
        return self.cycle

    def _await_head(self) -> None:
        seen = self._seen
        seen.awaits, seen.since, seen.received = _HEAD, self.loop.time(), 0

    def _cut_query(self) -> bytes:
        """Take the query off the address, and return it."""
        self.url, _, query = self.url.partition(b"?")
        return query.partition(b"#")[0]

    def _check_head_so_far(self) -> None:
        """Refuse a head that is too large though it has not come whole."""
        bounds = self.rules.bounds
        if len(self.url) > bounds.url_bytes:
            self._refuse(self._too_long())
        elif self._seen.received - len(self.url) > bounds.header_bytes:
            self._refuse(self._too_large())

    def _check_overhead(self) -> None:
        """Refuse a body of which nothing comes but what stands around its chunks."""
        most = self.rules.bounds.header_bytes + _OVERHEAD * self._seen.body
        if self._seen.received - self._seen.body > most:
            self._refuse(BadRequest("There is more around the chunks of the body than in them."))

    def _wrong_with_head(self) -> Problem | None:
        """Return what is wrong with the address and the header fields of a request."""
        bounds = self.rules.bounds
        if len(self.url) > bounds.url_bytes:
            return self._too_long()
        fields = len(self.headers)
        may_be_large = self._seen.received + self._seen.chunk > bounds.header_bytes
        if fields > bounds.header_fields or (may_be_large and self._size() > bounds.header_bytes):
            return self._too_large()
        return self._wrong_with_host()

    def _size(self) -> int:
        return sum(len(name) + len(value) + len(": \r\n") for name, value in self.headers)

    def _wrong_with_host(self) -> Problem | None:
        sent = [value for name, value in self.headers if name == b"host"]
        if len(sent) != 1:
            if not sent and self.parser.get_http_version() == "1.0":
                return None
            return BadRequest("A request names one host, in one Host field.")
        if self.url[:1] not in {b"/", b"*"} and _authority(self.url) != sent[0].lower():
            return BadRequest("The address of the request is for another host than its Host field.")
        return self.rules.wrong_with_host(sent[0])

    def _too_long(self) -> Problem:
        most = self.rules.bounds.url_bytes
        return AddressTooLong(
            f"An address may have {most:,} bytes. Send a long query with POST.", limit_bytes=most
        )

    def _too_large(self) -> Problem:
        size, fields = self.rules.bounds.header_bytes, self.rules.bounds.header_fields
        return HeaderTooLarge(
            f"A request may have {fields} header fields, and {size:,} bytes of them."
        )

    def _refuse(self, problem: Problem) -> None:
        """Answer with a problem where that can be, and close; what else comes is dropped."""
        self._seen.refused = True
        cycle = self._latest()
        if cycle is None or (cycle.response_complete and self._seen.awaits is not _BODY):
            self._write_last(problem)
        elif not cycle.more_body:  # the answer to an earlier request goes before, and is the last
            cycle.keep_alive = False
        elif self.pipeline or cycle.response_started:
            self.transport.close()
        else:
            self._leave_unanswered()
            self._write_last(problem)

    def _leave_unanswered(self) -> None:
        """Let the application write nothing more: to it, its client has gone.

        With several requests at once on the way, the one at work is not the latest.
        """
        running = self._seen.running
        if running is not None and not running.response_complete:
            running.disconnected = True
            running.message_event.set()

    def _write_last(self, problem: Problem) -> None:
        self._unset_keepalive_if_required()
        self._write(problem)
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._seen.closes_at = self.loop.time() + LINGER

    def _write(self, problem: Problem) -> None:
        line = STATUS_LINE[problem.status]
        self.transport.write(written(problem, line, self.server_state.default_headers))


def bounded_protocol(rules: Connections) -> type[BoundedProtocol]:
    """Return the protocol of a server whose connections keep to these rules."""
    return type("Connection", (BoundedProtocol,), {"rules": rules})


def _authority(url: bytes) -> bytes:
    """Return the host and port of an address that is written in full; empty if there are none."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return b""
