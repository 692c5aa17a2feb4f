"""What anybody may ask for is bounded: it stops nobody else, and ends when nobody waits for it."""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from select import select
from threading import Thread
from urllib.parse import urlsplit

import httpx2
import pytest

from service.ingest.checking import AT_ONCE
from service.web.lines import WAITING
from tests.processes import children_of, descendants_of, until
from tests.servers import evalgap_server, process_of

REQUESTS = 45
TOKEN = "a token for the tests"  # noqa: S105
MOST_BYTES = 2 * 2**30
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("anonymous")
    with evalgap_server(folder, seed="false", token=TOKEN) as found:
        yield found


def resident(url: str) -> int:
    """Return the bytes of memory of a service and of all that it started."""
    pages = 0
    for process in (process_of(url), *descendants_of(process_of(url))):
        try:
            pages += int(Path(f"/proc/{process}/statm").read_text().split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE")


def ticks(url: str) -> int:
    """Return what the processes that a service started have used of a processor."""
    found = 0
    for process in descendants_of(process_of(url)):
        try:
            stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        found += int(stat[11]) + int(stat[12])
    return found


def service_sockets(url: str) -> list[str]:
    """Return the sockets that a service has open."""
    files = Path(f"/proc/{process_of(url)}/fd").iterdir()
    return [link for file in files if (link := str(file.readlink())).startswith("socket:")]


def idle(url: str) -> bool:
    before = ticks(url)
    time.sleep(0.5)
    return ticks(url) <= before + 2


def bodies() -> list[bytes]:
    """Return bodies of nearly 10 MB, each costly in its own way."""
    cards = "\n".join(
        json.dumps({"benchmark_details": {"name": f"N{n}", "overview": "word " * 3900}})
        for n in range(450)
    )
    numbers = "[" + ",".join("1" for _ in range(4_900_000)) + "]"
    keys = "\n".join(f"k{n}: v" for n in range(800_000))
    return [cards.encode(), numbers.encode(), keys.encode()[: 9 * 2**20], cards.encode()]


def sent(url: str, path: str, body: bytes) -> socket.socket:
    """Return a connection on which a request is being sent, by a thread."""
    place = urlsplit(url)
    connection = socket.create_connection((place.hostname, place.port), timeout=120)
    head = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(body)}\r\n\r\n"

    def send() -> None:
        try:
            connection.sendall(head.encode() + body)
        except OSError:
            return  # it was closed, here or there

    Thread(target=send, daemon=True).start()
    return connection


def test_45_costly_requests_stop_nobody_and_end_with_their_clients(url: str) -> None:
    every = bodies()
    largest = 0
    with ExitStack() as stack:
        waiting = [
            stack.enter_context(
                closing(sent(url, "/api/v1/validate?source=x.jsonl", every[n % len(every)]))
            )
            for n in range(REQUESTS)
        ]
        until(lambda: not idle(url))
        for _ in range(5):
            for path in ("/health", "/benchmarks", "/sparql?query=ASK%7B%7D", "/api/v1/gaps"):
                assert httpx2.get(f"{url}{path}", timeout=30).status_code == 200
            largest = max(largest, resident(url))
        assert len(waiting) - len(answered(waiting)) > REQUESTS // 2
    assert largest < MOST_BYTES
    until(lambda: idle(url))


def answered(connections: list[socket.socket]) -> list[socket.socket]:
    found = []
    for connection in connections:
        connection.setblocking(False)  # noqa: FBT003
        try:
            if connection.recv(1, socket.MSG_PEEK):
                found.append(connection)
        except BlockingIOError:
            continue
    return found


def test_past_the_line_a_request_is_told_at_once_when_to_come_again(url: str) -> None:
    place = urlsplit(url)
    head = f"POST /api/v1/validate HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 9000\r\n"

    def refused() -> bool:
        try:
            found = httpx2.post(f"{url}/api/v1/validate", content=b"{}", timeout=1)
        except httpx2.TimeoutException:
            return False  # it stands in the line, which was not full yet
        return found.status_code == 503 and int(found.headers["retry-after"]) > 0

    with ExitStack() as stack:
        for _ in range(AT_ONCE * 3 // 4 + WAITING):  # their bodies never end
            held = stack.enter_context(socket.create_connection((place.hostname, place.port)))
            held.sendall(f"{head}\r\n[1,".encode())
        until(refused)
        assert httpx2.get(f"{url}/health", timeout=30).status_code == 200
    answer = httpx2.post(f"{url}/api/v1/validate", content=b"{}", timeout=60)
    assert answer.status_code == 422


def unended(stack: ExitStack, url: str, path: str, media: str, body: bytes) -> socket.socket:
    """Return a connection on which all of a body has been sent but its last byte."""
    place = urlsplit(url)
    head = f"POST {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Type: {media}\r\n"
    found = socket.create_connection((place.hostname, place.port), timeout=120)
    stack.enter_context(closing(found))
    found.sendall(f"{head}Content-Length: {len(body) + 1}\r\n\r\n".encode())
    found.setblocking(False)  # noqa: FBT003
    while body:
        try:
            body = body[found.send(body) :]
        except BlockingIOError:  # no more of it is read
            if not select([], [found], [], 0.2)[1]:
                break
        except OSError:  # it was refused
            break
    return found


@pytest.mark.parametrize("path", ["/api/v1/validate", "/api/v1/fit"])
def test_who_sends_slowly_holds_up_nobody_else(url: str, path: str) -> None:
    another = httpx2.HTTPTransport(local_address="127.0.0.2")
    with ExitStack() as stack, httpx2.Client(transport=another, timeout=60) as client:
        slow = [unended(stack, url, path, "application/json", b"[1,") for _ in range(WAITING)]
        until(lambda: len(service_sockets(url)) > len(slow))
        found = client.post(f"{url}{path}", content=b"{}")
        assert found.status_code in {400, 422}
        assert not answered(slow)


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/sparql", "application/x-www-form-urlencoded"),
        ("/sparql", "application/sparql-query"),
        ("/sparql", "application/sparql-update"),
        ("/plans", "application/x-www-form-urlencoded"),
        ("/plans/none/steps/1", "application/x-www-form-urlencoded"),
    ],
)
def test_bodies_that_do_not_end_fill_no_memory(url: str, path: str, media: str) -> None:
    before = resident(url)
    with ExitStack() as stack:
        sent_so_far = [unended(stack, url, path, media, bytes(9 * 2**20)) for _ in range(20)]
        until(lambda: len(answered(sent_so_far)) == len(sent_so_far))
        assert resident(url) < before + 60 * 2**20


@pytest.mark.parametrize(
    ("path", "media", "status"),
    [
        ("/api/v1/validate?source=x.json", "application/json", 400),
        ("/api/v1/fit", "application/json", 400),
        ("/api/v1/decompose", "application/json", 400),
        ("/author", "form", 400),
    ],
)
def test_what_nests_too_deep_is_a_bad_request(url: str, path: str, media: str, status: int) -> None:
    body = b"[" * 501 + b"]" * 501
    if media == "form":
        answer = httpx2.post(f"{url}{path}", files={"file": ("x.json", body)}, timeout=60)
    else:
        answer = httpx2.post(
            f"{url}{path}", content=body, headers={"Content-Type": media}, timeout=60
        )
    assert answer.status_code == status
    assert "500 levels" in answer.json()["detail"]


def test_every_process_that_reads_what_strangers_send_is_confined(url: str) -> None:
    card = b'{"benchmark_details": {"name": "A"}}'
    table = b"rung,score,n,events\na,0.9,600,540\nb,0.5,600,300\n"
    assert httpx2.post(f"{url}/api/v1/validate", content=card, timeout=60).status_code == 200
    given = {"Content-Type": "text/csv"}
    found = httpx2.post(f"{url}/api/v1/decompose", content=table, headers=given, timeout=60)
    assert found.status_code == 200, found.text
    headers = {"Authorization": f"Bearer {TOKEN}"}
    job = httpx2.post(
        f"{url}/api/v1/imports?name=a.json", content=card, headers=headers, timeout=60
    )
    with httpx2.stream(
        "GET", f"{url}{job.headers['location']}/events", headers=headers, timeout=60
    ) as events:
        assert b"done" in events.read()
    servers = children_of(process_of(url), "forkserver")
    workers = [
        worker for server in descendants_of(process_of(url)) for worker in children_of(server)
    ]
    assert len(workers) >= 3, servers
    for worker in workers:
        status = Path(f"/proc/{worker}/status").read_text()
        assert "Seccomp:\t2\n" in status
        assert "NoNewPrivs:\t1\n" in status
