"""Messages between the service and a reader, over one socket: a kind, with bytes or an open file.

A message is whole or it is none: its length stands first, and an end before that is an error.
"""

import os
import socket
import time
from struct import Struct
from typing import IO, NamedTuple

_HEAD = Struct("=cQ")
_CHUNK = 2**18


class Message(NamedTuple):
    """What one side sends: `file` holds a large body in place of `body`."""

    kind: bytes
    body: bytes = b""
    file: IO[bytes] | None = None


class Channel:
    """One end of a connection on which each side waits for the other in turn."""

    def __init__(self, wire: socket.socket) -> None:
        """Use a connected stream socket of this machine."""
        self._wire = wire

    def send(self, message: Message, seconds: float | None = None) -> None:
        """Send a message. Raises `OSError` where nobody is there, `TimeoutError` past the time."""
        self._wire.settimeout(seconds)
        if message.file is None:
            self._wire.sendall(_HEAD.pack(message.kind, len(message.body)) + message.body)
            return
        size = message.file.seek(0, os.SEEK_END)
        head = _HEAD.pack(message.kind, size)
        socket.send_fds(self._wire, [head], [message.file.fileno()])

    def receive(self, seconds: float | None = None) -> Message:
        """Return the next message, its file at the start.

        Raises `EOFError` where the other side ended before the message did, or sent what is no
        message, and `TimeoutError` past the time.
        """
        end = None if seconds is None else time.monotonic() + seconds
        self._wait_until(end)
        data, files, _, _ = socket.recv_fds(self._wire, _CHUNK, 1)
        opened = [os.fdopen(file, "rb") for file in files]
        found = bytearray(data)
        while len(found) < _HEAD.size:
            self._receive_more(found, end)
        kind, size = _HEAD.unpack_from(found)
        if opened:
            return Message(kind, file=_whole(opened[0], size))
        while len(found) < _HEAD.size + size:
            self._receive_more(found, end)
        if len(found) > _HEAD.size + size:
            raise EOFError("more was sent than announced")
        return Message(kind, bytes(memoryview(found)[_HEAD.size :]))

    def close(self) -> None:
        """Hang up."""
        self._wire.close()

    def _receive_more(self, found: bytearray, end: float | None) -> None:
        self._wait_until(end)
        chunk = self._wire.recv(_CHUNK)
        if not chunk:
            raise EOFError("the other side ended in the middle of a message")
        found += chunk

    def _wait_until(self, end: float | None) -> None:
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        self._wire.settimeout(left)


def _whole(file: IO[bytes], size: int) -> IO[bytes]:
    if file.seek(0, os.SEEK_END) != size:
        file.close()
        raise EOFError("the file holds another number of bytes than announced")
    file.seek(0)
    return file
