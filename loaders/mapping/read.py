"""From triples back to the model."""

import re
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node as RdfNode

from loaders.mapping.fields import Field, fields_of
from loaders.mapping.iris import BASE, expand, last_segment
from loaders.model import Node, Record, Thing, whole_number
from loaders.model.terms import Coded, LocalLink


def record(graph: Graph, cls: type[Record], iri: str) -> Record:
    """Return the version of a record that a graph holds under `iri`.

    Raises pydantic's `ValidationError` where the graph does not hold such a record.
    """
    ident = iri.removeprefix(f"{BASE}id/{cls.kind}/").rpartition("/")[0]
    return cls.model_validate({**_values(graph, cls, URIRef(iri), iri), "id": ident})


def _values(graph: Graph, cls: type[Node], subject: RdfNode, root: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields_of(cls):
        objects = sorted(graph.objects(subject, expand(field.term.predicate)), key=_natural)
        values = [_value(graph, field, o, root) for o in objects]
        if values:
            found[field.name] = tuple(values) if field.many else values[0]
    if issubclass(cls, Thing):
        found["id"] = last_segment(subject)
    return found


def _value(graph: Graph, field: Field, target: RdfNode, root: str) -> Any:
    if field.node is not None and isinstance(target, URIRef | BNode):
        return _values(graph, field.node, target, root)
    if isinstance(field.term, Coded):
        return str(target).removeprefix(f"{BASE}{field.term.base}")
    if isinstance(field.term, LocalLink):
        return str(target).removeprefix(f"{root}/")
    return target.toPython() if isinstance(target, Literal) else str(target)


def _natural(node: RdfNode) -> list[tuple[int, int | str]]:
    """Sort `step-10` after `step-2`."""
    parts = re.split(r"([0-9]+)", str(node))
    numbers = [whole_number(part) for part in parts]
    return [(1, p) if n is None else (0, n) for p, n in zip(parts, numbers, strict=True)]
