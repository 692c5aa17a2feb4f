"""Terms of RDF 1.2 at every door: given back as they are, or refused in a sentence."""

import gzip
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from pydantic import SecretStr

from loaders.mapping.iris import BASE
from service.common.settings import Settings
from service.store.port import Engine
from service.web.app import create_app
from tests.cli.conftest import command
from tests.conftest import place_of
from tests.pages import opened
from tests.tokens import AUTHORIZED, TOKEN

GRAPH = f"{BASE}graph/rdf12"
GAP, CARD_OF = "gap/bean2026-gpt4o-recomputed", "card/medqa/evalgap"
CARD = f"{BASE}id/{CARD_OF}/1"
TERMS = {
    "triple term": '<<( <urn:s> <urn:p> "1"^^<http://www.w3.org/2001/XMLSchema#decimal> )>>',
    "nested triple term": "<<( <urn:s> <urn:p> <<( <urn:a> <urn:b> <urn:c> )>> )>>",
    "base direction": '"x"@ar--rtl',
}
SYNTAXES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}


def service(*, gate: bool, seed: bool = False) -> TestClient:
    settings = Settings(
        store=None, validators=0, seed=seed, gate=gate, token=SecretStr(TOKEN), store_url=None
    )
    return TestClient(
        create_app(settings),
        headers=AUTHORIZED,
        raise_server_exceptions=False,
        follow_redirects=False,
    )


@pytest.fixture(scope="module")
def holding() -> Iterator[TestClient]:
    """Return a client of a service that holds all these terms, also in a record."""
    with service(gate=False, seed=True) as client:
        for term in TERMS.values():
            said = f"<{GRAPH}> <urn:has> {term} . <{CARD}> <urn:has> {term} ."
            update(client, f"INSERT DATA {{ GRAPH <{GRAPH}> {{ {said} }} }}", 204)
        yield client


def update(client: TestClient, text: str, status: int) -> Response:
    answer = client.post("/update", data={"update": text})
    assert answer.status_code == status, answer.text
    return answer


def terms(data: bytes, syntax: ox.RdfFormat) -> set[str]:
    """Return the objects of `urn:has` as N-Triples writes them."""
    quads = ox.parse(data, format=syntax)
    return {str(_wrapped(q.object)) for q in quads if q.predicate.value == "urn:has"}


def _wrapped(term: object) -> str:
    return f"<<( {term} )>>" if isinstance(term, ox.Triple) else str(term)


def is_refused(answer: Response) -> bool:
    sentence = answer.json()["detail"]
    return 400 <= answer.status_code < 500 and "RDF 1.2" in sentence


@pytest.mark.parametrize("media", SYNTAXES)
@pytest.mark.parametrize(
    "path",
    [
        f"/rdf-graph-store?graph={GRAPH}",
        "/graph/rdf12",
        "/doc/id/card/medqa/evalgap/1",
        "/sparql?query=CONSTRUCT+WHERE+{?s+<urn:has>+?o}",
    ],
)
def test_every_form_of_rdf_gives_them_back(holding: TestClient, path: str, media: str) -> None:
    answer = holding.get(path, headers={"Accept": media})
    if answer.status_code == 406 and "trig" not in media and "quads" not in media:
        assert media == "application/ld+json"
        assert is_refused(answer)
    elif answer.status_code != 406:  # the Graph Store gives triples alone
        assert terms(answer.content, SYNTAXES[media]) == set(TERMS.values()), answer.text


def test_json_ld_has_a_word_for_the_direction_of_a_text(holding: TestClient) -> None:
    query = "CONSTRUCT { ?s <urn:has> ?o } WHERE { ?s <urn:has> ?o FILTER (!isTRIPLE(?o)) }"
    answer = holding.get("/sparql", params={"query": query, "format": "jsonld"})
    assert terms(answer.content, ox.RdfFormat.JSON_LD) == {TERMS["base direction"]}


@pytest.mark.parametrize(
    ("form", "syntax"),
    [
        ("json", ox.QueryResultsFormat.JSON),
        ("xml", ox.QueryResultsFormat.XML),
        ("tsv", ox.QueryResultsFormat.TSV),
    ],
)
def test_results_give_them_back(
    holding: TestClient, form: str, syntax: ox.QueryResultsFormat
) -> None:
    query = f"SELECT ?o {{ <{GRAPH}> <urn:has> ?o }}"
    answer = holding.get("/sparql", params={"query": query, "format": form})
    rows = ox.parse_query_results(answer.content, format=syntax)
    assert isinstance(rows, ox.QuerySolutions)
    assert {_wrapped(row["o"]) for row in rows} == set(TERMS.values())


@pytest.mark.parametrize(
    "path",
    [
        f"/query?query=SELECT+?o+{{<{GRAPH}>+<urn:has>+?o}}",
        "/graph/rdf12.html",
        "/doc/id/card/medqa/evalgap/1.html",
    ],
)
def test_pages_show_them(holding: TestClient, path: str) -> None:
    found = opened(holding, path).words
    for term in ("<<( <urn:s> <urn:p> <<(", "@ar--rtl"):
        assert term in found


def test_every_other_page_and_list_stands_beside_them(holding: TestClient) -> None:
    for path in (
        "/", "/benchmarks/medqa", "/api/v1/cards/medqa/evalgap", "/api/v1/stats", "/void",
        "/catalog", "/queries/records-by-kind", "/sparql", "/api/v1/cards/medqa/evalgap.ttl",
    ):  # fmt: skip
        assert holding.get(path).status_code == 200, path


def test_dumps_hold_them(holding: TestClient) -> None:
    for path, syntax in (("/dump.nq.gz", "N_QUADS"), ("/dump.trig", "TRIG")):
        data = holding.get(path).content
        text = gzip.decompress(data) if path.endswith("gz") else data
        assert terms(text, getattr(ox.RdfFormat, syntax)) == set(TERMS.values())


@pytest.mark.parametrize("name", TERMS)
@pytest.mark.parametrize("media", ["text/turtle", "application/n-triples"])
def test_without_the_gate_the_graph_store_stores_them(name: str, media: str) -> None:
    said = f"<urn:a> <urn:has> {TERMS[name]} ."
    where, kind = {"graph": "urn:g"}, {"Content-Type": media}
    with service(gate=False) as client:
        path = "/rdf-graph-store"
        assert client.put(path, params=where, content=said, headers=kind).status_code == 201
        more = said.replace("<urn:a>", "<urn:more>", 1)
        assert client.post(path, params=where, content=more, headers=kind).status_code == 204
        found = client.get(path, params=where, headers={"Accept": media})
        assert terms(found.content, SYNTAXES[media]) == {TERMS[name]}
        assert "urn:a" in found.text
        assert "urn:more" in found.text
        assert client.delete(path, params=where).status_code == 204


@pytest.mark.parametrize("name", TERMS)
def test_the_gate_refuses_them_and_stores_nothing(name: str) -> None:
    said = f"<urn:a> <urn:has> {TERMS[name]} ."
    with service(gate=True) as client:
        before = client.get("/dump.nq.gz").content
        answer = client.post("/update", data={"update": f"INSERT DATA {{ {said} }}"})
        assert is_refused(answer), answer.text
        kind = {"Content-Type": "text/turtle"}
        for method, path in (("PUT", "/rdf-graph-store?graph=urn:g"), ("POST", "/rdf-graph-store")):
            answer = client.request(method, path, content=said, headers=kind)
            assert is_refused(answer), answer.text
        assert client.get("/dump.nq.gz").content == before


def test_a_card_with_such_a_title_is_refused() -> None:
    card = (
        f"@prefix egap: <{BASE}ontology#> . @prefix dcterms: <http://purl.org/dc/terms/> .\n"
        f"<{BASE}id/card/x/y/1> a egap:BenchmarkCard ; dcterms:title {{}} ."
    )
    with service(gate=True) as client:
        for term in TERMS.values():
            answer = client.post("/api/v1/validate?source=x.ttl", content=card.format(term))
            assert 400 <= answer.status_code < 500, answer.text
            assert answer.headers["content-type"] == "application/problem+json"


def test_load_and_export_keep_them(tmp_path: Path) -> None:
    lines = [f"<urn:a> <urn:has> {term} <urn:g> .\n" for term in TERMS.values()]
    dump, store = tmp_path / "dump.nq", tmp_path / "store"
    dump.write_text("".join(lines), encoding="utf-8")
    loaded = command(store, "load", dump)
    assert loaded.returncode == 0, loaded.stderr
    exported = command(store, "export")
    assert set(exported.stdout.splitlines(keepends=True)) >= set(lines)


_SAID = (
    ("egap:value", "dcterms:title"),
    ("egap:gapOfBenchmark", "dcat:version"),
    ("egap:hasInterval", "egap:hasAssumption"),
)
_OTHERWISE = [
    (said, term)
    for row, said in enumerate(_SAID)
    for column, term in enumerate([*TERMS.values(), '"no number"'])
    if (row + column) % 2 == 0
]
"""What a gap and a card say, and what they say instead: each of both in every other pair."""


@pytest.mark.parametrize(("said_by", "term"), _OTHERWISE)
def test_records_that_are_none_any_more_are_sentences(
    holding: TestClient, said_by: tuple[str, str], term: str
) -> None:
    """A gap and a card are none at once; neither is read where the other is."""
    engine = holding.app.state.services.engine  # type: ignore[attr-defined]
    of_gap, of_card = said_by
    said = [(f"{BASE}id/{GAP}/1", of_gap), (f"{BASE}id/{CARD_OF}/1", of_card)]
    swapped = [_swapped(engine, f"<{iri}> {predicate}", term) for iri, predicate in said]
    for graph, old, new in swapped:
        _swap(engine, graph, old, new)
    for path in (
        *(f"/api/v1/{series.replace('/', 's/', 1)}" for series in (GAP, CARD_OF)),
        *(f"/doc/id/{series}/1{form}" for series in (GAP, CARD_OF) for form in ("", ".html")),
        "/gaps", "/benchmarks/medqa", "/gaps/bean2026-gpt4o-recomputed", "/api/v1/gaps",
        "/benchmarks", "/fit?deployment=public-self-assessment", "/coverage", "/",
    ):  # fmt: skip
        answer = holding.get(path)
        assert answer.status_code in {200, 404, 406, 409}, (path, answer.text[:300])
    for graph, old, new in swapped:
        _swap(engine, graph, new, old)


def _swapped(engine: Engine, said: str, term: str) -> tuple[object, str, str]:
    """Return where the first such statement stands, the statement, and the one with the term."""
    query = f"{PREFIXES} SELECT ?g ?o {{ GRAPH ?g {{ {said} ?o }} }} ORDER BY ?o"
    (row, *_) = engine.select(query)
    return row["g"], f"{said} {row['o'].n3()}", f"{said} {term}"


PREFIXES = f"""
PREFIX egap: <{BASE}ontology#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX dcat: <http://www.w3.org/ns/dcat#>"""


def _swap(engine: Engine, graph: object, old: str, new: str) -> None:
    gone, there = (f"DATA {{ GRAPH <{graph}> {{ {said} }} }}" for said in (old, new))
    engine.update(f"{PREFIXES} DELETE {gone} ; INSERT {there}")


@pytest.mark.parametrize("engine", ["oxigraph-server", "virtuoso"])
def test_a_server_stores_them_or_they_are_refused(engine: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        place = place_of(engine, tmp_path / "store", stack)
        settings = Settings(**place, validators=0, seed=False, gate=False, token=SecretStr(TOKEN))
        app = create_app(settings)
        client = stack.enter_context(
            TestClient(app, headers=AUTHORIZED, raise_server_exceptions=False)
        )
        for term in TERMS.values():
            said, kind = f"<urn:a> <urn:has> {term} .", {"Content-Type": "text/turtle"}
            put = client.put("/rdf-graph-store?graph=urn:g", content=said, headers=kind)
            updated = client.post("/update", data={"update": f"INSERT DATA {{ {said} }}"})
            found = client.get("/rdf-graph-store?graph=urn:g", headers={"Accept": "text/turtle"})
            if engine == "virtuoso":
                assert is_refused(put), put.text
                assert updated.status_code == 400
                assert found.status_code == 404
            else:
                assert put.is_success
                assert terms(found.content, ox.RdfFormat.TURTLE) == {term}
