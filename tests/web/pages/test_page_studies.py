"""Studies: a list by design and setting, and each with what it measured."""

import pytest
from fastapi.testclient import TestClient

from tests.pages import BROWSER, opened, rows


def test_the_list_is_that_of_the_api(client: TestClient) -> None:
    total = client.get("/api/v1/studies?limit=1").json()["total"]
    found = opened(client, "/studies")
    assert found.one("[role=status]").words == f"{total} of {total} studies"
    assert len(found.all("table.things tbody tr")) == 25
    assert found.one("a[rel=next]")["href"] == "/studies?page=2"
    table = {row["id"]: row for row in rows(client.get("/studies.csv"))}
    assert len(table) == total
    assert table["helpmed-rct"]["stands_in_for"] == "public-self-assessment"


@pytest.mark.parametrize("query", ["design=randomised", "setting=field", "q=bean"])
def test_the_list_is_narrowed_as_that_of_the_api(client: TestClient, query: str) -> None:
    total = client.get(f"/api/v1/studies?{query}").json()["total"]
    assert total
    assert len(rows(client.get(f"/studies.csv?{query}"))) >= total
    if "q=" not in query:  # a page also looks for words in addresses of reports
        assert len(rows(client.get(f"/studies.csv?{query}"))) == total
    assert rows(client.get("/studies.csv?deployment=public-self-assessment"))
    assert client.get("/studies?design=absent").status_code == 400


def test_a_study_has_its_design_scores_gaps_and_sources(client: TestClient) -> None:
    known = client.get("/api/v1/studies/helpmed-rct").json()
    found = opened(client, "/studies/helpmed-rct")
    card = known["study_cards"][0]
    assert found.one("h1").words == card["title"]
    links = set(found.links())
    assert {f"/gaps/{gap['id']}" for gap in known["gaps"]} <= links
    assert {"/deployments/public-self-assessment", "/benchmarks/bean2026-scenarios"} <= links
    assert found.has("button[popovertarget=meaning-code-study-design-randomised]")
    assert set(card["reported_in"]) <= set(found.values("a", "href"))
    assert "600 conversations" in found.holding("table.things tbody tr", "34.00").words
    assert len(found.all(".gap-plot tbody tr")) == 3


def test_pages_about_a_study_lead_to_it(client: TestClient) -> None:
    for address in (
        "/deployments/public-self-assessment", "/gaps/bean2026-gpt4o-recomputed",
        "/doc/id/study/helpmed-rct",
    ):  # fmt: skip
        assert "/studies/helpmed-rct" in opened(client, address).links(), address
    assert client.get("/studies/absent", headers=BROWSER).status_code == 404


def test_a_work_with_two_addresses_stands_once(client: TestClient) -> None:
    twice = next(row for row in rows(client.get("/studies.csv")) if row["id"] == "magesh2025-audit")
    assert len(twice["reported_in"].split()) == 2, "both addresses stay in the data"
    shown = opened(client, "/studies?q=magesh2025-audit").all("table.things tbody tr")
    (row,) = (r for r in shown if r.has("a[href='/studies/magesh2025-audit']"))
    assert len(row.all("[data-label='Reported in'] a")) == 1
    for row in opened(client, "/studies").all("table.things tbody tr"):
        works = row.texts("[data-label='Reported in'] a")
        assert len(works) == len(set(works))
