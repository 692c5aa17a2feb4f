"""Application domains: our own list, and the functions of government once a record has one."""

from rdflib import SKOS, Graph, URIRef

from loaders.mapping.iris import BASE, EGAP
from service.ontology import graphs
from service.ontology.scheme_queries import domains
from service.store.oxigraph.store import open_store
from tests.conftest import ROOT

OURS = ["customer-service", "education", "general", "healthcare", "law", "research", "software"]


def test_cofog_has_its_ten_divisions_in_its_order() -> None:
    graph = graphs.taxonomy()
    divisions = graph.subjects(SKOS.inScheme, URIRef(f"{BASE}scheme/domain-cofog"))
    numbers = sorted(str(graph.value(d, SKOS.notation)) for d in divisions)
    assert numbers == [f"{n:02}" for n in range(1, 11)]


def test_a_function_of_government_is_offered_once_a_record_has_it() -> None:
    graph = Graph()
    for name in ("domain", "domain-cofog"):
        graph.parse(ROOT / "ontology" / "schemes" / f"{name}.ttl")
    text = graph.serialize(format="nt").replace(" .\n", " <urn:taxonomy> .\n")
    engine = open_store(None)
    engine.commit(text.encode())
    assert domains(engine) == OURS
    coded = f"<urn:card> <{EGAP.applicationDomain}> <{BASE}code/domain/cofog-defence> <urn:x> .\n"
    engine.commit(coded.encode())
    assert domains(engine) == ["cofog-defence", *OURS]
    engine.close()
