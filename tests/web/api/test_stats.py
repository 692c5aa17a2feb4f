"""`/api/v1/stats`: the figures are those of the records, and of the questions they name."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from loaders.model import CORE_DIMENSIONS, STANDINGS, Card
from tests.shipped import gaps, has_number, records


@pytest.fixture(scope="module")
def figures(client: TestClient) -> Any:
    return client.get("/api/v1/stats").json()


def rows(figures: Any, title: str) -> list[dict[str, Any]]:
    return next(table["rows"] for table in figures["tables"] if table["title"] == title)


def test_the_totals_are_those_of_the_records(figures: Any) -> None:
    cards = [r for r in records() if isinstance(r, Card)]
    healthcare = {c.benchmark.id for c in cards if "healthcare" in c.domains}
    pairs = [g for g in gaps() if g.comparison is None]
    numbered = [g for g in pairs if has_number(g)]
    assert figures["totals"] == {
        "gaps": len(pairs),
        "withNumber": len(numbered),
        "withNumberPrimaryOrRecomputed": sum(
            g.verification in {"abstract", "full-text", "recomputed"} for g in numbered
        ),
        "withNumberInHealthcare": sum(g.benchmark in healthcare for g in numbered),
    }


def test_every_card_answers_every_core_question_or_leaves_it_open(figures: Any) -> None:
    cards = sum(isinstance(r, Card) for r in records())
    found = {r["dimension"]: r for r in rows(figures, "Answers of all benchmark cards")}
    for dimension in CORE_DIMENSIONS:
        counts = (found[dimension][c] for c in STANDINGS)
        assert sum(counts) == cards


def test_answers_are_counted_by_the_basis_of_the_codes(figures: Any) -> None:
    """Most answers on interaction type are read out by a rule, and few are stated."""
    found = {r["dimension"]: r for r in rows(figures, "Answers of all benchmark cards")}
    assert 0 < found["interaction-type"]["stated"] < found["interaction-type"]["derived"] / 5


def test_stated_and_derived_values_are_told_apart(figures: Any) -> None:
    cards = [r for r in records() if isinstance(r, Card)]
    found = {r["dimension"]: r for r in rows(figures, "Cards with a coded value, by basis")}
    for basis in ("stated", "derived", "hinted"):
        assert found["interaction-type"][basis] == sum(
            any(c.basis == basis for c in a.codings)
            for card in cards
            for a in card.assumptions
            if a.dimension == "interaction-type"
        )


def test_a_dimension_that_no_gap_varies_in_a_domain_has_a_counted_zero(figures: Any) -> None:
    table = rows(figures, "Gaps that vary a dimension, by domain")
    assert {0} < {cell for row in table for cell in row.values() if isinstance(cell, int)}
    assert len({tuple(row) for row in table}) == 1


def test_every_table_names_the_question_that_it_comes_from(
    client: TestClient, figures: Any
) -> None:
    for table in figures["tables"]:
        answer = client.get(f"/queries/{table['question']}", params=table["arguments"])
        assert answer.status_code == 200
    kinds = client.get("/queries/records-by-kind").json()["rows"]
    found = rows(figures, "Records and things")
    assert [r["count"] for r in found] == [r["count"] for r in kinds]


def test_the_figures_are_markdown_for_who_asks_for_it(client: TestClient) -> None:
    answer = client.get("/api/v1/stats", headers={"Accept": "text/markdown"})
    assert answer.headers["content-type"].startswith("text/markdown")
    assert "| verification | gaps |" in answer.text
