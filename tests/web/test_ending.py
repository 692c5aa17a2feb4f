"""A service that is told to end does so, with writes waiting and an import under way."""

import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from tests.ingest.test_imports import many
from tests.servers import evalgap_server, free_port
from tests.store.test_broken_disk import LIMIT, until_up
from tests.tokens import AUTHORIZED, TOKEN
from tests.web.sparql.test_waiting_writes import UPDATES, until

CARDS = 500
VALUES = {"query": "SELECT ?o { GRAPH <urn:g> { ?s ?p ?o } }"}


def test_waiting_writes_are_refused_and_what_was_stored_is_whole(tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    given = {"EVALGAP_STORE": str(tmp_path / "store"), "EVALGAP_SEED": "false"}
    command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
    env = os.environ | given | {"EVALGAP_TOKEN": TOKEN}
    with (
        subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as process,
        ThreadPoolExecutor(UPDATES) as pool,
    ):
        try:
            until_up(port)
            address = f"{url}/api/v1/imports?name=cards.tar.gz"
            job = (
                url
                + httpx2.post(address, content=many(CARDS), headers=AUTHORIZED, timeout=60).headers[
                    "location"
                ]
            )
            sent = [pool.submit(update, url, number) for number in range(UPDATES)]
            until(lambda: httpx2.get(job, headers=AUTHORIZED, timeout=60).json()["seen"] > 0)
            process.send_signal(signal.SIGTERM)
            statuses = Counter(done.result() for done in sent)
            process.wait(LIMIT)
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()
    assert set(statuses) <= {204, 503, None}
    with evalgap_server(tmp_path, seed="false", token=TOKEN) as again:
        found = httpx2.get(f"{again}/sparql", params=VALUES, timeout=LIMIT).json()
        assert statuses[204] <= len(found["results"]["bindings"]) <= UPDATES - statuses[503]
        later = job.replace(url, again)
        until(lambda: httpx2.get(later, headers=AUTHORIZED, timeout=60).json()["state"] == "done")
        states = httpx2.get(later, headers=AUTHORIZED, timeout=60).json()["states"]
        assert sum(states.values()) == CARDS
        assert set(states) <= {"new", "unchanged"}


def update(url: str, number: int) -> int | None:
    """Send an update; return its status, None where the connection broke."""
    text = f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:s> <urn:p> {number} }} }}"
    try:
        answer = httpx2.post(
            f"{url}/update", data={"update": text}, headers=AUTHORIZED, timeout=LIMIT
        )
    except httpx2.TransportError:
        return None
    return answer.status_code
