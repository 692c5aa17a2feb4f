"""How a process gives up the network and all files but its own, and finds out whether it did."""
# DESIGN: confined-processes

import json
import resource
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from service.sandbox.system_calls import close_files, close_network, new_network

_PACKAGES = {"site-packages", "dist-packages"}
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_OUTSIDE = "/proc/version"
"""A file that everybody may read, and no confined process needs."""


@dataclass(frozen=True)
class Confinement:
    """What the operating system holds a process to, as the process has found out."""

    network: bool
    """No network connection can be opened."""
    files: bool
    """No file outside the program and the folders of the process can be opened."""

    def gaps(self) -> list[str]:
        """Return a sentence for each thing that is not held."""
        found = []
        if not self.network:
            found.append(
                "The system does not close the network to processes that run queries (seccomp is "
                "missing): only the reading of each text refuses SERVICE and LOAD."
            )
        if not self.files:
            found.append(
                "The system does not close files to processes that run queries and read documents "
                "(Landlock is missing)."
            )
        return found


def confine(
    read: Iterable[Path] = (), write: Iterable[Path] = (), memory: int | None = None
) -> Confinement:
    """Give up the network, and all files but the program's and those at or below the paths.

    Call it in the only thread, after imports: files are closed to this thread and what it
    starts. The first of `write` takes temporary files. `memory` is how many bytes of address
    space may be added to what the process has now. Returns what holds, found by trying; nothing
    is raised where the system has no such filter.
    """
    written = [Path(path) for path in write]
    if written:
        tempfile.tempdir = str(written[0])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if memory is not None:
        most = _address_space() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    with suppress(OSError):
        close_files([*_program(), *read], [*written, Path("/dev/null")])
    try:
        close_network()
    except OSError:
        with suppress(OSError):
            new_network()
    global _held  # noqa: PLW0603 - a process cannot take off what it has put on
    _held = Confinement(network=not _reaches_network(), files=not _reads(_OUTSIDE))
    return _held


_held = Confinement(network=False, files=False)


def held() -> Confinement:
    """Return what this process is held to since it called `confine`; nothing before."""
    return _held


def offline() -> None:
    """Give up the network in all threads, and keep files and the starting of workers.

    For a command that reads documents of others. Where the system has no seccomp nothing happens.
    """
    with suppress(OSError):
        close_network(local=True)


def probe() -> Confinement:
    """Return what this system can hold a process to, found by a process that tries.

    Raises `OSError` where no process can be started.
    """
    found = subprocess.run(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", __package__], stdout=subprocess.PIPE, check=False
    )
    try:
        return Confinement(**json.loads(found.stdout))
    except ValueError:  # the process ended before it could say anything
        return Confinement(network=False, files=False)


def _program() -> Iterator[Path]:
    """Yield where program text and libraries are: Python, its packages, and our own files."""
    package = Path(__file__).parents[1]
    own = [package, *(package.parent / n for n in ("loaders", "ontology", "shapes", "data"))]
    python: list[str] = [
        sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    ]
    packages = [entry for entry in sys.path if Path(entry).name in _PACKAGES]
    yield from own
    yield from map(Path, (*python, *packages, *_LIBRARIES, *_DEVICES))


def _address_space() -> int:
    """Return the bytes of address space of this process."""
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _reaches_network() -> bool:
    """Return whether a packet would find a way, to this machine at least."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probed:
            probed.connect(("127.0.0.1", 9))  # looks for the way and sends nothing
    except OSError:
        return False
    return True


def _reads(path: str) -> bool:
    try:
        Path(path).read_bytes()
    except PermissionError:
        return False
    return True
