"""A pool of killable readers: who waits, who is stopped, and what becomes of the answer."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections import deque
from concurrent.futures import Future, wait
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import IO

from service import problems
from service.engines.allocator import environment
from service.engines.questions import Ask
from service.engines.reader import encode
from service.engines.snapshots import Snapshots
from service.problems import Abandoned, Busy, Problem, QueryTimeout, TooLarge
from service.sandbox.stopping import Stop

PATIENCE = 15.0
"""Seconds a query waits for a free reader before it is told that there is none."""


class ReaderPool:
    """At most `size` reader processes over snapshots of a store, started as they are needed."""

    def __init__(self, snapshots: Snapshots, size: int, memory: int) -> None:
        """Start nothing yet. `memory` caps the address space of each reader, in bytes."""
        self._snapshots = snapshots
        self._memory = memory
        self._turn = Lock()
        # the last to be given back is the first to be asked: its memory is warm
        self._free: list[_Reader | None] = [None] * size
        # and who has waited longest is the first to ask; a queue lets newcomers overtake
        self._waiting: deque[Future[_Reader | None]] = deque()
        self._started: set[_Reader] = set()

    def answer(self, ask: Ask, stop: Stop) -> IO[bytes]:
        """Return the serialised result, at its start. Raises as `Engine.answer` does."""
        reader = self._taken(min(PATIENCE, ask.limits.seconds))
        try:
            reader = reader if reader and reader.alive else _Reader(self._memory)
            self._started.add(reader)
            with stop.ending(reader.kill):
                return reader.answer(ask, self._snapshots.hold(reader))
        except Abandoned:
            if reader:
                reader.stop()
            raise
        finally:
            self._give_back(reader)

    def _give_back(self, reader: "_Reader | None") -> None:
        """Free the place, forget a dead reader, and remove snapshots nobody reads."""
        if reader is not None and not reader.alive:
            self._snapshots.release(reader)
            self._started.discard(reader)
            reader = None
        self._snapshots.sweep()
        with self._turn:
            while self._waiting:
                place = self._waiting.popleft()
                if place.set_running_or_notify_cancel():
                    place.set_result(reader)
                    return
            self._free.append(reader)

    def _taken(self, seconds: float) -> "_Reader | None":
        """Return a free place, with its reader if it has one. Raises `Busy` after so long."""
        place: Future[_Reader | None] = Future()
        with self._turn:
            if self._free:
                return self._free.pop()
            self._waiting.append(place)
        wait([place], timeout=seconds)
        if place.cancel():
            raise Busy(
                "Every reader is busy with other queries. Try again in a moment.",
                retry_after=int(PATIENCE),
            )
        return place.result()

    def close(self) -> None:
        """End every reader and remove the snapshots."""
        for reader in list(self._started):
            reader.stop()
        self._snapshots.close()


class _Reader:
    """One reader process and the two pipes to it."""

    def __init__(self, memory: int) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own module, no shell
            [sys.executable, "-m", "service.engines.reader", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def answer(self, ask: Ask, folder: Path) -> IO[bytes]:
        """Send a query and wait for its answer, no longer than its seconds."""
        started = time.monotonic()
        source, sink = self._process.stdout, self._process.stdin
        assert source is not None  # noqa: S101 - both are pipes, see above
        assert sink is not None  # noqa: S101
        with suppress(BrokenPipeError):
            sink.write(encode(ask, str(folder)))
            sink.flush()
        if not _readable(source, ask.limits.seconds):
            self.stop()
            raise _timeout(ask, time.monotonic() - started)
        line = source.readline()
        if not line:
            self.stop()
            raise TooLarge("The query needs more memory than a query may use. Narrow it.")
        return _read(json.loads(line), source)

    def kill(self) -> None:
        """Kill the process, from whichever thread; who waits for its answer hears the end."""
        self._process.kill()

    def stop(self) -> None:
        """Kill the process and wait until it is gone."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


def _readable(source: IO[bytes], seconds: float) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(source, selectors.EVENT_READ)
        return bool(selector.select(seconds))


def _read(header: dict[str, object], source: IO[bytes]) -> IO[bytes]:
    if name := header.get("problem"):
        extra = header["extra"]
        assert isinstance(extra, dict)  # noqa: S101 - as the reader writes it
        kind: type[Problem] = getattr(problems, str(name))
        raise kind(str(header["detail"]), **extra)
    if path := header.get("path"):
        found = Path(str(path)).open("rb")  # noqa: SIM115 - the caller reads and closes it
        os.unlink(str(path))  # noqa: PTH108 - the open file keeps its content
        return found
    return BytesIO(source.read(int(str(header["size"]))))


def _timeout(ask: Ask, elapsed: float) -> QueryTimeout:
    limit = ask.limits.seconds
    return QueryTimeout(
        f"The query ran {elapsed:.1f} s and was stopped; the limit is {limit:g} s. Narrow it, or "
        "ask the whole dump instead.",
        limit_s=limit,
        elapsed_s=round(elapsed, 3),
    )
