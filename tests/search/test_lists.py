"""The words of a list are those of the search, on pages as through the API, best match first."""

import pytest
from fastapi.testclient import TestClient

from tests.pages import opened, rows

pytestmark = pytest.mark.one_engine


@pytest.mark.parametrize(
    ("listed", "words"),
    [
        ("deployments", "sepsis alert"),
        ("deployments", "emergency"),
        ("reviews", "HealthBench patient"),
        ("reviews", "violated MedQA"),
        ("studies", "randomised trial"),
    ],
)
def test_a_list_of_things_finds_what_the_search_finds(
    client: TestClient, listed: str, words: str
) -> None:
    items = client.get(f"/api/v1/{listed}", params={"q": words, "limit": 100}).json()["items"]
    shown = rows(client.get(f"/{listed}.csv", params={"q": words}))
    assert [row["id"] for row in shown] == [item["id"] for item in items] != []


def test_terms_are_found_by_plain_names_and_old_ones_stay_to_be_found(client: TestClient) -> None:
    found = client.get("/api/v1/terms", params={"q": "how many turns"}).json()["items"]
    assert found[0]["id"] == "dimension/interaction-type"
    shown = opened(client, "/terms?q=how+many+turns")
    assert shown.values(".meanings dt a", "href")[0] == "/terms/dimension/interaction-type"
    listed = client.get("/api/v1/search", params={"q": "how many turns", "kind": "term"}).json()
    assert listed["items"][0]["id"] == "dimension/interaction-type"


def test_sources_are_found_as_by_the_search_and_sorted_by_how_well(client: TestClient) -> None:
    found = client.get("/api/v1/sources", params={"q": "nature medicine"}).json()["items"]
    known = {item["id"] for item in found}
    search: dict[str, str | int] = {"q": "nature medicine", "kind": "source", "limit": 100}
    hits = client.get("/api/v1/search", params=search).json()["items"]
    strict = [hit["id"] for hit in hits if hit["id"] in known]
    assert [item["id"] for item in found][:3] == strict[:3] != []
    page = opened(client, "/sources?q=nature+medicine")
    assert page.one("#sort option[selected]").words == "best match"


def test_what_is_found_leads_to_the_pages_of_reviews_and_studies(client: TestClient) -> None:
    links = opened(client, "/search?q=HealthBench&kind=review").links()
    assert any(link.startswith("/reviews/") for link in links)
    assert any(
        x.startswith("/studies/") for x in opened(client, "/search?q=trial&kind=study").links()
    )
