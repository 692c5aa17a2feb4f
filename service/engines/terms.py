"""Oxigraph's terms and rdflib's, the one into the other."""

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node


def to_rdflib(term: Any) -> Node:
    """Return an Oxigraph term as an rdflib term; plain strings stay without a datatype."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    return Literal(term.value) if datatype == XSD.string else Literal(term.value, datatype=datatype)


def to_graph(triples: Iterable[Any]) -> Graph:
    """Return Oxigraph triples as an rdflib graph."""
    graph = Graph()
    for triple in triples:
        subject, predicate = to_rdflib(triple.subject), to_rdflib(triple.predicate)
        graph.add((subject, predicate, to_rdflib(triple.object)))
    return graph
