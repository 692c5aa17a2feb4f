"""Who wrote what: the log that only grows, and the provenance of updates in the graph."""

import json
import shutil
import sqlite3
import stat
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.access import Caller, Intent, LoggedWrite, Scope, Tokens, WriteLog
from service.common.settings import Settings
from service.ingest.graph_updates import update
from service.ingest.jobs import ENDED
from service.ingest.written import Write
from service.store.port import Update
from service.web.app import create_app
from tests.tokens import AUTHORIZED, TOKEN

STORE = "/rdf-graph-store"
TURTLE = {"Content-Type": "text/turtle"}
PROVENANCE = "https://w3id.org/evalgap/graph/provenance"
BAD = """<https://w3id.org/evalgap/id/gap/x/1/decomposition-a/residual>
    a <https://w3id.org/evalgap/ontology#Residual> ;
    <https://w3id.org/evalgap/ontology#sampleSize> 0 ."""
SAID = """
PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX schema: <https://schema.org/>
SELECT ?graph ?what ?who ?when WHERE { GRAPH <https://w3id.org/evalgap/graph/provenance> {
  ?graph prov:wasInfluencedBy|prov:wasGeneratedBy <https://w3id.org/evalgap/id/activity/%s> .
  <https://w3id.org/evalgap/id/activity/%s> a prov:Activity ; schema:name ?what ;
    prov:startedAtTime ?when ; prov:wasAssociatedWith/schema:name ?who } } ORDER BY ?graph"""
TWICE = """SELECT ?s ?p ?o (COUNT(?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }
GROUP BY ?s ?p ?o HAVING (COUNT(?g) > 1)"""


def settings(folder: Path, **more: Any) -> Settings:
    place = {"store": folder / "store", "seed": False, "validators": 0, "token": SecretStr(TOKEN)}
    return Settings(**{**place, **more})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[TestClient]:
    with TestClient(create_app(settings(tmp_path)), headers=AUTHORIZED) as client:
        yield client


def logged(folder: Path) -> list[LoggedWrite]:
    return list(WriteLog(folder / "store-writes.sqlite").entries())


def listed(folder: Path, **filters: Any) -> int:
    return len(list(WriteLog(folder / "store-writes.sqlite").entries(**filters)))


def rows(client: TestClient, query: str) -> list[dict[str, str]]:
    found = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    return [{name: cell["value"] for name, cell in row.items()} for row in found]


def lines(client: TestClient) -> set[str]:
    """Return what the graph of provenance holds."""
    found = rows(client, f"SELECT * WHERE {{ GRAPH <{PROVENANCE}> {{ ?s ?p ?o }} }}")
    return {" ".join(row[name] for name in "spo") for row in found}


def insert(number: int, graph: str = "urn:g") -> dict[str, str]:
    return {"update": f"INSERT DATA {{ GRAPH <{graph}> {{ <urn:s> <urn:p> {number} }} }}"}


def test_a_write_is_logged_with_who_what_when_and_what_came_of_it(
    service: TestClient, tmp_path: Path
) -> None:
    secret = Tokens(tmp_path / "store-tokens.sqlite").create("ci", Scope.WRITE, None)
    headers = {"Authorization": f"Bearer {secret}", "X-Request-ID": "mine-1"}
    assert service.post("/update", data=insert(1), headers=headers).status_code == 204
    service.put(f"{STORE}?graph=urn:g", content="<urn:s> <urn:p> 2, 3 .", headers=TURTLE)
    service.post(f"{STORE}?graph=urn:g", content="<urn:s> <urn:p> 4 .", headers=TURTLE)
    service.delete(f"{STORE}?graph=urn:g")
    service.delete(f"{STORE}?graph=urn:g")
    service.put(f"{STORE}?graph=urn:h", content=BAD, headers=TURTLE)
    service.post("/update", data={"update": "DELETE WHERE { <urn:none> ?p ?o }"})
    found = logged(tmp_path)
    assert [(e.operation, e.outcome) for e in found] == [
        ("SPARQL update", "stored"), ("PUT graph", "stored"), ("POST graph", "stored"),
        ("DELETE graph", "stored"), ("DELETE graph", "refused"), ("PUT graph", "refused"),
        ("SPARQL update", "unchanged"),
    ]  # fmt: skip
    sizes = [[(g.graph, g.triples_before, g.triples_after) for g in e.graphs] for e in found]
    assert sizes[:4] == [[("urn:g", *n)] for n in ((0, 1), (1, 2), (2, 3), (3, 0))]
    assert sizes[4:] == [[], [], []]
    assert (found[0].who, found[0].client, found[0].request) == ("ci", "testclient", "mine-1")
    assert {e.who for e in found[1:]} == {"EVALGAP_TOKEN"}
    assert all(e.ended and e.at <= e.ended for e in found)
    assert "sample size" in found[5].detail
    over_http = service.get("/api/v1/writes", params={"graph": "urn:g", "who": "ci"}).json()[
        "items"
    ]
    assert over_http == [json.loads(json.dumps(found[0].document()))]
    table = service.get("/api/v1/writes?since=1d&format=csv").text.splitlines()
    assert len(table) == 1 + 7
    assert service.get("/api/v1/writes?since=x").status_code == 400
    assert service.get("/api/v1/writes", headers=headers).status_code == 403
    kept = b"".join(f.read_bytes() for f in tmp_path.glob("store-writes.sqlite*"))
    assert secret.encode() not in kept
    assert TOKEN.encode() not in kept
    assert listed(tmp_path, graph="urn:g") == 4
    assert listed(tmp_path, graph="urn") == 0
    assert listed(tmp_path, who="ci") == 1
    assert listed(tmp_path, since=datetime.now(UTC) + timedelta(days=1)) == 0
    assert listed(tmp_path, since=datetime.now(UTC) - timedelta(days=1)) == 7
    assert stat.S_IMODE((tmp_path / "store-writes.sqlite").stat().st_mode) == 0o600


def test_updates_and_graph_writes_leave_provenance_that_only_grows(
    service: TestClient, tmp_path: Path
) -> None:
    states = [lines(service)]
    content = "<urn:s> <urn:p> 2 ."
    assert service.post("/update", data=insert(1)).is_success
    states.append(lines(service))
    for graph in ("graph=urn:g", "default"):
        assert service.put(f"{STORE}?{graph}", content=content, headers=TURTLE).is_success
        states.append(lines(service))
    assert service.delete(f"{STORE}?graph=urn:g").is_success
    states.append(lines(service))
    assert all(before < after for before, after in pairwise(states))
    assert rows(service, TWICE) == []
    for entry in logged(tmp_path):
        found = rows(service, SAID % (entry.id, entry.id))
        assert [row["graph"] for row in found] == [g.graph for g in entry.graphs if g.graph]
        for row in found:
            assert (row["what"], row["who"]) == (entry.operation, "EVALGAP_TOKEN")
            assert row["when"].startswith(entry.at[:19])
    assert not any("testclient" in line for line in states[-1])


def test_what_the_shapes_refuse_leaves_no_provenance(service: TestClient) -> None:
    before = lines(service)
    answer = service.put(f"{STORE}?graph=urn:h", content=BAD, headers=TURTLE)
    assert answer.status_code == 422
    assert lines(service) == before


def test_an_import_is_one_entry_that_names_each_version(
    service: TestClient, tmp_path: Path
) -> None:
    for title in ("B", "C"):
        card = {"benchmark_details": {"name": title}, "targeted_risks": {}}
        job = imported(service, json.dumps(card).encode(), replace=True)
        assert job["write"] == logged(tmp_path)[-1].id
    imported(service, b"rubbish")
    imported(service, b"rubbish", dry_run=True)
    first, second, third = logged(tmp_path)
    assert {e.operation for e in (first, second, third)} == {"import"}
    assert [e.outcome for e in (first, second, third)] == ["stored", "stored", "unchanged"]
    assert first.about == "card.json"
    (old,), (new,) = first.graphs, second.graphs
    assert old.graph.endswith("/1")
    assert new.digest != old.digest
    assert len(new.digest or "") == 64
    assert "1 passed over" in third.detail
    (said,) = rows(service, SAID % (second.id, second.id))
    assert said["graph"] == new.graph


def imported(service: TestClient, data: bytes, **params: Any) -> dict[str, Any]:
    address = "/api/v1/imports"
    answer = service.post(address, params={"name": "card.json", **params}, content=data)
    for _ in range(1200):
        job: dict[str, Any] = service.get(answer.headers["location"]).json()
        if job["state"] in ENDED:
            return job
        time.sleep(0.02)
    raise AssertionError(job)


@pytest.mark.parametrize("table", ["entry", "change", "outcome"])
def test_what_stands_in_the_log_stays(service: TestClient, tmp_path: Path, table: str) -> None:
    service.post("/update", data=insert(1))
    before = logged(tmp_path)
    with sqlite3.connect(tmp_path / "store-writes.sqlite") as db:
        column = [row[1] for row in db.execute(f"PRAGMA table_info({table})")][1]
        for change in (
            "UPDATE {} SET {} = 'x'",
            "DELETE FROM {}",
            "INSERT OR REPLACE INTO {0} SELECT * FROM {0}",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                db.execute(change.format(table, column))
    db.close()
    assert logged(tmp_path) == before


def test_after_a_crash_the_next_start_finds_out_what_was_stored(tmp_path: Path) -> None:
    with TestClient(create_app(settings(tmp_path)), headers=AUTHORIZED) as client:
        door = client.app.state.services.writer  # type: ignore[attr-defined]
        log, caller = WriteLog(tmp_path / "store-writes.sqlite"), Caller("ci", "::1", "r")
        stored = Write(log.begin(Intent(caller, "SPARQL update")), log)
        update(door, Update(insert(1)["update"]), stored)
        log.begin(Intent(caller, "SPARQL update"))
        log.begin(Intent(caller, "SPARQL update", traced=False))
        # what a crash leaves is a file whose last pages are still in its log
        crashed = tmp_path / "crashed"
        crashed.mkdir()
        for name in ("store-writes.sqlite", "store-writes.sqlite-wal"):
            shutil.copy(tmp_path / name, crashed)
        assert logged(crashed) == logged(tmp_path) != []
        log.close()
        assert [e.outcome for e in logged(tmp_path)] == ["unfinished"] * 3
        assert [g.graph for g in logged(tmp_path)[0].graphs] == ["urn:g"]
    with TestClient(create_app(settings(tmp_path))):
        assert [e.outcome for e in logged(tmp_path)] == ["stored", "not stored", "unknown"]


def test_nothing_is_written_where_it_cannot_be_logged(tmp_path: Path) -> None:
    file = tmp_path / "log"
    with TestClient(create_app(settings(tmp_path, write_log=file)), headers=AUTHORIZED) as client:
        file.write_bytes(b"this is no database, but some other file" * 100)
        before = lines(client)
        answers = [
            client.post("/update", data=insert(1)),
            client.put(f"{STORE}?graph=urn:g", content="<urn:s> <urn:p> 2 .", headers=TURTLE),
            client.post("/api/v1/imports", content=b"{}"),
        ]
        assert [a.status_code for a in answers] == [503] * 3
        assert all("log of writes" in a.json()["detail"] for a in answers)
        assert lines(client) == before
        assert client.get("/api/v1/imports").json()["total"] == 0
        assert client.get(f"{STORE}?graph=urn:g").status_code == 404


def test_a_plain_store_holds_only_what_it_was_given_and_is_logged(tmp_path: Path) -> None:
    with TestClient(create_app(settings(tmp_path, gate=False)), headers=AUTHORIZED) as client:
        before = lines(client)
        client.post("/update", data=insert(1))
        client.put(f"{STORE}?graph=urn:h", content="<urn:s> <urn:p> 2 .", headers=TURTLE)
        client.delete(f"{STORE}?graph=urn:h")
        assert lines(client) == before
    changes = [
        (g.graph, g.triples_before, g.triples_after) for e in logged(tmp_path) for g in e.graphs
    ]
    assert changes == [("urn:g", 0, 1), ("urn:h", 0, 1), ("urn:h", 1, 0)]
    assert "<urn:s> <urn:p> 1" in logged(tmp_path)[0].about
    assert {entry.outcome for entry in logged(tmp_path)} == {"stored"}
