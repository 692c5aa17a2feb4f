"""One system: its cards, the gaps that name it, its scores."""

from fastapi.testclient import TestClient

from tests.pages import BROWSER, opened


def test_a_system_has_its_cards_gaps_and_scores(client: TestClient) -> None:
    known = client.get("/api/v1/systems/gpt-4o-2024-05-13").json()
    found = opened(client, "/systems/gpt-4o-2024-05-13")
    card = known["system_cards"][0]
    assert found.one("h1").words == card["title"]
    assert card["sources"][0]["locator"] in found.words
    links = set(found.links())
    assert {f"/gaps/{gap['id']}" for gap in known["gaps"]} <= links
    assert f"/doc/id/system-card/{card['id']}" in links
    scores = client.get("/queries/results-of-system.json?system=gpt-4o-2024-05-13").json()
    assert found.one("#scores").words == f"Scores {scores['total']}"
    assert len(found.all("table.scores tbody tr")) == scores["total"]
    assert len(found.all(".gap-plot tbody tr")) == 7


def test_a_system_that_is_not_there_answers_404(client: TestClient) -> None:
    assert client.get("/systems/absent", headers=BROWSER).status_code == 404
    assert client.get("/systems/gpt-4o-2024-05-13?page=9").status_code == 400
