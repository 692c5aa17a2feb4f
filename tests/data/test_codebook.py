"""The codebook: of the version of the ontology, and true to its values and rules."""

import re

import pytest
from fastapi.testclient import TestClient
from rdflib import OWL, RDF, SKOS, URIRef

from loaders.mapping.iris import BASE, EGAP, last_segment
from loaders.model import CORE_DIMENSIONS
from service.ontology import graphs
from tests.conftest import ROOT
from tests.pages import opened

CODEBOOK = (ROOT / "data" / "codebook.md").read_text("utf-8")
NAMED = set(re.findall(r"`([a-z][a-z0-9-]*)`", CODEBOOK))
OTHER_WORDS = {"rule"}
"""What is written as code and is no code of the ontology: a field of a card."""


def codes(scheme: str) -> set[str]:
    graph = graphs.taxonomy()
    found = set(graph.subjects(SKOS.inScheme, URIRef(f"{BASE}scheme/{scheme}")))
    return {str(graph.value(c, SKOS.notation) or last_segment(c)) for c in found}


def values(*, deprecated: bool) -> set[URIRef]:
    graph = graphs.taxonomy()
    every = {URIRef(str(v)) for v in graph.subjects(RDF.type, EGAP.DimensionValue)}
    return {v for v in every if ((v, OWL.deprecated, None) in graph) == deprecated}


def test_it_is_the_codebook_of_this_version_of_the_ontology() -> None:
    version = graphs.taxonomy().value(URIRef(f"{BASE}ontology"), OWL.versionInfo)
    assert f"version {version} of the ontology" in CODEBOOK


def test_every_code_that_it_names_is_there() -> None:
    lists = ("answer-status", "basis", "dimension", "derivation-rule")
    known = {last_segment(v) for v in values(deprecated=False)}.union(*map(codes, lists))
    old = {last_segment(v) for v in values(deprecated=True)}
    assert NAMED - known - old == OTHER_WORDS
    before_old_codes = CODEBOOK.partition("## Codes of version 0.1.0")[0]
    assert not old & set(re.findall(r"`([a-z][a-z0-9-]*)`", before_old_codes))


@pytest.mark.parametrize("dimension", CORE_DIMENSIONS)
def test_every_value_of_the_core_is_named_in_it(dimension: str) -> None:
    wanted = {v for v in values(deprecated=False) if f"/value/{dimension}/" in v}
    assert {last_segment(v) for v in wanted} - NAMED == set()


def test_it_names_every_old_value_that_is_to_be_recoded() -> None:
    open_ended = {last_segment(v) for v in graphs.taxonomy().subjects(EGAP.mayMean)}
    assert open_ended <= NAMED


@pytest.mark.one_engine
def test_it_is_a_page_to_which_guides_and_manual_lead(client: TestClient) -> None:
    found = opened(client, "/guides/codebook")
    assert found.texts("h1") == ["Codebook"]
    assert "natural-use" in found.texts("code")
    for address in ("/guides", "/guides/manual"):
        assert "/guides/codebook" in opened(client, address).links()
