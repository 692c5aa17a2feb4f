"""From the model to triples and to JSON-LD: one walk over the fields, two outputs."""

from datetime import date
from decimal import Context, Decimal
from functools import cache, lru_cache, partial
from typing import Any

from rdflib import RDF, XSD, Literal, URIRef

from loaders.mapping.fields import (
    Field,
    child_iri,
    fields_of,
    may_name,
    only_named,
    target_iri,
    type_name,
    values_of,
)
from loaders.mapping.iris import DCAT, EGAP, expand, graph_iri, record_iri, series_iri
from loaders.mapping.standard_terms import standard_terms
from loaders.model import Node, PartialDate, Record, partial_dates

Triple = tuple[URIRef, URIRef, URIRef | Literal]


def triples(record: Record, version: int) -> list[Triple]:
    """Return the triples of one version of a record; every node has an IRI."""
    iri = record_iri(record.kind, record.id, version)
    found: list[Triple] = [
        (iri, DCAT.isVersionOf, series_iri(record.kind, record.id)),
        (iri, DCAT.version, Literal(str(version))),
        (iri, EGAP.recordedIn, graph_iri(record.kind, record.id, version)),
    ]
    _add(found, iri, record, iri)
    found += ((iri, term, value) for term, value in standard_terms(record))
    return found


def node_triples(iri: URIRef, node: Node) -> list[Triple]:
    """Return the triples of a node that stands outside a record, and of what it holds."""
    found: list[Triple] = []
    _add(found, iri, node, iri)
    return found


def _add(found: list[Triple], subject: URIRef, node: Node, root: URIRef) -> None:
    """Append the triples of a node and of what it holds; one list, for speed."""
    rdf_type, fields = _terms(type(node))
    found.append((subject, RDF.type, rdf_type))
    for field, predicate, plain_words in fields:
        for index, value in enumerate(values_of(node, field), start=1):
            if plain_words:
                found.append((subject, predicate, literal(value)))
            elif isinstance(value, Node):
                child = URIRef(child_iri(subject, field, value, index))
                found.append((subject, predicate, child))
                if not only_named(field, value):
                    _add(found, child, value, root)
            else:
                target = target_iri(field.term, value, root)
                found.append((subject, predicate, _named(target) if target else literal(value)))


@cache
def _terms(cls: type[Node]) -> tuple[URIRef, tuple[tuple[Field, URIRef, bool], ...]]:
    """Return the RDF class of a model class, and its fields with their predicates.

    Each with whether it holds words and numbers alone: no node, and nothing that an IRI stands for.
    """
    fields = tuple((f, expand(f.term.predicate), not (f.node or may_name(f.term)))
                   for f in fields_of(cls))  # fmt: skip
    return expand(cls.rdf_type), fields


def literal(value: Any) -> Literal:
    """Return a literal: text plain, numbers as xsd:decimal or xsd:integer, never as double.

    A date that may lack its day has the datatype of EDTF. A number keeps 18 digits after its
    point: the engines calculate with no more, and leave one that has more out without a word.
    """
    if type(value) is str:
        return _repeated(value) if len(value) <= _SHORT else _text(value)
    if isinstance(value, Decimal):
        return Literal(format(_calculable(value), "f"), datatype=XSD.decimal)
    if isinstance(value, PartialDate):
        return Literal(str(value), datatype=partial_dates.DATATYPE)
    return Literal(value)


_SHORT = 200
"""Characters of a text that may come again and again, as names and languages do."""
_text = partial(Literal, normalize=False)
"""A text has no other form; rdflib takes half its time to look for one."""
_repeated = lru_cache(4096)(_text)
_named = lru_cache(4096)(URIRef)
"""One object for each name: rdflib compares two in Python, and looks at every character first."""


def _calculable(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -_DIGITS:
        return value.quantize(Decimal(1).scaleb(-_DIGITS), context=_EXACT)
    return value


_DIGITS = 18
_EXACT = Context(prec=1000)


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
