"""What may stand in a field: the datatype that its type in the model asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from rdflib import XSD, BNode, Literal, URIRef
from rdflib.term import Node as RdfNode

from loaders.mapping.fields import Field
from loaders.model import Node, PartialDate, partial_dates
from loaders.model.terms import Coded, Link, LocalLink, Part


@dataclass(frozen=True)
class Datatype:
    """A datatype as we write it, what a value of it is called, and how one is written."""

    iri: URIRef
    what: str
    how: str
    also: frozenset[URIRef] = frozenset()
    """Datatypes that are read as the same value where records come in as files."""


_EDTF = URIRef(partial_dates.DATATYPE)
_QUOTED = "a text in quotes, without language or datatype"
_DATATYPES: Mapping[type, Datatype] = {
    str: Datatype(XSD.string, "plain text", _QUOTED),
    Decimal: Datatype(
        XSD.decimal,
        "plain number",
        "an xsd:decimal, such as 12.5",
        frozenset({XSD.integer, XSD.double}),
    ),
    int: Datatype(XSD.integer, "whole number", "an xsd:integer, such as 12"),
    bool: Datatype(XSD.boolean, "truth value", "true or false"),
    date: Datatype(
        XSD.date, "day", "an xsd:date, such as 2026-05-26", frozenset({XSD.string, _EDTF})
    ),
    PartialDate: Datatype(
        _EDTF,
        "date",
        "a year, month or day as edtf:EDTF, such as 2024-05",
        frozenset({XSD.string, XSD.date, XSD.gYear, XSD.gYearMonth}),
    ),
}


def datatype_of(cls: type[Node], field: Field) -> Datatype | None:
    """Return the datatype of a field's values; of a field that holds nodes or names, None."""
    if field.node is not None or isinstance(field.term, Coded | LocalLink | Link):
        return None
    return _DATATYPES[_type(cls.model_fields[field.name].annotation)]


def misfit(cls: type[Node], field: Field, value: RdfNode) -> str:
    """Return in words why a value in a file does not fit its field, or nothing."""
    datatype = datatype_of(cls, field)
    if datatype is None:
        is_part = isinstance(field.term, Part) and isinstance(value, BNode)
        named = is_part or isinstance(value, URIRef)
        return "" if named else "This is no name. Write an IRI, such as one in <> in Turtle."
    return (
        "" if _is_read(datatype, value) else f"{value} is no {datatype.what}. Write {datatype.how}."
    )


def _is_read(datatype: Datatype, value: RdfNode) -> bool:
    if not isinstance(value, Literal) or value.language or value.ill_typed:
        return False
    return (value.datatype or XSD.string) in {datatype.iri, *datatype.also}


def _type(annotation: Any) -> type:
    if annotation in _DATATYPES:
        return annotation  # type: ignore[no-any-return]
    return next(_type(arg) for arg in get_args(annotation) if arg not in {type(None), ...})
