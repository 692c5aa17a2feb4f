"""A lane, as a process: it answers fast SPARQL queries on connections that it took over.

It looks at a request without taking it from the socket (MSG_PEEK), and takes it only once it has
the answer. Whatever is not plain, fails, is large or is about a state of the store that it does
not know, it leaves where it is and gives the connection back. From the first byte that it looks
at, two timers of the kernel run: past `BUDGET` or `PATIENCE` the process ends, and then too every
request is still in its socket.
"""

import gzip
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from email.utils import formatdate
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from service.common.http_headers import COMPRESSION, WORTH_COMPRESSING, fields_of_answer
from service.common.problems import Problem
from service.sandbox import confine, end_with
from service.store.oxigraph.snapshots import Generation, SnapshotReader
from service.store.query import Limits
from service.web.http.hosts import Hosts
from service.web.sparql.lanes.head import LaneRequest, read
from service.web.sparql.lanes.wire import BACK, BUDGET, HANDOVER, PATIENCE, Heartbeat
from service.web.sparql.request import check_length, content_type, parse_query

ENDS = {signal.SIGPROF, signal.SIGALRM, signal.SIGABRT, signal.SIGSEGV}
"""How a lane ends in a query: past one of the two timers, out of memory, or out of stack."""

LARGEST = 2**18
"""Bytes of the largest answer that a lane gives."""

IDLE = 5.0
"""Seconds after which a connection that is not used is given back."""

_PEEK = 2**15


class LaneLimits(NamedTuple):
    """The limits of the service, as the command line of a lane gives them."""

    rows: int
    bytes: int
    characters: int


class Lane:
    """Answers on connections that it took over until the serving process hangs up."""

    def __init__(
        self,
        control: socket.socket,
        heartbeat: Heartbeat,
        snapshot: SnapshotReader,
        most: LaneLimits,
        hosts: Hosts,
    ) -> None:
        """Listen to the serving process on `control`, and show it what goes on by `heartbeat`."""
        self._base = lru_cache(maxsize=256)(hosts.base)
        self._control = control
        self._heartbeat = heartbeat
        self._snapshot = snapshot
        self._characters = most.characters
        self._most = Limits(PATIENCE, most.rows, min(most.bytes, LARGEST))
        self._connections: dict[socket.socket, tuple[int, float]] = {}
        self._looked = time.monotonic()
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until there is nobody to serve for."""
        self._heartbeat.show()
        with suppress(EOFError, ConnectionError):
            while True:
                for key, _ in self._selector.select(IDLE):
                    if key.fileobj is self._control:
                        self._borrow()
                    else:
                        self._serve(key.fileobj)  # type: ignore[arg-type]
                    self._heartbeat.show()
                self._return_idle()

    def _borrow(self) -> None:
        """Take the next connection, and open the snapshot that it is to be answered from."""
        message, files, _, _ = socket.recv_fds(self._control, HANDOVER.size, 1)
        if not message:
            raise EOFError
        number, generation = HANDOVER.unpack(message)
        connection = socket.socket(fileno=files[0])
        self._connections[connection] = number, time.monotonic()
        self._selector.register(connection, selectors.EVENT_READ)
        self._snapshot.open(generation)

    def _serve(self, connection: socket.socket) -> None:
        """Answer the request that has arrived, or give the connection back with it."""
        answer = self._taken(connection)
        rest = answer[_sent(connection, answer) :]
        if rest or not answer:
            self._give_back(connection, rest)
        else:
            self._connections[connection] = self._connections[connection][0], time.monotonic()

    def _taken(self, connection: socket.socket) -> bytes:
        """Return the answer to a request that is taken for it; nothing, and it stays there."""
        try:
            end, answer = self._looked_at(connection)
            if answer:
                self._heartbeat.show(answered=self._connections[connection][0])
                connection.recv(end)
        except OSError:  # the client is gone, as the serving process will see
            return b""
        return answer

    def _looked_at(self, connection: socket.socket) -> tuple[int, bytes]:
        """Return how many bytes a request has, and the whole response to it, if it is plain."""
        _set_timers(BUDGET, PATIENCE)
        try:
            arrived = connection.recv(_PEEK, socket.MSG_PEEK)
            end = arrived.find(b"\r\n\r\n") + 4
            return end, self._answer(read(arrived[:end]))
        finally:
            _set_timers(0, 0)

    def _answer(self, request: LaneRequest | None) -> bytes:
        base = self._base(request.headers.host) if request else None
        if not request or not base or not self._snapshot.is_current():
            return b""
        given = request.parameters
        if not given.keys() <= {"query", "format"} or len(given.get("query", ())) != 1:
            return b""
        try:
            return self._result(request, f"{base}/sparql")
        except (Problem, OSError, RuntimeError, ValueError):  # the serving process reports it
            return b""

    def _result(self, request: LaneRequest, base: str) -> bytes:
        text = request.parameters["query"][0]
        check_length(text, self._characters)
        ask = parse_query(text, request.parameters, request.headers.accept, base, self._most)
        out = BytesIO()
        self._snapshot.evaluate(ask, out)
        return _response(content_type(ask.media), out.getvalue(), compress=request.headers.gzip)

    def _give_back(self, connection: socket.socket, rest: bytes = b"") -> None:
        """Let go of a connection, with what is still to be sent on it."""
        number, _ = self._connections.pop(connection)
        self._selector.unregister(connection)
        connection.close()
        self._control.sendall(BACK.pack(number, len(rest)) + rest)

    def _return_idle(self) -> None:
        """Give back what is not used; looked for once in `IDLE` seconds."""
        now = time.monotonic()
        if now < self._looked + IDLE:
            return
        self._looked = now
        for connection, (_, used) in list(self._connections.items()):
            if now - used > IDLE:
                self._give_back(connection)


def _set_timers(cpu_seconds: float, seconds: float) -> None:
    signal.setitimer(signal.ITIMER_PROF, cpu_seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _sent(connection: socket.socket, answer: bytes) -> int:
    """Send what the socket takes at once; return how many bytes that were."""
    if not answer:
        return 0
    try:
        return connection.send(answer)
    except OSError:
        return 0


def _response(media: str, body: bytes, *, compress: bool) -> bytes:
    large = len(body) >= WORTH_COMPRESSING
    if large and compress:
        body = gzip.compress(body, COMPRESSION, mtime=0)
    return _head(media, large, large and compress, int(time.time())) % len(body) + body


@lru_cache(maxsize=64)
def _head(media: str, large: bool, packed: bool, second: int) -> bytes:  # noqa: FBT001
    """Return the head that the serving process would write, with a place for the length."""
    fields = [
        (b"date", formatdate(second, usegmt=True).encode()),
        (b"server", b"uvicorn"),
        (b"content-length", b"%d"),
        *fields_of_answer(media, large=large, packed=packed),
    ]
    lines = b"".join(b"%b: %b\r\n" % field for field in fields)
    return b"HTTP/1.1 200 OK\r\n%b\r\n" % lines


def main(arguments: list[str]) -> None:
    """Run a lane: service, socket, generation, heartbeat, memory, folder, limits, hosts."""
    parent, control, generation, heartbeat, memory = (int(a) for a in arguments[:5])
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for end in ENDS:
        signal.signal(end, signal.SIG_DFL)
    snapshots, limits = Path(arguments[5]), LaneLimits(*(int(a) for a in arguments[6:-1]))
    reader = SnapshotReader(snapshots, Generation(generation))
    hosts = Hosts.unpacked(arguments[-1])
    confine(read=[snapshots], memory=memory)
    Lane(socket.socket(fileno=control), Heartbeat(heartbeat), reader, limits, hosts).run()


if __name__ == "__main__":
    main(sys.argv[1:])
