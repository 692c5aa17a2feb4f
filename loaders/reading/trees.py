"""Text to Python values: JSON and YAML 1.2, with limits, nothing fetched, nothing run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from loaders.contract import MAX_RECORD_BYTES, CardError, Raw, RecordProblem, shorten
from loaders.reading.cleaning import clean
from loaders.reading.depth import check_depth
from loaders.reading.encoding import decode

MAX_DEPTH = 60
"""How deep a card may nest; the deepest real one has 7 levels. Deeper texts are still read, and
refused as cards; see `loaders.reading.depth` for what is not read at all."""
MAX_EXPONENT = 400
"""How many digits a number may have before or after its point; doubles end at 308."""


LEFT_OUT = ", so it is left out."
"""How a warning on what is left out of a tree ends."""


TWICE = "This field is there twice in the same place"
"""How the reason begins why a file with such a field is not read."""


@dataclass(frozen=True)
class NoNumber:
    """What stands for a number in a text and is none that a card can hold, such as NaN."""

    text: str
    message: str


class Several(list[Any]):
    """The values of the documents of one YAML file."""


def parse(data: bytes) -> Any:
    """Return the value that JSON or YAML bytes hold; see `read_tree`.

    Raises `CardError` also for a number that no card can hold.
    """
    tree, warnings = read_tree(Raw("", data))
    if left_out := [w for w in warnings if w.message.endswith(LEFT_OUT)]:
        raise CardError(*left_out)
    return tree


def parse_as_harness(data: bytes) -> tuple[Any, list[str]]:
    """Return the value of YAML in which a field may stand twice, and those that do.

    The last counts, as in the YAML libraries of most programs. Raises `CardError`.
    """
    from loaders.reading.yaml12 import read_yaml  # noqa: PLC0415 - as below

    words = clean(decode(data)[0])
    check_depth(words.encode(errors="surrogatepass"), "yaml")
    repeated: list[str] = []
    odd: list[NoNumber] = []
    tree = without_no_numbers(read_yaml(words, odd, repeated), [])
    _check_depth(tree)
    return tree, repeated


def read_tree(raw: Raw) -> tuple[Any, list[RecordProblem]]:
    """Return the value that a JSON or YAML file holds, and what was noticed of its encoding.

    Numbers with a point become `Decimal`; a field with NaN or another number that no card can hold
    is left out, and noticed. Raises `CardError` for bytes that are too many, no
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
    return parse_text(plain, warnings), warnings


def parse_text(words: str, warnings: list[RecordProblem]) -> Any:
    """Return the value that a JSON or YAML text holds; `warnings` gets what is left out of it.

    Raises `CardError` as `read_tree`.
    """
    odd: list[NoNumber] = []
    tree = _parsed(words, odd)
    return without_no_numbers(tree, warnings) if odd else tree


def _parsed(words: str, odd: list[NoNumber]) -> Any:
    from loaders.reading.yaml12 import read_yaml  # noqa: PLC0415 - JSON alone needs no YAML library

    is_json = words.lstrip()[:1] in {"{", "["}
    check_depth(words.encode(errors="surrogatepass"), "json" if is_json else "yaml")
    if not is_json:
        tree = read_yaml(words, odd)
        _check_depth(tree)
        return tree
    tree = _json(words, odd)
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


def _json(words: str, odd: list[NoNumber]) -> Any:
    read = partial(number, odd=odd)
    try:
        return json.loads(words, parse_float=read, parse_constant=read, object_pairs_hook=_object)
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
        f"{TWICE}{where}.",
        shorten(name),
        mend="Keep one of the two.",
    )


def number(text: str, odd: list[NoNumber]) -> Decimal | NoNumber:
    """Return a number exactly as written; what is none that a card can hold is put on a list."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if value.is_finite() and abs(value.adjusted()) <= MAX_EXPONENT >= len(text):
        return value
    message = (
        f"This number has too many digits{LEFT_OUT}"
        if value.is_finite()
        else f"{shorten(text)} is not a number that a card can hold{LEFT_OUT}"
    )
    odd.append(NoNumber(text, message))
    return odd[-1]


def without_no_numbers(tree: Any, warnings: list[RecordProblem], where: str = "") -> Any:
    """Return a tree without the fields and items that are `NoNumber`, each noted as a warning."""
    if isinstance(tree, dict):
        found = ((k, without_no_numbers(v, warnings, f"{where}/{k}")) for k, v in tree.items())
        return {key: value for key, value in found if not isinstance(value, NoNumber)}
    if isinstance(tree, list):
        items = (without_no_numbers(v, warnings, f"{where}/{i}") for i, v in enumerate(tree))
        return type(tree)(item for item in items if not isinstance(item, NoNumber))
    if isinstance(tree, NoNumber):
        note = RecordProblem(
            tree.message, where.lstrip("/"), tree.text, "Give the number, or none."
        )
        warnings.append(note)
    return tree


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
