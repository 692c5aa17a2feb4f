"""Bytes to Python values: JSON and YAML 1.2, with limits, nothing fetched, nothing run."""

import json
from decimal import Decimal
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import ScalarNode

from loaders.base import MAX_RECORD_BYTES, CardError, Problem, shorten

MAX_DEPTH = 60
"""How deep a card may nest; the deepest real one has 7 levels."""


class _ExactConstructor(SafeConstructor):
    """Reads YAML numbers as decimals, so that 34.10 keeps its value exactly."""

    def construct_yaml_float(self, node: ScalarNode) -> Any:
        value = str(node.value).replace("_", "")
        return Decimal(value) if value.lstrip("+-.").isdigit() or "." in value else value


_ExactConstructor.add_constructor("tag:yaml.org,2002:float", _ExactConstructor.construct_yaml_float)


def parse(data: bytes) -> Any:
    """Return the value that JSON or YAML bytes hold; numbers with a point become `Decimal`.

    Raises `CardError` for bytes that are too many, not UTF-8, not well-formed, nested too
    deep, or that use YAML aliases or tags.
    """
    if len(data) > MAX_RECORD_BYTES:
        raise CardError(_too_large(len(data)))
    try:
        words = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CardError(_not_utf8(error)) from error
    return _json(words) if words.lstrip()[:1] in {"{", "["} else _yaml(words)


def _too_large(size: int) -> Problem:
    limit = MAX_RECORD_BYTES // 2**20
    return Problem(
        f"The record has {size / 2**20:.1f} MB; the limit for one record is {limit} MB.",
        mend="Split it into one file per card.",
    )


def _not_utf8(error: UnicodeDecodeError) -> Problem:
    return Problem(
        f"The text is not UTF-8 (byte {error.start}).", mend="Save the file as UTF-8 and try again."
    )


def _json(words: str) -> Any:
    try:
        return json.loads(words, parse_float=Decimal, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise CardError(
            Problem(
                f"The JSON breaks off at line {error.lineno}, column {error.colno}: {error.msg}.",
                mend="Mend the file at that place.",
            )
        ) from error
    except RecursionError as error:
        raise CardError(_too_deep()) from error


def _no_constant(name: str) -> Any:
    raise CardError(Problem(f"{name} is not a number that a card can hold.", mend="Remove it."))


def _too_deep() -> Problem:
    return Problem(f"The record nests more than {MAX_DEPTH} levels deep.", mend="Flatten it.")


def _yaml(words: str) -> Any:
    try:
        _check_events(words)
        yaml = YAML(typ="safe", pure=True)
        yaml.Constructor = _ExactConstructor
        return yaml.load(StringIO(words))
    except MarkedYAMLError as error:
        raise CardError(_yaml_problem(error)) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise CardError(
            Problem(f"The file cannot be read as YAML: {shorten(str(error))}.")
        ) from error


def _check_events(words: str) -> None:
    """Refuse aliases (they can unfold a kilobyte into gigabytes) and deep nesting."""
    depth = 0
    for event in YAML(typ="safe", pure=True).parse(StringIO(words)):
        if isinstance(event, AliasEvent):
            line = event.start_mark.line + 1
            raise CardError(
                Problem(f"Line {line} uses a YAML alias (*).", mend="Write the value out.")
            )
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise CardError(_too_deep())


def _yaml_problem(error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return Problem(
        f"The YAML breaks off{where}: {shorten(str(error.problem or error.context))}.",
        mend="Mend the file at that place; a colon or quote is the usual cause.",
    )
