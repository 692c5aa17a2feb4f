"""What the service says of itself: service description, VoID and example queries, as RDF."""

from rdflib import RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef

from service import catalog
from service.engines.base import Engine
from service.vocab import BASE, DCTERMS, SCHEMA, bind

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
SH = Namespace("http://www.w3.org/ns/shacl#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
CC_BY = URIRef("https://creativecommons.org/licenses/by/4.0/")
RESULT_FORMATS = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV",
    "Turtle", "N-Triples", "RDF_XML", "JSON-LD", "TriG", "N-Quads",
)  # fmt: skip
VOCABULARIES = (
    f"{BASE}ontology#", "http://www.w3.org/ns/prov#", "http://www.w3.org/ns/dcat#",
    "http://www.w3.org/2004/02/skos/core#", "http://purl.org/dc/terms/", "https://schema.org/",
)  # fmt: skip


def service_description(base: str) -> Graph:
    """Return the SPARQL 1.1 Service Description of the endpoint at `base`/sparql."""
    graph = _bound()
    service, dataset = URIRef(f"{base}/sparql#service"), URIRef(f"{base}/sparql#dataset")
    default = URIRef(f"{base}/sparql#default-graph")
    graph.add((service, RDF.type, SD.Service))
    graph.add((service, SD.endpoint, URIRef(f"{base}/sparql")))
    for language in (SD.SPARQL11Query, SD.SPARQL11Update):
        graph.add((service, SD.supportedLanguage, language))
    for name in RESULT_FORMATS:
        graph.add((service, SD.resultFormat, FORMATS[name]))
    graph.add((service, SD.feature, SD.UnionDefaultGraph))
    graph.add((service, SD.defaultDataset, dataset))
    graph.add((dataset, RDF.type, SD.Dataset))
    graph.add((dataset, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    graph.add((default, RDFS.comment, Literal("The union of all graphs of the store.")))
    return graph


def void(base: str, engine: Engine) -> Graph:
    """Return the VoID description: what the graph holds, counted by class and property."""
    graph = _bound()
    dataset = URIRef(f"{base}/void#dataset")
    graph.add((dataset, RDF.type, VOID.Dataset))
    graph.add((dataset, DCTERMS.title, Literal("EvalGap")))
    graph.add((dataset, DCTERMS.license, CC_BY))
    graph.add((dataset, VOID.sparqlEndpoint, URIRef(f"{base}/sparql")))
    graph.add((dataset, VOID.dataDump, URIRef(f"{base}/dump.nq.gz")))
    graph.add((dataset, VOID.uriSpace, Literal(BASE)))
    graph.add((dataset, VOID.exampleResource, URIRef(f"{BASE}id/benchmark/bean2026-scenarios")))
    for iri in VOCABULARIES:
        graph.add((dataset, VOID.vocabulary, URIRef(iri)))
    _count_into(graph, dataset, engine)
    return graph


def _count_into(graph: Graph, dataset: URIRef, engine: Engine) -> None:
    total = engine.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")[0]["n"]
    graph.add((dataset, VOID.triples, _integer(total)))
    for number, row in enumerate(engine.select(_CLASSES), start=1):
        part = URIRef(f"{dataset}-class-{number}")
        graph.add((dataset, VOID.classPartition, part))
        graph.add((part, VOID["class"], row["what"]))
        graph.add((part, VOID.entities, _integer(row["n"])))
    for number, row in enumerate(engine.select(_PROPERTIES), start=1):
        part = URIRef(f"{dataset}-property-{number}")
        graph.add((dataset, VOID.propertyPartition, part))
        graph.add((part, VOID.property, row["what"]))
        graph.add((part, VOID.triples, _integer(row["n"])))


_CLASSES = """SELECT ?what (COUNT(DISTINCT ?s) AS ?n) WHERE { ?s a ?what FILTER (isIRI(?what)) }
GROUP BY ?what ORDER BY ?what"""
_PROPERTIES = "SELECT ?what (COUNT(*) AS ?n) WHERE { ?s ?what ?o } GROUP BY ?what ORDER BY ?what"


def examples(base: str) -> Graph:
    """Return the named questions as SHACL SPARQL executables, with their example terms."""
    graph = _bound()
    for name, asked in catalog.questions().items():
        iri = URIRef(f"{base}/queries/{name}")
        graph.add((iri, RDF.type, SH.SPARQLExecutable))
        graph.add((iri, RDF.type, SH.SPARQLSelectExecutable))
        graph.add((iri, RDFS.label, Literal(asked.title)))
        graph.add((iri, RDFS.comment, Literal(asked.question)))
        graph.add((iri, SH.select, Literal(asked.sparql)))
        graph.add((iri, SCHEMA.target, URIRef(f"{base}/sparql")))
    return graph


def _bound() -> Graph:
    graph = bind(Graph())
    for prefix, namespace in (("sd", SD), ("void", VOID), ("formats", FORMATS)):
        graph.bind(prefix, namespace)
    return graph


def _integer(term: object) -> Literal:
    return Literal(str(term), datatype=XSD.integer)
