"""Oxigraph's terms and rdflib's, the one into the other."""

from collections.abc import Iterable
from typing import Any

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from service.problems import BadRequest


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


def absolute(iri: str) -> str:
    """Return an absolute IRI as it is. Raises `BadRequest` for any other text."""
    try:
        ox.NamedNode(iri)
    except ValueError as error:
        raise BadRequest(f"{iri!r} is not an absolute IRI.") from error
    return iri
