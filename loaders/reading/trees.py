"""Text to Python values: JSON and YAML 1.2, with limits, nothing fetched, nothing run."""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from loaders.contract import MAX_RECORD_BYTES, CardError, Raw, RecordProblem, shorten
from loaders.reading.cleaning import clean
from loaders.reading.depth import check_depth
from loaders.reading.encoding import decode

MAX_DEPTH = 60
"""How deep a card may nest; the deepest real one has 7 levels. Deeper texts are still read, and
refused as cards; see `loaders.reading.depth` for what is not read at all."""
MAX_EXPONENT = 400
"""How many digits a number may have before or after its point; doubles end at 308."""


def parse(data: bytes) -> Any:
    """Return the value that JSON or YAML bytes hold; see `read_tree`."""
    return read_tree(Raw("", data))[0]


def read_tree(raw: Raw) -> tuple[Any, list[RecordProblem]]:
    """Return the value that a JSON or YAML file holds, and what was noticed of its encoding.

    Numbers with a point become `Decimal`. Raises `CardError` for bytes that are too many, no
    text, not well-formed, nested too deep, that name a field twice, or that use YAML aliases.
    """
    if raw.stream or len(raw.data) > MAX_RECORD_BYTES:
        raise CardError(too_large(len(raw.data)))
    words, warnings = decode(raw.data)
    plain = clean(words)  # neither JSON nor YAML lets control characters stand in a text
    if plain != words:
        warnings.append(
            RecordProblem("Characters that RDF cannot carry were removed from the file.")
        )
    return parse_text(plain), warnings


def parse_text(words: str) -> Any:
    """Return the value that a JSON or YAML text holds. Raises `CardError` as `read_tree`."""
    from loaders.reading.yaml12 import read_yaml  # noqa: PLC0415 - JSON alone needs no YAML library

    is_json = words.lstrip()[:1] in {"{", "["}
    check_depth(words.encode(errors="surrogatepass"), "json" if is_json else "yaml")
    if not is_json:
        tree = read_yaml(words)
        _check_depth(tree)
        return tree
    tree = _json(words)
    if words.count("{") + words.count("[") > MAX_DEPTH:  # else it cannot be too deep
        _check_depth(tree)
    return tree


def too_large(size: int = 0) -> RecordProblem:
    """Return what to say of a record that has too many bytes."""
    limit = MAX_RECORD_BYTES // 2**20
    has = f"has {size / 2**20:.1f} MB" if size else "is too large"
    return RecordProblem(
        f"The record {has}; the limit for one record is {limit} MB.",
        mend="Split it into one file per card.",
    )


def _json(words: str) -> Any:
    try:
        return json.loads(
            words, parse_float=number, parse_constant=_no_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as error:
        raise CardError(
            RecordProblem(
                f"The JSON breaks off at line {error.lineno}, column {error.colno}: {error.msg}.",
                mend="Mend the file at that place.",
            )
        ) from error
    except RecursionError as error:
        raise CardError(too_deep()) from error
    except ValueError as error:
        raise CardError(
            RecordProblem(f"The JSON cannot be read: {shorten(str(error))}.")
        ) from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise CardError(twice(next(n for n in names if names.count(n) > 1)))
    return found


def twice(name: str, line: int | None = None) -> RecordProblem:
    """Return what to say of a field that stands twice in one mapping."""
    where = f" (again in line {line})" if line else ""
    return RecordProblem(
        f"This field stands twice in the same place{where}.",
        shorten(name),
        mend="Keep one of the two.",
    )


def number(text: str) -> Decimal:
    """Return a number exactly as written. Raises `CardError` for one of absurd size."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        _no_constant(text)
    if abs(value.adjusted()) > MAX_EXPONENT or len(text) > MAX_EXPONENT:
        raise CardError(
            RecordProblem("A number has too many digits.", value=text, mend="Write it as text.")
        )
    return value


def _no_constant(name: str) -> NoReturn:
    raise CardError(
        RecordProblem(f"{name} is not a number that a card can hold.", mend="Remove it.")
    )


def too_deep() -> RecordProblem:
    """Return what to say of a record that nests too deep."""
    return RecordProblem(f"The record nests more than {MAX_DEPTH} levels deep.", mend="Flatten it.")


def _check_depth(tree: Any) -> None:
    level, depth = [tree], 0
    while level := [part for value in level for part in _parts(value)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise CardError(too_deep())


def _parts(value: Any) -> list[Any]:
    inner = value.values() if isinstance(value, Mapping) else value
    return (
        [v for v in inner if isinstance(v, dict | list)] if isinstance(value, dict | list) else []
    )
