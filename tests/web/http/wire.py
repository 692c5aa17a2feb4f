"""A service in a process of its own, and connections on which bytes are sent as they are."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import running_service

PATIENCE = 20
TOKEN = "a-token-for-these-tests"  # noqa: S105 - of a service that lives for one test run


@dataclass(frozen=True)
class Served:
    """A service: where it listens, its process, and what it has said."""

    port: int
    pid: int
    output: Path

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def send(self, *pieces: bytes | str) -> bytes:
        """Send bytes on a new connection; return all that comes until it is closed."""
        with self.connect() as wire:
            for piece in pieces:
                wire.sendall(piece.encode() if isinstance(piece, str) else piece)
            return until_closed(wire)

    def said(self) -> str:
        """Return what the service has written to its output, but for its greeting."""
        lines = self.output.read_text().splitlines(keepends=True)
        return "".join(s for s in lines if not s.startswith(("EvalGap is at", "Loading ")))


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[Served]:
    """Serve a store that is empty but for the ontology, as people run it."""
    folder = folder / "serve"
    given = {"token": TOKEN, "seed": "false", **settings}
    with running_service(folder, **given) as (pid, url):
        yield Served(int(url.rpartition(":")[2]), pid, folder / "output.txt")


def until_closed(wire: socket.socket) -> bytes:
    """Return what comes until the other side closes; a reset is an error of the test."""
    found = bytearray()
    while piece := wire.recv(2**16):
        found += piece
    return bytes(found)


def one_answer(wire: socket.socket) -> bytes:
    """Return the next answer, which says how long it is, from a connection that stays open."""
    found = bytearray()
    while b"\r\n\r\n" not in found:
        found += wire.recv(1)
    length = re.search(rb"content-length: (\d+)", found, re.IGNORECASE)
    assert length is not None
    wanted = len(found) + int(length[1])
    while len(found) < wanted:
        found += wire.recv(wanted - len(found))
    return bytes(found)


def head(target: str = "/health", method: str = "GET", host: str | None = "localhost") -> str:
    """Return a request line and a Host field, to be followed by more fields and an empty line."""
    return f"{method} {target} HTTP/1.1\r\n" + (f"Host: {host}\r\n" if host is not None else "")


def status(answer: bytes) -> int:
    """Return the status of the first answer in these bytes; 0 where there is none."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def problem(answer: bytes) -> dict[str, Any]:
    """Return the problem document of an answer that closes its connection."""
    fields, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in fields
    assert b"connection: close" in fields.lower()
    found = json.loads(body)
    assert isinstance(found, dict)
    return found
