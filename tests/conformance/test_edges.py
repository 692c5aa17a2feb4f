"""What the suites of W3C leave out: names that are no names, and graphs that are not there."""

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from rdflib import Graph
from rdflib.compare import isomorphic

from tests.conformance.conftest import HOST

STORE = "/rdf-graph-store"
TRIPLE = "<urn:s> <urn:p> 1 ."
INSERT = "INSERT { <urn:s> <urn:p> 1 } WHERE {}"
NO_IRIS = ["", "relative", "not an iri", "http://[bad", "urn:x> {} ; LOAD <http://127.0.0.1:9/"]


@pytest.mark.parametrize("iri", NO_IRIS)
@pytest.mark.parametrize("name", ["default-graph-uri", "named-graph-uri"])
def test_a_query_over_what_is_no_iri_is_400(plain: TestClient, name: str, iri: str) -> None:
    answer = plain.get("/sparql", params={"query": "ASK {}", name: iri})
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("iri", NO_IRIS)
@pytest.mark.parametrize("name", ["using-graph-uri", "using-named-graph-uri"])
def test_an_update_over_what_is_no_iri_is_400(plain: TestClient, name: str, iri: str) -> None:
    answer = plain.post("/update", data={"update": INSERT, name: iri})
    assert answer.status_code == 400, answer.text
    assert not holds(plain, "?s ?p ?o")


def test_what_is_fetched_cannot_be_smuggled_in(plain: TestClient) -> None:
    """Without its check, this would complete the update to three: the middle one is a LOAD."""
    smuggled = "urn:a> WHERE {} ; LOAD SILENT <http://127.0.0.1:9/> ; INSERT {} USING <urn:b"
    answer = plain.post("/update", data={"update": INSERT, "using-graph-uri": smuggled})
    assert answer.status_code == 400


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
@pytest.mark.parametrize("iri", NO_IRIS)
def test_a_graph_whose_name_is_no_iri_is_400(plain: TestClient, method: str, iri: str) -> None:
    answer = plain.request(
        method, STORE,
        params={"graph": iri}, content=TRIPLE, headers={"Content-Type": "text/turtle"},
    )  # fmt: skip
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("name", ["a%20b", "na%C3%AFve", "a%2Fb", "100%25", "a%3Fb"])
def test_a_graph_is_named_by_its_address_as_it_was_sent(plain: TestClient, name: str) -> None:
    address = f"{HOST}{STORE}/{name}"
    put = plain.put(address, content=TRIPLE, headers={"Content-Type": "text/turtle"})
    assert (put.status_code, put.headers["location"]) == (201, address)
    assert holds(plain, f"GRAPH <{address}> {{ ?s ?p ?o }}")
    assert plain.get(address).status_code == 200
    assert plain.get(f"{STORE}?graph={quote(address, safe='')}").status_code == 200
    assert plain.delete(address).status_code == 204


def test_every_part_of_a_form_counts_whatever_its_name(plain: TestClient) -> None:
    triples = ["<urn:s> <urn:p> 1 .", "<urn:s> <urn:p> 2 ."]
    parts = [("file", ("a.ttl", triple, "text/turtle")) for triple in triples]
    assert plain.post(f"{STORE}?graph=urn:g", files=parts).status_code == 201
    found = Graph().parse(data=plain.get(f"{STORE}?graph=urn:g").text, format="turtle")
    assert isomorphic(found, Graph().parse(data="".join(triples), format="turtle"))


@pytest.mark.parametrize("operation", ["CLEAR", "CLEAR SILENT", "DROP", "DROP SILENT"])
def test_a_graph_that_is_not_there_can_be_cleared(plain: TestClient, operation: str) -> None:
    """A graph without triples is none here, and SPARQL lets such a store clear what it likes."""
    update = f"{operation} GRAPH <urn:none> ; INSERT DATA {{ {TRIPLE} }}"
    assert plain.post("/update", data={"update": update}).status_code == 204
    assert holds(plain, "<urn:s> <urn:p> 1")


def test_what_the_store_does_not_allow_is_no_fault_of_the_server(plain: TestClient) -> None:
    update = "CREATE GRAPH <urn:g> ; CREATE GRAPH <urn:g>"
    answer = plain.post("/update", data={"update": update})
    assert answer.status_code in {204, 409}, answer.text


def holds(client: TestClient, pattern: str) -> bool:
    answer = client.get("/sparql", params={"query": f"ASK {{ {pattern} }}"})
    return bool(answer.json()["boolean"])
