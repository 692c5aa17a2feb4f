"""Things that a person has confirmed to be the same: one name is kept, the others lead to it.

`graph/merged` says `<other> dcterms:isReplacedBy <kept>` of each, while the match that confirms it
stands. `service.ingest.merging` writes it, together with what records name.
"""
# DESIGN: merged-by-versions

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from rdflib import URIRef

from loaders.mapping.fields import fields_of, values_of
from loaders.mapping.iris import BASE, DCTERMS, series_iri
from loaders.model import Node, Record, Thing
from loaders.model.terms import Coded
from service.store.port import Engine

MERGED = URIRef(f"{BASE}graph/merged")
"""The graph that holds the merges in force, and nothing else."""
SAME = "same-as"
"""The relation of a match that merges."""
KINDS = ("benchmark", "dataset", "implementation", "system")
"""The kinds of things that can be merged."""

AnyNode = TypeVar("AnyNode", bound=Node)


def in_force(engine: Engine) -> dict[str, str]:
    """Return the IRI of each thing that is merged into another, with the one that is kept."""
    found = engine.graph(str(MERGED)).subject_objects(DCTERMS.isReplacedBy)
    return {str(old): str(kept) for old, kept in found}


def named_as_kept(record: Record, kept: Mapping[str, str]) -> tuple[Record, tuple[str, ...]]:
    """Return a record that names what is kept, and the IRIs of what it named instead."""
    met: dict[str, None] = {}
    return _named(record, kept, met), tuple(met)


def _named(node: AnyNode, kept: Mapping[str, str], met: dict[str, None]) -> AnyNode:
    changed: dict[str, Any] = {}
    for field in fields_of(type(node)):
        before = values_of(node, field)
        base = field.term.base if isinstance(field.term, Coded) else ""
        after = tuple(dict.fromkeys(_value(value, base, kept, met) for value in before))
        if after != before:
            changed[field.name] = after if field.many else after[0]
    return node.model_copy(update=changed) if changed else node


def _value(value: Any, base: str, kept: Mapping[str, str], met: dict[str, None]) -> Any:
    if isinstance(value, Thing):
        iri = str(series_iri(value.kind, value.id))
        if iri not in kept:
            return value
        met[iri] = None
        return type(value)(id=kept[iri].rpartition("/")[2])
    if isinstance(value, Node):
        return _named(value, kept, met)
    if base.startswith("id/") and f"{BASE}{base}{value}" in kept:
        iri = f"{BASE}{base}{value}"
        met[iri] = None
        return kept[iri].removeprefix(f"{BASE}{base}")
    return value


def resolved(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return each old name with the one that is kept at the end; those in a circle are left out."""
    direct = dict(pairs)
    found = {old: _end(direct, old) for old in direct}
    return {old: kept for old, kept in found.items() if kept is not None}


def _end(direct: Mapping[str, str], old: str) -> str | None:
    """Return where a name leads at last; None for one that leads into a circle."""
    seen = {old}
    now = direct[old]
    while now in direct:
        if now in seen:
            return None
        seen.add(now)
        now = direct[now]
    return now
