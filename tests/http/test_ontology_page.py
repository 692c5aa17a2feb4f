"""The page of the ontology: every term, with all that is said of it, readable without a script."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from rdflib import OWL, RDF, RDFS

from loaders.mapping.iris import BASE, EGAP, SKOS
from service.ontology import graphs
from service.ontology.mappings import alignments
from tests.http.names import page


@pytest.fixture(scope="module")
def text(client: TestClient) -> str:
    return page(client, "/ontology")


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split()).replace(" ,", ",")


def block(text: str, anchor: str) -> str:
    """Return the words of one term: from its anchor to the end of its section."""
    start = text.index(f'id="{anchor}"')
    return words(text[text.index(">", start) + 1 : text.index("</section>", start)])


def test_every_term_and_every_code_is_there_with_its_meaning(text: str) -> None:
    graph, shown = graphs.taxonomy(), words(text)
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {s for kind in kinds for s in graph.subjects(RDF.type, kind)}
    ours = [t for t in terms if str(t).startswith(str(EGAP))]
    concepts = set(graph.subjects(SKOS.inScheme))
    assert len(ours) > 100
    assert len(concepts) > 150
    for term in [*ours, *concepts]:
        anchor = str(term).removeprefix(str(EGAP)).removeprefix(BASE).replace("/", "-")
        assert f'id="{anchor}"' in text
        for said in (SKOS.definition, SKOS.example, SKOS.scopeNote, EGAP.questionText):
            for value in graph.objects(term, said):
                assert " ".join(str(value).split()) in shown


def test_a_property_says_of_what_it_is_said_and_where_it_leads(text: str) -> None:
    shown = block(text, "hasAssumption")
    assert "Said of egap:EvaluationCard" in shown
    assert "Leads to egap:Assumption" in shown
    assert "Its properties" in block(text, "EvaluationCard")


def test_a_class_says_what_is_wider_and_narrower(text: str) -> None:
    shown = block(text, "EvaluationCard")
    assert "Narrower than dcat:Resource, prov:Entity" in shown
    assert "Wider than egap:BenchmarkCard" in shown


def test_a_dimension_has_its_question_and_its_values_in_order(text: str) -> None:
    shown = block(text, "dimension-interaction-type")
    assert "core" in shown
    assert "Are the examples single-turn or multi-turn?" in shown
    ranks = [shown.index(f"rank {n}") for n in range(1, 6)]
    assert ranks == sorted(ranks)


def test_every_alignment_stands_at_its_term(text: str) -> None:
    for rows in alignments().values():
        for row in rows:
            assert f'href="{row.object}"' in text
    assert "nexus:BenchmarkMetadataCard (relatedMatch" in block(text, "BenchmarkCard")


def test_places_are_named_once_and_links_within_lead_to_one(text: str) -> None:
    places = re.findall(r'\bid="([^"]+)"', text)
    assert len(places) == len(set(places))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(places)


def test_the_page_needs_no_script_and_is_no_heavier_than_a_picture(text: str) -> None:
    assert "<script" not in text
    assert len(text.encode()) < 300_000


def test_text_of_the_ontology_is_escaped(text: str) -> None:
    example = next(graphs.taxonomy().objects(EGAP.valueAsReported, SKOS.example))
    assert str(example).startswith("<")
    assert str(example) not in text
    assert unescape("&lt;") + "34.5" in words(text)


@pytest.mark.parametrize("version", ["0.0.1", "9.9.9", "0.0.1.ttl"])
def test_a_version_that_is_not_kept_is_named_with_those_there_are(
    client: TestClient, version: str
) -> None:
    answer = client.get(f"/ontology/{version}")
    assert answer.status_code == 404
    assert "only the current one" in answer.json()["detail"]
    current = map(str, graphs.taxonomy().objects(None, OWL.versionIRI))
    assert answer.json()["known"] == list(current)


def test_sub_properties_are_shown(text: str) -> None:
    for prop, wider in graphs.taxonomy().subject_objects(RDFS.subPropertyOf):
        if str(prop).startswith(str(EGAP)):
            assert str(wider) in text
