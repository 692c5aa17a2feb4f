"""The names of the graph: namespaces, and how the IRI of a record, series or graph is made."""

from functools import cache

from rdflib import Graph, Namespace, URIRef

from loaders.model.terms import PREFIXES

BASE = "https://w3id.org/evalgap/"
AS = Namespace("https://www.w3.org/ns/activitystreams#")
EGAP = Namespace(PREFIXES["egap"])
DCAT = Namespace(PREFIXES["dcat"])  # rdflib's own lacks the terms of DCAT 3
DCTERMS = Namespace(PREFIXES["dcterms"])
PROV = Namespace(PREFIXES["prov"])
SCHEMA = Namespace(PREFIXES["schema"])
SKOS = Namespace(PREFIXES["skos"])

PROVENANCE = URIRef(f"{BASE}graph/provenance")
THINGS = URIRef(f"{BASE}graph/things")
"""Holds what is said of shared things, once each: in a union of graphs, a triple that stood
in several would be counted several times."""
ONTOLOGY_GRAPH = URIRef(f"{BASE}graph/ontology")
SHAPES_GRAPH = URIRef(f"{BASE}graph/shapes")

SHORT = {
    **PREFIXES,
    "dimension": f"{BASE}dimension/",
    "value": f"{BASE}value/",
    "code": f"{BASE}code/",
    "scheme": f"{BASE}scheme/",
    "id": f"{BASE}id/",
    "graph": f"{BASE}graph/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sh": "http://www.w3.org/ns/shacl#",
    "xkos": "http://rdf-vocabulary.ddialliance.org/xkos#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes under which answers are written and queries may be written."""


@cache
def expand(curie: str) -> URIRef:
    """Return the IRI of a CURIE over the model's prefixes; raise `KeyError` for another."""
    prefix, _, name = curie.partition(":")
    return URIRef(PREFIXES[prefix] + name)


def series_iri(kind: str, ident: str) -> URIRef:
    """Return the IRI that all versions of a record share."""
    return URIRef(f"{BASE}id/{kind}/{ident}")


def path_below(iri: object) -> str:
    """Return the path of a thing or record of ours below `id/`; any other term as it is."""
    return str(iri).removeprefix(f"{BASE}id/")


def last_segment(iri: object) -> str:
    """Return what stands after the last `/` of an IRI, such as `holds` of a code."""
    return str(iri).rpartition("/")[2]


def local_name(iri: object) -> str:
    """Return what stands after the last `/` or `#` of an IRI, such as `title` of a property."""
    return last_segment(iri).rpartition("#")[2]


def record_iri(kind: str, ident: str, version: int) -> URIRef:
    """Return the IRI of one version of a record."""
    return URIRef(f"{BASE}id/{kind}/{ident}/{version}")


def graph_iri(kind: str, ident: str, version: int) -> URIRef:
    """Return the IRI of the named graph that holds one version of a record."""
    return URIRef(f"{BASE}graph/{kind}/{ident}/{version}")


def bind(graph: Graph) -> Graph:
    """Return the graph with our prefixes bound, for readable Turtle."""
    for prefix, namespace in SHORT.items():
        graph.bind(prefix, namespace, replace=True)
    return graph
