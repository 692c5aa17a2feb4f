"""Versions of the vocabulary: released ones are served for ever byte for byte."""

from hashlib import sha256

import pytest
from fastapi.testclient import TestClient
from rdflib import OWL, Graph

from loaders.mapping.iris import BASE
from service.ontology import releases
from tests.freeze import FOLDER, SERVED
from tests.pages import opened
from tests.web.linked_data.names import iri

pytestmark = pytest.mark.one_engine
SUMS = [line.split() for line in (FOLDER / "SHA256SUMS").read_text("utf-8").splitlines()]
"""Digest and name, `0.1.0/ontology.ttl`, of all that is kept."""


def address(version: str, name: str) -> str:
    """Return where a kept file is served: its version stands before its suffix, or is a folder."""
    what, _, suffix = name.partition(".")
    return f"/ontology/{version}/{name}" if what == "context" else f"/{what}/{version}.{suffix}"


def test_what_0_1_0_served_is_kept_whole() -> None:
    kept = {name for _, name in SUMS if name.startswith("0.1.0/")}
    assert kept == {f"0.1.0/{name}" for name in SERVED}


@pytest.mark.parametrize(("digest", "kept"), SUMS)
def test_a_released_version_is_served_byte_for_byte(
    client: TestClient, digest: str, kept: str
) -> None:
    answer = client.get(address(*kept.split("/")))
    assert sha256(answer.content).hexdigest() == digest


def test_a_released_version_is_had_as_json_and_by_accept_too(client: TestClient) -> None:
    as_json, linked = (client.get(f"/ontology/0.1.0.{form}") for form in ("json", "jsonld"))
    assert as_json.headers["content-type"] == "application/json"
    assert as_json.content == linked.content
    asked = client.get("/ontology/0.1.0", headers={"Accept": "application/n-triples"})
    assert asked.content == client.get("/ontology/0.1.0.nt").content
    assert asked.headers["vary"].startswith("Accept")
    unchanged = {"If-None-Match": asked.headers["etag"], "Accept": "application/n-triples"}
    assert client.get("/ontology/0.1.0", headers=unchanged).status_code == 304


def test_the_page_of_an_earlier_version_says_what_is_current(client: TestClient) -> None:
    found = opened(client, "/ontology/0.1.0")
    assert "Version 0.1.0 of 2026-11-22" in found.words
    assert found.one(".hint a")["href"] == "/ontology"
    assert releases.current() in found.one(".hint").words
    assert not opened(client, f"/ontology/{releases.current()}").has(".hint")


def test_the_current_version_is_served_under_its_number(client: TestClient) -> None:
    version = releases.current()
    for here, numbered in (
        ("/ontology.ttl", f"/ontology/{version}.ttl"),
        ("/ontology/context.jsonld", f"/ontology/{version}/context.jsonld"),
    ):
        assert client.get(here).content == client.get(numbered).content
    assert client.get(f"/shapes/{version}.nt").status_code == 200
    graph = Graph().parse(data=client.get("/ontology.ttl").content, format="turtle")
    assert graph.value(iri("/ontology"), OWL.priorVersion) == iri(f"/ontology/{earlier()}")


def earlier() -> str:
    return next(v for v in reversed(releases.kept()) if v != releases.current())


@pytest.mark.parametrize(
    "path", ["/ontology/0.0.1", "/ontology/9.9.9.ttl", "/ontology/9.9.9/context.jsonld",
             "/shapes/0.0.1", "/ontology/..%2f0.1.0"]
)  # fmt: skip
def test_a_version_that_never_was_is_answered_with_those_there_are(
    client: TestClient, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    if "known" in answer.json():
        known = [f"{BASE}ontology/{v}" for v in {*releases.kept(), releases.current()}]
        assert sorted(answer.json()["known"]) == sorted(known)


def test_an_ontology_that_has_been_released_changes_under_a_new_version_only(
    client: TestClient,
) -> None:
    for version in {releases.current()} & set(releases.kept()):
        kept = releases.files(version)
        for name in ("ontology.ttl", releases.CONTEXT):
            assert client.get(SERVED[name]).content == kept[name]


def test_nothing_of_an_earlier_version_is_in_the_store(client: TestClient) -> None:
    query = f"SELECT ?v {{ <{BASE}ontology> <{OWL.versionInfo}> ?v }}"
    rows = client.get("/sparql", params={"query": query}).json()["results"]["bindings"]
    assert [row["v"]["value"] for row in rows] == [releases.current()]
