"""What a confined process can reach: nothing on a network, no file but its own."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service.sandbox import probe

HELD = probe()
pytestmark = pytest.mark.skipif(HELD.gaps() != [], reason=" ".join(HELD.gaps()))

TRIES = """
import ctypes, json, os, socket, sys
from pathlib import Path
from service.sandbox import confine
read, written, inherited, address = sys.argv[1:]
own = socket.socket(fileno=int(inherited))
confine(read=[Path(read)], write=[Path(written)])
found = {}
def attempt(name, work):
    try:
        work()
        found[name] = "done"
    except OSError as error:
        found[name] = type(error).__name__
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_PACKET, socket.AF_NETLINK):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
        attempt(f"{family.name} {kind.name}", lambda: socket.socket(family, kind))
attempt("connect", lambda: own.connect(("127.0.0.1", int(address))))
attempt("bind", lambda: own.bind(("127.0.0.1", 0)))
def io_uring():
    if ctypes.CDLL(None, use_errno=True).syscall(425, 8, ctypes.create_string_buffer(120)) < 0:
        raise OSError(ctypes.get_errno(), "io_uring")
attempt("io_uring", io_uring)
attempt("read elsewhere", lambda: Path("/proc/version").read_text())
attempt("list elsewhere", lambda: os.listdir("/"))
attempt("link out", lambda: Path(written, "out").symlink_to("/proc/version"))
attempt("read through a link", lambda: Path(written, "out").read_text())
attempt("read its own", lambda: Path(read, "given").read_text())
attempt("write where it may only read", lambda: Path(read, "given").write_text("x"))
attempt("write its own", lambda: Path(written, "made").write_text("x"))
attempt("write elsewhere", lambda: Path(read).with_name("elsewhere").write_text("x"))
attempt("local socket", lambda: socket.socketpair())
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what became of each attempt of a confined process, by its name."""
    folder = tmp_path_factory.mktemp("confined")
    read, written = folder / "read", folder / "written"
    read.mkdir()
    written.mkdir()
    (read / "given").write_text("given")
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as inherited:
        arguments = [read, written, inherited.fileno(), server.getsockname()[1]]
        done = subprocess.run(
            [sys.executable, "-c", TRIES, *map(str, arguments)],
            pass_fds=[inherited.fileno()], capture_output=True, text=True, check=True,
        )  # fmt: skip
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_no_socket_of_any_family_is_opened(tried: dict[str, str]) -> None:
    sockets = {name: end for name, end in tried.items() if name.startswith("AF_")}
    assert len(sockets) == 12
    assert set(sockets.values()) == {"PermissionError"}


@pytest.mark.parametrize("what", ["connect", "bind", "io_uring"])
def test_no_other_way_to_the_network_is_open(tried: dict[str, str], what: str) -> None:
    assert tried[what] in {"PermissionError", "OSError"}


def test_files_are_closed_but_for_its_own(tried: dict[str, str]) -> None:
    refused = {
        "read elsewhere", "list elsewhere", "read through a link", "write where it may only read",
        "write elsewhere",
    }  # fmt: skip
    assert {name: tried[name] for name in refused} == dict.fromkeys(refused, "PermissionError")
    assert {tried[name] for name in ("read its own", "write its own", "local socket")} == {"done"}


def test_a_thread_that_is_there_already_has_no_network_either() -> None:
    code = """
import socket, threading
from service.sandbox import confine
go, done = threading.Event(), []
def late():
    go.wait()
    try:
        socket.socket(socket.AF_INET); done.append("open")
    except PermissionError:
        done.append("refused")
thread = threading.Thread(target=late); thread.start()
confine(); go.set(); thread.join(); print(*done)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["refused"]


def test_the_test_itself_is_not_confined() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert Path("/proc/version").read_text()
