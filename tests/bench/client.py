"""A client so lean that the server is what is measured: bare sockets, one process each."""

import socket
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from multiprocessing import get_context
from urllib.parse import quote, urlsplit

PATIENCE = 60.0
"""Seconds a client waits; a server that needs longer is shown with that as its time."""

WARM_UP = 1.0
"""Seconds of asking that are not counted."""

_CHUNK = 2**18
_STRIDE = 997
"""How far apart the clients begin, so that no two ask for the same at once."""


@dataclass(frozen=True)
class Requests:
    """Requests as bytes, and where they go."""

    host: str
    port: int
    texts: Sequence[bytes]


def requests_for(url: str, queries: Sequence[str]) -> Requests:
    """Return a GET request for each query; answers are wanted as JSON or N-Triples."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 80
    texts = [
        f"GET {parts.path}?query={quote(query)} HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Accept: {_accepted(query)}\r\n\r\n".encode()
        for query in queries
    ]
    return Requests(host, port, texts)


def _accepted(query: str) -> str:
    graph = query.startswith("CONSTRUCT")
    return "application/n-triples" if graph else "application/sparql-results+json"


def measure(requests: Requests, clients: int, seconds: float) -> tuple[int, float, float]:
    """Return (answers, answers per second, median seconds) of so many clients at once."""
    with ProcessPoolExecutor(clients, mp_context=get_context("fork")) as pool:
        runs = [pool.submit(_ask, requests, n * _STRIDE, seconds) for n in range(clients)]
        taken = [t for run in runs for t in run.result()]
    return len(taken), len(taken) / max(seconds, *taken), statistics.median(taken)


def _ask(requests: Requests, first: int, seconds: float) -> list[float]:
    """Ask over one connection for some seconds; return how long each answer took.

    Some servers close a connection after some requests: then a new one is opened.
    """
    texts = requests.texts
    order = islice(cycle(texts), first % len(texts), None)
    taken: list[float] = []
    wire = _connected(requests)
    began = time.perf_counter()
    while not taken or time.perf_counter() < began + WARM_UP + seconds:
        started, text = time.perf_counter(), next(order)
        try:
            _exchange(wire, text)
        except TimeoutError:
            return [PATIENCE]
        except ConnectionError:
            wire = _connected(requests)
            _exchange(wire, text)
        if started >= began + WARM_UP:
            taken.append(time.perf_counter() - started)
    return taken


def _connected(requests: Requests) -> socket.socket:
    wire = socket.create_connection((requests.host, requests.port), timeout=PATIENCE)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def _exchange(wire: socket.socket, request: bytes) -> None:
    """Send a request and read its whole answer, which must be a 200."""
    wire.sendall(request)
    answer = _more(wire)
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += _more(wire)
    head = answer[:end].lower()
    assert head[9:12] == b"200", answer[:500]
    if (place := head.find(b"content-length:")) >= 0:
        missing = int(head[place + 15 :].partition(b"\r")[0]) - (len(answer) - end - 4)
        while missing > 0:
            missing -= len(_more(wire))
        return
    tail = answer[-5:]
    while tail != b"0\r\n\r\n":
        tail = (tail + _more(wire))[-5:]


def _more(wire: socket.socket) -> bytes:
    chunk = wire.recv(_CHUNK)
    if not chunk:
        raise ConnectionError("the server closed the connection")
    return chunk
