"""Documents as HTTP has them: what a client has is not sent again, and values keep their text."""

from collections.abc import Iterator
from urllib.parse import unquote

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from loaders.mapping.iris import BASE
from service.common.settings import Settings
from service.web.app import create_app
from tests.tokens import AUTHORIZED, TOKEN

DOCUMENTS = (
    "/doc/id/benchmark/medqa", "/graph/card/medqa/evalgap/1", "/api/v1/cards/medqa/evalgap",
    "/api/v1/benchmarks/medqa", "/api/v1/gaps", "/ontology", "/shapes", "/void", "/catalog",
    "/queries/records-by-kind",
)  # fmt: skip
FORMS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
XSD = "http://www.w3.org/2001/XMLSchema#"
ODD = {
    '"0"': "decimal", '"0.0"': "decimal", '"1."': "decimal", '".50"': "decimal", '"01"': "integer",
    '"+1"': "integer", '"1"': "boolean", '"true"': "boolean", '"1"^': "double", '"1e0"': "double",
    '"INF"': "double", '"-0"': "float", '"2020-01-01T00:00:00.000Z"': "dateTime", '"x"': "integer",
}  # fmt: skip
"""Values whose text a library would like to change, with their datatypes."""


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[TestClient]:
    """Return a client of a service without a gate, over the shipped data."""
    settings = Settings(store=None, validators=0, gate=False, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED, follow_redirects=False) as client:
        yield client


@pytest.mark.one_engine
@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_sent_once(client: TestClient, path: str) -> None:
    answer = client.get(path)
    tag = answer.headers["etag"]
    assert answer.status_code == 200
    for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["vary"].startswith("Accept")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.head(path).headers["etag"] == tag


def test_each_form_of_a_document_has_a_tag_of_its_own(client: TestClient) -> None:
    tags = [
        client.get("/doc/id/benchmark/medqa", headers={"Accept": media}).headers["etag"]
        for media in (*FORMS, "text/html")
    ]
    assert len(set(tags)) == len(tags)
    wrong = client.get(
        "/doc/id/benchmark/medqa", headers={"If-None-Match": tags[0], "Accept": "text/html"}
    )
    assert wrong.status_code == 200


def test_a_document_that_changed_has_another_tag(open_to_all: TestClient) -> None:
    path = "/doc/id/benchmark/medqa"
    before = open_to_all.get(path).headers["etag"]
    said = f'INSERT DATA {{ GRAPH <urn:more> {{ <{BASE}id/benchmark/medqa> <urn:p> "x" }} }}'
    assert open_to_all.post("/update", data={"update": said}).status_code == 204
    assert open_to_all.get(path, headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize("accept", ["image/png", "text/css;q=1, image/*", "application/pdf"])
@pytest.mark.parametrize("path", ["/id/benchmark/medqa", "/dimension/interaction-type"])
def test_what_cannot_be_had_is_said_before_the_client_is_sent_on(
    client: TestClient, path: str, accept: str
) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.json()["available"]
    sent_on = client.get(path, headers={"Accept": "text/turtle"})
    assert (sent_on.status_code, sent_on.headers["vary"]) == (303, "Accept, Origin")


@pytest.mark.parametrize("media", FORMS)
@pytest.mark.parametrize(
    "path", ["/graph/odd", f"/rdf-graph-store?graph={BASE}graph/odd", "/sparql"]
)
def test_the_text_of_a_value_stays(open_to_all: TestClient, path: str, media: str) -> None:
    values = [f"{text.rstrip('^')}^^<{XSD}{kind}>" for text, kind in ODD.items()]
    values += ['"a\\r\\nb\\tc"', '"x"@en', '"a\\"b\\\\c"']
    body = "".join(f"<urn:s> <urn:p> {value} .\n" for value in values)
    stored = open_to_all.put(
        "/rdf-graph-store", params={"graph": f"{BASE}graph/odd"}, content=body,
        headers={"Content-Type": "application/n-triples"},
    )  # fmt: skip
    assert stored.status_code in {201, 204}
    pattern = f"{{ GRAPH <{BASE}graph/odd> {{ ?s ?p ?o }} }}"
    rows = open_to_all.get("/sparql", params={"query": f"SELECT ?o {pattern}", "format": "xml"})
    held = ox.parse_query_results(rows.content, format=ox.QueryResultsFormat.XML)
    assert isinstance(held, ox.QuerySolutions)
    # the engine keeps numbers by their value: `01` is `1` there, and then everywhere
    expected = {str(row["o"]) for row in held}
    assert {f'"0"^^<{XSD}decimal>', f'"1"^^<{XSD}integer>', f'"-0"^^<{XSD}float>'} < expected
    params = {"query": f"CONSTRUCT {{ ?s ?p ?o }} {pattern}"}
    answer = open_to_all.get(
        path, params=params if path == "/sparql" else None, headers={"Accept": media}
    )
    if answer.status_code == 406:  # the Graph Store gives triples alone
        assert media in {"application/trig", "application/n-quads"}
        return
    found = {str(quad.object) for quad in ox.parse(answer.content, format=FORMS[media])}
    assert found == expected


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('<urn:s> <http://e/p> "a\\u0001b" .', "control character"),
        ('<urn:s> <http://e/p/1> "a" .', "no name in XML"),
    ],
)
def test_what_xml_cannot_say_is_refused(open_to_all: TestClient, said: str, sentence: str) -> None:
    where, kind = {"graph": f"{BASE}graph/no-xml"}, {"Content-Type": "text/turtle"}
    open_to_all.put("/rdf-graph-store", params=where, content=said, headers=kind)
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{BASE}graph/no-xml> {{ ?s ?p ?o }} }}"
    for path, params in (
        ("/rdf-graph-store", where), ("/graph/no-xml", {}), ("/sparql", {"query": query}),
    ):  # fmt: skip
        answer = open_to_all.get(path, params=params, headers={"Accept": "application/rdf+xml"})
        assert (answer.status_code, sentence in answer.text) == (406, True), answer.text
    rows = open_to_all.get(
        "/sparql", params={"query": 'SELECT ("\\u0001" AS ?x) {}', "format": "xml"}
    )
    assert rows.status_code == 406


@pytest.mark.parametrize(
    "name", ["http://e/日本", "http://e/ä?ö=ü#ß", "urn:x:שלום", "http://e/%20é"]
)
def test_a_graph_may_have_any_iri(open_to_all: TestClient, name: str) -> None:
    where, kind = {"graph": name}, {"Content-Type": "text/turtle"}
    made = open_to_all.put(
        "/rdf-graph-store", params=where, content="<a:a> <a:b> 1 .", headers=kind
    )
    assert made.status_code == 201
    place = made.headers["location"]
    assert place.isascii()
    assert unquote(place) == unquote(name)
    assert open_to_all.get("/rdf-graph-store", params=where).status_code == 200
    again = open_to_all.put("/rdf-graph-store", params=where, content="", headers=kind)
    assert again.status_code == 204
    assert open_to_all.delete("/rdf-graph-store", params=where).status_code in {204, 404}


@pytest.mark.parametrize("name", ["http://e/a b", "relative", "http://e/<x>", "a:\n", ""])
def test_a_write_that_is_answered_with_an_error_has_not_written(
    open_to_all: TestClient, name: str
) -> None:
    before = open_to_all.get("/dump.nq.gz").content
    answer = open_to_all.put(
        "/rdf-graph-store", params={"graph": name}, content="<a:a> <a:b> 1 .",
        headers={"Content-Type": "text/turtle"},
    )  # fmt: skip
    assert answer.status_code == 400
    assert open_to_all.get("/dump.nq.gz").content == before
