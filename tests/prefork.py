"""Services as forks of one process that has imported the program.

A service of the tests takes 2.5 s of processor time to import what it is made of and to read the
shipped records, and some sixty are started. Here one process imports it, and each service is a fork
of that: a process of its own, with its own arguments, environment, folder and output, and with a
copy of one store that holds the shipped records. It prepares no page unasked. That `python -m
service` and the installed command do all of it is tested in `tests/cli/test_processes.py` and
`tests/client/test_wheel.py`.
"""

import atexit
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, NoReturn

from service.common.settings import Settings
from service.ingest import seeding
from service.ontology import graphs
from service.store.oxigraph.store import open_store
from service.validation.gate import Gate

_SAID = 2**20
"""Bytes that arguments and environment may take."""
_POLL = 0.02
"""Seconds between two looks at whether a process has ended."""


class Service:
    """A started service: what tests need of `subprocess.Popen`."""

    def __init__(self, pid: int, ended: int, args: Sequence[str]) -> None:
        """Take over a process that writes its exit status to the pipe `ended` as it ends."""
        self.pid, self.args = pid, args
        self.returncode: int | None = None
        self._ended = ended
        os.set_blocking(ended, False)

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal; None while the process runs."""
        if self.returncode is None:
            with suppress(BlockingIOError):
                self.returncode = int(os.read(self._ended, 16) or b"-9")
                os.close(self._ended)
        return self.returncode

    def wait(self, seconds: float) -> int:
        """Return the exit status. Raises `TimeoutExpired` if the process runs for longer."""
        end = time.monotonic() + seconds
        while (status := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(list(self.args), seconds)
            time.sleep(_POLL)
        return status

    def terminate(self) -> None:
        """Ask the process to end, if it still runs."""
        if self.poll() is None:
            with suppress(ProcessLookupError):  # it ended since
                os.kill(self.pid, signal.SIGTERM)


def start(arguments: Sequence[str], folder: Path, env: Mapping[str, str], output: Path) -> Service:
    """Start `evalgap` with these arguments in a folder; what it prints goes to `output`."""
    wire = _prepared(os.getpid())
    ended, ends = os.pipe()
    with output.open("wb") as said:
        asked = json.dumps([list(arguments), str(folder), dict(env)]).encode()
        socket.send_fds(wire, [asked], [said.fileno(), ends])
    os.close(ends)
    return Service(int(wire.recv(16)), ended, arguments)


@cache
def _prepared(_process: int) -> socket.socket:
    """Return the socket to the process that forks, for this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in (ours, theirs):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SAID)
    command = [sys.executable, "-m", "tests.prefork", str(theirs.fileno())]
    root = Path(__file__).parents[1]
    process = subprocess.Popen(
        command, pass_fds=[theirs.fileno()], cwd=root, stdin=subprocess.DEVNULL
    )
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def main() -> None:
    """Import the program, then fork a service each time one is asked for, until nobody can ask."""
    wire = socket.socket(fileno=int(sys.argv[1]))
    importlib.import_module("service.cli.main")
    importlib.import_module("service.web.app").WARMED = ()  # type: ignore[attr-defined]
    graphs.taxonomy()
    graphs.shapes()
    store = _seeded(Path(mkdtemp(prefix="seeded-")))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel forgets those that have ended
    while True:
        asked, passed, *_ = socket.recv_fds(wire, _SAID, 2)
        if not asked:
            shutil.rmtree(store.parent)
            return
        said, ends = passed
        if not os.fork():
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch(wire, [*json.loads(asked), store], said, ends)
        os.close(said)
        os.close(ends)


def _seeded(folder: Path) -> Path:
    """Return a store that holds what a new one begins with, made by a fork.

    The threads that Oxigraph starts for it end with the fork; what is forked later would miss them.
    """
    store = folder / "store"
    if not os.fork():
        with closing(open_store(store)) as engine:
            seeding.prepare(engine, Gate.that_passes_all(), seed=True, tell=lambda _: None)
        os._exit(0)
    os.wait()
    return store


def _watch(wire: socket.socket, asked: list[Any], said: int, ends: int) -> NoReturn:
    """Fork the service, say its number, and once it has ended how it did."""
    pid = os.fork()
    if not pid:
        wire.close()
        os.close(ends)
        _serve(asked, said)
    wire.send(str(pid).encode())
    wire.close()
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    os.write(ends, str(status).encode())
    os._exit(0)


def _serve(asked: list[Any], said: int) -> NoReturn:
    """Be `python -m service` with the arguments, folder and environment that were sent."""
    arguments, folder, env, seeded = asked
    os.dup2(said, 1)
    os.dup2(said, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    new = not Path(env["EVALGAP_STORE"]).exists() and "EVALGAP_READ_ONLY" not in env
    if new and Settings().seed:
        shutil.copytree(seeded, env["EVALGAP_STORE"])
    program = importlib.import_module("service.__main__")
    sys.modules["__main__"] = program
    sys.argv = [str(program.__file__), *arguments]
    program.main()
    sys.exit()


if __name__ == "__main__":
    main()
