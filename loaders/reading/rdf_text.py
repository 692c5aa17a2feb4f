"""Untrusted RDF in every syntax, read by Oxigraph's parsers, which fetch and open nothing.

Of the loaders only this module and `loaders.model.addresses` know Oxigraph. rdflib's parsers are
kept for files of our own, because they fetch addresses (JSON-LD contexts, also `file:` ones) and
raise whatever they meet.
"""
# DESIGN: oxigraph-parsers

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef

from loaders.contract import CardError, RecordProblem, shorten
from loaders.reading.depth import Syntax, check_depth
from loaders.reading.encoding import decode

_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "xml": ox.RdfFormat.RDF_XML,
    "json-ld": ox.RdfFormat.JSON_LD,
}


def parse(data: bytes, syntax: Syntax) -> Graph:
    """Return the triples of a text, those of all its graphs together.

    Raises `CardError` for what is no text, nests too deep or does not parse (a relative address
    without a base included), and for terms that only RDF 1.2 has.
    """
    words = decode(data)[0]
    if syntax == "xml":
        words = _without_declaration(words)
    text = words.encode(errors="replace")
    check_depth(text, syntax)
    graph = Graph()
    try:
        for quad in ox.parse(text, format=_FORMATS[syntax]):
            subject, predicate = _term(quad.subject), URIRef(quad.predicate.value)
            graph.add((subject, predicate, _term(quad.object)))
    except (SyntaxError, ValueError) as error:
        raise CardError(
            RecordProblem(f"The RDF cannot be read as {syntax}: {shorten(str(error), 300)}.",
                    mend="Check the syntax there; addresses are written in full.")
        ) from error  # fmt: skip
    return graph


def _without_declaration(words: str) -> str:
    """Return XML without its first line: the text is UTF-8 now, whatever that line says."""
    words = words.lstrip("\ufeff \t\r\n")
    return words.partition("?>")[2] if words.startswith("<?xml") else words


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> URIRef | BNode | Literal:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Triple) or term.direction:
        raise ValueError("a record holds no triple terms and no texts with a base direction")
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    return Literal(term.value) if datatype == XSD.string else Literal(term.value, datatype=datatype)
