"""The SPARQL endpoint beside the bare Oxigraph server and rdflib-endpoint.

Same data (the SokolAnn cards, imported and exported once), same queries, same run, same
client: plain HTTP/1.1 connections, one per client thread of a process of its own. Run with
`make bench`; EVALGAP_BENCH_COPIES=26 makes some 100,000 cards of them.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx2
import pytest

from service.engines.embedded import open_store
from tests.servers import free_port, oxigraph_server

ARCHIVE = Path(__file__).parents[3] / "shared/cards/sokolann/BenchmarkCards_JSON.tar.gz"
COPIES = int(os.environ.get("EVALGAP_BENCH_COPIES", "1"))
SECONDS = 4.0
PATIENCE = 60.0
"""Seconds a client waits; a server that needs longer is shown with that as its time."""
EGAP = "https://w3id.org/evalgap/ontology#"
CARD = "https://w3id.org/evalgap/id/card/sokolann-20-mad-{hash}/sokolann-benchmarkcards/1"
QUERIES = {
    "lookup": "SELECT ?p ?o WHERE {{ GRAPH ?g {{ <{card}> ?p ?o }} }}",
    "count by standing": f"""SELECT ?d ?s (COUNT(?a) AS ?n) WHERE {{{{ GRAPH ?g {{{{
        ?a <{EGAP}onDimension> ?d ; <{EGAP}answerStatus> ?s }}}} }}}} GROUP BY ?d ?s""",
}


@contextmanager
def evalgap(folder: Path) -> Iterator[str]:
    port = free_port()
    environment = {**os.environ, "EVALGAP_STORE": str(folder), "EVALGAP_SEED": "false"}
    command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        yield from _until_ready(process, f"http://127.0.0.1:{port}/sparql")


@contextmanager
def rdflib_endpoint(data: Path) -> Iterator[str]:
    program = shutil.which("rdflib-endpoint") or str(
        Path(sys.executable).parent / "rdflib-endpoint"
    )
    if not Path(program).exists():
        pytest.skip("rdflib-endpoint is not installed")
    port = free_port()
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), str(data)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield from _until_ready(process, f"http://127.0.0.1:{port}/")


def _until_ready(process: subprocess.Popen[bytes], url: str) -> Iterator[str]:
    try:
        for _ in range(3000):
            try:
                httpx2.get(url, params={"query": "ASK {}"}, timeout=5)
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.kill()


def hammer(url: str, query: str, seconds: float) -> list[float]:
    """Ask one query over one connection for some seconds; return the latencies."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    path = f"{parts.path}?query={quote(query)}"
    headers = {"Accept": "application/sparql-results+json"}
    taken: list[float] = []
    until = time.perf_counter() + seconds
    while not taken or time.perf_counter() < until:
        started = time.perf_counter()
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except TimeoutError:
            return [PATIENCE]
        assert answer.status == 200, body[:200]
        taken.append(time.perf_counter() - started)
    return taken


def measure(url: str, query: str, clients: int) -> tuple[float, float]:
    """Return (answers per second, median milliseconds) of so many clients at once."""
    with ProcessPoolExecutor(clients) as pool:
        runs = [pool.submit(hammer, url, query, SECONDS) for _ in range(clients)]
        taken = [t for run in runs for t in run.result()]
    return len(taken) / max(SECONDS, *taken), 1000 * statistics.median(taken)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Return a store folder, its export, and the name of one card in it."""
    if not ARCHIVE.exists():
        pytest.skip("no real cards beside this checkout")
    folder = tmp_path_factory.mktemp("bench")
    store = folder / "store"
    subprocess.run(
        [sys.executable, "-m", "service", "import", "-q", str(ARCHIVE)],
        env={**os.environ, "EVALGAP_STORE": str(store), "EVALGAP_SEED": "false"},
        check=True,
    )
    engine = open_store(store)
    rows = engine.select(f"SELECT ?c {{ ?c a <{EGAP}BenchmarkCard> }} ORDER BY ?c LIMIT 1")
    for copy in range(1, COPIES):
        for chunk in _copies(engine.dump, copy):
            engine.commit(chunk)
    export = folder / "all.nq"
    with export.open("wb") as stream:
        stream.writelines(engine.dump())
    engine.close()
    return store, export, str(rows[0]["c"])


def _copies(dump: Callable[[], Iterator[bytes]], copy: int) -> Iterator[str]:
    """Yield the first copy of the cards again, under other names."""
    for chunk in dump():
        lines = [line for line in chunk.decode().split("\n") if "/sokolann-" in line]
        fresh = [line for line in lines if "/copy-" not in line]
        yield "\n".join(line.replace("/sokolann-", f"/copy-{copy}-sokolann-") for line in fresh)


def test_endpoint_speed(data: tuple[Path, Path, str], tmp_path: Path) -> None:
    store, export, card = data
    with ExitStack() as stack:
        urls = {"EvalGap": stack.enter_context(evalgap(store))}
        oxigraph = stack.enter_context(oxigraph_server(tmp_path / "oxigraph"))
        with export.open("rb") as stream:
            httpx2.post(
                f"{oxigraph}/store", content=stream.read(), timeout=600,
                headers={"Content-Type": "application/n-quads"},
            ).raise_for_status()  # fmt: skip
        urls["Oxigraph server"] = f"{oxigraph}/query"
        if COPIES == 1:
            urls["rdflib-endpoint"] = stack.enter_context(rdflib_endpoint(export))
        print(f"\n{COPIES} x 3,820 cards; answers/s and median ms")
        for name, template in QUERIES.items():
            query = template.format(card=card)
            for clients in (1, 2, 8):
                found = {server: measure(url, query, clients) for server, url in urls.items()}
                ours = found["EvalGap"][0]
                row = "; ".join(
                    f"{server} {rate:.1f}/s {ms:.1f} ms (x{ours / rate:.2f})"
                    for server, (rate, ms) in found.items()
                )
                print(f"{name}, {clients} clients: {row}", flush=True)
