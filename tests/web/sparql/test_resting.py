"""Triples take nothing away that others rest on, and bring no version beside another."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from tests.web.sparql.test_writes import service

G = "https://w3id.org/evalgap/graph"
ID = "https://w3id.org/evalgap/id"
GAP = "gap/agarwal2023-radiology"
NTRIPLES = {"Content-Type": "application/n-triples"}
STORE = "/rdf-graph-store"
TOMBSTONE = "<https://www.w3.org/ns/activitystreams#Tombstone>"
DCTERMS = "http://purl.org/dc/terms/"
SKOS = "http://www.w3.org/2004/02/skos/core#"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a client with the token, of a service with the shipped data."""
    with service(tmp_path_factory.mktemp("resting") / "store") as client:
        yield client


def triples(client: TestClient, graph: str) -> str:
    answer = client.get(STORE, params={"graph": graph}, headers={"Accept": "application/n-triples"})
    assert answer.is_success
    return answer.text


def put(client: TestClient, graph: str, text: str) -> Response:
    return client.put(STORE, params={"graph": graph}, content=text, headers=NTRIPLES)


def inserted(client: TestClient, graph: str, text: str) -> Response:
    update = f"INSERT DATA {{ GRAPH <{graph}> {{ {text} }} }}"
    return client.post("/update", data={"update": update})


def gap_with(client: TestClient, old: str, new: str, version: int = 1) -> Response:
    text = triples(client, f"{G}/{GAP}/1")
    assert old in text
    return put(client, f"{G}/{GAP}/{version}", text.replace(old, new))


@pytest.mark.parametrize(
    ("graph", "text"),
    [
        (f"{G}/{GAP}/1", f"<{ID}/{GAP}/1> a {TOMBSTONE} ."),
        (f"{G}/{GAP}/1", f"<{ID}/{GAP}/1> <{DCTERMS}isReplacedBy> <{ID}/{GAP}/9> ."),
        ("urn:mine", f"<{ID}/{GAP}/1> <{DCTERMS}isReplacedBy> <{ID}/{GAP}/9> ."),
        (f"{G}/things", f"<{ID}/system/o3-mini> a <https://w3id.org/evalgap/ontology#Benchmark> ."),
        (
            "urn:mine",
            f"<https://w3id.org/evalgap/code/domain/zzz> <{SKOS}prefLabel> 'zzz' .",
        ),
    ],
)
def test_triples_do_not_say_what_would_hide_a_record(
    seeded: TestClient, graph: str, text: str
) -> None:
    answer = inserted(seeded, graph, text)
    assert answer.status_code == 422, answer.text


def test_a_thing_keeps_its_type(seeded: TestClient) -> None:
    things = triples(seeded, f"{G}/things").splitlines(keepends=True)
    kept = [line for line in things if not ("/system/o3-mini>" in line and "#type>" in line)]
    assert len(kept) < len(things)
    answer = put(seeded, f"{G}/things", "".join(kept))
    assert (answer.status_code, "has no type" in answer.text) == (422, True)


def test_a_version_is_not_put_beside_another(seeded: TestClient) -> None:
    old, new = f"{ID}/{GAP}/1", f"{ID}/{GAP}/2"
    text = triples(seeded, f"{G}/{GAP}/1").replace(old, new).replace('version> "1"', 'version> "2"')
    answer = put(seeded, f"{G}/{GAP}/2", text.replace(f"{G}/{GAP}/1", f"{G}/{GAP}/2"))
    assert (answer.status_code, f"{GAP}/1" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize("graph", ["card/tau-bench/evalgap/1", "ontology", "shapes"])
@pytest.mark.parametrize("door", ["DELETE", "update"])
def test_what_others_rest_on_is_not_removed(seeded: TestClient, graph: str, door: str) -> None:
    if door == "DELETE":
        answer = seeded.delete(STORE, params={"graph": f"{G}/{graph}"})
    else:
        answer = seeded.post("/update", data={"update": f"DROP GRAPH <{G}/{graph}>"})
    assert answer.status_code in {409, 422}, answer.text  # or what names it is judged with it


def test_the_current_version_of_several_is_not_removed(seeded: TestClient) -> None:
    ident = "gap/bedi2025-nota-o3mini"
    decision = {
        "by": {"id": "jane-doe", "name": "Jane Doe"},
        "reason": "The source was taken back.",
    }
    withdrawn = seeded.post(f"/api/v1/records/{ident}/withdrawal", json=decision)
    assert withdrawn.is_success, withdrawn.text
    answer = seeded.delete(STORE, params={"graph": f"{G}/{ident}/2"})
    assert (answer.status_code, f"{ident}/1" in answer.json()["detail"]) == (409, True)


def test_a_gap_that_nobody_names_is_removed(seeded: TestClient) -> None:
    name = {"graph": f"{G}/gap/obermeyer2019-cost-proxy/1"}
    assert seeded.delete(STORE, params=name).status_code == 204
    assert seeded.get("/gaps").status_code == 200
