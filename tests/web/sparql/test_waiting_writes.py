"""Writes wait for each other, in order of arrival, and nothing else waits for them."""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from loaders.contract import Document, Raw, Rejected
from loaders.registry import read
from service.common.fair_lock import QUEUE
from service.common.settings import Settings
from service.ingest.pipeline import ingest
from service.ingest.report import Outcome
from service.web.app import create_app
from service.web.dependencies import Services
from tests.ingest.test_imports import many
from tests.tokens import AUTHORIZED, TOKEN

UPDATES = 45
PAGES = ("/health", "/benchmarks", "/", "/sparql?query=ASK{}", "/api/v1/gaps?limit=1")
CURRENT = """PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX dcat: <http://www.w3.org/ns/dcat#>
SELECT ?version ?newer {
  ?card dcterms:title ?title ; dcat:version ?version FILTER (STR(?title) = "B7")
  OPTIONAL { ?card dcterms:isReplacedBy ?newer } }"""


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path / "store", seed=False, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as found:
        yield found
    gc.collect()


def services_of(client: TestClient) -> Services:
    found = client.app.state.services  # type: ignore[attr-defined]
    assert isinstance(found, Services)
    return found


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


def insert(client: TestClient, number: int) -> httpx2.Response:
    text = f"INSERT DATA {{ GRAPH <urn:g> {{ <urn:s> <urn:p> {number} }} }}"
    return client.post("/update", data={"update": text})


def test_pages_are_answered_before_any_of_the_writes_that_wait(client: TestClient) -> None:
    turns = services_of(client).writing
    with ThreadPoolExecutor(UPDATES) as pool:
        with turns.long():
            started = client.post("/api/v1/imports?name=cards.tar.gz", content=many(3))
            updates = [pool.submit(insert, client, number) for number in range(UPDATES)]
            until(lambda: turns.waiting == UPDATES + 1)
            for page in PAGES:
                assert client.get(page).status_code == 200, page
            assert not any(update.done() for update in updates)
        assert {update.result().status_code for update in updates} == {204}
    until(lambda: client.get(started.headers["location"]).json()["state"] == "done")
    values = client.get("/sparql", params={"query": "SELECT ?o { GRAPH <urn:g> { ?s ?p ?o } }"})
    assert len(values.json()["results"]["bindings"]) == UPDATES


def test_more_than_may_wait_are_told_when_to_come_again(client: TestClient) -> None:
    turns = services_of(client).writing
    with ThreadPoolExecutor(QUEUE) as pool, turns.long():
        waiting = [pool.submit(insert, client, number) for number in range(QUEUE)]
        until(lambda: turns.waiting == QUEUE)
        refused = insert(client, 3)
        assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (503, True)
        turns.close()  # as when the service ends: who waits is not kept waiting
        assert {done.result().status_code for done in waiting} == {503}


def card(number: int, words: str) -> Document | Rejected:
    tree = f'{{"benchmark_details": {{"name": "B{number}", "overview": "{words}"}}}}'
    return read(Raw(f"b{number}.json", tree.encode()))


OTHERS = 7
"""The number of the card that another import stores meanwhile."""


def test_an_import_lets_others_read_and_write_and_sees_what_they_wrote(client: TestClient) -> None:
    services = services_of(client)
    others: list[Future[object]] = []
    pages: list[int] = []

    def other() -> list[Outcome]:
        with services.writing:
            return list(ingest([card(OTHERS, "by another")], services.engine, services.gate))

    def documents() -> Iterator[Document | Rejected]:
        yield from (card(number, "first") for number in range(150) if number != OTHERS)
        pages.extend(client.get(page).status_code for page in PAGES)
        others.extend((pool.submit(other), pool.submit(insert, client, 1)))
        until(lambda: services.writing.waiting == 2)
        yield from (card(number, "first") for number in range(150, 250))
        # a batch is over: who waited has had a turn, and the import goes on from what is there now
        until(lambda: all(done.done() for done in others))
        yield card(OTHERS, "second")

    with ThreadPoolExecutor(2) as pool, services.writing.long():
        outcomes = list(ingest(documents(), services.engine, services.gate, turn=services.writing))
    assert pages == [200] * len(PAGES)
    assert Counter(o.state for o in outcomes) == {"new": 249, "revised": 1}
    found = client.get("/sparql", params={"query": CURRENT}).json()["results"]["bindings"]
    assert {row["version"]["value"]: "newer" in row for row in found} == {
        "1": True, "2": False,
    }  # fmt: skip
