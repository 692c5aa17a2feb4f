"""The fields of a model class, with what they mean in RDF."""
# DESIGN: model-written-once

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from loaders.mapping.iris import BASE, series_iri
from loaders.model import Metric, Node, Record, Thing
from loaders.model.terms import Coded, Link, LocalLink, Mention, Part, Term


@dataclass(frozen=True)
class Field:
    """One field of a class: its name, its marker, and the nested class if it has one."""

    name: str
    term: Term
    many: bool
    node: type[Node] | None


def is_thing(iri: str) -> bool:
    """Tell whether an IRI names a shared thing, as against a record or a part of one."""
    return iri.startswith(_THINGS)


_THINGS = tuple(f"{BASE}id/{cls.kind}/" for cls in Thing.__subclasses__())


def node_classes() -> Iterator[type[Node]]:
    """Yield the classes of which a record has nodes."""
    pending: list[type[Node]] = [Node]
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        if hasattr(cls, "rdf_type") and not cls.__subclasses__():
            yield cls


@cache
def fields_of(cls: type[Node]) -> tuple[Field, ...]:
    """Return the fields of a class that become triples, in the order of the class."""
    return tuple(
        Field(name, term, _is_tuple(info.annotation), _nested(info.annotation))
        for name, info in cls.model_fields.items()
        for term in info.metadata
        if isinstance(term, Term)
    )


def type_name(node: Node | type[Node]) -> str:
    """Return the local name of a node's class in RDF: `BenchmarkCard`."""
    return node.rdf_type.partition(":")[2]


def _is_tuple(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is tuple


def _nested(annotation: Any) -> type[Node] | None:
    if isinstance(annotation, type) and issubclass(annotation, Node):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _nested(arg))), None)


def values_of(node: Node, field: Field) -> tuple[Any, ...]:
    """Return what a field holds as a tuple, empty for None."""
    value = getattr(node, field.name)
    if value is None:
        return ()
    return value if field.many else (value,)


def only_named(field: Field, value: Node) -> bool:
    """Tell whether a node is a thing of which a record says nothing but its id."""
    return isinstance(field.term, Mention) and not any(
        values_of(value, own) for own in fields_of(type(value))
    )


def child_iri(parent: str, field: Field, child: Node, index: int) -> str:
    """Return the IRI of a nested node: a shared thing's own, or the parent's plus a segment."""
    if isinstance(child, Thing):
        return str(series_iri(child.kind, child.id))
    name, key = _segment(field.term)
    if not field.many:
        return f"{parent}/{name}"
    last = getattr(child, key) if key else index
    return f"{parent}/{name}-{last}" if name else f"{parent}/{last}"


def _segment(term: Term) -> tuple[str, str]:
    return (term.name, term.key) if isinstance(term, Part) else ("", "")


def may_name(term: Term) -> bool:
    """Tell whether a value of a term may be a name, for which an IRI stands."""
    return isinstance(term, Coded | LocalLink | Link)


def target_iri(term: Term, value: str, root: str) -> str | None:
    """Return the IRI that a code, local path or link stands for; None for a literal."""
    if isinstance(term, Coded):
        return f"{BASE}{term.base}{value}"
    if isinstance(term, LocalLink):
        return f"{root}/{value}"
    return value if isinstance(term, Link) else None


@cache
def names_others(cls: type[Node]) -> bool:
    """Tell whether nodes of this class can name a record or thing that they do not describe."""
    terms = [field.term for field in fields_of(cls)]
    named = any(
        isinstance(term, Mention) or (isinstance(term, Coded) and term.base.startswith("id/"))
        for term in terms
    )
    return named or any(names_others(field.node) for field in fields_of(cls) if field.node)


def references(record: Record) -> set[str]:
    """Return the IRIs of other records and things that a record names but does not describe."""
    if not names_others(type(record)):
        return set()
    return {iri for iri in _targets(record) if iri.startswith(f"{BASE}id/")}


def _targets(node: Node) -> set[str]:
    found: set[str] = set()
    for field in fields_of(type(node)):
        for value in values_of(node, field):
            if isinstance(value, Node) and only_named(field, value):
                found.add(child_iri("", field, value, 0))
            elif isinstance(value, Node):
                found |= _targets(value) if names_others(type(value)) else set()
            elif isinstance(field.term, Coded):
                found.add(f"{BASE}{field.term.base}{value}")
    return found


def metrics(node: Node) -> set[str]:
    """Return the IRIs of the metrics that a record describes: another may say otherwise of them."""
    if isinstance(node, Metric):
        return {str(series_iri(node.kind, node.id))}
    fields = (f for f in fields_of(type(node)) if f.node and _leads_to_metric(f.node))
    return {iri for field in fields for value in values_of(node, field) for iri in metrics(value)}


@cache
def _leads_to_metric(cls: type[Node]) -> bool:
    return cls is Metric or any(_leads_to_metric(f.node) for f in fields_of(cls) if f.node)
