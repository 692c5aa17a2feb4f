"""Named questions for those who read: an index, boxes, tables with links."""

import pytest
from fastapi.testclient import TestClient

from tests.pages import BROWSER, opened, page


def test_the_index_lists_every_question_with_a_box_a_parameter(client: TestClient) -> None:
    items = client.get("/queries").json()["items"]
    found = opened(client, "/queries")
    assert found.values("h2", "id") == [item["name"] for item in items]
    for item in items:
        boxes = found.values(f"article[aria-labelledby={item['name']}] input", "name")
        assert boxes == [p["name"] for p in item["parameters"] if p["type"] != "boolean"]


def test_every_question_of_the_index_answers_as_a_page(client: TestClient) -> None:
    addresses = opened(client, "/queries").values("h2 > a", "href")
    assert len(addresses) == len(client.get("/queries").json()["items"])
    for address in addresses:
        assert opened(client, address).has("h1")


def test_the_page_shows_the_rows_of_the_data_and_links_to_what_they_name(
    client: TestClient,
) -> None:
    asked = "dimension=interaction-type&assumed=single-turn&deployed=multi-turn"
    total = client.get(f"/queries/assumed-vs-deployed?{asked}").json()["total"]
    found = opened(client, f"/queries/assumed-vs-deployed?{asked}")
    assert f"{total} rows" in found.texts("strong")
    assert f"/queries/assumed-vs-deployed.csv?{asked}" in found.links()
    assert found.one("input[name=deployed]")["value"] == "multi-turn"
    assert found.has('table.answer-rows a[href^="/id/benchmark/"]')


def test_a_box_that_stays_empty_is_left_open(client: TestClient) -> None:
    everybody = client.get("/queries/values-by-basis").json()["rows"]
    assert client.get("/queries/values-by-basis?author=").json()["rows"] == everybody


@pytest.mark.parametrize("given", ["<script>alert(1)</script>", '" onfocus="x', "\u202e"])
def test_what_is_typed_stays_text(client: TestClient, given: str) -> None:
    answer = client.get("/queries/gaps-of-benchmark", params={"benchmark": given}, headers=BROWSER)
    assert answer.status_code == 400
    assert page(answer).injected() == []
