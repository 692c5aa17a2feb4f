"""Cells of CSV files: what a spreadsheet might run is made a text, and no number is."""

import pytest

from service.common.csv_tables import csv_text


@pytest.mark.parametrize("number", ["-4.0 to 14.0", "-28.8", "+5 %", "-1,234.5 to -3 %"])
def test_a_number_is_left_as_it_is_whatever_its_sign(number: str) -> None:
    assert csv_text([{"a": number}]).splitlines()[1].strip('"') == number


@pytest.mark.parametrize(
    "text", ["=1+1", "-1+cmd|' /C calc'!A0", "+A1", "@SUM(A1)", "-2-3", "-(1)"]
)
def test_what_a_spreadsheet_might_run_is_made_a_text(text: str) -> None:
    assert csv_text([{"a": text}]).splitlines()[1].strip('"').startswith("'")
