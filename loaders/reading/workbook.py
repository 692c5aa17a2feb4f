"""The rows of a workbook as its author sees them: merged cells filled, dates as they are shown.

A cell that was merged is one answer that covers several rows or columns. A formula is read by the
result that was stored with it; where none is, that is noticed. Hidden sheets and rows say so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from io import BytesIO
from itertools import count
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from loaders.contract import Raw, RecordProblem, shorten

_Values = tuple[list[Any], list[Any]]
MAX_COLUMNS = 1_000
"""How many columns of a sheet are read."""


@dataclass(frozen=True)
class SheetRow:
    """A row: its number, its cells as text, and what was noticed of a cell, by its position.

    `own` tells whether it holds anything that is not of a cell merged with rows above.
    """

    line: int
    cells: list[str]
    notes: dict[int, RecordProblem]
    own: bool
    hidden: bool


@dataclass
class Sheet:
    """A sheet of a workbook; `hidden` tells that its author does not show it."""

    title: str
    hidden: bool
    _values: Any = field(repr=False)
    _formulas: Any = field(repr=False)
    _data: bytes = field(repr=False)
    _part: str = field(repr=False)

    def rows(self) -> Iterator[SheetRow]:
        """Yield the rows, the first of the sheet first."""
        merged = _Merged(self._layout.merged)
        both = (sheet.iter_rows(min_row=1, min_col=1) for sheet in (self._values, self._formulas))
        for line, values, formulas in zip(count(1), *both, strict=False):
            pairs = list(zip(values, formulas, strict=True))[:MAX_COLUMNS]
            cells = [_text(value) for value, _ in pairs]
            notes = {i: note for i, pair in enumerate(pairs) if (note := _noticed(*pair))}
            cells = ["" if i in notes else cell for i, cell in enumerate(cells)]
            own = any(cells) or bool(notes)
            filled = merged.filled(line, cells)
            yield SheetRow(line, filled, notes, own, line in self._layout.hidden)

    @cached_property
    def _layout(self) -> "_Layout":
        return _layout(self._data, self._part)


@dataclass(frozen=True)
class _Layout:
    """The ranges that are merged in a sheet, by their first row, and the rows that are hidden."""

    merged: dict[int, list[tuple[int, int, int]]]
    hidden: set[int]


def sheets(raw: Raw) -> list[Sheet]:
    """Return the sheets of a workbook that `loaders.reading.xlsx_guard` has checked."""
    from openpyxl import load_workbook  # noqa: PLC0415 - few files are one
    from openpyxl.reader.workbook import WorkbookParser  # noqa: PLC0415

    # without reading the whole: a workbook held at once takes fifty times its size
    values, formulas = (
        load_workbook(BytesIO(raw.data), read_only=True, data_only=only) for only in (True, False)
    )
    with ZipFile(BytesIO(raw.data)) as archive:
        parser = WorkbookParser(archive, "xl/workbook.xml")
        parser.parse()
        parts = {sheet.name: relation.target for sheet, relation in parser.find_sheets()}
    for sheet in (*values.worksheets, *formulas.worksheets):
        sheet.reset_dimensions()  # some programs write too small ones, which cut rows off
    return [
        Sheet(one.title, one.sheet_state != "visible", one, other, raw.data, parts[one.title])
        for one, other in zip(values.worksheets, formulas.worksheets, strict=True)
    ]


def _layout(data: bytes, part: str) -> _Layout:
    from openpyxl.utils.cell import range_boundaries  # noqa: PLC0415

    merged: dict[int, list[tuple[int, int, int]]] = {}
    hidden: set[int] = set()
    with ZipFile(BytesIO(data)) as archive, archive.open(part) as stream:
        line = 0
        for _, element in ET.iterparse(stream):  # noqa: S314 - the guard has refused entities
            name = element.tag.rpartition("}")[2]
            if name == "row":
                line = int(element.get("r") or line + 1)
                if element.get("hidden") in {"1", "true"}:
                    hidden.add(line)
                element.clear()
            elif name == "mergeCell":
                left, top, right, bottom = range_boundaries(element.get("ref"))
                merged.setdefault(top, []).append((left - 1, min(right, MAX_COLUMNS), bottom))
    return _Layout(merged, hidden)


class _Merged:
    """Fills what a merged cell covers, row by row; at most one of them stands in a column."""

    def __init__(self, ranges: dict[int, list[tuple[int, int, int]]]) -> None:
        self._ranges = ranges
        self._open: dict[int, tuple[str, int]] = {}
        """The text that stands in a column, and the last row in which it does."""

    def filled(self, line: int, cells: list[str]) -> list[str]:
        """Return the cells of a row with those of merged ranges."""
        for left, right, bottom in self._ranges.get(line, ()):
            text = cells[left] if left < len(cells) else ""
            self._open.update(dict.fromkeys(range(left, right), (text, bottom)))
        self._open = {column: kept for column, kept in self._open.items() if kept[1] >= line}
        width = max((column + 1 for column in self._open), default=0)
        padded = cells + [""] * (width - len(cells))
        return [self._open[i][0] if i in self._open else cell for i, cell in enumerate(padded)]


def _noticed(value: Any, formula: Any) -> RecordProblem | None:
    """Return what there is to say of a cell whose value is none."""
    if formula.data_type == "f" and value.value is None:
        return RecordProblem(
            "This cell has a formula without its result, so the cell is left out.",
            value=shorten(str(formula.value)),
            mend="Open the workbook in a program that calculates it, save it, and import it again.",
        )
    if value.data_type == "e":
        return RecordProblem(
            "This cell has an error instead of a value, so the cell is left out.",
            value=str(value.value),
            mend="Mend the formula, or write the value.",
        )
    return None


def _text(cell: Any) -> str:
    """Return what a cell shows, as text; a date with no more than its format shows."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"  # as many digits as a workbook keeps
    if isinstance(value, date | time | timedelta):
        return _moment(value, cell.number_format or "")
    return str(value)


_LITERAL = re.compile(r'"[^"]*+"|\[[^\[\]]*+\]|\\.|_.|\*.')
"""What in a format is text, or a colour, and no part of a date."""


def _moment(value: date | time | timedelta, form: str) -> str:
    if not isinstance(value, date):
        return str(value)
    shown = _LITERAL.sub("", form.partition(";")[0]).lower()
    if isinstance(value, datetime) and "h" in shown:
        return value.isoformat(" ", "seconds").removesuffix(":00")
    if "d" in shown or "y" not in shown:
        return value.isoformat()[:10]
    return value.isoformat()[: 7 if "m" in shown else 4]
