"""The cases of the SPARQL 1.1 Service Description suite of w3c/rdf-tests, and that it is true."""

import pytest
from fastapi.testclient import TestClient
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.term import Node

from tests.conformance.conftest import HOST

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
SYNTAXES = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}

COLLECTIONS = {SD.GraphCollection, SD.Dataset}
GRAPHS = {SD.Graph, SD.NamedGraph}
PROPERTIES = {
    SD.endpoint: ({SD.Service}, None),
    SD.feature: ({SD.Service}, {SD.Feature}),
    SD.defaultEntailmentRegime: ({SD.Service}, {SD.EntailmentRegime}),
    SD.defaultSupportedEntailmentProfile: ({SD.Service}, {SD.EntailmentProfile}),
    SD.extensionFunction: ({SD.Service}, {SD.Function}),
    SD.extensionAggregate: ({SD.Service}, {SD.Aggregate}),
    SD.languageExtension: ({SD.Service}, {SD.Feature}),
    SD.supportedLanguage: ({SD.Service}, {SD.Language}),
    SD.propertyFeature: ({SD.Service}, {SD.Feature}),
    SD.defaultDataset: ({SD.Service}, {SD.Dataset}),
    SD.availableGraphs: ({SD.Service}, {SD.GraphCollection}),
    SD.resultFormat: ({SD.Service}, None),
    SD.inputFormat: ({SD.Service}, None),
    SD.defaultGraph: ({SD.Dataset}, GRAPHS),
    SD.namedGraph: (COLLECTIONS, {SD.NamedGraph}),
    SD.name: ({SD.NamedGraph}, None),
    SD.graph: ({SD.NamedGraph}, GRAPHS),
    SD.entailmentRegime: ({SD.NamedGraph}, {SD.EntailmentRegime}),
    SD.supportedEntailmentProfile: ({SD.NamedGraph}, {SD.EntailmentProfile}),
}
"""The properties of the vocabulary: what may have them, and what they lead to (None: anything)."""

INDIVIDUALS = {
    SD.SPARQL10Query: SD.Language,
    SD.SPARQL11Query: SD.Language,
    SD.SPARQL11Update: SD.Language,
    SD.DereferencesURIs: SD.Feature,
    SD.UnionDefaultGraph: SD.Feature,
    SD.RequiresDataset: SD.Feature,
    SD.EmptyGraphs: SD.Feature,
    SD.BasicFederatedQuery: SD.Feature,
}
CLASSES = {SD.Service, *INDIVIDUALS.values()}.union(
    *(domain for domain, _ in PROPERTIES.values()),
    *(reach for _, reach in PROPERTIES.values() if reach),
)

SELECT = "SELECT ?s { ?s ?p ?o }"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"
SERVED = {
    FORMATS.SPARQL_Results_JSON: ("application/sparql-results+json", SELECT),
    FORMATS.SPARQL_Results_XML: ("application/sparql-results+xml", SELECT),
    FORMATS.SPARQL_Results_CSV: ("text/csv", SELECT),
    FORMATS.SPARQL_Results_TSV: ("text/tab-separated-values", SELECT),
    FORMATS.Turtle: ("text/turtle", CONSTRUCT),
    FORMATS["N-Triples"]: ("application/n-triples", CONSTRUCT),
    FORMATS.RDF_XML: ("application/rdf+xml", CONSTRUCT),
    FORMATS["JSON-LD"]: ("application/ld+json", CONSTRUCT),
    FORMATS.TriG: ("application/trig", CONSTRUCT),
    FORMATS["N-Quads"]: ("application/n-quads", CONSTRUCT),
}
"""The result formats, by the names that W3C gives them."""


@pytest.mark.parametrize("media", SYNTAXES)
def test_returns_rdf(plain: TestClient, media: str) -> None:
    answer = plain.get("/sparql", headers={"Accept": media})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == media
    assert len(Graph().parse(data=answer.text, format=SYNTAXES[media])) > 0


def test_returns_rdf_to_who_takes_anything(plain: TestClient) -> None:
    assert len(described(plain)) > 0


@pytest.mark.parametrize("host", [HOST, "https://kg.example:8443"])
def test_has_endpoint_triple(plain: TestClient, host: str) -> None:
    found = described(plain, host)
    assert set(found.objects(service(found), SD.endpoint)) == {URIRef(f"{host}/sparql")}


def test_conforms_to_schema(plain: TestClient) -> None:
    found = described(plain)
    for s, p, o in found:
        if ours(p):
            domain, reach = PROPERTIES[URIRef(str(p))]
            assert fits(found, s, domain), (s, p)
            assert reach is None or fits(found, o, reach), (p, o)
        assert p != RDF.type or not ours(o) or o in CLASSES, o


def test_it_promises_only_formats_that_are_served(plain: TestClient) -> None:
    found = described(plain)
    promised = set(found.objects(service(found), SD.resultFormat))
    assert promised == set(SERVED)
    for media, query in SERVED.values():
        answer = plain.get("/sparql", params={"query": query}, headers={"Accept": media})
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == media


def test_it_tells_what_a_query_sees(plain: TestClient) -> None:
    """The default graph is the union of all; nothing is fetched, and nothing is federated."""
    found = described(plain)
    assert set(found.objects(service(found), SD.feature)) <= {SD.UnionDefaultGraph, SD.EmptyGraphs}
    assert (service(found), SD.feature, SD.UnionDefaultGraph) in found
    plain.post("/update", data={"update": "INSERT DATA { GRAPH <urn:g> { <urn:s> a <urn:c> } }"})
    asked = plain.get("/sparql", params={"query": "ASK { <urn:s> a <urn:c> }"})
    assert asked.json()["boolean"] is True


def test_it_names_the_languages_that_are_spoken(plain: TestClient) -> None:
    found = described(plain)
    spoken = set(found.objects(service(found), SD.supportedLanguage))
    assert {SD.SPARQL11Query, SD.SPARQL11Update} <= spoken <= set(INDIVIDUALS)


@pytest.mark.parametrize("params", ["query=", "update=CLEAR%20ALL"])
def test_a_broken_operation_is_not_answered_with_a_description(
    plain: TestClient, params: str
) -> None:
    assert plain.get(f"/sparql?{params}", headers={"Accept": "text/turtle"}).is_client_error


def described(client: TestClient, host: str = HOST) -> Graph:
    answer = client.get(f"{host}/sparql")
    assert answer.status_code == 200, answer.text
    media = answer.headers["content-type"].partition(";")[0]
    return Graph().parse(data=answer.text, format=SYNTAXES[media])


def service(found: Graph) -> Node:
    """Return the one service that is described."""
    (only,) = found.subjects(RDF.type, SD.Service)
    return only


def ours(node: Node) -> bool:
    """Tell whether a node is of the vocabulary of service descriptions."""
    return str(node).startswith(str(SD))


def fits(found: Graph, node: Node, allowed: set[URIRef]) -> bool:
    """Tell whether a node may be of one of the classes: it says so, or does not say another."""
    known = INDIVIDUALS.get(URIRef(str(node)))
    types = {known} if known else {t for t in found.objects(node, RDF.type) if ours(t)}
    return not types or bool(types & allowed)
