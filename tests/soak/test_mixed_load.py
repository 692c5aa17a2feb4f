"""Everything at once for minutes: no error, no memory, file or process that is not given back."""

import os
import time
from collections import Counter
from collections.abc import Callable
from itertools import count
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread

import httpx2

from tests.servers import running_service
from tests.tokens import AUTHORIZED, TOKEN

SECONDS = float(os.environ.get("EVALGAP_SOAK_SECONDS", "300"))
MOST_MEMORY = 2 * 2**30
"""Resident bytes of the serving process."""

PAGES = (
    "/", "/benchmarks", "/gaps", "/coverage", "/plans", "/fit?deployment=public-self-assessment",
    "/benchmarks/medqa?deployment=clinician-workup", "/api/v1/gaps", "/api/v1/stats", "/void",
    "/api/v1/deployments/public-self-assessment/fit", "/catalog", "/id/benchmark/medqa.ttl",
)  # fmt: skip
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }"
Ask = Callable[[httpx2.Client, int], httpx2.Response]


def _page(client: httpx2.Client, number: int) -> httpx2.Response:
    return client.get(PAGES[number % len(PAGES)])


def _quick(client: httpx2.Client, number: int) -> httpx2.Response:
    return client.get("/sparql", params={"query": f"SELECT * {{ ?s a ?t }} LIMIT {number % 7 + 1}"})


def _new(client: httpx2.Client, number: int) -> httpx2.Response:
    return client.post("/sparql", data={"query": f"SELECT * {{ ?s ?p {number} }}"})


def _validate(client: httpx2.Client, number: int) -> httpx2.Response:
    return client.post("/api/v1/validate", content=f"title: x{number}")


def _update(client: httpx2.Client, number: int) -> httpx2.Response:
    said = f"INSERT DATA {{ GRAPH <urn:s> {{ <urn:{number}> <urn:b> 1 }} }}"
    return client.post("/update", headers=AUTHORIZED, data={"update": said})


def _put(client: httpx2.Client, number: int) -> httpx2.Response:
    kind = {**AUTHORIZED, "Content-Type": "text/turtle"}
    body = f"<urn:a> <urn:b> {number} ."
    return client.put("/rdf-graph-store?graph=urn:k", headers=kind, content=body)


LOADS: tuple[tuple[Ask, float, set[int]], ...] = (
    (_page, 0.1, {200}), (_page, 0.3, {200}), (_quick, 0.02, {200}), (_new, 0.1, {200}),
    (_validate, 0.5, {422, 503}), (_update, 8.0, {204, 503}), (_put, 8.0, {201, 204, 503}),
)  # fmt: skip
"""What is asked, how long a client pauses, and which statuses are right."""


def test_nothing_is_lost_or_kept(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    seen: Counter[tuple[str, int]] = Counter()
    wrong: list[str] = []
    enough, lock, numbers = Event(), Lock(), count()

    def client_of(url: str, ask: Ask, pause: float, right: set[int]) -> None:
        with httpx2.Client(base_url=url, timeout=120) as client:
            while not enough.wait(pause):
                answer = ask(client, next(numbers))
                with lock:
                    seen[ask.__name__, answer.status_code] += 1
                    if answer.status_code not in right:
                        wrong.append(f"{ask.__name__} {answer.status_code} {answer.text[:200]}")

    with running_service(tmp_path, token=TOKEN) as (pid, url):
        clients = [Thread(target=client_of, args=(url, *load)) for load in LOADS]
        for client in clients:
            client.start()
        taken = _watched(pid, url, Random(13))  # noqa: S311
        enough.set()
        for client in clients:
            client.join()
    record_property("tried", seen.total())
    record_property("failed", len(wrong))
    record_property(
        "note", f"resident MB {[m // 2**20 for m, _ in taken]}, files {[f for _, f in taken]}"
    )
    assert not wrong, wrong[:5]
    assert max(memory for memory, _ in taken) < MOST_MEMORY
    assert max(files for _, files in taken[1:]) < 2 * taken[0][1] + 50


def _watched(pid: int, url: str, chance: Random) -> list[tuple[int, int]]:
    """Return resident bytes and open files now and then, while heavy queries are left behind."""
    found = []
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            httpx2.post(f"{url}/sparql", data={"query": HEAVY}, timeout=1 + chance.random())
        except httpx2.TimeoutException:
            found.append(_taken(pid))
        time.sleep(SECONDS / 60)
    return found


def _taken(pid: int) -> tuple[int, int]:
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]) * 1024, len(list(Path(f"/proc/{pid}/fd").iterdir()))
