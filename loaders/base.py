"""What passes through a loader: raw bytes in, a document or a rejection out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from loaders.model import Record

MAX_RECORD_BYTES = 10 * 2**20
"""The largest single record that is read, in bytes; real cards have 1 to 11 KB."""


@dataclass(frozen=True)
class Raw:
    """One record as found: its bytes, and `source`, the name a person would look for."""

    source: str
    data: bytes


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a record, in words for people.

    `field` is a path such as `task/query_authorship/values`; `value` is what stands there;
    `mend` says what to do about it. Any of the three may be empty.
    """

    message: str
    field: str = ""
    value: str = ""
    mend: str = ""

    def sentence(self) -> str:
        """Return the problem as one line: field, message, value, mend."""
        where = f"{self.field}: " if self.field else ""
        told = not self.value or self.value in self.message
        what = "" if told else f" (found: {shorten(self.value)})"
        return f"{where}{self.message}{what}{' ' + self.mend if self.mend else ''}"


@dataclass(frozen=True)
class Document:
    """What one raw record holds: its records, in storage order, and what was noticed."""

    raw: Raw
    format: str
    records: tuple[Record, ...]
    warnings: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """A raw record that is set aside, whole, with its reasons."""

    raw: Raw
    problems: tuple[Problem, ...]


class CardError(Exception):
    """Raised by a loader that cannot read a record; carries the problems."""

    def __init__(self, *problems: Problem) -> None:
        """Keep the problems; the message is their sentences."""
        super().__init__("; ".join(p.sentence() for p in problems))
        self.problems = problems


@dataclass(frozen=True)
class Loader:
    """A format: its name and version, how to recognise it, how to read it.

    `detects` and `load` get the parsed tree (JSON or YAML as Python values); `load` raises
    `CardError`, or pydantic's `ValidationError` where a value does not fit the model.
    """

    name: str
    detects: Callable[[Mapping[str, Any]], bool]
    load: Callable[[Raw, Mapping[str, Any]], tuple[list[Record], list[Problem]]]


def shorten(text: str, limit: int = 80) -> str:
    """Return the text on one line, cut with an ellipsis at `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


_MENDS = {
    "missing": "Add this field.",
    "extra_forbidden": "Remove this field, or check its spelling.",
    "string_pattern_mismatch": "Use a code: lower-case words joined by hyphens, as single-turn.",
    "decimal_parsing": "Write a plain number, such as 12.5.",
    "int_parsing": "Write a whole number.",
    "date_from_datetime_parsing": "Write a date as 2026-05-26.",
}


def problems_of(error: ValidationError) -> tuple[Problem, ...]:
    """Return pydantic's errors as problems that name field, value and mend."""
    return tuple(
        Problem(
            message=_plain(e["type"], e["msg"]),
            field="/".join(str(part) for part in e["loc"]),
            value="" if e["type"] == "missing" else str(e["input"]),
            mend=_MENDS.get(e["type"], ""),
        )
        for e in error.errors(include_url=False)
    )


def _plain(kind: str, message: str) -> str:
    if kind == "missing":
        return "This field is required and is not there."
    if kind == "extra_forbidden":
        return "This field is not part of the format."
    if kind == "string_pattern_mismatch":
        return "This is not written as a code or address."
    return f"{message}."
