"""Workers: confined processes that do one piece of work each at a time, within bounds.

Each worker has two pipes of its own. A pool that shares one pipe among its workers, as
concurrent.futures and pebble have it, is of no more use once a worker ends in the middle of a
message; here ends are what the pool is for.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, cast

from service.common.problems import Abandoned, Busy, Crashed, Problem, TooLarge, WorkTimeout
from service.sandbox.children import bound_cpu, by_lasting_thread, end_with
from service.sandbox.confine import confine
from service.sandbox.slots import Slots
from service.sandbox.stopping import CancellationToken

if TYPE_CHECKING:  # readers and lanes, which start with this package, do without
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess

_Answer = TypeVar("_Answer")
_CPU_MARGIN = 5.0
"""Seconds of processor time past its limit after which the kernel ends work, if we did not."""
_LAST_SECONDS = 5.0
"""Seconds that a process whose pipe has closed has to end by itself."""
_NO_MEMORY = {-signal.SIGABRT, 127}
"""How Rust and C++ end, and glibc's threads, where there is no more memory."""
_ENDED_FROM_OUTSIDE = {-signal.SIGKILL, -signal.SIGTERM, 255}
"""How one ends that was killed; 255 is said where the process that starts workers is gone too."""
_RESTART = 5
"""Seconds after which a service that ends may be there again."""
_TOO_MUCH = "This needs more memory than one request may use. Send less at once."


@dataclass(frozen=True)
class WorkerLimits:
    """What the workers of one pool may use."""

    size: int = 2
    """Pieces of work at once; 0 does the work in this process, unconfined (for tests)."""
    queue: int = 8
    """Pieces of work that may wait; with more, `Busy` comes at once."""
    seconds: float = 30.0
    """The most that one piece may take, waiting included."""
    memory: int = 2**30
    """Bytes of address space that a worker may add to what it starts with."""


class Workers:
    """A pool of confined processes; each is started when it is first needed."""

    def __init__(
        self,
        context: "Callable[[], BaseContext]",
        bounds: WorkerLimits,
        doing: str,
        shared: Path | None = None,
        readable: Path | None = None,
    ) -> None:
        """Start nothing yet. `context` gives how processes start; `doing` names the work.

        `shared` is a folder that workers may read and write beside their own, `readable` one that
        they may only read.
        """
        self._readable = readable
        self._context, self._bounds, self._doing = context, bounds, doing
        self._slots: Slots[_Worker] = Slots(bounds.size, bounds.queue)
        self._started: set[_Worker] = set()
        self._lock = Lock()
        self._alone = Lock()
        self._folder: TemporaryDirectory[str] | None = None
        self._shared = shared
        self._closed = False

    def run(
        self,
        task: Callable[..., _Answer],
        *given: object,
        seconds: float | None = None,
        stop: CancellationToken | None = None,
    ) -> _Answer:
        """Return `task(*given)`, done by a worker; function, arguments and answer are pickled.

        Raises what `task` raises; `Busy` where too many pieces of work wait, `WorkTimeout` past
        the seconds, `TooLarge` where it needs more memory, `Crashed` where the worker ended
        (input that no parser survives), and `Abandoned` once `stop` was requested. In each case
        the work has ended.
        """
        if not self._bounds.size:
            with self._alone:
                return task(*given)
        limit = self._bounds.seconds if seconds is None else min(seconds, self._bounds.seconds)
        began = time.monotonic()
        busy = f"Too many requests are {self._doing} at once. Try again in a moment."
        worker = self._slots.take(limit, busy)
        try:
            worker = worker if worker and worker.alive else self._new()
            left = limit - (time.monotonic() - began)
            with (stop or CancellationToken()).ending(worker.kill):
                return cast("_Answer", worker.run(task, given, left, limit))
        except Abandoned:
            if worker:
                worker.end()
            raise
        finally:
            self._return(worker)

    def close(self) -> None:
        """End every worker; what is under way or waits raises `Busy`."""
        with self._lock:
            self._closed = True
            for worker in self._started:
                worker.end()
            self._started.clear()
            if self._folder is not None:
                self._folder.cleanup()
                self._folder = None

    def _new(self) -> "_Worker":
        with self._lock:
            if self._closed:
                raise _ending()
            if self._folder is None:
                self._folder = TemporaryDirectory(prefix="evalgap-workers-")
            folder = mkdtemp(dir=self._folder.name)
            written = [Path(folder)]
            if self._shared is not None:
                self._shared.mkdir(parents=True, exist_ok=True)
                written.append(self._shared)
            read = []
            if self._readable is not None:
                self._readable.mkdir(parents=True, exist_ok=True)
                read.append(self._readable)
            worker = _Worker(self._context(), (read, written), self._bounds.memory)
            self._started.add(worker)
            return worker

    def _return(self, worker: "_Worker | None") -> None:
        if worker is not None and not worker.alive:
            worker.end()
            with self._lock:
                self._started.discard(worker)
            worker = None
        self._slots.give_back(worker)


class _Worker:
    """One process and our end of the pipe to it."""

    def __init__(
        self, context: "BaseContext", folders: tuple[list[Path], list[Path]], memory: int
    ) -> None:
        self._pipe, theirs = context.Pipe()
        process = context.Process(  # type: ignore[attr-defined]
            target=_work, args=(theirs, folders, memory), daemon=True
        )
        self._process: BaseProcess = process
        self._ended = False
        # how a process ended can be read once: two threads at it would have one find nothing
        self._reaping = Lock()
        try:
            by_lasting_thread(self._process.start)
        except (EOFError, OSError) as error:
            self._pipe.close()
            raise _ended_from_outside() from error
        finally:
            theirs.close()

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        with self._reaping:
            return not self._ended and self._process.is_alive()

    def run(
        self, task: Callable[..., object], given: tuple[object, ...], left: float, limit: float
    ) -> object:
        """Have one piece of work done; `left` of the `limit` seconds remain for it."""
        try:
            self._pipe.send((task, given, max(left, 0.0)))
            if not self._pipe.poll(max(left, 0.0)):
                self.end()
                raise _too_long(limit)
            done, answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._ended_by(limit) from error
        if done:
            return answer
        raise answer

    def _ended_by(self, limit: float) -> Problem:
        """Return what the way in which the process ended says of the work."""
        with self._reaping:
            if self._ended:  # by the pool, which closes
                return _ending()
            self._process.join(_LAST_SECONDS)
        self.end()
        code = self._process.exitcode
        if code == -signal.SIGXCPU:
            return _too_long(limit)
        if code in _NO_MEMORY:
            return TooLarge(_TOO_MUCH)
        if code in _ENDED_FROM_OUTSIDE:
            return _ended_from_outside()
        return Crashed(
            "Reading this ended the process that read it: it is most likely nested too deep. "
            "Nothing was stored."
        )

    def kill(self) -> None:
        """Kill the process, from any thread; the one that waits sees the end."""
        self._process.kill()

    def end(self) -> None:
        """Kill the process and wait until it is gone; again it does nothing."""
        with self._reaping:
            if self._ended:
                return
            self._ended = True
            self._process.kill()
            self._process.join()
            self._pipe.close()


def _ended_from_outside() -> Busy:
    return Busy("The process that worked on this was ended from outside. Try again.", retry_after=1)


def _ending() -> Busy:
    return Busy("The service is ending. Nothing was stored.", retry_after=_RESTART)


def _too_long(limit: float) -> WorkTimeout:
    return WorkTimeout(
        f"This took more than {limit:g} s and was stopped. Send less at once.", limit_s=limit
    )


def _work(pipe: "Connection", folders: tuple[list[Path], list[Path]], memory: int) -> None:
    """Do what is sent until the pipe closes."""
    end_with(os.getppid())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine(*folders, memory=memory)
    while True:
        try:
            task, given, seconds = pipe.recv()
        except EOFError:
            return
        bound_cpu(seconds + _CPU_MARGIN)
        pipe.send(_done(task, given))
        del task, given


def _done(task: Callable[..., Any], given: tuple[object, ...]) -> tuple[bool, object]:
    """Return whether the work was done, and its answer or what it raised."""
    try:
        return True, task(*given)
    except MemoryError:
        return False, TooLarge(_TOO_MUCH)
    except Exception as error:  # noqa: BLE001 - it is raised again where the answer is awaited
        return False, error
