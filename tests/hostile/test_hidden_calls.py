"""SERVICE and LOAD reach nothing, however they are hidden, on new connections and kept ones."""

import ctypes
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import quote, urlsplit

import httpx2
import pyoxigraph as ox
import pytest

from service.sandbox import probe
from tests.hostile.hidden_calls import hidden
from tests.servers import evalgap_server

COUNT, SEED = 100, 13
TRIPLES = "<urn:a> <urn:b> <urn:c> . GRAPH <urn:g> { <urn:a> <urn:b> <urn:c> }"
_IN_OPEN = 0x20
SENTENCE = "The text uses SERVICE, which is switched off"


class Listener:
    """An HTTP server on loopback that counts who asks it."""

    def __init__(self) -> None:
        self.hits: list[str] = []
        hits = self.hits

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_error(404)

            do_POST = do_GET  # noqa: N815 - the name that the standard library looks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with closing(Listener()) as found:
        yield found


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("calls")
    given = {"seed": "false", "gate": "false", "token": "t" * 16}
    with evalgap_server(folder, **given) as found:
        headers = {"Authorization": f"Bearer {'t' * 16}"}
        data = {"update": f"INSERT DATA {{ {TRIPLES} }}"}
        httpx2.post(f"{found}/update", data=data, headers=headers, timeout=60).raise_for_status()
        yield found


@contextmanager
def opened_in(folder: Path) -> Iterator[list[bytes]]:
    """Yield what the kernel says of files that were opened in a folder (inotify)."""
    libc = ctypes.CDLL(None, use_errno=True)
    notes = libc.inotify_init1(os.O_NONBLOCK)
    assert libc.inotify_add_watch(notes, bytes(folder), _IN_OPEN) >= 0
    found: list[bytes] = []
    try:
        yield found
        with suppress(BlockingIOError):
            found.append(os.read(notes, 2**16))
    finally:
        os.close(notes)


def queries(address: str, count: int, seed: int = SEED) -> list[str]:
    return [text for kind, text in hidden(seed, 2 * count, address) if kind == "query"]


def asked(url: str, texts: list[str]) -> Counter[int]:
    """Post queries, each on a connection of its own; return the statuses."""
    with httpx2.Client(headers={"Connection": "close"}, timeout=60) as client:
        posted = (client.post(f"{url}/sparql", data={"query": text}) for text in texts)
        return Counter(answer.status_code for answer in posted)


def asked_on_one_connection(url: str, texts: list[str]) -> Counter[int]:
    """Ask by GET on a connection that is kept, with a plain query before each; return statuses."""
    statuses: Counter[int] = Counter()
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        for text in texts:
            for query in ("ASK {}", text):
                connection.request("GET", f"/sparql?query={quote(query)}")
                answer = connection.getresponse()
                answer.read()
            statuses[answer.status] += 1
    return statuses


def run(store: ox.Store, kind: str, text: str) -> None:
    if kind == "update":
        store.update(text)
    elif not isinstance(found := store.query(text), ox.QueryBoolean):
        list(found)


def test_the_generated_texts_do_reach_out_where_nothing_holds_them(listener: Listener) -> None:
    reached = 0
    for kind, text in hidden(SEED, 200, listener.url):
        store = ox.Store()
        store.update(f"INSERT DATA {{ {TRIPLES} }}")
        before = len(listener.hits)
        with suppress(SyntaxError, RuntimeError, OSError):
            run(store, kind, text)
        reached += len(listener.hits) > before
    assert reached > 80


def test_no_query_reaches_the_network(url: str, listener: Listener) -> None:
    texts = queries(listener.url, COUNT // 2)
    statuses = asked(url, texts) + asked_on_one_connection(url, texts)
    assert listener.hits == []
    assert set(statuses) == {200, 400}


def test_no_query_opens_a_file(url: str, tmp_path: Path) -> None:
    (tmp_path / "secret.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    texts = queries(f"file://{tmp_path}/secret.ttl", COUNT - COUNT // 2)
    with opened_in(tmp_path) as found:
        statuses = asked(url, texts) + asked_on_one_connection(url, texts)
    assert found == []
    assert set(statuses) == {200, 400}


@pytest.mark.skipif(not probe().network, reason="the network cannot be closed here")
def test_service_silent_has_one_empty_solution(url: str, listener: Listener) -> None:
    secure = listener.url.replace("http:", "https:")
    for address in (listener.url, secure, "urn:x", "http://e.invalid"):
        text = f"SELECT * {{ SERVICE SILENT <{address}> {{ ?a ?b ?c }} }}"
        answer = httpx2.post(f"{url}/sparql", data={"query": text}, timeout=60)
        assert answer.json()["results"]["bindings"] == [{}]
    assert listener.hits == []


@pytest.mark.parametrize("hide", ["?s a c:.SERVICE<{}>", "?s ?p 1e5SERVICE<{}>", "service\n<{}>"])
def test_service_is_a_400_with_its_sentence(url: str, listener: Listener, hide: str) -> None:
    text = f"PREFIX c: <urn:c> SELECT * {{ {hide.format(listener.url)} {{ ?a ?b ?c }} }}"
    answer = httpx2.post(f"{url}/sparql", data={"query": text}, timeout=60)
    assert answer.status_code == 400
    assert SENTENCE in answer.json()["detail"]
