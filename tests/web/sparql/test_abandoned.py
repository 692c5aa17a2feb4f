"""A client that goes away takes its work with it: processors idle, readers free."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import httpx2
import pytest

from tests.servers import running_service

ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
READERS = 3
"""As many as one client has at once."""
WORKED = 60
"""Ticks of a processor, of which there are 100 a second: what a start takes on an idle machine."""
LOOK = 0.5
"""Seconds between two looks at who works."""
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, str]]:
    folder = tmp_path_factory.mktemp("abandoned")
    with running_service(folder, max_query_seconds="600") as found:
        yield found


def asking(url: str, method: str, path: str) -> socket.socket:
    """Return a connection on which the endless query was asked and not yet answered."""
    place = urlsplit(url)
    connection = socket.create_connection((place.hostname, place.port), timeout=20)
    form = urlencode({"query": ENDLESS})
    target = f"{path}?query={quote(ENDLESS)}" if method == "GET" else path
    head = f"{method} {target} HTTP/1.1\r\nHost: {place.netloc}\r\n"
    if method == "POST":
        head += "Content-Type: application/x-www-form-urlencoded\r\n"
        head += f"Content-Length: {len(form)}\r\n"
    connection.sendall(f"{head}\r\n{form if method == 'POST' else ''}".encode())
    return connection


def busy(service: tuple[int, str]) -> set[int]:
    """Return the readers of a service that work: past what a start takes, and on between two looks.

    A start alone takes as much time of a processor as it likes where the machine is busy, so how
    much a reader has worked says nothing of whether it does.
    """
    before = worked(service)
    time.sleep(LOOK)
    return {r for r, ticks in worked(service).items() if ticks > max(WORKED, before.get(r, ticks))}


def worked(service: tuple[int, str]) -> dict[int, int]:
    """Return how many ticks of a processor each reader of a service has had."""
    found = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (place / "cmdline").read_bytes().decode().split("\0")
            state, parent, *fields = (place / "stat").read_text().rpartition(")")[2].split()
            reads = "service.store.oxigraph.reader_process" in command and state != "Z"
            if reads and int(parent) == service[0]:
                found[int(place.name)] = int(fields[9]) + int(fields[10])
    return found


def until(check: object, patience: float = 60) -> None:
    assert callable(check)
    end = time.monotonic() + patience
    while not check():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/sparql"), ("POST", "/sparql"), ("GET", "/query")]
)
def test_a_connection_that_is_closed_ends_its_query(
    service: tuple[int, str], method: str, path: str
) -> None:
    _, url = service
    with ExitStack() as stack:
        for _ in range(READERS):
            stack.enter_context(closing(asking(url, method, path)))
        until(lambda: len(busy(service)) == READERS)
    until(lambda: not busy(service))
    with ExitStack() as stack:  # the places are free again
        for _ in range(READERS - 1):
            stack.enter_context(closing(asking(url, method, path)))
        answer = httpx2.get(f"{url}/sparql", params={"query": "ASK {}"}, timeout=60)
        assert answer.json()["boolean"] is True


def test_a_connection_that_a_lane_had_ends_its_query_too(service: tuple[int, str]) -> None:
    _, url = service
    place = urlsplit(url)
    with closing(HTTPConnection(place.netloc, timeout=20)) as connection:
        for _ in range(20):
            connection.request("GET", f"/sparql?query={quote('ASK {}')}")
            assert connection.getresponse().read()
        connection.request("GET", f"/sparql?query={quote(ENDLESS)}")
        until(lambda: len(busy(service)) == 1)
    until(lambda: not busy(service))


def test_those_who_wait_are_not_disturbed_by_one_who_leaves(service: tuple[int, str]) -> None:
    _, url = service
    with closing(asking(url, "GET", "/sparql")):
        for _ in range(20):
            found = httpx2.get(f"{url}/sparql", params={"query": "SELECT * {} LIMIT 1"}, timeout=60)
            assert found.status_code == 200
    assert httpx2.get(f"{url}/sparql", params={"query": "ASK {}"}, timeout=60).status_code == 200
