"""The ledger: each number is what its file gives, and what differs from the published one stays."""

import csv

import pytest
from fastapi.testclient import TestClient

from service.common.digits import MINUS
from service.decomposition.ledger import LedgerRow, ledger, recomputed
from tests.conftest import ROOT
from tests.pages import opened

CASES = ROOT / "data" / "cases"
pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize("row", ledger(), ids=lambda row: row.id)
def test_every_number_is_recomputed(row: LedgerRow) -> None:
    assert recomputed(row) == pytest.approx(row.ours, abs=1e-4 if row.unit == "percent" else 1e-6)


def test_the_tolerance_is_that_of_the_printed_digits() -> None:
    """The mean of eight printed numbers is as far off as they may be, besides its own rounding."""
    for row in ledger():
        digits = len(row.printed.partition(".")[2])
        averaged = row.file.startswith("open-asr")
        assert row.tolerance == pytest.approx((1 if averaged else 0.5) * 10**-digits), row.id


def test_what_differs_stays_and_says_why() -> None:
    apart = [row for row in ledger() if not row.agrees]
    assert len(apart) == 9
    assert all(row.note for row in apart)


def test_every_case_has_its_source_and_licence() -> None:
    folders = [path for path in CASES.iterdir() if path.is_dir()]
    assert folders
    for folder in folders:
        said = (folder / "ATTRIBUTION.md").read_text("utf-8")
        assert "Source: github.com/" in said
        own = (folder / "LICENSE").is_file() or "LICENSE-Apache-2.0" in said
        assert own or "CC BY 4.0" in said or "has no licence file" in said


def test_api_and_page_show_every_row(client: TestClient) -> None:
    found = client.get("/api/v1/ledger").json()
    assert found["total"] == len(ledger())
    table = csv.DictReader(client.get("/api/v1/ledger?format=csv").text.splitlines())
    assert [row["id"] for row in table] == [row["id"] for row in found["items"]]
    page = opened(client, "/gaps/ledger")
    toefl = page.one("#detectors-toefl").words
    assert f"61.3 % 61.22 % {MINUS}0.08 0.05" in toefl
    assert "no The preprint prints 61.22" in toefl
    assert f"{sum(row.agrees for row in ledger())} of {len(ledger())} agree" in page.words
