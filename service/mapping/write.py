"""From the model to triples and to JSON-LD: one walk over the fields, two outputs."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from rdflib import RDF, XSD, Literal, URIRef

from loaders.model import Node, Record
from service.mapping.fields import child_iri, fields_of, target_iri, type_name, values_of
from service.vocab import DCAT, EGAP, expand, graph_iri, record_iri, series_iri

Triple = tuple[URIRef, URIRef, URIRef | Literal]


def triples(record: Record, version: int) -> Iterator[Triple]:
    """Yield the triples of one version of a record; every node has an IRI."""
    iri = record_iri(record.kind, record.id, version)
    yield iri, DCAT.isVersionOf, series_iri(record.kind, record.id)
    yield iri, DCAT.version, Literal(str(version))
    yield iri, EGAP.recordedIn, graph_iri(record.kind, record.id, version)
    yield from _node(str(iri), record, str(iri))


def _node(iri: str, node: Node, root: str) -> Iterator[Triple]:
    subject = URIRef(iri)
    yield subject, RDF.type, expand(node.rdf_type)
    for field in fields_of(type(node)):
        predicate = expand(field.term.predicate)
        for index, value in enumerate(values_of(node, field), start=1):
            if isinstance(value, Node):
                child = child_iri(iri, field, value, index)
                yield subject, predicate, URIRef(child)
                yield from _node(child, value, root)
            else:
                target = target_iri(field.term, str(value), root)
                yield subject, predicate, URIRef(target) if target else literal(value)


def literal(value: Any) -> Literal:
    """Return a literal: text plain, numbers as xsd:decimal or xsd:integer, never as double."""
    if isinstance(value, Decimal):
        return Literal(format(value, "f"), datatype=XSD.decimal)
    return Literal(value)


def to_json(record: Record, version: int) -> dict[str, Any]:
    """Return a version of a record as JSON-LD values, without its context."""
    iri = str(record_iri(record.kind, record.id, version))
    return {**_json(iri, record, iri), "id": record.id, "version": version}


def _json(iri: str, node: Node, root: str) -> dict[str, Any]:
    result: dict[str, Any] = {"@id": iri, "@type": type_name(node)}
    if ident := getattr(node, "id", None):
        result["id"] = ident
    for field in fields_of(type(node)):
        values = [
            _json(child_iri(iri, field, value, index), value, root)
            if isinstance(value, Node)
            else plain(value)
            for index, value in enumerate(values_of(node, field), start=1)
        ]
        result[field.name] = values if field.many else next(iter(values), None)
    return result


def plain(value: Any) -> Any:
    """Return a JSON value: decimals as numbers, dates as text."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value
