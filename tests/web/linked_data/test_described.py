"""What the service says of itself: VoID, DCAT, service description, example queries, dumps."""

import gzip
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from rdflib import DCAT, DCTERMS, RDF, RDFS, SH, Graph, Literal, Namespace, URIRef

from loaders.contract import Raw
from loaders.mapping.iris import EGAP, SCHEMA
from loaders.registry import FORMATS, read
from service.common.settings import Settings
from service.ingest.pipeline import ingest
from service.linked_data.licences import ORIGINS
from service.linked_data.void import SD, VOID, service_description
from service.queries.catalog import named_queries
from service.store.port import Limits
from service.web.app import create_app

BASE = "http://testserver"
DATASET = URIRef(f"{BASE}/void#dataset")
SPDX = Namespace("http://spdx.org/rdf/terms#")
FORMS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
DUMPS = ("/dump.nq.gz", "/dump.trig")


def graph(client: TestClient, path: str) -> Graph:
    answer = client.get(path)
    assert answer.status_code == 200
    return Graph().parse(data=answer.text, format="turtle")


def number(client: TestClient, query: str) -> int:
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    return int(rows[0]["n"]["value"])


def statements(client: TestClient) -> int:
    """Count the statements of this service; a server may hold graphs of its own beside them."""
    ours = 'GRAPH ?g { ?s ?p ?o } FILTER (STRSTARTS(STR(?g), "https://w3id.org/evalgap/"))'
    return number(client, f"SELECT (COUNT(*) AS ?n) {{ {ours} }}")


def quads(content: bytes, form: ox.RdfFormat) -> set[Any]:
    return set(ox.parse(content, format=form))


@pytest.fixture
def changing() -> Iterator[TestClient]:
    """Return a client of a service without records, whose store a test may change."""
    app = create_app(Settings(store=None, seed=False, validators=0))
    with TestClient(app) as found:
        yield found


def add(client: TestClient, source: str, card: object) -> None:
    assert isinstance(client.app, FastAPI)
    held = client.app.state.services
    raw = Raw(source, json.dumps(card).encode())
    assert [o.state for o in ingest([read(raw)], held.engine, held.gate)] == ["new"]


@pytest.mark.parametrize("path", ["/void", "/catalog", "/queries"])
@pytest.mark.parametrize("suffix", FORMS)
def test_descriptions_come_in_every_form(client: TestClient, path: str, suffix: str) -> None:
    answer = client.get(f"{path}.{suffix}")
    assert answer.status_code == 200
    assert len(Graph().parse(data=answer.text, format=FORMS[suffix])) > 40


@pytest.mark.parametrize("path", ["/void", "/.well-known/void", "/catalog"])
def test_descriptions_are_negotiated_and_turtle_by_default(client: TestClient, path: str) -> None:
    assert client.get(path).headers["content-type"].startswith("text/turtle")
    answer = client.get(path, headers={"Accept": "application/ld+json"})
    assert answer.headers["content-type"] == "application/ld+json"
    assert "Accept" in answer.headers["vary"].split(", ")


def test_well_known_void_is_the_same(client: TestClient) -> None:
    assert client.get("/.well-known/void").text == client.get("/void").text


def test_void_counts_what_the_endpoint_counts(client: TestClient) -> None:
    found = graph(client, "/void")
    total = statements(client)
    partitions = found.objects(DATASET, VOID.propertyPartition)
    assert found.value(DATASET, VOID.triples) == Literal(total)
    assert sum(int(str(found.value(p, VOID.triples))) for p in partitions) == total


def test_void_counts_the_entities_of_each_class(client: TestClient) -> None:
    found = graph(client, "/void")
    part = next(found.subjects(VOID["class"], EGAP.Benchmark))
    benchmarks = client.get("/api/v1/benchmarks").json()["total"]
    assert found.value(part, VOID.entities) == Literal(benchmarks)


def test_void_says_where_and_under_what_licence(client: TestClient) -> None:
    found = graph(client, "/void")
    for predicate in (DCTERMS.title, DCTERMS.license, DCTERMS.modified, VOID.sparqlEndpoint):
        assert found.value(DATASET, predicate) is not None
    assert found.value(DATASET, VOID.uriSpace) == Literal("https://w3id.org/evalgap/")
    assert URIRef(str(EGAP)) in set(found.objects(DATASET, VOID.vocabulary))
    dumps = {str(d).removeprefix(BASE) for d in found.objects(DATASET, VOID.dataDump)}
    assert dumps == set(DUMPS)


def test_example_resources_can_be_followed(client: TestClient) -> None:
    examples = list(graph(client, "/void").objects(DATASET, VOID.exampleResource))
    assert len(examples) >= 4
    for example in examples:
        path = str(example).removeprefix("https://w3id.org/evalgap")
        assert client.get(path).status_code == 303


def test_every_format_has_its_attribution() -> None:
    assert set(ORIGINS) == set(FORMATS)


def test_sources_are_told_with_their_licence_and_authors(changing: TestClient) -> None:
    add(changing, "x.json", {"benchmark_details": {"name": "X"}})
    found = graph(changing, "/void")
    part = URIRef(f"{DATASET}-sokolann-json")
    assert (DATASET, VOID.subset, part) in found
    assert "creativecommons.org/licenses/by/4.0" in str(found.value(part, DCTERMS.license))
    author = found.value(part, DCTERMS.creator)
    assert "SokolAnn" in str(found.value(author, SCHEMA.name))
    assert found.value(part, VOID.documents) == Literal(1)


def test_the_catalogue_has_the_dumps_as_they_are(client: TestClient) -> None:
    found = graph(client, "/catalog")
    assert (URIRef(f"{BASE}/catalog"), DCAT.dataset, DATASET) in found
    for path in DUMPS:
        node = found.value(None, DCAT.downloadURL, URIRef(BASE + path))
        content = client.get(path).content
        checksum = found.value(node, SPDX.checksum)
        assert str(found.value(node, DCAT.byteSize)) == str(len(content))
        assert str(found.value(checksum, SPDX.checksumValue)) == sha256(content).hexdigest()
        assert found.value(node, DCAT.mediaType) is not None
        assert found.value(node, DCTERMS.modified) is not None


def test_the_catalogue_has_both_services(client: TestClient) -> None:
    found = graph(client, "/catalog")
    services = list(found.objects(URIRef(f"{BASE}/catalog"), DCAT.service))
    described = {str(found.value(s, DCAT.endpointDescription)) for s in services}
    assert described == {f"{BASE}/sparql", f"{BASE}/openapi.json"}
    assert all((s, DCAT.servesDataset, DATASET) in found for s in services)


def test_the_service_description_is_at_the_endpoint(client: TestClient) -> None:
    found = graph(client, "/sparql")
    service = found.value(None, SD.endpoint, URIRef(f"{BASE}/sparql"))
    assert set(found.objects(service, SD.supportedLanguage)) == {SD.SPARQL11Query}
    assert list(found.objects(DATASET, SD.namedGraph))


@pytest.mark.parametrize("updates", [False, True])
def test_the_service_description_says_what_is_on(client: TestClient, *, updates: bool) -> None:
    assert isinstance(client.app, FastAPI)
    engine = client.app.state.services.engine
    found = service_description(
        BASE, engine, updates=updates, limits=Limits(), max_query_chars=100_000
    )
    service = found.value(None, SD.endpoint, URIRef(f"{BASE}/sparql"))
    languages = set(found.objects(service, SD.supportedLanguage))
    assert (SD.SPARQL11Update in languages) == updates
    assert SD.SPARQL11Query in languages
    assert set(found.objects(service, SD.feature)) == {SD.UnionDefaultGraph}
    union = found.value(found.value(service, SD.defaultDataset), SD.defaultGraph)
    total = statements(client)
    assert found.value(union, VOID.triples) == Literal(total)
    assert "30 seconds" in str(found.value(service, DCTERMS.description))


def test_every_named_question_is_an_example(client: TestClient) -> None:
    found = graph(client, "/queries.ttl")
    assert len(set(found.subjects(RDF.type, SH.SPARQLExecutable))) == len(named_queries())
    for name, asked in named_queries().items():
        example = URIRef(f"{BASE}/queries#{name}")
        assert (example, RDF.type, SH.SPARQLSelectExecutable) in found
        assert (example, SH.select, Literal(asked.sparql)) in found
        assert (example, SCHEMA.target, URIRef(f"{BASE}/sparql")) in found
        assert asked.question in str(found.value(example, RDFS.comment))
        assert set(found.objects(example, SCHEMA.keywords))


def test_the_prefixes_of_the_examples_are_declared(client: TestClient) -> None:
    found = graph(client, "/queries.ttl")
    prefixes = next(found.objects(None, SH.prefixes))
    declared = {
        str(found.value(d, SH.prefix)): str(found.value(d, SH.namespace))
        for d in found.objects(prefixes, SH.declare)
    }
    assert declared["egap"] == str(EGAP)


def test_both_dumps_hold_everything(client: TestClient) -> None:
    ours = "FILTER (STRSTARTS(STR(?g), 'https://w3id.org/evalgap/'))"
    total = number(client, f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} {ours} }}")
    nquads = gzip.decompress(client.get("/dump.nq.gz").content)
    assert nquads.count(b"\n") == total
    assert len(quads(nquads, ox.RdfFormat.N_QUADS)) == total
    assert len(quads(client.get("/dump.trig").content, ox.RdfFormat.TRIG)) == total


@pytest.mark.parametrize("path", DUMPS)
def test_a_dump_can_be_checked_and_is_sent_once(client: TestClient, path: str) -> None:
    answer = client.get(path)
    digest = client.get(f"{path}.sha256").text
    assert digest == f"{sha256(answer.content).hexdigest()}  {path[1:]}\n"
    assert path[1:] in answer.headers["content-disposition"]
    for known in (
        {"If-None-Match": f'"x", {answer.headers["etag"]}'},
        {"If-Modified-Since": answer.headers["last-modified"]},
    ):
        again = client.get(path, headers=known)
        assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get(f"{path}.sha256", headers={"If-None-Match": "*"}).status_code == 304
    assert client.head(path).content == b""


def test_a_part_of_a_dump_can_be_fetched(client: TestClient) -> None:
    answer = client.get("/dump.nq.gz", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, len(answer.content)) == (206, 10)


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/dump.nq.gz", "/static/evalgap.css"])
@pytest.mark.parametrize(
    "field",
    [
        "bytes=9-0",
        "lines=1",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=0-1,",
        "bytes=1_0-20",
        "bytes=²-",
    ],
)
def test_what_is_no_range_is_ignored(client: TestClient, path: str, field: str) -> None:
    answer = client.get(path, headers=[(b"range", field.encode("latin-1"))])
    assert (answer.status_code, answer.content) == (200, client.get(path).content)


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/dump.nq.gz", "/static/evalgap.css"])
def test_a_range_past_the_end_is_a_problem_that_says_the_size(
    client: TestClient, path: str
) -> None:
    size = len(client.get(path, headers={"Accept-Encoding": "identity"}).content)
    answer = client.get(path, headers={"Range": f"bytes={size}-"})
    assert answer.headers["content-range"] == f"bytes */{size}"
    assert (answer.status_code, answer.json()["status"]) == (416, 416)


@pytest.mark.one_engine
def test_a_refusal_of_a_preflight_is_a_problem(client: TestClient) -> None:
    answer = client.options(
        "/health", headers={"Origin": "http://a.example", "Access-Control-Request-Method": "PUT"}
    )
    assert answer.json()["detail"] == "Disallowed CORS method."
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_descriptions_and_dumps_follow_the_content(changing: TestClient) -> None:
    before = changing.get("/dump.nq.gz").headers["etag"]
    triples = graph(changing, "/void").value(DATASET, VOID.triples)
    assert changing.get("/dump.nq.gz").headers["etag"] == before
    add(changing, "new.json", {"benchmark_details": {"name": "New"}})
    assert changing.get("/dump.nq.gz").headers["etag"] != before
    assert graph(changing, "/void").value(DATASET, VOID.triples) != triples


def test_no_dump_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with TestClient(create_app(Settings(store=None, seed=False, validators=0))) as client:
        assert client.get("/dump.trig").status_code == 200
        assert len(list(tmp_path.glob("evalgap-dump-*/dump.*"))) == 2
    assert list(tmp_path.glob("evalgap-dump-*")) == []


def test_a_write_without_provenance_is_seen_too(changing: TestClient) -> None:
    before = changing.get("/dump.trig").headers["etag"]
    assert isinstance(changing.app, FastAPI)
    changing.app.state.services.engine.update("INSERT DATA { GRAPH <urn:g> { <urn:a> a <urn:b> } }")
    assert changing.get("/dump.trig").headers["etag"] != before


def test_a_dump_keeps_text_as_it_is(changing: TestClient) -> None:
    name = 'A "quoted" \\ <MASK> ﬁne שלום \t . <urn:x> .'
    add(changing, "odd.json", {"benchmark_details": {"name": name}})
    found = quads(changing.get("/dump.trig").content, ox.RdfFormat.TRIG)
    assert name in {q.object.value for q in found if q.predicate.value == str(DCTERMS.title)}


def test_a_host_that_is_none_gives_no_broken_names(client: TestClient) -> None:
    for path in ("/void", "/catalog", "/queries.ttl"):
        answer = client.get(path, headers={"Host": 'a<b>"'})
        assert len(Graph().parse(data=answer.text, format="turtle")) > 40


def test_void_counts_what_the_dump_holds_and_nothing_of_the_server(client: TestClient) -> None:
    void = graph(client, "/void")
    lines = gzip.decompress(client.get("/dump.nq.gz").content).splitlines()
    (triples,) = void.objects(DATASET, VOID.triples)
    assert str(triples) == str(len(lines))
    assert not [o for o in void.objects() if "openlinksw" in str(o)]
