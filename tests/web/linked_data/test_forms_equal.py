"""Every form of RDF at an address says the same, as a reader of its own understands it."""

from collections.abc import Callable

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient

ADDRESSES = (
    "/ontology", "/shapes", "/void", "/catalog", "/queries.ttl", "/id/benchmark/medqa",
    "/id/card/medqa/evalgap", "/id/card/medqa/evalgap/1", "/id/gap/bean2026-gpt4o-recomputed",
    "/id/deployment/public-self-assessment", "/value/interaction-type/single-turn",
    "/scheme/interaction-type", "/dimension/interaction-type", "/graph/things",
    "/api/v1/gaps/bean2026-gpt4o-recomputed", "/api/v1/cards/medqa/evalgap",
    "/api/v1/deployments/public-self-assessment", "/sparql",
)  # fmt: skip
FORMS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}
"""What is compared with N-Triples; all are read by Oxigraph, and none written by it alone."""
SUFFIXES = {
    "text/turtle": "ttl", "application/rdf+xml": "rdf", "application/ld+json": "jsonld",
    "application/n-triples": "nt",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(clients: Callable[[str], TestClient]) -> TestClient:
    return clients("embedded")


@pytest.mark.parametrize("path", ADDRESSES)
def test_forms_are_equal(client: TestClient, path: str) -> None:
    plain = triples(client, path, "application/n-triples", ox.RdfFormat.N_TRIPLES)
    assert len(plain) > 3
    for media, form in FORMS.items():
        assert triples(client, path, media, form) == plain, media


def triples(client: TestClient, path: str, media: str, form: ox.RdfFormat) -> set[ox.Quad]:
    """Return the content of an address, with blank nodes named after what they say."""
    address = path.replace("/queries.ttl", f"/queries.{SUFFIXES[media]}")
    answer = client.get(address, headers={"Accept": media}, follow_redirects=True)
    assert answer.headers["content-type"].partition(";")[0] == media
    dataset = ox.Dataset(ox.parse(answer.content, format=form, base_iri="http://testserver/"))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)
