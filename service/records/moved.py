"""A record in the codes of today: each replaced code becomes the one or more that say the same.

What the codes mean stands in the ontology (`service.ontology.replaced`); no code, dimension or
field is named here. Words, basis, rule and source of a coding stay.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from loaders.mapping.fields import Field, fields_of, values_of
from loaders.mapping.iris import BASE
from loaders.model import Coding, Node, Record
from loaders.model.terms import Coded

Replacements = Mapping[str, tuple[str, ...]]
"""The IRI of an old code to the IRIs of those that say the same."""
AnyRecord = TypeVar("AnyRecord", bound=Record)
_STRENGTH = ("stated", "derived", "hinted")


def moved(record: AnyRecord, replacements: Replacements) -> AnyRecord:
    """Return a record with its old codes replaced; itself where it has none."""
    (found,) = _moved(record, replacements)
    assert isinstance(found, type(record))  # noqa: S101 - a copy of it
    return found


def _moved(node: Node, replacements: Replacements) -> tuple[Node, ...]:
    """Return a node in the codes of today: several, where its one code became several."""
    changed: dict[str, Any] = {}
    several: list[dict[str, Any]] = [{}]
    for field in fields_of(type(node)):
        before = values_of(node, field)
        after = tuple(dict.fromkeys(_values(field, before, replacements)))
        if after == before:
            continue
        if field.many:
            changed[field.name] = _merged(after)
        else:
            several = [{field.name: value} for value in after]
    if not changed and several == [{}]:
        return (node,)
    return tuple(node.model_copy(update={**changed, **one}) for one in several)


def _values(field: Field, values: Iterable[Any], replacements: Replacements) -> Iterable[Any]:
    for value in values:
        if isinstance(value, Node):
            yield from _moved(value, replacements)
        elif isinstance(field.term, Coded):
            base = f"{BASE}{field.term.base}"
            new = replacements.get(f"{base}{value}", (f"{base}{value}",))
            yield from (iri.removeprefix(base) for iri in new)
        else:
            yield value


def _merged(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return codings with each code once; others as they are.

    Two old codes may have become one. It then has the stronger basis, and a share of the cases only
    if both had the same: what share it has of them together, nobody has said. Nor that every kind
    is covered, unless both said so.
    """
    found: dict[Any, Any] = {}
    for value in values:
        key = value.code if isinstance(value, Coding) else value
        found[key] = _both(found[key], value) if key in found else value
    return tuple(found.values())


def _both(one: Coding, other: Coding) -> Coding:
    stronger = min(one, other, key=lambda coding: _STRENGTH.index(coding.basis))
    share = one.share if one.share == other.share else None
    every_kind = one.every_kind if one.every_kind == other.every_kind else None
    return stronger.model_copy(update={"share": share, "every_kind": every_kind})
