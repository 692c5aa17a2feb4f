"""From triples back to the model."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Protocol

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node as RdfNode

from loaders.mapping.fields import Field, child_iri, fields_of, values_of
from loaders.mapping.iris import BASE, expand, last_segment
from loaders.model import Node, Record, Thing, whole_number
from loaders.model.terms import Coded, LocalLink, Part


class GraphLike(Protocol):
    """What is said of nodes: a graph of rdflib, or what else answers its one question."""

    def objects(self, subject: RdfNode, predicate: RdfNode, /) -> Iterable[RdfNode]:
        """Return what is said of a node by a property, each once."""
        ...


def record(graph: GraphLike, cls: type[Record], iri: str) -> Record:
    """Return the version of a record that a graph holds under `iri`.

    Raises pydantic's `ValidationError` where the graph does not hold such a record, or where it
    refers to a part that it does not have.
    """
    ident = iri.removeprefix(f"{BASE}id/{cls.kind}/").rpartition("/")[0]
    found = cls.model_validate({**_values(graph, cls, URIRef(iri), iri), "id": ident})
    if _has_links(cls):
        _check_links(found)
    return found


@cache
def _has_links(cls: type[Node]) -> bool:
    return any(
        isinstance(field.term, LocalLink) or (field.node and _has_links(field.node))
        for field in fields_of(cls)
    )


def _check_links(found: Record) -> None:
    """Raise `ValidationError` where two parts have one name, or a name is that of no part."""
    parts, links = list(_parts(found, "")), list(_links(found, ()))
    names = Counter(parts)
    wrong = [
        InitErrorDetails(type=_TWICE, loc=(name,), input=name) for name in names if names[name] > 1
    ]
    wrong += [
        InitErrorDetails(type=_NO_PART, loc=place, input=name)
        for place, name in links
        if name not in names
    ]
    if wrong:
        raise ValidationError.from_exception_data(type(found).__name__, wrong)


_DIGITS = re.compile(r"([0-9]+)")
_TWICE = PydanticCustomError("same_key", "Two parts have this one name")
_NO_PART = PydanticCustomError("no_part", "The record has no such part")


def _parts(node: Node, path: str) -> Iterator[str]:
    """Yield the paths below a record of the parts of a node."""
    for field in fields_of(type(node)):
        for index, value in enumerate(values_of(node, field), start=1):
            if isinstance(field.term, Part):
                below = child_iri(path, field, value, index)
                yield below.removeprefix("/")
                yield from _parts(value, below)


def _links(node: Node, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield where a node and its parts name other parts, and by which path."""
    for field in fields_of(type(node)):
        for index, value in enumerate(values_of(node, field)):
            here = (*place, field.name, index) if field.many else (*place, field.name)
            if isinstance(field.term, LocalLink):
                yield here, value
            elif isinstance(field.term, Part):
                yield from _links(value, here)


def thing(graph: GraphLike, cls: type[Thing], iri: str) -> Thing:
    """Return the thing that a graph describes under `iri`. Raises as `record` does."""
    return cls.model_validate(_values(graph, cls, URIRef(iri), iri))


def _values(graph: GraphLike, cls: type[Node], subject: RdfNode, root: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields_of(cls):
        objects = list(graph.objects(subject, expand(field.term.predicate)))
        if len(objects) > 1:
            objects.sort(key=_natural)
        values = [_value(graph, field, o, root) for o in objects]
        if values:
            found[field.name] = tuple(values) if field.many else values[0]
    if issubclass(cls, Thing):
        found["id"] = last_segment(subject)
    return found


def _value(graph: GraphLike, field: Field, target: RdfNode, root: str) -> Any:
    if field.node is not None and isinstance(target, URIRef | BNode):
        return _values(graph, field.node, target, root)
    if isinstance(field.term, Coded):
        return str(target).removeprefix(f"{BASE}{field.term.base}")
    if isinstance(field.term, LocalLink):
        return str(target).removeprefix(f"{root}/")
    return target.toPython() if isinstance(target, Literal) else str(target)


def _natural(node: RdfNode) -> list[tuple[int, int | str]]:
    """Sort `step-10` after `step-2`."""
    parts = _DIGITS.split(str(node))
    numbers = [whole_number(part) for part in parts]
    return [(1, p) if n is None else (0, n) for p, n in zip(parts, numbers, strict=True)]
