"""Oxigraph's terms and rdflib's, the one into the other."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Identifier, Node

from service.common.problems import BadRequest

# rdflib writes a traceback to the log for each value that is not of its datatype; an untrusted
# query may hold a million of them
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


class Rdf12Term(Identifier):
    """A term that RDF 1.2 has and rdflib has not: a triple term, or a text with a base direction.

    As a string it is what N-Triples 1.2 writes: `<<( <s> <p> <o> )>>` or `"x"@en--ltr`.
    """

    __slots__ = ()

    def n3(self, namespace_manager: object = None) -> str:
        """Return the term as N-Triples 1.2 writes it."""
        del namespace_manager
        return str(self)


def to_rdflib(term: Any) -> Node:
    """Return an Oxigraph term as an rdflib term, its text unchanged: `01` does not become `1`.

    Plain strings stay without a datatype; what RDF 1.2 added is a `Rdf12Term`.
    """
    if isinstance(term, ox.NamedNode):
        return _named(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple):
        return Rdf12Term(f"<<( {term} )>>")
    return _literal(term)


def _literal(term: Any) -> Node:
    if term.direction:
        return Rdf12Term(str(term))
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = term.datatype.value
    if datatype == _STRING:
        return Literal(term.value, normalize=False)
    return Literal(term.value, datatype=URIRef(datatype), normalize=False)


_STRING = str(XSD.string)


def _named(iri: str) -> URIRef:
    """Return an IRI that Oxigraph has checked; rdflib would look at each character again."""
    return str.__new__(URIRef, iri)


def to_oxigraph(term: Node) -> Any:
    """Return an rdflib term as an Oxigraph term. Raises `TypeError` for what is none of RDF."""
    if isinstance(term, URIRef):
        return ox.NamedNode(term)
    if isinstance(term, BNode):
        return ox.BlankNode(term)
    if isinstance(term, Rdf12Term):
        (quad,) = ox.parse(f"<a:a> <a:a> {term} .", format=ox.RdfFormat.N_TRIPLES)
        return quad.object
    if not isinstance(term, Literal):
        raise TypeError(f"{term!r} is no term of RDF")
    if term.datatype is None:
        return ox.Literal(term, language=term.language)
    return ox.Literal(term, datatype=ox.NamedNode(term.datatype))


def each_once() -> Callable[[Any], Node]:
    """Return `to_rdflib` for the terms of one answer, most of which stand in it many times."""
    known: dict[Any, Node] = {}

    def term(given: Any) -> Node:
        found = known.get(given)
        if found is None:
            found = known[given] = to_rdflib(given)
        return found

    return term


def to_graph(triples: Iterable[Any]) -> Graph:
    """Return Oxigraph triples as an rdflib graph."""
    graph, term = Graph(), each_once()
    for triple in triples:
        graph.add((term(triple.subject), term(triple.predicate), term(triple.object)))
    return graph


def is_rdf12(term: object) -> bool:
    """Tell whether an Oxigraph term is one that RDF 1.2 added."""
    directed = isinstance(term, ox.Literal) and term.direction is not None
    return directed or isinstance(term, ox.Triple)


def needs_rdf12(graph: Graph) -> bool:
    """Tell whether a graph holds a term that RDF 1.1 has no place for."""
    return any(isinstance(value, Rdf12Term) for value in graph.objects())


def absolute(iri: str) -> str:
    """Return an absolute IRI as it is. Raises `BadRequest` for any other text."""
    try:
        ox.NamedNode(iri)
    except ValueError as error:
        raise BadRequest(f"{iri!r} is not an absolute IRI.") from error
    return iri
