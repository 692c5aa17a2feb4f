"""The SPARQL endpoint beside the bare Oxigraph server, rdflib-endpoint and Virtuoso.

Same data (the SokolAnn cards, imported and exported once), same queries, same run, same client:
bare sockets, one kept connection per client process, requests made beforehand. No two lookups in
a row ask for the same card. The servers take turns in every round, and what is printed are the
medians of the rounds. Run with `make bench`; EVALGAP_BENCH_COPIES=26 makes some 100,000 cards,
EVALGAP_BENCH_REQUESTS=100000 shows the memory over so many requests, and EVALGAP_BENCH_SECONDS=20
measures long enough for queries that take seconds.
"""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import httpx2
import pytest

from service.store.oxigraph.store import open_store
from tests.bench.client import measure, requests_for
from tests.servers import PASSWORD, USER, free_port, oxigraph_server, virtuoso_server

ARCHIVE = Path(__file__).parents[3] / "shared/cards/sokolann/BenchmarkCards_JSON.tar.gz"
COPIES = int(os.environ.get("EVALGAP_BENCH_COPIES", "1"))
REQUESTS = int(os.environ.get("EVALGAP_BENCH_REQUESTS", "100000"))
ROUNDS = int(os.environ.get("EVALGAP_BENCH_ROUNDS", "3"))
SECONDS = float(os.environ.get("EVALGAP_BENCH_SECONDS", "2"))
SLOW = {"rdflib-endpoint"}
"""Servers that are measured in one round, since each of their answers takes so long."""
BUFFERS = 170_000
"""Buffers of Virtuoso: what its own configuration file advises for 2 GB of memory."""
EGAP = "https://w3id.org/evalgap/ontology#"
DCT = "http://purl.org/dc/terms/"
LOOKUPS = {
    "lookup": "SELECT ?p ?o WHERE {{ GRAPH ?g {{ <{card}> ?p ?o }} }}",
    "lookup, joined": f"""SELECT ?b ?p ?o WHERE {{{{ GRAPH ?g {{{{
        <{{card}}> <{EGAP}describesBenchmark> ?b ; ?p ?o . FILTER(isIRI(?o)) }}}} }}}}""",
}
HEAVY = {
    "count by standing": f"""SELECT ?d ?s (COUNT(?a) AS ?n) WHERE {{ GRAPH ?g {{
        ?a <{EGAP}onDimension> ?d ; <{EGAP}answerStatus> ?s }} }} GROUP BY ?d ?s""",
    "cards of a language": f"""SELECT (COUNT(DISTINCT ?c) AS ?n) WHERE {{ GRAPH ?g {{
        ?c a <{EGAP}BenchmarkCard> ; <{DCT}language> ?l ; <{EGAP}describesBenchmark> ?b .
        FILTER(CONTAINS(LCASE(STR(?l)), "en")) }} }}""",
    "a large graph": f"""CONSTRUCT {{ ?c <{EGAP}describesBenchmark> ?b ; a ?t }} WHERE {{
        GRAPH ?g {{ ?c a <{EGAP}BenchmarkCard>, ?t ; <{EGAP}describesBenchmark> ?b }} }}""",
}


@dataclass(frozen=True)
class Data:
    """A store folder, its export, and the names of some thousand cards in it."""

    store: Path
    export: Path
    cards: Sequence[str]


@dataclass(frozen=True)
class Server:
    """Where a server is asked, and its process, whose children count as it."""

    url: str
    pid: int


@contextmanager
def evalgap(folder: Path) -> Iterator[Server]:
    port = free_port()
    environment = {**os.environ, "EVALGAP_STORE": str(folder), "EVALGAP_SEED": "false"}
    command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        yield from _until_ready(process, f"http://127.0.0.1:{port}/sparql")


@contextmanager
def rdflib_endpoint(data: Path) -> Iterator[Server]:
    program = shutil.which("rdflib-endpoint") or str(
        Path(sys.executable).parent / "rdflib-endpoint"
    )
    port = free_port()
    command = [program, "serve", "--host", "127.0.0.1", "--port", str(port), str(data)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield from _until_ready(process, f"http://127.0.0.1:{port}/")


def _until_ready(process: subprocess.Popen[bytes], url: str) -> Iterator[Server]:
    try:
        for _ in range(3000):
            with suppress(httpx2.TransportError):
                httpx2.get(url, params={"query": "ASK {}"}, timeout=5)
                break
            time.sleep(0.1)
        yield Server(url, process.pid)
    finally:
        process.terminate()


@contextmanager
def oxigraph(export: Path, folder: Path) -> Iterator[Server]:
    """Run the bare server over the same data, loaded by its own bulk loader."""
    program = Path(sys.executable).with_name("oxigraph")
    subprocess.run([program, "load", "-l", folder, "-f", export], check=True, capture_output=True)
    with oxigraph_server(folder) as url:
        yield Server(f"{url}/query", _child_with(str(folder)))


@contextmanager
def virtuoso(export: Path, folder: Path) -> Iterator[Server]:
    """Run Virtuoso over the same data, read from the file by itself (512: N-Quads)."""
    isql = shutil.which("isql-vt") or shutil.which("isql")
    if isql is None or shutil.which("virtuoso-t") is None:
        pytest.skip("Virtuoso is not installed")
    folder.mkdir()
    with virtuoso_server(folder, buffers=BUFFERS) as url:
        line = next(
            line for line in (folder / "virtuoso.ini").read_text().splitlines()
            if line.startswith("ServerPort")
        )  # fmt: skip
        address = line.partition("=")[2].strip()
        for lines in _parts(export):
            (folder / "part.nq").write_bytes(lines)
            subprocess.run(
                [isql, address, USER, PASSWORD, f"exec={_LOAD}"], check=True, capture_output=True
            )
        yield Server(url, _child_with(str(folder / "virtuoso.ini")))


_LOAD = """log_enable(2, 1); checkpoint;
    DB.DBA.TTLP(file_to_string_output('part.nq'), '', 'urn:x', 512);"""


def _parts(export: Path) -> Iterator[bytes]:
    """Yield an export in parts of whole lines; Virtuoso hangs on a text of 2 GB."""
    with export.open("rb") as stream:
        while lines := stream.readlines(2**26):
            yield b"".join(lines)


def _child_with(argument: str) -> int:
    """Return the child of ours that was given this argument."""
    mine = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return next(
        int(c) for c in mine if argument.encode() in Path(f"/proc/{c}/cmdline").read_bytes()
    )


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and all that it started have used so far."""
    ticks = 0
    for each in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def own_megabytes(pid: int) -> dict[str, float]:
    """Return the memory that is each process's own, under the name of what it runs."""
    found: dict[str, float] = {}
    for each in family(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text().splitlines()
            own = sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
            words = Path(f"/proc/{each}/cmdline").read_text().split("\0")
            name = next((w for w in words if w.startswith("service.")), "service")
            found[name] = found.get(name, 0) + own / 1024
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
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
    first = b"".join(engine.dump()).decode()
    for copy in range(1, COPIES):
        engine.commit(first.replace("/sokolann-", f"/copy-{copy}-sokolann-"))
    rows = engine.select(f"SELECT ?c {{ ?c a <{EGAP}BenchmarkCard> }}")
    export = folder / "all.nq"
    with export.open("wb") as stream:
        stream.writelines(engine.dump())
    engine.close()
    cards = [str(row["c"]) for row in islice(rows, 0, None, max(1, len(rows) // 4000))]
    print(f"\n{len(rows):,} cards, {export.stat().st_size / 2**20:,.0f} MB of N-Quads")
    return Data(store, export, cards)


@pytest.fixture(scope="module")
def servers(data: Data, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:
        found = {
            "EvalGap": stack.enter_context(evalgap(data.store)),
            "Oxigraph server": stack.enter_context(oxigraph(data.export, folder / "oxigraph")),
            "Virtuoso": stack.enter_context(virtuoso(data.export, folder / "virtuoso")),
        }
        if COPIES == 1:
            found["rdflib-endpoint"] = stack.enter_context(rdflib_endpoint(data.export))
        rows = {name: rows_of(at.url, data.cards[-1]) for name, at in found.items()}
        assert min(rows.values()) > 1, rows
        assert len(set(rows.values())) == 1, rows
        yield found


def rows_of(url: str, card: str) -> int:
    """Return how many rows a server has on a card: all must have the same."""
    query = LOOKUPS["lookup"].format(card=card)
    accept = {"Accept": "application/sparql-results+json"}
    answer = httpx2.get(url, params={"query": query}, headers=accept, timeout=60)
    return len(answer.raise_for_status().json()["results"]["bindings"])


def compare(
    name: str, servers: dict[str, Server], queries: Sequence[str], clients: int, seconds: float
) -> None:
    """Print a row for each server: answers per second, median time, CPU, and our ratio to it."""
    rates: dict[str, list[float]] = {server: [] for server in servers}
    times: dict[str, list[float]] = {server: [] for server in servers}
    costs: dict[str, list[float]] = {server: [] for server in servers}
    for number in range(ROUNDS):
        for server, at in servers.items():
            if server in SLOW and number:
                continue
            before = cpu_seconds(at.pid)
            answers, rate, median = measure(requests_for(at.url, queries), clients, seconds)
            rates[server].append(rate)
            times[server].append(median)
            costs[server].append((cpu_seconds(at.pid) - before) / answers)
    ours = statistics.median(rates["EvalGap"])
    for server in servers:
        rate, median = statistics.median(rates[server]), statistics.median(times[server])
        cost = statistics.median(costs[server])
        print(
            f"{name}, {clients} clients: {server:16} {rate:8.1f}/s  p50 {1000 * median:8.2f} ms  "
            f"CPU {1000 * cost:8.2f} ms  EvalGap is x{ours / rate:.2f}",
            flush=True,
        )


@pytest.mark.parametrize("clients", [1, 2, 8])
@pytest.mark.parametrize("name", LOOKUPS)
def test_lookups(data: Data, servers: dict[str, Server], name: str, clients: int) -> None:
    queries = [LOOKUPS[name].format(card=card) for card in data.cards]
    compare(name, servers, queries, clients, SECONDS)


@pytest.mark.parametrize("clients", [1, 2, 8])
@pytest.mark.parametrize("name", HEAVY)
def test_heavy(servers: dict[str, Server], name: str, clients: int) -> None:
    compared = {k: s for k, s in servers.items() if clients == 1 or k not in SLOW}
    compare(name, compared, [HEAVY[name]], clients, SECONDS)


def test_memory(data: Data, servers: dict[str, Server]) -> None:
    queries = [LOOKUPS["lookup"].format(card=card) for card in data.cards]
    at, asked = servers["EvalGap"], 0
    requests = requests_for(at.url, queries)
    for mark in (REQUESTS // 10, REQUESTS // 2, REQUESTS):
        while asked < mark:
            asked += measure(requests, 8, SECONDS)[0]
        used = "; ".join(f"{name} {size:.0f} MB" for name, size in own_megabytes(at.pid).items())
        print(f"memory after {asked:,} lookups: {used}", flush=True)
