"""Real SPARQL servers for the tests, each in a folder of its own on a free loopback port."""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import NoReturn

import httpx2
import pytest

from tests import prefork

QUERY_SECONDS = 5
"""How long the Oxigraph server lets a query run that nobody waits for any more."""

USER, PASSWORD = "dba", "dba"
"""Who may write to Virtuoso."""

_PATIENCE = 180
_PROCESSES: dict[str, int] = {}
_OXIGRAPH = Path(sys.executable).with_name("oxigraph")
_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = .
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
CaseMode = 2
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 10
Charset = UTF-8
[SPARQL]
ResultSetMaxRows = {rows}
"""


@contextmanager
def oxigraph_server(folder: Path, *options: str) -> Iterator[str]:
    """Run an Oxigraph server over a store in `folder`; yield its base URL."""
    path = program("oxigraph", str(_OXIGRAPH), "pip install oxigraph")
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [path, "serve", "-l", str(folder), "-b", f"127.0.0.1:{port}", *options]
    command += ["--timeout-s", str(QUERY_SECONDS)]
    with _running(command, folder, lambda: _answers(f"{url}/query")):
        yield url


@contextmanager
def virtuoso_server(folder: Path, *, rows: int = 1_000_000, buffers: int = 10_000) -> Iterator[str]:
    """Run Virtuoso over a database in `folder`, a new one if there is none; yield its query URL.

    `USER` may write. No answer has more than `rows` rows. A buffer is 8 KiB of memory.
    """
    if not (folder / "virtuoso.db").exists():
        shutil.copytree(_new_database(), folder, dirs_exist_ok=True)
    with _virtuoso(folder, rows, buffers) as url:
        yield url


@cache
def _new_database() -> Path:
    """Return a folder with an empty database; Virtuoso takes three times a start to make one."""
    folder = Path(mkdtemp(prefix="virtuoso-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with _virtuoso(folder, rows=1, buffers=10_000):
        return folder


@contextmanager
def _virtuoso(folder: Path, rows: int, buffers: int) -> Iterator[str]:
    path = program("virtuoso-t", "virtuoso-t", "apt-get install virtuoso-opensource-7-bin")
    port = free_port()
    url = f"http://127.0.0.1:{port}/sparql"
    (folder / "virtuoso.ini").write_text(
        _INI.format(sql=free_port(), http=port, rows=rows, buffers=buffers, dirty=buffers * 3 // 5)
    )
    command = [path, "+foreground", "+configfile", str(folder / "virtuoso.ini")]
    with _running(command, folder, lambda: _answers(url)):
        yield url


@contextmanager
def evalgap_server(folder: Path, *options: str, **settings: str) -> Iterator[str]:
    """Serve a store in `folder` as people run it; yield its base URL.

    `settings` are those of `EVALGAP_…` variables: `seed="true"` loads the shipped data.
    """
    with running_service(folder, *options, **settings) as (_, url):
        yield url


@contextmanager
def running_service(folder: Path, *options: str, **settings: str) -> Iterator[tuple[int, str]]:
    """Serve a store as `evalgap_server` does; yield the process and the base URL."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    given = {"store": str(folder / "store"), **settings}
    env = os.environ | {f"EVALGAP_{name.upper()}": value for name, value in given.items()}
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "output.txt"
    process = prefork.start(["serve", "--port", str(port), *options], folder, env, output)
    try:
        _wait(process, folder, lambda: _answers(f"{url}/sparql"))
        _PROCESSES[url] = process.pid
        yield process.pid, url
    finally:
        process.terminate()  # so that it ends the processes it has started
        process.wait(_PATIENCE)


def process_of(url: str) -> int:
    """Return the process of the service that `evalgap_server` yielded this URL of."""
    return _PROCESSES[url]


def free_port() -> int:
    """Return a loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, place: str, remedy: str) -> str:
    """Return where a program is; without it skip the test, or on CI fail it.

    `place` is its path or name, `remedy` what installs it.
    """
    found = shutil.which(place)
    if found is None:
        without(f"{name} is not installed ({remedy})")
    return found


def without(reason: str) -> NoReturn:
    """Skip a test whose optional real part cannot be had; in CI that is a failure."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@contextmanager
def _running(
    command: list[str],
    folder: Path,
    ready: Callable[[], bool],
) -> Iterator[int]:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "output.txt").open("wb") as output,
        subprocess.Popen(command, cwd=folder, stdout=output, stderr=output) as process,
    ):
        try:
            _wait(process, folder, ready)
            yield process.pid
        finally:
            process.terminate()  # so that it ends the processes it has started
            process.wait(_PATIENCE)


def _wait(
    process: subprocess.Popen[bytes] | prefork.Service, folder: Path, ready: Callable[[], bool]
) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            said = (folder / "output.txt").read_text(errors="replace")[-2000:]
            pytest.fail(f"{process.args!r} did not start: {said}")
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        found = httpx2.post(url, data={"query": "ASK {}"}, timeout=2)
    except httpx2.TransportError:
        return False
    return found.status_code in {httpx2.codes.OK, httpx2.codes.UNAUTHORIZED}
