"""RDF as text: read and written in every syntax, with nothing fetched and nothing unfolded.

Oxigraph reads all of them, and writes all that programs read. Turtle and JSON-LD, which people
read too, are written by rdflib, with lists and nested nodes and with prefixes, unless there are
terms of RDF 1.2, of which it knows nothing. No form changes the text of a value.
"""

import json
import re
from collections.abc import Iterable, Sequence
from functools import partial
from io import BytesIO
from typing import Any

import pyoxigraph as ox
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.plugins.serializers.jsonld import Converter
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.plugins.shared.jsonld.context import Context
from rdflib.term import Node

from loaders.reading.depth import Syntax, TooDeep, check_depth
from service.common.problems import BadRequest, UnsupportedMedia
from service.store import forms
from service.store.statements import Statements, Transaction
from service.store.terms import needs_rdf12, to_graph, to_oxigraph

SYNTAXES = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media types of RDF that are read."""
_SCANNED: dict[str, Syntax] = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}
"""The same, as the scan of depth calls them."""

Quad = tuple[Node, Node, Node, URIRef | None]
"""Subject, predicate, object and graph; no graph: the default one."""


Part = tuple[bytes, str]
"""A text and its media type."""


def read(parts: Sequence[Part], base: str, name: str) -> Transaction:
    """Return the triples of texts, as what is to be put into the graph of this name.

    Raises as `parse` does.
    """
    graph = ox.NamedNode(name) if name else ox.DefaultGraph()
    triples = [triple for data, media in parts for triple in parse(data, media, base)]
    quads = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in triples]
    insert = ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""
    return Transaction((), insert, Statements.of(quads))


def merged(*nquads: bytes) -> ox.Store:
    """Return the statements of N-Quads in one graph of a store in memory, whatever their graphs."""
    store = ox.Store()
    for text in nquads:
        quads = ox.parse(text, format=ox.RdfFormat.N_QUADS)
        store.extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    return store


def parse(data: bytes, media: str, base: str) -> list[ox.Triple]:
    """Return the triples of a text; relative IRIs are resolved against `base`.

    Blank nodes get labels that nothing else has.

    Raises `UnsupportedMedia` for another syntax, and `BadRequest` for text that does not
    parse or nests too deep, for a document type in RDF/XML (its entities could unfold without
    end), and for a JSON-LD context that would have to be fetched.
    """
    if media not in SYNTAXES:
        raise UnsupportedMedia(
            f"RDF is read as {', '.join(SYNTAXES)}, not as {media or 'nothing'!r}."
        )
    if media == "application/rdf+xml" and b"<!DOCTYPE" in data:
        raise BadRequest("The RDF/XML declares a document type. Entities are not expanded here.")
    try:
        check_depth(data, _SCANNED[media])
        quads = ox.parse(data, format=SYNTAXES[media], base_iri=base, rename_blank_nodes=True)
        return [quad.triple for quad in quads]
    except TooDeep as error:
        raise BadRequest(str(error)) from error
    except (SyntaxError, ValueError) as error:
        raise BadRequest(f"The {media} does not parse: {_plain(error)}") from error


def graphs_of(nquads: bytes) -> dict[str, Graph]:
    """Return the graphs of N-Quads by name, the default one under an empty name."""
    found: dict[str, list[ox.Triple]] = {}
    for quad in ox.parse(nquads, format=ox.RdfFormat.N_QUADS):
        name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
        found.setdefault(name, []).append(quad.triple)
    return {name: to_graph(triples) for name, triples in found.items()}


def _plain(error: Exception) -> str:
    if "LoadDocumentCallback" in str(error):
        return "it names a remote context, which is not fetched."
    return " ".join(str(error).split())[:300]


def lines(triples: Iterable[tuple[Any, ...]], name: str = "") -> bytes:
    """Return triples as N-Quads in the graph of this name; "" is the default graph."""
    quads = (_quad(s, p, o, name) for s, p, o in triples)
    return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


def write(graph: Graph, media: str) -> bytes:
    """Return a graph in one of `SYNTAXES`, under those of its prefixes that shorten something.

    Raises `NotAcceptable` where that syntax cannot say what the graph holds.
    """
    if media in _BY_RDFLIB and not needs_rdf12(graph):
        return _BY_RDFLIB[media](graph)
    return write_quads(((*triple, None) for triple in graph), media, graph)


def _turtle(graph: Graph) -> bytes:
    out = BytesIO()
    _Turtle(graph).serialize(out, encoding="utf-8")
    return out.getvalue()


def _json_ld(graph: Graph) -> bytes:
    names = _beginnings(graph, ((*triple, None) for triple in graph))
    context = Context(names)
    found = _Converter(context, use_native_types=True, use_rdf_type=False).convert(graph)
    if names:
        found = {"@context": names, **({"@graph": found} if isinstance(found, list) else found)}
    return json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True).encode()


_BY_RDFLIB = {"text/turtle": _turtle, "application/ld+json": _json_ld}


class _Turtle(TurtleSerializer):
    """Turtle with numbers as they are: rdflib's own writes the decimal `0` as `0.0`."""

    def label(self, node: Node, position: int) -> str:
        """Return a term as Turtle writes it."""
        if not isinstance(node, Literal):
            return str(super().label(node, position))
        plain = _BARE.get(node.datatype) if node.datatype else None
        if plain and plain.fullmatch(node):
            return str(node)
        return str(node._literal_n3(qname_callback=partial(self.get_pname, gen_prefix=False)))  # noqa: SLF001


_BARE = {
    XSD.integer: re.compile(r"[+-]?[0-9]+"),
    XSD.decimal: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD.boolean: re.compile("true|false"),
}
"""The values that Turtle writes without quotes, by their datatype."""


class _Converter(Converter):
    """JSON-LD with values as they are: rdflib's own gives `01` as 1, and infinity as no JSON."""

    def to_raw_value(self, graph: Graph, s: Any, o: Any, nodemap: dict[str, Any]) -> Any:
        """Return an object as JSON."""
        native = isinstance(o, Literal) and o.datatype in _NATIVE
        if native and not _NATIVE[o.datatype].fullmatch(o):
            kind = self.context.to_symbol(o.datatype)
            return {self.context.type_key: kind, self.context.value_key: str(o)}
        return super().to_raw_value(graph, s, o, nodemap)


_NATIVE = {
    XSD.integer: re.compile(r"0|-?[1-9][0-9]{,14}"),
    XSD.boolean: re.compile("true|false"),
    XSD.double: re.compile("(?!)"),
    XSD.string: re.compile("(?!)"),
}
"""The values that JSON has of its own, by their datatype; no doubles, whose text has many forms."""


def write_quads(quads: Iterable[Quad], media: str, names: Graph) -> bytes:
    """Return quads in a media type of RDF, under the prefixes of `names`, as `write` does.

    No graph stands for the default one.
    """
    ordered = sorted(set(quads), key=_order)
    made = forms.fitting((_quad(*quad) for quad in ordered), media)
    syntax = ox.RdfFormat.from_media_type(media)
    prefixes = _shortening(names, ordered)
    text = ox.serialize(made, format=syntax, prefixes=prefixes) or b""
    return forms.xml(text) if media == "application/rdf+xml" else text


def _quad(subject: Node, predicate: Node, value: Node, graph: str | None) -> ox.Quad:
    terms = [to_oxigraph(term) for term in (subject, predicate, value)]
    return ox.Quad(terms[0], terms[1], terms[2], ox.NamedNode(graph) if graph else None)


def _order(quad: Quad) -> tuple[object, ...]:
    """Sort by graph and subject, those without a name last, and the type before all else."""
    subject, predicate, value, graph = quad
    annotation = getattr(value, "datatype", None) or getattr(value, "language", None) or ""
    place = graph or "", isinstance(subject, BNode), subject, predicate != RDF.type, predicate
    return tuple(map(str, (*place, value, annotation)))


def _shortening(names: Graph, quads: Iterable[Quad]) -> dict[str, str]:
    """Return the prefixes that shorten an IRI and leave no slash in any, which would be escaped."""
    heads = {iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in _iris(quads)}
    return {
        prefix: space
        for prefix, space in _beginnings(names, quads).items()
        if {head for head in heads if head.startswith(space)} == {space}
    }


def _beginnings(names: Graph, quads: Iterable[Quad]) -> dict[str, str]:
    """Return the prefixes that shorten an IRI and are the scheme of none, as `geo:1,2` has one."""
    iris = _iris(quads)
    return {
        prefix: str(space)
        for prefix, space in names.namespaces()
        if any(iri.startswith(str(space)) for iri in iris)
        and not any(iri.startswith(f"{prefix}:") for iri in iris)
    }


def _iris(quads: Iterable[Quad]) -> set[str]:
    terms = {term for quad in quads for term in quad}
    datatypes = {t.datatype for t in terms if isinstance(t, Literal) and t.datatype}
    return {str(term) for term in terms | datatypes if isinstance(term, URIRef)}
