"""A workbook is read as its author sees it, and what is left out of it is said."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from loaders.contract import Document, Raw, Rejected
from loaders.formats.evalgap_table import TEMPLATE
from loaders.formats.raman_yaml import UNSTATED
from loaders.model import Card
from loaders.registry import documents

COLUMNS = ("benchmark_name", "version", "author", "interaction_type", "notes")
HEADER = [TEMPLATE[name] for name in COLUMNS]


def workbook(fill: Callable[[Any], object], *, hidden: bool = False) -> list[Document | Rejected]:
    """Return what is read of a workbook with one sheet, as it was filled."""
    book = Workbook()
    fill(book.active)
    return read(book, hidden=hidden)


def read(book: Workbook, *, hidden: bool = False) -> list[Document | Rejected]:
    buffer = BytesIO()
    book.save(buffer)
    return list(documents(Raw("cards.xlsx", buffer.getvalue(), hidden=hidden)))


def card(found: Document | Rejected) -> Card:
    assert isinstance(found, Document), found.problems
    (record,) = found.records
    assert isinstance(record, Card)
    return record


def passed_over(found: list[Document | Rejected]) -> list[str]:
    return [f.passed_over for f in found if isinstance(f, Rejected)]


def test_a_merged_cell_is_the_answer_of_all_rows_that_it_covers() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (HEADER, ["A", 1, "Jane", "One turn"], ["B", 2], ["C", 3], [None], ["D", 4]):
            sheet.append(row)
        sheet.merge_cells("C2:C5")
        sheet.merge_cells("D2:D3")

    found = [card(f) for f in workbook(fill)]
    assert [c.title for c in found] == ["A", "B", "C", "D"]
    assert [c.author.name for c in found] == ["Jane"] * 3 + [UNSTATED.name]
    answers = [next((a.answer for a in c.assumptions if a.answer), None) for c in found]
    assert answers == ["One turn", "One turn", None, None]


def test_a_formula_without_its_result_is_said_and_names_what_it_left_out() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (HEADER, ["A", 1, None, "=B2&C2"], ["=A2", 2, None, "One turn"]):
            sheet.append(row)

    first, second = workbook(fill)
    assert isinstance(first, Document)
    assert isinstance(second, Rejected)
    (note,) = (w for w in first.warnings if "formula" in w.message)
    assert (note.field, note.value) == (HEADER[3], "=B2&C2")
    assert [p.value for p in second.problems] == ["=A2", ""]
    assert "names no benchmark" in second.problems[1].message


def test_an_error_is_no_answer() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(HEADER)
        sheet.append(["A", 1, None, "#REF!"])
        sheet["D2"].data_type = "e"

    (found,) = workbook(fill)
    assert not any(a.answer for a in card(found).assumptions)
    assert "#REF!" in [w.value for w in found.warnings]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (date(2026, 1, 2), "yyyy-mm-dd", "2026-01-02"),
        (date(2026, 1, 2), "DD/MM/YYYY", "2026-01-02"),
        (date(2026, 1, 2), 'mmm "d" yyyy', "2026-01"),
        (date(2026, 1, 2), "[Red]yyyy", "2026"),
        (datetime(2026, 1, 2, 9, 30, tzinfo=UTC).replace(tzinfo=None), "yyyy-mm-dd h:mm",
         "2026-01-02 09:30"),
        (True, "General", "TRUE"), (1.1, "General", "1.1"), (0.1 + 0.2, "General", "0.3"),
        (3, "General", "3"), ("1.10", "@", "1.10"),
    ],
)  # fmt: skip
def test_a_value_is_read_as_it_is_shown(value: Any, form: str, shown: str) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(HEADER)
        sheet.append(["A", value])
        sheet["B2"].number_format = form

    assert card(workbook(fill)[0]).benchmark_version == shown


def test_what_is_hidden_is_left_out_and_said_unless_it_is_to_be_read() -> None:
    book = Workbook()
    assert book.active is not None
    for sheet, title in ((book.active, "Now"), (book.create_sheet("Old"), "Old")):
        for row in (HEADER, [title], [f"{title} 2"]):
            sheet.append(row)
    book["Old"].sheet_state = "veryHidden"
    book.active.row_dimensions[3].hidden = True
    found = read(book)
    assert [card(f).title for f in found if isinstance(f, Document)] == ["Now"]
    assert passed_over(found) == ["hidden row", "hidden sheet"]
    assert [f.raw.place for f in found] == ["line 2", "line 3", "sheet Old"]
    shown = read(book, hidden=True)
    assert [card(f).title for f in shown] == ["Now", "Now 2", "Old", "Old 2"]
    assert [f.raw.place for f in shown] == [
        "line 2", "line 3", "sheet Old, line 2", "sheet Old, line 3",
    ]  # fmt: skip


def test_a_title_may_stand_above_the_names_of_the_columns() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["Cards of the ward"], [], [date(2026, 1, 2)], HEADER, ["A", 1], ["B", 2]):
            sheet.append(row)
        sheet.merge_cells("A1:E1")

    found = workbook(fill)
    assert [card(f).title for f in found] == ["A", "B"]
    assert [f.raw.place for f in found] == ["line 5", "line 6"]


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_whole() -> None:
    book, buffer, wrong = Workbook(), BytesIO(), BytesIO()
    assert book.active is not None
    for row in (HEADER, ["A", 1, "Jane"], ["B", 2]):
        book.active.append(row)
    book.save(buffer)
    with ZipFile(buffer) as given, ZipFile(wrong, "w") as made:
        for name in given.namelist():
            data = given.read(name).replace(b'dimension ref="A1:E3"', b'dimension ref="A1:B2"')
            made.writestr(name, data)
    found = [card(f) for f in documents(Raw("cards.xlsx", wrong.getvalue()))]
    assert [(c.title, c.author.name) for c in found] == [("A", "Jane"), ("B", UNSTATED.name)]
