"""The JSON-LD context of the model: which key is which predicate."""

from datetime import date
from decimal import Decimal
from typing import Any, get_args

from loaders.mapping.fields import Field, fields_of, type_name
from loaders.mapping.iris import BASE
from loaders.model import Node, PartialDate, partial_dates
from loaders.model.terms import PREFIXES, Coded, Link, LocalLink

_DATATYPES = {
    Decimal: "xsd:decimal",
    date: "xsd:date",
    PartialDate: partial_dates.DATATYPE,
}


def context() -> dict[str, Any]:
    """Return the context under which the API's JSON is JSON-LD.

    Keys are scoped to the type of their node, because `benchmark` in a card is a description
    and `benchmark` in a gap a code.
    """
    classes = {cls for cls in _classes(Node) if hasattr(cls, "rdf_type")}
    scoped = {
        type_name(cls): {
            "@id": cls.rdf_type,
            "@context": {f.name: _definition(cls, f) for f in fields_of(cls)},
        }
        for cls in sorted(classes, key=type_name)
    }
    xsd = {"xsd": "http://www.w3.org/2001/XMLSchema#"}
    return {"@context": {"@version": 1.1, **xsd, **PREFIXES, **scoped}}


def _classes(cls: type[Node]) -> set[type[Node]]:
    return {cls}.union(*(_classes(sub) for sub in cls.__subclasses__()))


def _definition(cls: type[Node], field: Field) -> Any:
    predicate = field.term.predicate
    if isinstance(field.term, Coded):
        scoped = {"@vocab": f"{BASE}{field.term.base}"}
        return {"@id": predicate, "@type": "@vocab", "@context": scoped}
    if isinstance(field.term, Link):
        return {"@id": predicate, "@type": "@id"}
    if isinstance(field.term, LocalLink):
        return None  # a path inside the record: RDF has it, JSON readers follow it by key
    datatype = _datatype(cls, field)
    return {"@id": predicate, "@type": datatype} if datatype else predicate


def _datatype(cls: type[Node], field: Field) -> str | None:
    annotation = cls.model_fields[field.name].annotation
    kinds = {annotation, *get_args(annotation)}
    return next((name for kind, name in _DATATYPES.items() if kind in kinds), None)
