"""A JSON object or YAML mapping from bytes."""

import json
from typing import Any

from loaders.contract import CardError, Raw, shorten
from loaders.reading.content import read_tree_content
from loaders.writers.text import plain
from service.common.problems import BadRequest


def tree(data: bytes, name: str) -> dict[str, Any]:
    """Return what a YAML or JSON text of named fields holds. Raises `BadRequest`."""
    try:
        value = plain(read_tree_content(Raw(name, data)).value)
        json.dumps(value)
    except (CardError, TypeError) as error:
        raise BadRequest(f"{name} cannot be read: {shorten(str(error), 300)}") from error
    if not isinstance(value, dict):
        raise BadRequest(f"{name} does not hold named fields. Write it as in data/README.md.")
    return value
