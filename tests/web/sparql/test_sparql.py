"""The SPARQL endpoint."""

import pytest
from fastapi.testclient import TestClient
from rdflib import Graph

BENCHMARKS = "SELECT ?b WHERE { ?b a <https://w3id.org/evalgap/ontology#Benchmark> }"
TRIPLES = "CONSTRUCT WHERE { ?b a <https://w3id.org/evalgap/ontology#Benchmark> }"
BINDINGS = {
    "application/sparql-results+json": '{"head"',
    "application/json": '{"head"',
    "application/sparql-results+xml": "<?xml",
    "text/csv": "b\r\n",
    "text/tab-separated-values": "?b\n",
}
GRAPHS = {"text/turtle": "turtle", "application/ld+json": "json-ld", "application/n-triples": "nt"}


@pytest.mark.parametrize("media", BINDINGS)
def test_bindings_in_every_form(client: TestClient, media: str) -> None:
    answer = client.get("/sparql", params={"query": BENCHMARKS}, headers={"Accept": media})
    assert answer.headers["content-type"].startswith(media)
    assert answer.text.startswith(BINDINGS[media])


@pytest.mark.parametrize("media", GRAPHS)
def test_graphs_in_every_form(client: TestClient, media: str) -> None:
    answer = client.get("/sparql", params={"query": TRIPLES}, headers={"Accept": media})
    assert answer.headers["content-type"].startswith(media)
    assert len(Graph().parse(data=answer.text, format=GRAPHS[media])) >= 12


def test_get_form_and_direct_post_agree(client: TestClient) -> None:
    got = client.get("/sparql", params={"query": BENCHMARKS}).json()
    form = client.post("/sparql", data={"query": BENCHMARKS}).json()
    direct = client.post(
        "/sparql", content=BENCHMARKS, headers={"Content-Type": "application/sparql-query"}
    ).json()
    assert got == form == direct


def test_a_form_is_decoded_once(client: TestClient) -> None:
    answer = client.post("/sparql", data={"query": 'SELECT ("50%25 +a" AS ?x) {}'}).json()
    assert answer["results"]["bindings"][0]["x"]["value"] == "50%25 +a"


def test_ask(client: TestClient) -> None:
    assert client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"}).json()["boolean"] is True


def test_the_dataset_of_the_protocol_is_honoured(client: TestClient) -> None:
    graph = "https://w3id.org/evalgap/graph/gap/bean2026-gpt4o-reported/1"
    count = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/evalgap/ontology#PerformanceGap> }"
    answer = client.get("/sparql", params={"query": count, "default-graph-uri": graph}).json()
    assert answer["results"]["bindings"][0]["n"]["value"] == "1"


def test_no_triple_of_a_shared_thing_is_counted_twice(client: TestClient) -> None:
    text = (
        "SELECT ?s ?p ?o (COUNT(?g) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } "
        "GROUP BY ?s ?p ?o HAVING (COUNT(?g) > 1)"
    )
    rows = client.get("/sparql", params={"query": text}).json()["results"]["bindings"]
    assert rows == []


@pytest.mark.parametrize(
    ("query", "fragment"),
    [
        ("SELECT * { ?s ?p", "line 1, column 17"),
        ("SELECT * {\n  ?s ?p ?o .\n  FILTER (", "line 3"),
        (
            "ASK {\n  ?s a egap:Benchmark }",
            "The prefix egap: is not declared. Begin with PREFIX egap: ",
        ),
        ("ASK { ?s a own:Thing }", "PREFIX own: <its namespace>."),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { service silent <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
        ("PREFIX a: <urn:a>\n# SELECT\nINSERT DATA { <urn:a> <urn:b> <urn:c> }", "update"),
        ("LOAD <http://127.0.0.1:9/>", "update"),
        ("DROP ALL", "update"),
    ],
)
def test_what_is_not_run_is_a_clear_400(client: TestClient, query: str, fragment: str) -> None:
    before = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) {?s ?p ?o}"}).text
    for answer in (
        client.get("/sparql", params={"query": query}),
        client.post("/sparql", data={"query": query}),
    ):
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert fragment in answer.json()["detail"]
    after = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) {?s ?p ?o}"}).text
    assert before == after


def test_service_in_names_and_strings_is_no_service(client: TestClient) -> None:
    text = (
        'PREFIX x: <urn:SERVICE> SELECT ?service { ?service x:SERVICE "SERVICE" # SERVICE\n'
        "OPTIONAL { ?service <urn:SERVICE> 'INSERT', '''\nLOAD 'x' ''' } }"
    )
    assert client.get("/sparql", params={"query": text}).status_code == 200


def test_from_fetches_nothing(client: TestClient) -> None:
    text = "SELECT * FROM <file:///etc/passwd> FROM <http://127.0.0.1:9/x> { ?s ?p ?o }"
    answer = client.get("/sparql", params={"query": text})
    assert answer.json()["results"]["bindings"] == []


def test_other_bodies_are_415(client: TestClient) -> None:
    answer = client.post("/sparql", content="x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415


def test_an_empty_query_and_two_queries_are_400(client: TestClient) -> None:
    assert client.get("/sparql?query=").status_code == 400
    assert client.get("/sparql", params={"query": ["ASK {}", "ASK {}"]}).status_code == 400


def test_a_form_that_does_not_fit_the_kind_is_406(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": BENCHMARKS}, headers={"Accept": "text/turtle"})
    assert answer.status_code == 406


def test_a_very_long_query_is_413(client: TestClient) -> None:
    text = "SELECT * { ?s ?p ?o } #" + "x" * 100_001
    assert client.post("/sparql", data={"query": text}).status_code == 413
