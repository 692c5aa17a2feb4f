"""What parameters, addresses and header fields hold stays data: no query, path or field is made."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from service.queries import catalog

INTO_SPARQL = (
    "x> } UNION { ?s ?p ?o",
    '" } SELECT * WHERE { ?s ?p ?o } #',
    "x>; DROP ALL ; #",
    "\\u003E } # ",
)
LISTS = ("benchmarks", "cards", "deployments", "gaps", "reviews", "plans", "matches")
QUESTIONS = {**catalog.named_queries(), **{f"list {name}": catalog.lists()[name] for name in LISTS}}
INTO_PATHS = (
    "/static/../../../../etc/passwd", "/static/..%2f..%2f..%2fetc/passwd",
    "/static/%2e%2e/%2e%2e/config.py", "/swagger/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/static//etc/passwd", "/doc/../../etc/passwd", "/graph/..%2f..%2fetc%2fpasswd",
    "/api/v1/cards/..%2f..%2f..%2fetc%2fpasswd", "/queries/..%2f..%2fservice%2fconfig.py",
    "/benchmarks/%00", "/id/%ff%fe", "/static/%00", "/guides/..%2f..%2fREADME.md",
)  # fmt: skip
INTO_HEADERS = "x%0d%0aX-Injected:%20yes%0d%0aSet-Cookie:%20a=b"
ABSURD = (
    "/api/v1/gaps?limit=99999999999999999999", "/api/v1/gaps?limit=-1", "/api/v1/gaps?limit=%D9%A3",
    "/api/v1/gaps?cursor=%F0%9F%98%80", "/api/v1/gaps?cursor=AAAA", "/benchmarks?page=1e9",
    "/benchmarks?page=-1", "/api/v1/coverage?dimensions=" + "interaction-type," * 400,
    "/api/v1/deployments/public-self-assessment/fit?min_answered=nan",
    "/api/v1/deployments/public-self-assessment/fit?limit=1e308",
    "/api/v1/deployments/public-self-assessment/fit?offset=99999999999999999999999",
    "/sparql?query=ASK%7B%7D&timeout=nan", "/sparql?query=ASK%7B%7D&timeout=-1",
    "/sparql?query=ASK%7B%7D&timeout=1e-400", "/gaps?sort=" + "x" * 3000,
    "/api/v1/cards/medqa/evalgap/99999999999999999999", "/api/v1/plans/x/steps/9999999999999999",
    "/benchmarks/medqa?tab=history&from=0&to=99999999999999", "/sparql?format=ttl&query=ASK%7B%7D",
)  # fmt: skip


@pytest.fixture(scope="module")
def client(clients: Callable[[str], TestClient]) -> TestClient:
    return clients("embedded")


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_parameter_becomes_a_query(
    client: TestClient, name: str, record_property: Callable[[str, object], None]
) -> None:
    asked = QUESTIONS[name]
    base = {p.name: p.example for p in asked.params.values()}
    of_list = name.startswith("list ")
    path = f"/api/v1/{name.removeprefix('list ')}" if of_list else f"/queries/{name}"
    assert client.get(path, params={} if of_list else base).is_success
    record_property("tried", len(asked.params) * len(INTO_SPARQL))
    for parameter in asked.params:
        for payload in INTO_SPARQL:
            given = {parameter: payload} if of_list else {**base, parameter: payload}
            answer = client.get(path, params=given)
            taken = answer.json() if answer.is_success else {}
            assert answer.status_code == 400 or not taken.get("items", taken.get("rows", [0])), (
                parameter, payload, answer.text[:200],
            )  # fmt: skip


@pytest.mark.parametrize("path", INTO_PATHS)
def test_no_address_leads_to_a_file(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert 400 <= answer.status_code < 500, answer.text[:200]
    assert "root:x:0" not in answer.text
    assert "class Settings" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/id/{}", "/benchmarks?q={}", "/api/v1/cards/{}", "/sparql?query={}", "/doc/id/card/{}",
     "/rdf-graph-store?graph=http://e/{}", "/api/v1/gaps?cursor={}", "/fit?deployment={}"],
)  # fmt: skip
def test_no_header_field_is_made(client: TestClient, path: str) -> None:
    answer = client.get(path.format(INTO_HEADERS), headers={"Accept": "text/html"})
    assert answer.status_code < 500
    assert not {"x-injected", "set-cookie"} & answer.headers.keys()
    assert not any("\n" in value for value in answer.headers.values())


@pytest.mark.parametrize("path", ABSURD)
def test_absurd_numbers_are_the_clients_mistake(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert 200 <= answer.status_code < 500, answer.text[:300]
    if not answer.is_success:
        assert answer.json()["detail"].endswith((".", "?"))
