"""The connections of one server: how many there may be, and which have waited long enough."""

from asyncio import AbstractEventLoop, TimerHandle
from collections import Counter
from typing import NamedTuple, Protocol

from service.common.problems import BadRequest, Problem
from service.common.public_url import host_name
from service.web.http.clients import UNKNOWN, network_of
from service.web.http.forwarded import TrustedProxies
from service.web.http.hosts import Hosts, misdirected

_TICK = 1.0
"""The longest between two looks at all connections, in seconds; short limits are seen sooner."""

_MOST_ALLOWED = 256
"""Ways to write an allowed host that are remembered."""

_SHOWN = 100
"""Characters that are shown of what is no host."""


class ConnectionLimits(NamedTuple):
    """What one connection may send, how slowly, and how many connections there may be."""

    url_bytes: int
    header_bytes: int
    header_fields: int
    head_seconds: float
    """From the first byte of a request, or from the connection, to the end of its header."""
    body_seconds: float
    """The longest without a byte of the body."""
    body_rate: float
    """The fewest bytes of the body per second, on average, once `body_seconds` are over."""
    send_seconds: float
    """The longest that a client may take nothing of an answer that is there for it."""
    connections: int
    per_client: int


class Connection(Protocol):
    """What is to be known of a connection to look after it."""

    @property
    def peer(self) -> str:
        """The address on the other side; empty where there is none."""

    @property
    def may_go(self) -> bool:
        """Whether it waits for a request, and for nothing else."""

    def look(self, now: float) -> None:
        """End it if its client has been too slow."""

    def drop(self) -> None:
        """Close it without an answer."""


class Connections:
    """Counts connections, makes room for new ones, and looks after those that are slow.

    One timer serves all: a timer for each request would cost each more than all else here.
    """

    def __init__(self, bounds: ConnectionLimits, hosts: Hosts, proxies: TrustedProxies) -> None:
        """Keep the rules that hold for every connection of a server."""
        self.bounds = bounds
        self.hosts = hosts
        self._proxies = proxies
        self._open: dict[Connection, str] = {}
        self._of_client: Counter[str] = Counter()
        self._without_request: dict[Connection, None] = {}
        self._allowed: set[bytes] = set()
        shortest = min(bounds.head_seconds, bounds.body_seconds, bounds.send_seconds)
        self._tick = min(_TICK, shortest / 4)
        self._timer: TimerHandle | None = None

    def admit(self, connection: Connection, loop: AbstractEventLoop) -> bool:
        """Tell whether there is room for a new connection; an older one may be closed for it.

        Past the share of one client, or the most of all, the connection of it, or of all, that has
        waited longest for a request makes room, so that idle ones keep nobody out. A trusted
        proxy stands for many clients and has no share.
        """
        client = network_of(connection.peer) if connection.peer else UNKNOWN
        if self._of_client[client] >= self.bounds.per_client and client not in self._proxies:
            room = self._make_room(client)
        else:
            room = len(self._open) < self.bounds.connections or self._make_room()
        if not room:
            return False
        self._open[connection] = client
        self._of_client[client] += 1
        self._without_request[connection] = None
        if self._timer is None:
            self._timer = loop.call_later(self._tick, self._look, loop)
        return True

    def leave(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        client = self._open.pop(connection, None)
        if client is None:
            return
        self._without_request.pop(connection, None)
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]

    def requested(self, connection: Connection) -> None:
        """Note that the header of a request has come whole on a connection."""
        self._without_request.pop(connection, None)

    def answered(self, connection: Connection) -> None:
        """Note that a connection waits for its next request."""
        if connection in self._open:
            self._without_request[connection] = None

    def wrong_with_host(self, sent: bytes) -> Problem | None:
        """Return what is wrong with the host that a request is for; those allowed are kept."""
        if sent in self._allowed:
            return None
        authority = sent.decode("latin-1").strip()
        if host_name(authority) is None:
            return BadRequest(f"{authority[:_SHOWN]!r} is not a host.")
        if not self.hosts.allows(authority):
            return misdirected(authority)
        if len(self._allowed) < _MOST_ALLOWED:
            self._allowed.add(sent)
        return None

    def _make_room(self, client: str | None = None) -> bool:
        """Close the connection that has waited longest for a request, of one client or of all."""
        for connection in self._without_request:
            if connection.may_go and client in {None, self._open[connection]}:
                self.leave(connection)
                connection.drop()
                return True
        return False

    def _look(self, loop: AbstractEventLoop) -> None:
        now = loop.time()
        for connection in tuple(self._open):
            connection.look(now)
        self._timer = loop.call_later(self._tick, self._look, loop) if self._open else None
