"""The catalogue is what DCAT-AP 3 asks for, by the shapes of its editors."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pyshacl import validate
from rdflib import FOAF, RDF, SH, Graph

from loaders.mapping.iris import DCAT, DCTERMS

SHAPES = Path(__file__).with_name("dcat-ap")
FORMS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt"}


@pytest.mark.one_engine
@pytest.mark.parametrize("form", FORMS)
def test_the_catalogue_passes_dcat_ap(client: TestClient, form: str) -> None:
    shapes = Graph().parse(SHAPES / "shapes.ttl").parse(SHAPES / "range.ttl")
    text = client.get(f"/catalog.{form}").text
    data = Graph().parse(data=text, format=FORMS[form])
    conforms, report, words = validate(data, shacl_graph=shapes, advanced=True)
    assert isinstance(report, Graph)
    assert conforms, words
    assert (None, SH.resultSeverity, SH.Violation) not in report
    catalogue = data.value(predicate=RDF.type, object=DCAT.Catalog)
    publisher = data.value(catalogue, DCTERMS.publisher)
    assert str(data.value(publisher, FOAF.name)) == "The operators of this EvalGap service"
