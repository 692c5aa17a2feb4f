"""What the service says of itself."""

import gzip

from fastapi.testclient import TestClient
from rdflib import RDF, Graph, Namespace, URIRef

VOID = Namespace("http://rdfs.org/ns/void#")
SH = Namespace("http://www.w3.org/ns/shacl#")
GAP = URIRef("https://w3id.org/evalgap/ontology#PerformanceGap")


def test_void_counts_what_is_there(client: TestClient) -> None:
    for path in ("/void", "/.well-known/void", "/void.ttl"):
        found = Graph().parse(data=client.get(path).text, format="turtle")
        part = found.value(None, VOID["class"], GAP)
        assert str(found.value(part, VOID.entities)) == "2"
        assert found.value(None, RDF.type, VOID.Dataset)


def test_the_questions_are_shacl_executables(client: TestClient) -> None:
    found = Graph().parse(data=client.get("/examples").text, format="turtle")
    texts = list(found.objects(None, SH.select))
    assert len(texts) == len(client.get("/queries").json()["items"])


def test_the_dump_holds_every_quad(client: TestClient) -> None:
    lines = gzip.decompress(client.get("/dump.nq.gz").content).decode().split("\n")
    query = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    count = client.get("/sparql", params={"query": query, "format": "csv"}).text.split()[1]
    assert len([line for line in lines if line]) == int(count)
