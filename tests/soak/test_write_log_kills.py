"""Killed at any moment of a write, the service has each stored write in its log, and no other."""

import os
import random
import signal
from contextlib import suppress
from pathlib import Path
from threading import Thread, Timer

import httpx2

from service.access import WriteLog
from tests.servers import evalgap_server, running_service
from tests.tokens import AUTHORIZED, TOKEN

KILLS = int(os.environ.get("EVALGAP_SOAK_KILLS", "20"))
CLIENTS = 3
MOST = 200
"""Updates that one client sends at most between two kills."""
STORED = "SELECT ?n WHERE { GRAPH ?g { ?s <urn:number> ?n } }"


def test_the_log_says_what_is_stored(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    chance = random.Random(13)  # noqa: S311 - where to kill, no secret
    for kill in range(KILLS):
        with (
            suppress(ProcessLookupError),
            running_service(tmp_path, token=TOKEN, seed="false") as (pid, url),
        ):
            timer = Timer(chance.uniform(0.5, 8), os.kill, (pid, signal.SIGKILL))
            clients = [Thread(target=send, args=(url, f"{kill}-{n}", acknowledged))
                       for n in range(CLIENTS)]  # fmt: skip
            for thread in (timer, *clients):
                thread.start()
            for thread in (timer, *clients):
                thread.join()
    with evalgap_server(tmp_path, token=TOKEN, seed="false") as url:
        answer = httpx2.get(f"{url}/sparql", params={"query": STORED, "format": "csv"}, timeout=60)
        stored = set(answer.text.split()[1:])
    logged = list(WriteLog(tmp_path / "store-writes.sqlite").entries())
    outcomes = {entry.request: entry.outcome for entry in logged}
    found = sum("start" in entry.detail for entry in logged)
    print(f"{len(acknowledged)} acknowledged, {len(stored)} stored, {len(logged)} logged")
    print(f"{KILLS} kills; the outcome of {found} writes was found at a start")
    assert len(outcomes) == len(logged)
    assert acknowledged <= stored
    assert {name for name, outcome in outcomes.items() if outcome == "stored"} == stored
    assert set(outcomes.values()) <= {"stored", "not stored"}


def send(url: str, name: str, acknowledged: set[str]) -> None:
    """Send numbered updates until the service is gone."""
    with suppress(httpx2.TransportError), httpx2.Client(base_url=url, timeout=30) as client:
        for number in range(MOST):
            request = f"{name}-{number}"
            quad = f"GRAPH <urn:{number % 5}> {{ <urn:{name}> <urn:number> '{request}' }}"
            text = f"INSERT DATA {{ {quad} }}"
            headers = {**AUTHORIZED, "X-Request-ID": request}
            answer = client.post("/update", data={"update": text}, headers=headers)
            if answer.status_code == 204:
                acknowledged.add(request)
