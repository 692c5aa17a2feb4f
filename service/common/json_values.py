"""Dataclasses as values of JSON.

pydantic's `TypeAdapter(...).dump_python(mode="json")` gives other bytes: decimals as texts, sets in
no order, and every digit of a float.
"""

from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any

from pydantic import BaseModel

from loaders.mapping.write import plain


def document(value: Any, digits: int | None = None) -> Any:
    """Return a result as JSON values: sets sorted, decimals as numbers, dates as text.

    Floats stay as they are, or are rounded to some digits, and are then never a negative zero.
    """
    if is_dataclass(value):
        return {name: document(getattr(value, name), digits) for name in value.__dataclass_fields__}
    if isinstance(value, BaseModel):
        return document(value.model_dump(), digits)
    if isinstance(value, Mapping):
        return {key: document(item, digits) for key, item in value.items()}
    if isinstance(value, frozenset | list | tuple):
        items = sorted(value) if isinstance(value, frozenset) else value
        return [document(item, digits) for item in items]
    if isinstance(value, float) and digits is not None:
        return round(value, digits) + 0.0  # makes a negative zero a plain one
    return plain(value)
