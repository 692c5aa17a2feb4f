"""Forms with nested fields: the name of a field is its path, `result/after/value`."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from loaders.model import whole_number


def filled(typed: Mapping[str, str], companions: AbstractSet[str]) -> dict[str, str]:
    """Return the fields that were filled in.

    A companion, such as a unit that is always chosen, counts only where another field of its
    group (the path above it) is filled in.
    """
    given = {name: value.strip() for name, value in typed.items() if value.strip()}
    groups = {_group(name) for name in given.keys() - companions}
    return {n: v for n, v in given.items() if n not in companions or _group(n) in groups}


def _group(name: str) -> str:
    return name.rpartition("/")[0]


def nested(given: Mapping[str, str]) -> dict[str, Any]:
    """Return fields by path as a tree; a part of a path that is a number makes a list."""
    tree: dict[str, Any] = {}
    for name, value in given.items():
        *path, last = name.split("/")
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    listed: dict[str, Any] = _lists(tree)
    return listed


def _lists(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    places = {key: whole_number(key) for key in tree}
    if tree and None not in places.values():
        return [_lists(tree[key]) for key in sorted(tree, key=lambda key: places[key] or 0)]
    return {key: _lists(value) for key, value in tree.items()}
