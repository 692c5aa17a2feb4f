"""Killed while it writes: a service keeps what it acknowledged, an import only whole cards."""

import os
import signal
import subprocess
import sys
import tarfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, Thread

import httpx2

from service.store.oxigraph.store import open_store
from tests.processes import until
from tests.servers import running_service
from tests.tokens import AUTHORIZED, TOKEN

LINES = 50
"""Statements in each graph that is put."""

WHOLE = """
PREFIX egap: <https://w3id.org/evalgap/ontology#>
SELECT ?card ?g WHERE {
  { ?card a egap:BenchmarkCard ; egap:recordedIn ?g .
    FILTER NOT EXISTS { ?g egap:contentHash ?h } }
  UNION { ?g egap:contentHash ?h ; a egap:StatementGraph .
    FILTER NOT EXISTS { ?card egap:recordedIn ?g } }
  UNION { SELECT ?card WHERE { ?card a egap:BenchmarkCard ; egap:hasAssumption ?a }
    GROUP BY ?card HAVING (COUNT(?a) != 5) } }"""
"""Finds a card that is not whole: without provenance, provenance without a card, or parts."""
_CARDS = "SELECT (COUNT(*) AS ?n) { ?c a <https://w3id.org/evalgap/ontology#BenchmarkCard> }"


@dataclass
class Book:
    """What was sent, and what of it was acknowledged."""

    sent: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    graphs: dict[str, list[str]] = field(default_factory=dict)
    """The values that a graph may hold: the one acknowledged last, and those sent since."""


def rounds(folder: Path, number: int, seed: int) -> Book:
    """Start a service, write to it and kill it, so many times; check each time what is there."""
    chance, book = Random(seed), Book()  # noqa: S311 - it is to be the same each time
    for _ in range(number):
        with (
            suppress(ProcessLookupError),
            running_service(folder, seed="false", token=TOKEN) as (pid, url),
        ):
            check(url, book)
            enough = Event()
            writers = [
                Thread(target=write, args=(url, book, enough)) for write in (_updates, _puts)
            ]
            for writer in writers:
                writer.start()
            _wait_for_more(book)
            time.sleep(chance.uniform(0, 1))
            os.kill(pid, signal.SIGKILL)
            enough.set()
            for writer in writers:
                writer.join()
    with running_service(folder, seed="false", token=TOKEN) as (_, url):
        check(url, book)
    return book


def cards_after_kills(folder: Path, archive: Path, kills: int) -> int:
    """Import an archive, killed so many times while it writes; return how many cards are there."""
    store = folder / "store"
    environment = {**os.environ, "EVALGAP_STORE": str(store), "EVALGAP_SEED": "false"}
    report = folder / "report.json"
    command = [sys.executable, "-m", "service", "import", "-q", str(archive)]
    command += ["--report", str(report)]
    chance, seen = Random(), [0]  # noqa: S311 - any moment will do
    for _ in range(kills):
        report.unlink(missing_ok=True)
        with subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            until(lambda: _begun(report) or process.poll() is not None)
            time.sleep(chance.uniform(0, 2))
            with suppress(ProcessLookupError):  # it may have come to its end
                os.killpg(process.pid, signal.SIGKILL)
        engine = open_store(store)
        assert engine.select(WHOLE) == []
        seen.append(int(str(engine.select(_CARDS)[0]["n"])))
        engine.close()
    assert seen == sorted(seen)
    return seen[-1]


def slice_of(archive: Path, folder: Path, every: int) -> Path:
    """Return an archive in `folder` with one of so many files of another, from all of its parts."""
    found = folder / archive.name
    with tarfile.open(archive) as whole, tarfile.open(found, "w:gz") as part:
        for member in [m for m in whole if m.isfile()][::every]:
            part.addfile(member, whole.extractfile(member))
    return found


def _begun(report: Path) -> bool:
    """Tell whether a report says of a record that it is stored."""
    return report.exists() and report.stat().st_size > len("[\n")


def check(url: str, book: Book) -> None:
    """Assert that what was acknowledged is there, nothing that was not sent, no half graph."""
    query = "SELECT ?o { GRAPH <urn:updates> { ?s <urn:v> ?o } }"
    answer = httpx2.get(f"{url}/sparql", params={"query": query, "format": "csv"}, timeout=60)
    found = {int(line) for line in answer.text.split()[1:]}
    assert book.acknowledged <= found <= book.sent
    for name, values in book.graphs.items():
        answer = httpx2.get(
            f"{url}/rdf-graph-store", params={"graph": name},
            headers={"Accept": "application/n-triples"}, timeout=60,
        )  # fmt: skip
        held = answer.text.splitlines() if answer.is_success else []
        if held or values[0]:
            assert len(held) == LINES
            assert any(f'"{value}"' in answer.text for value in values if value), (name, values)


def _updates(url: str, book: Book, enough: Event) -> None:
    with (
        httpx2.Client(base_url=url, headers=AUTHORIZED, timeout=60) as client,
        suppress(httpx2.TransportError),
    ):
        while not enough.is_set():
            number = len(book.sent)
            book.sent.add(number)
            said = f"INSERT DATA {{ GRAPH <urn:updates> {{ <urn:s{number}> <urn:v> {number} }} }}"
            if client.post("/update", data={"update": said}).is_success:
                book.acknowledged.add(number)


def _puts(url: str, book: Book, enough: Event) -> None:
    more = "".join(f"<urn:s> <urn:p{number}> {number} .\n" for number in range(LINES - 1))
    kind = {**AUTHORIZED, "Content-Type": "text/turtle"}
    with (
        httpx2.Client(base_url=url, headers=kind, timeout=60) as client,
        suppress(httpx2.TransportError),
    ):
        while not enough.is_set():
            number = sum(map(len, book.graphs.values()))
            name, value = f"urn:g{number % 3}", f"value {number}"
            book.graphs.setdefault(name, [""]).append(value)
            body = f'<urn:s> <urn:v> "{value}" .\n{more}'
            if client.put("/rdf-graph-store", params={"graph": name}, content=body).is_success:
                book.graphs[name] = [value]


def _wait_for_more(book: Book) -> None:
    before, deadline = len(book.acknowledged), time.monotonic() + 60
    while len(book.acknowledged) < before + 3 and time.monotonic() < deadline:
        time.sleep(0.02)
