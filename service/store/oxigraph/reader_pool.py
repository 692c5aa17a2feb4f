"""A pool of killable readers: who waits, who is stopped, and what becomes of the answer."""
# DESIGN: killable-readers

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NoReturn

from service.common import problems
from service.common.problems import Abandoned, Busy, Crashed, Problem, QueryTimeout, TooLarge
from service.sandbox import CancellationToken, Slots, start
from service.store.oxigraph.allocator import environment
from service.store.oxigraph.channel import Channel, Message
from service.store.oxigraph.reader_process import OUT_OF_MEMORY, PROBLEM, STARTED, encode
from service.store.oxigraph.snapshots import Snapshots
from service.store.query import Query

PATIENCE = 15.0
"""Seconds a query waits for a free reader, and for one to start, before it is refused."""

BUSY = "Every reader is busy with other queries. Try again in a moment."

SLOW = "The process that reads the query did not start in time. Try again in a moment."

_ATTEMPTS = 2
"""How often a query is run whose reader something outside of this service ends."""

_NO_THREAD = -127
"""How glibc's threads end where there is no more memory: a status, and no signal."""

_SAID = 2**16
"""Bytes of what a reader wrote before its end that are looked through for the cause."""


class ReaderPool:
    """At most `size` reader processes over snapshots of a store, started as they are needed."""

    def __init__(self, snapshots: Snapshots, size: int, memory: int) -> None:
        """Start nothing yet. A reader may add `memory` bytes to its address space."""
        self._snapshots = snapshots
        self._memory = memory
        self._slots: Slots[_Reader] = Slots(size)
        self._started: set[_Reader] = set()

    def answer(self, ask: Query, stop: CancellationToken) -> IO[bytes]:
        """Return the serialised result, at its start. Raises as `Engine.answer` does."""
        reader = self._slots.take(min(PATIENCE, ask.limits.seconds), BUSY)
        try:
            for _ in range(_ATTEMPTS):
                reader = self._alive(reader)
                with suppress(_EndedFromOutside), stop.ending(reader.kill):
                    return reader.answer(ask, self._snapshots.hold(reader))
            raise Busy("The process that ran the query was ended. Try again.", retry_after=1)
        except Abandoned:
            if reader:
                reader.stop()
            raise
        finally:
            self._give_back(reader)

    def _alive(self, reader: "_Reader | None") -> "_Reader":
        """Return the reader, or a new one where it has ended."""
        if reader is not None and reader.alive:
            return reader
        self._forget(reader)
        reader = _Reader(self._snapshots, self._memory)
        self._started.add(reader)
        return reader

    def _forget(self, reader: "_Reader | None") -> None:
        if reader is not None:
            reader.stop()
            self._snapshots.release(reader)
            self._started.discard(reader)

    def _give_back(self, reader: "_Reader | None") -> None:
        """Free the slot, forget a dead reader, and remove snapshots that no reader has open."""
        if reader is not None and not reader.alive:
            self._forget(reader)
            reader = None
        self._snapshots.sweep()
        self._slots.give_back(reader)

    def close(self) -> None:
        """End every reader and remove the snapshots."""
        for reader in list(self._started):
            reader.stop()
        self._snapshots.close()


class _EndedFromOutside(Exception):  # noqa: N818 - an event, of which the pool knows what to do
    """A reader ended for no reason that lies in its query."""


class _Reader:
    """One reader process and the socket to it."""

    def __init__(self, snapshots: Snapshots, memory: int) -> None:
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        self._said = TemporaryFile()  # noqa: SIM115 - closed when the reader is stopped
        self._started = False
        folders = str(snapshots.folder()), str(snapshots.answers())
        with theirs:
            self._process = start(
                "service.store.oxigraph.reader_process",
                [str(theirs.fileno()), str(memory), *folders],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                env=environment(),
            )

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def answer(self, ask: Query, folder: Path) -> IO[bytes]:
        """Send a query and wait for its answer, no longer than its seconds from when it is read."""
        began = time.monotonic()
        try:
            self._wait_for_start()
            began = time.monotonic()
            self._channel.send(encode(ask, folder), ask.limits.seconds)
            answer = self._channel.receive(ask.limits.seconds - (time.monotonic() - began))
        except TimeoutError as error:
            self.stop()
            raise _timeout(ask, time.monotonic() - began) from error
        except (EOFError, OSError) as error:
            self._process.kill()
            self._raise_end(ask, time.monotonic() - began, error)
        return _read(answer)

    def _wait_for_start(self) -> None:
        """Wait until the process can read: on a busy machine that takes longer than a query may.

        Raises `Busy` past the patience, and what the channel raises where the process has ended.
        """
        try:
            if not self._started:
                self._started = self._channel.receive(PATIENCE).kind == STARTED
        except TimeoutError as error:
            self.stop()
            raise Busy(SLOW, retry_after=1) from error

    def kill(self) -> None:
        """Kill the process, from any thread; the one that waits for the answer sees the end."""
        self._process.kill()

    def stop(self) -> None:
        """Kill the process and wait until it is gone; again it does nothing."""
        self.kill()
        self._process.wait()
        self._channel.close()
        self._said.close()

    def _raise_end(self, ask: Query, elapsed: float, error: Exception) -> NoReturn:
        """Say why the process ended, as far as that lies in the query."""
        code = -self._process.wait()
        if code == signal.SIGXCPU:
            raise _timeout(ask, elapsed) from error
        if code == signal.SIGSEGV:
            raise Crashed(
                "Reading this query ended the process that read it: it is nested too deep, or "
                "chains too many operators. Split it."
            ) from error
        if code == signal.SIGABRT:
            raise self._abort() from error
        if code == _NO_THREAD:
            raise TooLarge(OUT_OF_MEMORY) from error
        raise _EndedFromOutside from error

    def _abort(self) -> Problem:
        """Return what the engine gave up at: it does so out of memory, and at its own faults."""
        self._said.seek(max(0, self._said.seek(0, os.SEEK_END) - _SAID))
        if b"panicked" in self._said.read():
            return Crashed("The engine gave up at this query, by a fault of its own. Word it anew.")
        return TooLarge(OUT_OF_MEMORY)


def _read(answer: Message) -> IO[bytes]:
    if answer.kind != PROBLEM:
        return answer.file or BytesIO(answer.body)
    found = json.loads(answer.body)
    cls: Callable[..., Problem] = getattr(problems, found["name"])
    raise cls(found["detail"], **found["extra"])


def _timeout(ask: Query, elapsed: float) -> QueryTimeout:
    limit = ask.limits.seconds
    return QueryTimeout(
        f"The query ran {elapsed:.1f} s and was stopped; the limit is {limit:g} s. Narrow it, or "
        "ask the whole dump instead.",
        limit_s=limit,
        elapsed_s=round(elapsed, 3),
    )
