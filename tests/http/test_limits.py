"""Hostile queries: stopped, told so with the right status, and nobody else is in their way."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.app import create_app
from service.config import Settings

ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LARGE = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }"


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client of a service on disk, where queries run in readers that can be killed."""
    folder: Path = tmp_path_factory.mktemp("limits")
    settings = Settings(
        store=folder / "store", validators=0, max_query_seconds=2, max_result_bytes=200_000
    )
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def on_disk_without_limit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client of a service on disk that holds 12,000 triples and gives as many rows."""
    folder: Path = tmp_path_factory.mktemp("rows")
    settings = Settings(
        store=folder / "store", validators=0, seed=False, max_rows=12_000, max_result_bytes=2**33
    )
    app = create_app(settings)
    engine = app.state.services.engine
    engine.commit("", drop=["https://w3id.org/evalgap/graph/ontology"])
    engine.commit("", drop=["https://w3id.org/evalgap/graph/shapes"])
    engine.commit("", drop=["https://w3id.org/evalgap/graph/state"])
    engine.commit("".join(f'<urn:s:{n}> <urn:p> "{"x" * 100}{n}" .\n' for n in range(12_000)))
    with TestClient(app) as client:
        yield client


def ask(client: TestClient, query: str, **params: str) -> dict[str, object]:
    answer = client.get("/sparql", params={"query": query, **params})
    form = answer.headers["content-type"]
    return {**answer.json(), "status": answer.status_code, "form": form}


def test_a_query_past_its_time_is_a_504_with_limit_and_elapsed(on_disk: TestClient) -> None:
    found = ask(on_disk, ENDLESS, timeout="0.5")
    assert found["status"] == 504
    assert found["form"] == "application/problem+json"
    assert found["limit_s"] == 0.5
    assert float(str(found["elapsed_s"])) >= 0.5


def test_timeout_may_lower_the_limit_and_never_raise_it(on_disk: TestClient) -> None:
    assert ask(on_disk, ENDLESS, timeout="3600")["limit_s"] == 2


@pytest.mark.parametrize("value", ["0", "-1", "soon", "nan"])
def test_a_timeout_that_is_no_time_is_refused(on_disk: TestClient, value: str) -> None:
    assert ask(on_disk, "ASK {}", timeout=value)["parameter"] == "timeout"


def test_a_result_past_its_size_is_a_413_and_not_a_broken_200(on_disk: TestClient) -> None:
    for form in ("json", "csv", "tsv", "xml"):
        found = ask(on_disk, LARGE, format=form)
        assert (found["status"], found["limit_bytes"]) == (413, 200_000)


def test_the_slot_is_free_after_a_query_was_stopped(on_disk: TestClient) -> None:
    for _ in range(6):
        ask(on_disk, ENDLESS, timeout="0.2")
    assert ask(on_disk, "ASK { ?s ?p ?o }")["boolean"] is True


def test_others_are_served_while_hostile_queries_run(on_disk: TestClient) -> None:
    done: list[str] = []
    with ThreadPoolExecutor(5) as pool:
        hostile = [pool.submit(ask, on_disk, ENDLESS) for _ in range(4)]
        for future in hostile:
            future.add_done_callback(lambda _: done.append("hostile"))
        for path in ("/health", "/api/v1/gaps", "/queries/coverage", "/"):
            assert on_disk.get(path).status_code == 200
        assert done == []
        assert [f.result()["status"] for f in hostile] == [504] * 4


def test_one_query_too_many_is_told_to_come_again(on_disk: TestClient) -> None:
    with ThreadPoolExecutor(5) as pool:
        hostile = [pool.submit(ask, on_disk, ENDLESS) for _ in range(4)]
        while not all(f.running() or f.done() for f in hostile):
            pass
        answer = on_disk.get("/sparql", params={"query": "ASK {}", "timeout": "0.3"})
        assert answer.status_code in {200, 503}
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
        [f.result() for f in hostile]


def test_a_large_answer_is_whole(on_disk_without_limit: TestClient) -> None:
    query = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY ?s ?p ?o"
    text = on_disk_without_limit.get("/sparql", params={"query": query, "format": "tsv"}).text
    assert len(text) > 2**20
    assert len(text.splitlines()) == 12_001


def test_rows_are_limited(on_disk_without_limit: TestClient) -> None:
    for form in ("json", "csv", "tsv", "xml"):
        found = ask(on_disk_without_limit, LARGE, format=form)
        assert (found["status"], found["limit_rows"]) == (413, 12_000)
    found = ask(on_disk_without_limit, LARGE.replace("SELECT *", "CONSTRUCT { ?a ?b ?f }"))
    assert (found["status"], found["limit_rows"]) == (413, 12_000)


def test_readers_see_a_write_at_once(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "store", validators=0, seed=False, token="t")  # noqa: S106
    with TestClient(create_app(settings), headers={"Authorization": "Bearer t"}) as client:
        for number in range(5):
            client.post("/update", data={"update": f"INSERT DATA {{ <urn:s> <urn:n> {number} }}"})
            rows = client.get("/sparql", params={"query": "SELECT ?n { <urn:s> <urn:n> ?n }"})
            assert len(rows.json()["results"]["bindings"]) == number + 1


def test_nothing_is_left_beside_the_store(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path / "store", validators=0, seed=False)
    with TestClient(create_app(settings)) as client:
        client.get("/sparql", params={"query": "ASK {}"})
    assert [p.name for p in tmp_path.iterdir()] == ["store"]
