"""Reviews: a list that is narrowed by what they are about, and each as prose."""

import pytest
from fastapi.testclient import TestClient

from tests.pages import BROWSER, opened, rows

RAMAN = "public-self-assessment/bean2026-scenarios/raman-et-al"


def test_the_list_has_what_the_api_lists(client: TestClient) -> None:
    listed = client.get("/api/v1/reviews?limit=100").json()["items"]
    found = opened(client, "/reviews")
    assert found.one("[role=status]").words == f"{len(listed)} of {len(listed)} reviews"
    shown = found.values("table.things tbody th a", "href")
    assert {f"/reviews/{item['id']}" for item in listed} == set(shown)
    table = {row["id"]: row for row in rows(client.get("/reviews.csv"))}
    assert table.keys() == {item["id"] for item in listed}
    assert table[RAMAN]["interaction-type"] == "violated"


@pytest.mark.parametrize(
    "query",
    [
        "deployment=public-self-assessment",
        "benchmark=bean2026-scenarios",
        "deployment=public-self-assessment&benchmark=healthbench",
    ],
)
def test_the_list_is_narrowed_as_that_of_the_api(client: TestClient, query: str) -> None:
    total = client.get(f"/api/v1/reviews?{query}").json()["total"]
    assert total
    assert len(rows(client.get(f"/reviews.csv?{query}"))) == total
    assert client.get("/reviews?deployment=absent").status_code == 400


def test_a_review_is_prose_with_verdict_reason_and_evidence(client: TestClient) -> None:
    known = client.get(f"/api/v1/reviews/{RAMAN}").json()
    found = opened(client, f"/reviews/{RAMAN}")
    assert "Of 5 assumptions: 1 partly, 4 violated." in found.one(".lead").words
    assert "version 1 of the card by Raman et al." in found.words
    for one in known["assessments"]:
        section = found.one(f"section#{one['dimension']}")
        assert one["rationale"] in section.words
        assert section.has(".verdict")
        assert {e["url"] for e in one["evidence"]} <= set(section.values("a", "href"))
    turns = found.one("section#interaction-type").words
    assert "The card assumes Single turn" in turns
    assert "In this use Multi-turn" in turns
    links = set(found.links())
    assert f"/doc/id/review/{RAMAN}" in links
    assert {"/deployments/public-self-assessment", f"/api/v1/reviews/{RAMAN}"} <= links


def test_pages_about_a_review_lead_to_its_prose(client: TestClient) -> None:
    for address in (
        "/benchmarks/bean2026-scenarios?deployment=public-self-assessment",
        "/deployments/public-self-assessment", f"/doc/id/review/{RAMAN}",
    ):  # fmt: skip
        assert f"/reviews/{RAMAN}" in opened(client, address).links(), address
    assert client.get("/reviews/no/such/one", headers=BROWSER).status_code == 404
