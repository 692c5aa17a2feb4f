"""Thousands of connections that send nothing, half a header, or half a body, for half a minute.

`EVALGAP_SOAK_CONNECTIONS` is how many of each kind (3,000).
"""

import os
import resource
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.web.http.wire import head, served, status, until_closed

COUNT = int(os.environ.get("EVALGAP_SOAK_CONNECTIONS", "3000"))
HALVES = {
    "nothing": b"",
    "half a header": b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ",
    "half a body": (
        head("/sparql", "POST") + "Content-Type: application/sparql-query\r\n"
        "Content-Length: 1000\r\n\r\nA"
    ).encode(),
}


@pytest.mark.parametrize("kind", HALVES)
def test_connections_that_do_nothing_keep_nobody_out(
    tmp_path: Path, kind: str, record_property: Callable[[str, object], None]
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < COUNT + 100:
        pytest.skip(f"this process may open {hard} files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    waits: list[float] = []
    try:
        with served(tmp_path) as service, ExitStack() as stack:
            wires = [stack.enter_context(closing(service.connect())) for _ in range(COUNT)]
            for round_ in range(6):
                for wire in wires:
                    _send(wire, b"a" if round_ and kind != "nothing" else HALVES[kind])
                assert len(list(Path(f"/proc/{service.pid}/fd").iterdir())) < 400
                begun = time.monotonic()
                assert _health(service.port) == 200
                waits.append(time.monotonic() - begun)
                time.sleep(5)
            assert len(list(Path(f"/proc/{service.pid}/fd").iterdir())) < 100
            assert "Traceback" not in service.said()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    record_property("tried", COUNT)
    record_property("note", f"{kind}: answered in {max(waits) * 1000:.0f} ms at most")


def _health(port: int) -> int:
    """Return the status that another client gets: one that holds its share is refused."""
    place = ("127.0.0.1", port)
    with socket.create_connection(place, 20, source_address=("127.0.0.2", 0)) as wire:
        wire.sendall((head() + "Connection: close\r\n\r\n").encode())
        return status(until_closed(wire))


def _send(wire: socket.socket, piece: bytes) -> None:
    try:
        wire.sendall(piece)
    except OSError:
        return
