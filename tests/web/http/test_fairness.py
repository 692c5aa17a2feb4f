"""Whatever one client asks, another gets its turn; told by the order of events, not by a clock."""

import select
import socket
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest

from tests.processes import children_of, state, until
from tests.servers import running_service

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks into /proc")
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
TRIPLES = " ".join(f"<urn:s:{n}> <urn:p> {n} ." for n in range(1_000))
AT_ONCE, WAITING = 4, 60
TOKEN = "t" * 16


def asking(place: str, source: str, path: str) -> socket.socket:
    """Return a connection from an address on which the endless query was asked."""
    host, port = place.split(":")
    connection = socket.create_connection((host, int(port)), source_address=(source, 0))
    request = f"GET {path}?query={quote(ENDLESS)} HTTP/1.1\r\nHost: {place}\r\n\r\n"
    connection.sendall(request.encode())
    return connection


@pytest.mark.parametrize("path", ["/sparql", "/query"])
def test_a_quick_query_is_answered_before_any_of_another_client_ends(
    tmp_path: Path, path: str
) -> None:
    with (
        running_service(tmp_path, seed="false", gate="false", token=TOKEN) as (pid, url),
        ExitStack() as stack,
    ):
        place = urlsplit(url).netloc
        quick = stack.enter_context(closing(HTTPConnection(place, source_address=("127.0.0.2", 0))))
        body = urlencode({"update": f"INSERT DATA {{ {TRIPLES} }}"})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        quick.request("POST", "/update", body, {**form, "Authorization": f"Bearer {TOKEN}"})
        assert quick.getresponse().read() == b""
        hostile = [
            stack.enter_context(asking(place, "127.0.0.1", path)) for _ in range(AT_ONCE + WAITING)
        ]
        readers = "service.store.oxigraph.reader_process"
        until(lambda: sum(state(r) == "R" for r in children_of(pid, readers)) == AT_ONCE - 1)
        for _ in range(20):
            quick.request("GET", f"/sparql?query={quote('ASK { ?s ?p 7 }')}")
            answer = quick.getresponse()
            assert answer.status == 200
            assert b"true" in answer.read()
        assert select.select(hostile, [], [], 0)[0] == []
