"""Rows of a table, whatever separator and encoding it was written with."""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from loaders.contract import CardError, Raw, RecordProblem
from loaders.reading.cleaning import clean, is_missing
from loaders.reading.encoding import open_text

SEPARATORS = ",;\t|"
MAX_CELL = 10 * 2**20
"""The largest cell that is read, in characters."""


def header(raw: Raw) -> list[str]:
    """Return the names of the columns, trimmed, line ends in them made blanks; [] for none."""
    stream, _ = open_text(raw)
    with stream:
        return next(_cells(stream), [])


def rows(raw: Raw) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line of the file, cells by column) for each row that holds anything.

    Raises `CardError` at a row that cannot be read.
    """
    stream, _ = open_text(raw)
    with stream:
        reader = _reader(stream)
        names = [_name(cell) for cell in next(reader, [])]
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise CardError(_broken(line, error)) from error
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield line, row_of(names, cells)


def row_of(names: list[str], cells: list[Any]) -> dict[str, str]:
    """Return the cells of a row by column, cleaned and trimmed, without empty ones."""
    found = {n: clean(str(c)).strip() for n, c in zip(names, cells, strict=False) if c is not None}
    return {name: cell for name, cell in found.items() if name and cell}


def as_bytes(row: Mapping[str, str]) -> bytes:
    """Return one row with its header as CSV, to be kept and read again alone."""
    buffer = StringIO()
    writer = csv.DictWriter(buffer, list(row))
    writer.writeheader()
    writer.writerow(row)
    return buffer.getvalue().encode()


def given(row: Mapping[str, str], column: str) -> str | None:
    """Return a cell, None where it is empty or holds a placeholder."""
    value = row.get(column)
    return None if is_missing(value) else value


def _cells(stream: Any) -> Iterator[list[str]]:
    try:
        yield [_name(cell) for cell in next(_reader(stream), [])]
    except csv.Error as error:
        raise CardError(_broken(1, error)) from error


def _reader(stream: Any) -> Any:
    csv.field_size_limit(MAX_CELL)
    first = stream.readline(MAX_CELL)
    stream.seek(0)
    return csv.reader(stream, delimiter=max(SEPARATORS, key=first.count))


def _name(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())


def _broken(line: int, error: csv.Error) -> RecordProblem:
    return RecordProblem(
        f"The table cannot be read from line {line} on: {error}.",
        mend="Check quotation marks and separators there.",
    )
