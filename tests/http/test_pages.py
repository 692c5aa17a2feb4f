"""Home page, API documentation, vocabulary and manners."""

import re

import pytest
from fastapi.testclient import TestClient
from rdflib import Graph


def test_home_shows_the_bean_waterfall_and_the_questions(client: TestClient) -> None:
    page = client.get("/").text
    for words in ("94.67", "11.83", "18.67", "30.17", "25.67 to 34.83", "215 / 34"):
        assert words in page
    assert "/queries/assumed-vs-deployed?dimension=interaction-type" in page


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    page = client.get(path).text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    scripts = [a for a in loaded if a.endswith((".js", ".css", ".png", ".svg"))]
    assert all(a.startswith("/") for a in scripts)
    assert all(client.get(a).status_code == 200 for a in scripts)


def test_every_address_on_the_home_page_answers(client: TestClient) -> None:
    page = client.get("/").text
    for address in set(re.findall(r'href="(/[^"]*)"', page)):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_openapi_is_3_1_and_describes_each_operation(client: TestClient) -> None:
    api = client.get("/openapi.json").json()
    assert api["openapi"].startswith("3.1")
    operations = [o for path in api["paths"].values() for o in path.values()]
    assert all(o.get("description") for o in operations)
    assert len({o["operationId"] for o in operations}) == len(operations)


@pytest.mark.parametrize("path", ["/ontology", "/ontology.ttl", "/shapes", "/shapes.nt"])
def test_the_vocabulary_is_served(client: TestClient, path: str) -> None:
    answer = client.get(path)
    form = "nt" if path.endswith(".nt") else "turtle"
    assert len(Graph().parse(data=answer.text, format=form)) > 100


def test_health(client: TestClient) -> None:
    assert client.get("/health").json()["status"] == "ok"


def test_errors_of_the_framework_are_problems_too(client: TestClient) -> None:
    for answer in (client.get("/nowhere"), client.put("/sparql")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


def test_other_sites_may_read(client: TestClient) -> None:
    answer = client.get("/api/v1/gaps", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
