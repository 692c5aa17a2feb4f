"""Updates and RDF are read where they may die: none ends the service, none runs on for ever."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.tokens import AUTHORIZED, TOKEN

DEEP = 20_000
NESTED = f"DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER{'(' * DEEP}1=2{')' * DEEP} }}"
CHAIN = f"DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o FILTER({'!' * 10 * DEEP}true) }}"
"""Without a bracket, so that no count of levels finds it."""
PRODUCT = "GRAPH <urn:g> { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ENDLESS = f"INSERT {{ <urn:a> <urn:b> ?n }} WHERE {{ SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }} }}"
GREEDY = f"INSERT {{ GRAPH <urn:h> {{ ?a ?d ?g }} }} WHERE {{ {PRODUCT} }}"
TRIPLES = "".join(f'<urn:s:{n}> <urn:p:{n}> "{n}" <urn:g> .\n' for n in range(500))
NEW = '<urn:s> <urn:p> "new" .'
COUNT = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
TRIPLE_TERM = f"<urn:s> <urn:p> {'<<( <urn:s> <urn:p> ' * DEEP}1{' )>>' * DEEP} ."
LIST = f"<urn:s> <urn:p> {'(' * DEEP}{')' * DEEP} ."
TREE = '{"urn:p":' * DEEP + '"x"' + "}" * DEEP
XML = "<a>" * DEEP + "</a>" * DEEP


@contextmanager
def serving(folder: Path, *, gate: bool, **more: Any) -> Iterator[TestClient]:
    settings = Settings(
        store=folder / "store", seed=False, validators=0, gate=gate, token=SecretStr(TOKEN), **more
    )
    app = create_app(settings)
    app.state.services.engine.commit(TRIPLES)
    with TestClient(app, headers=AUTHORIZED) as client:
        yield client
    gc.collect()


@pytest.fixture(scope="module", params=[True, False], ids=["gate", "no gate"])
def service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    with serving(tmp_path_factory.mktemp("updates"), gate=request.param) as client:
        yield client


def count(client: TestClient) -> str:
    return client.get("/sparql", params={"query": COUNT, "format": "csv"}).text


def refused(client: TestClient, text: str, status: int, **more: str) -> str:
    """Send an update that is refused, and changes nothing; return the sentence."""
    before = count(client)
    answer = client.post("/update", data={"update": text, **more})
    assert (answer.status_code, count(client)) == (status, before), answer.text
    return str(answer.json()["detail"])


def test_an_update_that_no_parser_survives_is_400(service: TestClient) -> None:
    assert "levels deep" in refused(service, NESTED, 400)
    assert "ended the process" in refused(service, CHAIN, 400)


def test_an_update_past_its_time_is_ended(service: TestClient) -> None:
    assert "more than 2 s" in refused(service, ENDLESS, 504, timeout="2")
    # its turn and its process are free for the next one
    text = "INSERT DATA { GRAPH <urn:n> { <urn:a> <urn:b> 1 } } ; DROP GRAPH <urn:n>"
    assert service.post("/update", data={"update": text, "timeout": "20"}).status_code == 204


def test_an_update_that_needs_too_much_memory_is_413(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.ingest.rehearsal.MEMORY", 2**29)
    with serving(tmp_path, gate=False) as client:
        assert "memory" in refused(client, GREEDY, 413)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/turtle", TRIPLE_TERM),
        ("text/turtle", LIST),
        ("application/n-triples", TRIPLE_TERM),
        ("application/ld+json", TREE),
        ("application/rdf+xml", XML),
    ],
)
def test_rdf_that_no_parser_survives_is_400(service: TestClient, kind: str, body: str) -> None:
    address = "/rdf-graph-store?graph=urn:deep"
    for method in ("PUT", "POST"):
        answer = service.request(method, address, content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400, answer.text
    form = {"file": ("deep", body, kind)}
    assert service.post(address, files=form).status_code == 400
    assert service.get(address).status_code == 404


def test_what_is_written_is_whole_and_blank_nodes_keep_their_names(service: TestClient) -> None:
    blank = "INSERT DATA { GRAPH <urn:kept> { _:a <urn:p> _:b . _:b <urn:p> 1 } }"
    assert service.post("/update", data={"update": blank}).status_code == 204
    before = lines(service, "urn:kept")
    other = "GRAPH <urn:other> { ?s ?p"
    both = f"GRAPH ?g {{ ?s ?p 1 }} {other} ?o }}"
    steps = (
        f"INSERT DATA {{ GRAPH <urn:kept> {{ {NEW} }} GRAPH <urn:other> {{ _:x <urn:p> 1 }} }}",
        f"DELETE {{ GRAPH ?g {{ ?s ?p 1 }} }} INSERT {{ {other} 5 }} }} WHERE {{ {both} }}",
        f"DELETE {{ {other} 5 }} }} INSERT {{ {other} 6 }} }} WHERE {{ {other} 5 }} }}",
        "PREFIX u: <urn:> MOVE u:other TO u:moved ; DELETE WHERE { GRAPH u:moved { ?s ?p 6 } }",
    )
    for step in steps:
        answer = service.post("/update", data={"update": step})
        assert answer.status_code == 204, answer.text
    assert lines(service, "urn:kept") - before == {NEW}
    assert before < lines(service, "urn:kept")
    assert lines(service, "urn:moved") == lines(service, "urn:other") == set()
    assert service.post("/update", data={"update": "DROP GRAPH <urn:kept>"}).status_code == 204


def lines(client: TestClient, graph: str) -> set[str]:
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
    return set(client.get("/sparql", params={"query": query, "format": "nt"}).text.splitlines())


def test_a_blank_node_is_judged_too(tmp_path: Path) -> None:
    ontology, code = "https://w3id.org/evalgap/ontology#", "https://w3id.org/evalgap/code/unit/"
    body = f"""[] a <{ontology}Residual> ; <{ontology}value> 2.0 ; <{ontology}sampleSize> 0 ;
        <{ontology}unit> <{code}percentage-point> ."""
    with serving(tmp_path, gate=True) as client:
        answer = client.put(
            "/rdf-graph-store?graph=urn:b", content=body, headers={"Content-Type": "text/turtle"}
        )
        assert answer.status_code == 422
        update = f"INSERT DATA {{ GRAPH <urn:b> {{ {body} }} }}"
        assert "sample size 0" in refused(client, update, 422)
