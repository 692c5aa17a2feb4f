"""Dataclasses as values of JSON."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any


def document(value: Any, digits: int | None = None) -> Any:
    """Return a result as JSON values, sets sorted; numbers as they are, or to some digits."""
    if is_dataclass(value):
        return {name: document(getattr(value, name), digits) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {key: document(item, digits) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [document(item, digits) for item in value]
    return round(value, digits) if isinstance(value, float) and digits is not None else value
