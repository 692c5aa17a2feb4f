"""Rows as CSV, with formulas made harmless."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[\d.,]++(?: ?%)?(?: to [+-]?[\d.,]++(?: ?%)?)?")
"""A number, or one to another: what no spreadsheet runs, with or without a sign."""


def columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of all columns, in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row))


def csv_text(rows: Sequence[Mapping[str, Any]], header: Sequence[str] | None = None) -> str:
    """Return rows as CSV with one header row, by default of all their columns.

    An empty cell is not stated. A text that a spreadsheet would run as a formula gets a leading
    apostrophe; a number or a range of numbers is none, whatever its sign.
    """
    return "".join(csv_lines(rows, columns(rows) if header is None else header))


def csv_lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    """Yield the lines of `csv_text`, one at a time."""
    yield _line(columns)
    for row in rows:
        yield _line([row.get(c) for c in columns])


def _line(cells: Iterable[Any]) -> str:
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([cell(c) for c in cells])
    return buffer.getvalue()


def cell(value: Any) -> Any:
    """Return a value as a cell of CSV; a text that would run as a formula is made a text."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(str(v) for v in value)
    return f"'{value}" if isinstance(value, str) and _runs(value) else value


def _runs(text: str) -> bool:
    """Tell whether a spreadsheet might take a text for a formula."""
    return text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
