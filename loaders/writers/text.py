"""A tree of plain values as YAML or JSON text."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

_WIDTH = 100
_UNFOLDED = 2**30


def yaml_text(tree: Mapping[str, Any]) -> str:
    """Return a tree as YAML 1.2, its keys in order, texts of several lines as blocks."""
    yaml = YAML()
    yaml.width = _WIDTH if _folds(tree) else _UNFOLDED
    yaml.indent(mapping=2, sequence=4, offset=2)
    buffer = StringIO()
    yaml.dump(_blocks(tree), buffer)
    return buffer.getvalue()


def json_text(tree: Mapping[str, Any]) -> str:
    """Return a tree as indented JSON."""
    return json.dumps(plain(tree), ensure_ascii=False, indent=1) + "\n"


def plain(value: Any) -> Any:
    """Return a value as JSON has it; a decimal keeps its digits where a number can hold them."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else value


def _blocks(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _blocks(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_blocks(item) for item in value]
    if not isinstance(value, str):
        return plain(value)
    if _fits_block(value):
        return LiteralScalarString(value)
    return value if value.isprintable() else DoubleQuotedScalarString(value)


def _folds(value: Any) -> bool:
    """Tell whether long lines may be folded: ruamel.yaml loses characters of quoted texts there."""
    if isinstance(value, Mapping):
        return all(map(_folds, value.values()))
    if isinstance(value, list | tuple):
        return all(map(_folds, value))
    if not isinstance(value, str) or _fits_block(value):
        return True
    return value.isprintable() and "\\" not in value and "  " not in value


def _fits_block(text: str) -> bool:
    """Tell whether a literal block gives the text back as it is."""
    lines = text.split("\n")
    return (
        len(lines) > 1
        and not lines[0][:1].isspace()
        and all(line.isprintable() and line == line.rstrip() for line in lines)
    )
