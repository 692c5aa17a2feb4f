"""The page of the ontology: every term, with all that is said of it, readable without a script."""

import pytest
from fastapi.testclient import TestClient
from rdflib import OWL, RDF, RDFS, Namespace

from loaders.mapping.iris import BASE, EGAP, SHORT, SKOS
from service.ontology import graphs
from service.ontology.mappings import alignments
from tests.pages import BROWSER, Part, opened

XKOS = Namespace(SHORT["xkos"])
NOTES = (XKOS.inclusionNote, XKOS.exclusionNote, SKOS.example, EGAP.boundaryCase, SKOS.changeNote)


@pytest.fixture(scope="module")
def found(client: TestClient) -> Part:
    return opened(client, "/ontology")


def block(found: Part, anchor: str) -> str:
    """Return the words of one term."""
    return found.one(f"section.term#{anchor}").words.replace(" ,", ",")


def test_every_term_and_every_code_is_there_with_its_meaning(found: Part) -> None:
    graph, shown, anchors = graphs.taxonomy(), found.words, set(found.values("*", "id"))
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    terms = {s for kind in kinds for s in graph.subjects(RDF.type, kind)}
    ours = [t for t in terms if str(t).startswith(str(EGAP))]
    concepts = set(graph.subjects(SKOS.inScheme))
    assert len(ours) > 100
    assert len(concepts) > 150
    for term in [*ours, *concepts]:
        anchor = str(term).removeprefix(str(EGAP)).removeprefix(BASE).replace("/", "-")
        assert anchor in anchors
        for said in (SKOS.definition, SKOS.scopeNote, EGAP.questionText, *NOTES):
            for value in graph.objects(term, said):
                assert " ".join(str(value).split()) in shown


def test_a_property_says_of_what_it_is_said_and_where_it_leads(found: Part) -> None:
    shown = block(found, "hasAssumption")
    assert "Said of egap:EvaluationCard" in shown
    assert "Leads to egap:Assumption" in shown
    assert "Its properties" in block(found, "EvaluationCard")


def test_a_class_says_what_is_wider_and_narrower(found: Part) -> None:
    shown = block(found, "EvaluationCard")
    assert "Narrower than dcat:Resource, prov:Entity" in shown
    assert "Wider than egap:BenchmarkCard" in shown


def test_a_dimension_has_its_question_and_its_values_in_order(found: Part) -> None:
    shown = block(found, "dimension-interaction-type")
    assert "core" in shown
    assert "Are the examples single-turn or multi-turn?" in shown
    ranks = [shown.index(f"rank {n}") for n in range(1, 6)]
    assert ranks == sorted(ranks)


def test_a_dimension_shows_its_parts_and_then_what_they_replace(found: Part) -> None:
    shown = block(found, "dimension-outcome-validity")
    for part in (
        "scheme/outcome-validity-consequence",
        "scheme/outcome-validity-scorer · shown, not",
    ):
        assert shown.index(part) < shown.index("scheme/outcome-validity · deprecated")
    assert "Entails Need not elicit" in block(found, "dimension-interaction-type")
    assert "May mean Model judge" in shown


def test_every_alignment_stands_at_its_term(found: Part) -> None:
    links = set(found.values(".term a", "href"))
    objects = {row.object for rows in alignments().values() for row in rows}
    assert {o for o in objects if not o.startswith(BASE)} <= links
    assert {
        f"#{o.removeprefix(BASE).replace('/', '-')}" for o in objects if o.startswith(BASE)
    } <= links
    assert "nexus:BenchmarkMetadataCard (relatedMatch" in block(found, "BenchmarkCard")


def test_places_are_named_once_and_links_within_lead_to_one(found: Part) -> None:
    places = found.values("*", "id")
    assert len(places) == len(set(places))
    within = {a[1:] for a in found.values("*", "href") if a.startswith("#")}
    assert within <= set(places)


def test_the_page_needs_no_script_and_is_no_heavier_than_a_picture(
    client: TestClient, found: Part
) -> None:
    assert not found.has("script:not([src])")
    assert len(client.get("/ontology", headers=BROWSER).content) < 600_000


def test_text_of_the_ontology_is_escaped(found: Part) -> None:
    example = next(graphs.taxonomy().objects(EGAP.valueAsReported, SKOS.example))
    assert str(example).startswith("<34.5")
    assert str(example) in found.words


def test_sub_properties_are_shown(found: Part) -> None:
    links = set(found.values("*", "href"))
    for prop, wider in graphs.taxonomy().subject_objects(RDFS.subPropertyOf):
        if str(prop).startswith(str(EGAP)):
            assert {str(wider), f"#{str(wider).removeprefix(str(EGAP))}"} & links
