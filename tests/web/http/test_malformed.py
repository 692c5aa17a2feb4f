"""Broken, smuggled and pipelined HTTP, on a new connection and on one that a lane has answered on.

Each message is sent as bytes to a service that runs as people run it. No message is answered with
a fault of ours or as more requests than it holds, and the service answers others afterwards.
"""

import re
import socket
from collections.abc import Callable, Iterator

import httpx2
import pytest

from tests.servers import evalgap_server

ASK = "/sparql?query=ASK%7B%7D"
PLAIN = f"GET {ASK} HTTP/1.1\r\nHost: h\r\n\r\n".encode()
HIDDEN = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"
"""A request inside the body of another; it must not be answered where that one is refused."""


def _get(head: str, start: str = f"GET {ASK} HTTP/1.1", end: str = "") -> bytes:
    return f"{start}\r\n{head}\r\n{end}".encode("latin-1")


def _post(fields: str, body: str) -> bytes:
    kind = "Host: h\r\nContent-Type: application/sparql-query\r\n"
    return f"POST /sparql HTTP/1.1\r\n{kind}{fields}\r\n{body}".encode("latin-1")


CHUNKED = "Transfer-Encoding: chunked\r\n"
CHUNKS = "5\r\nASK{}\r\n0\r\n\r\n"
MESSAGES: dict[str, bytes] = {
    "HTTP/1.0": b"GET /health HTTP/1.0\r\n\r\n",
    "HTTP/0.9": b"GET /health\r\n",
    "HTTP/2.0 in a line": b"GET /health HTTP/2.0\r\nHost: h\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no host": _get(""),
    "two hosts": _get("Host: a\r\nHost: b\r\n"),
    "a host that is none": _get('Host: a b<script>"\r\n'),
    "half an IPv6 host": _get("Host: [::\r\n", "GET /void HTTP/1.1"),
    "a port that is none": _get("Host: a:99999\r\n", "GET /void HTTP/1.1"),
    "a host in Latin-1": _get("Host: \xe9\xff\r\n", "GET /catalog HTTP/1.1"),
    "length and chunks": _post(f"Content-Length: 5\r\n{CHUNKED}", f"{CHUNKS}{HIDDEN}"),
    "chunks by another name": _post("Transfer-Encoding: xchunked\r\n", "ASK{}"),
    "chunks not last": _post("Transfer-Encoding: chunked, identity\r\n", CHUNKS),
    "two lengths": _post("Content-Length: 5\r\nContent-Length: 6\r\n", "ASK{}X"),
    "a length with a sign": _post("Content-Length: +5\r\n", "ASK{}"),
    "a length below nothing": _post("Content-Length: -1\r\n", "ASK{}"),
    "a length past all": _post(f"Content-Length: {'9' * 23}\r\n", "ASK{}"),
    "a chunk of ZZ bytes": _post(CHUNKED, "ZZ\r\nASK{}\r\n0\r\n\r\n"),
    "an extension and a trailer": _post(CHUNKED, "5;a=b\r\nASK{}\r\n0\r\nX: y\r\n\r\n"),
    "bare line feeds": f"GET {ASK} HTTP/1.1\nHost: h\n\n".encode(),
    "a folded field": _get("Host: h\r\nX: a\r\n b\r\n"),
    "a space before the colon": _get("Host : h\r\n"),
    "NUL in a field": _get("Host: h\r\nAccept: a\0b\r\n"),
    "another absolute address": _get("Host: h\r\n", f"GET http://other{ASK} HTTP/1.1"),
    "CONNECT": b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: h\r\n\r\n",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n",
    "TRACE": b"TRACE / HTTP/1.1\r\nHost: h\r\n\r\n",
    "a request as a body": _get(f"Host: h\r\nContent-Length: {len(HIDDEN)}\r\n", end=HIDDEN),
    "three at once": PLAIN * 3,
    "two kinds at once": PLAIN + HIDDEN.encode() + PLAIN,
    "twenty at once": PLAIN * 20,
    "an upgrade to WebSocket": _get(
        "Host: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    ),
    "an upgrade to h2c": _get(
        "Host: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
    ),
    "100-continue": _post("Expect: 100-continue\r\nContent-Length: 5\r\n", "ASK{}"),
    "an escape that is none": b"GET /%zz%00%ff/../../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n",
    "an address in bytes": b"GET /id/\xff\xfe HTTP/1.1\r\nHost: h\r\n\r\n",
    "a line end in an address": b"GET /id/x%0d%0aSet-Cookie:a=b HTTP/1.1\r\nHost: h\r\n\r\n",
    "a method that is none": b"G\x01T / HTTP/1.1\r\nHost: h\r\n\r\n",
    "all bytes there are": bytes(range(256)) * 4,
    "the hello of TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 100,
    "empty lines first": b"\r\n\r\n\r\n" + PLAIN,
}
MOST = {"three at once": 3, "two kinds at once": 3, "twenty at once": 20, "100-continue": 2}
"""How many answers a message may have, where that is more than one."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with evalgap_server(tmp_path_factory.mktemp("malformed"), seed="false") as found:
        yield found


@pytest.mark.parametrize("warm", [False, True], ids=["new", "lent before"])
def test_a_broken_message_harms_nobody(
    url: str, *, warm: bool, record_property: Callable[[str, object], None]
) -> None:
    record_property("tried", len(MESSAGES))
    for name, message in MESSAGES.items():
        answered = statuses(url, message, warm=warm)
        assert len(answered) <= MOST.get(name, 1), name
        assert all(status < 500 or status in {501, 505} for status in answered), (name, answered)
        assert httpx2.get(f"{url}/health", timeout=30).is_success, name


def statuses(url: str, message: bytes, *, warm: bool) -> list[int]:
    """Return the statuses of the answers to a message, until the service ends or says no more."""
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as connection:
        if warm:
            connection.sendall(PLAIN)
            read(connection, 1)
        connection.sendall(message)
        connection.shutdown(socket.SHUT_WR)
        answer = read(connection)
    return [int(status) for status in re.findall(rb"^HTTP/1\.[01] (\d{3})", answer, re.MULTILINE)]


def read(connection: socket.socket, answers: int | None = None) -> bytes:
    """Return what comes until the end, or until so many answers have come."""
    connection.settimeout(30)
    found = b""
    try:
        while answers is None or found.count(b"HTTP/1.1 ") < answers:
            if not (piece := connection.recv(2**16)):
                break
            found += piece
    except (TimeoutError, ConnectionError):
        pass
    return found
