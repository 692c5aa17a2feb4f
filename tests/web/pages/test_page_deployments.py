"""Deployments: a list narrowed by answers, a page with authors side by side, what was measured."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.ingest.test_withdrawals import imported
from tests.pages import BROWSER, opened, rows
from tests.tokens import AUTHORIZED, TOKEN

ANN, BOB = {"id": "ann", "name": "Ann"}, {"id": "bob", "name": "Bob"}
SOURCE = {"url": "https://example.org/report", "locator": "page 3", "quote": "they chat at length"}


def profile(deployment: str, author: dict[str, str], turns: str, **more: Any) -> dict[str, Any]:
    coded = {"code": f"interaction-type/{turns}", "basis": "stated"}
    said = {"dimension": "interaction-type", "answer_status": "answered", "answer": f"<b>{turns}",
            "codings": [coded], "observed": [coded["code"]], "sources": [SOURCE]}  # fmt: skip
    return {"kind": "profile", "id": f"{deployment}/{author['id']}", "author": author, "title":
            f"Use {deployment}", "deployment": {"id": deployment}, "characteristics": [said], **more}  # noqa: E501  # fmt: skip


RECORDS = [
    *(profile(f"use-{n:02}", ANN, "few-turn", domains=["law"]) for n in range(30)),
    profile("help-desk", ANN, "single-turn", stage="pilot", intended_use="Answer <i>them</i>."),
    profile("help-desk", BOB, "multi-turn", stage="in-use"),
]


@pytest.fixture(scope="module")
def site() -> Iterator[TestClient]:
    settings = Settings(store=None, seed=False, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        (outcome,) = imported(client, {"evalgap": 1, "records": RECORDS}, "uses.json")
        assert outcome["state"] == "new", outcome["problems"]
        yield client


def listed(site: TestClient, query: str = "") -> list[str]:
    return opened(site, f"/deployments{query}").values("table.things tbody th a", "href")


def test_the_list_has_what_the_api_lists_page_by_page(site: TestClient) -> None:
    every = {i["id"] for i in site.get("/api/v1/deployments?limit=100").json()["items"]}
    shown = listed(site) + listed(site, "?page=2")
    assert len(listed(site)) == 25
    assert {address.rpartition("/")[2] for address in shown} == every
    assert {row["id"] for row in rows(site.get("/deployments.csv"))} == every
    assert site.get("/deployments?page=3").status_code == 400


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("?domain=law", 30),
        ("?stage=disputed", 1),
        ("?stage=not-stated&interaction-type=few-turn", 30),
        ("?interaction-type=disputed", 1),
        ("?interaction-type=single-turn&interaction-type=few-turn", 31),
        ("?interaction-type=single-turn&domain=law", 0),
        ("?query-authorship=not-stated", 31),
        ("?q=help-desk", 1),
        ("?measured=none", 31),
    ],
)
def test_the_list_is_narrowed_by_answers(site: TestClient, query: str, total: int) -> None:
    found = opened(site, f"/deployments{query}")
    assert found.one("[role=status]").words == f"{total} of 31 deployments"
    assert len(rows(site.get(f"/deployments.csv{query}"))) == total


def test_a_choice_that_is_not_there_is_named(site: TestClient) -> None:
    for query in ("?domain=nowhere", "?interaction-type=yes", "?colour=red"):
        answer = site.get(f"/deployments{query}")
        assert answer.status_code == 400
        assert answer.json()["known"]


def test_profiles_that_differ_stand_side_by_side(site: TestClient) -> None:
    found = opened(site, "/deployments/help-desk")
    assert not found.injected()
    answer = found.one("#interaction-type")
    assert "The profiles contradict each other" in answer.words
    assert answer.texts(".side-by-side .said-by") == ["Ann", "Bob"]
    assert "<b>single-turn" in answer.words
    assert "they chat at length" in answer.words
    assert "Not stated by any profile" in found.one("#query-authorship").words
    assert {"/fit?deployment=help-desk", "/plans?deployment=help-desk"} <= set(found.links())
    assert "Nobody has reviewed" not in found.words
    assert "No gap between an evaluation and this use is recorded." in found.words
    assert opened(site, "/deployments?stage=disputed").has("td .verdict.disputed")


def test_a_name_that_is_not_there_answers_404(site: TestClient) -> None:
    assert site.get("/deployments/absent", headers=BROWSER).status_code == 404
    assert site.get("/deployments/absent").json()["title"]
    assert site.get("/deployments/help-desk?x=1").status_code == 400


def test_what_was_measured_and_reviewed_is_what_the_api_has(client: TestClient) -> None:
    known = client.get("/api/v1/deployments/public-self-assessment").json()
    found = opened(client, "/deployments/public-self-assessment")
    links = set(found.links())
    assert {f"/gaps/{g['id']}" for g in known["gaps"]} <= links
    assert found.one("#measured").words.startswith(
        f"Measured for this use: {len(known['gaps'])} figures"
    )
    assert len(found.all("table.review-rows tbody tr")) == len(known["reviews"])
    drawn = found.one(".gap-plot table")
    assert drawn.holding("tbody tr", "60.67").words.count("95 % CI 45.56 to 75.77") == 1
    assert len(drawn.all("tbody circle")) == len(drawn.all("tbody tr")) == 7
    assert "No recorded study observed this use in the field." in found.words
    assert "/doc/id/deployment/public-self-assessment" in links
    assert "violated" in found.one("table.review-rows").words


def test_figures_that_are_no_pair_stand_apart(client: TestClient) -> None:
    found = opened(client, "/deployments/penda-primary-care")
    assert not found.has(".gap-plot table")
    assert "Not a pair of evaluation and use" in found.texts("h3")


def test_links_about_a_deployment_lead_to_its_page(client: TestClient) -> None:
    place = "/deployments/public-self-assessment"
    for address in (
        "/benchmarks/bean2026-scenarios?deployment=public-self-assessment",
        "/benchmarks/bean2026-scenarios?tab=results", "/gaps/bean2026-gpt4o-recomputed",
        "/doc/id/deployment/public-self-assessment",
    ):  # fmt: skip
        assert place in opened(client, address).links()
