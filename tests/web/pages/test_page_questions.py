"""Named questions for those who read: an index, boxes, tables with links."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.pages import BROWSER, opened, page

RAW = re.compile(r"(?:id|gap|review|card|graph|egap:)\S*[/:]|\S+:\d\d\.\d+\+|-\d|in-use$")
"""What no cell holds: names and times as programs write them, and a hyphen for a minus."""

EMPTY = {"disagreeing-reviews", "level-differences", "matches-to-decide", "to-recode",
         "to-recode-counts"}  # fmt: skip
"""Questions to which the shipped data may have no answer; the example of every other has rows."""


def test_the_index_lists_every_question_once_below_who_asks_it(client: TestClient) -> None:
    items = client.get("/queries").json()["items"]
    found = opened(client, "/queries")
    assert sorted(found.values("dt", "id")) == sorted(item["name"] for item in items)
    assert {item["reader"] for item in items} == set(found.values("h2", "id"))


def test_every_question_of_the_index_answers_as_a_page_with_its_boxes(client: TestClient) -> None:
    items = client.get("/queries").json()["items"]
    addresses = opened(client, "/queries").values("dt > a", "href")
    assert len(addresses) == len(items)
    named = {item["name"]: [p["name"] for p in item["parameters"]] for item in items}
    empty = set()
    for address in addresses:
        found = opened(client, address)
        name = address.removeprefix("/queries/").partition("?")[0]
        boxes = found.values(".boxes select, .boxes input", "name")
        assert boxes == [p for p in named[name] if p in boxes]
        assert not found.has("[role=alert]")
        heads = found.texts("thead th")
        assert [head for head in heads if head in {"title", "label"} or "<" in head] == []
        assert set(found.values(".answer-rows td", "data-label")) == set(heads[1:])
        cells = found.texts(".answer-rows :is(th, td) > div")
        assert [text for text in cells if RAW.match(text)] == []
        empty |= set() if cells else {name}
    assert empty <= EMPTY


def test_the_page_shows_the_rows_of_the_data_with_titles_that_link(client: TestClient) -> None:
    asked = "dimension=interaction-type&assumed=single-turn&deployed=multi-turn"
    rows = client.get(f"/queries/assumed-vs-deployed?{asked}").json()["rows"]
    found = opened(client, f"/queries/assumed-vs-deployed?{asked}")
    assert f"{len(rows)} rows" in found.texts("strong")
    assert f"/queries/assumed-vs-deployed.csv?{asked}" in found.links()
    assert found.one("select[name=deployed] option[selected]")["value"] == "multi-turn"
    heads = found.texts("thead th")
    assert "benchmark title" not in heads
    assert "deployment title" not in heads
    shown = found.texts("tbody th")
    assert [row["benchmarkTitle"] for row in rows] == shown
    assert all(a.startswith("/benchmarks/") for a in found.values("tbody th a", "href"))


def test_codes_are_chosen_from_lists_in_words_and_things_by_their_titles(
    client: TestClient,
) -> None:
    found = opened(client, "/queries/what-breaks?deployment=public-self-assessment")
    chosen = found.one("select[name=deployment] option[selected]")
    assert chosen.words == "Members of the public asking an LLM about new symptoms"
    found = opened(client, "/queries/benchmarks-assuming?value=interaction-type/multi-turn")
    assert "How many turns" in found.values("select[name=value] optgroup", "label")


def test_another_dimension_offers_its_own_values(client: TestClient) -> None:
    asked = "dimension=novelty&assumed=single-turn&deployed=unseen"
    answer = client.get(f"/queries/assumed-vs-deployed?{asked}", headers=BROWSER)
    assert answer.status_code == 400
    found = page(answer)
    assert (
        "'single-turn' is not known here. Asked for is the value" in found.one("[role=alert]").words
    )
    offered = found.values("select[name=assumed] option", "value")
    assert {"unseen", "known-seen"} <= set(offered)
    assert client.get(f"/queries/assumed-vs-deployed?{asked}").json()["status"] == 400


def test_every_worked_query_of_the_guide_runs_and_finds_something(client: TestClient) -> None:
    found = opened(client, "/query/guide")
    addresses = found.values("article a.button", "href")
    assert len(addresses) == 10
    for address in addresses:
        heading = opened(client, address).one("#answer h2").words
        assert "row" in heading
        assert not heading.startswith("0 ")


def test_a_box_that_stays_empty_is_left_open(client: TestClient) -> None:
    everybody = client.get("/queries/values-by-basis").json()["rows"]
    assert client.get("/queries/values-by-basis?author=").json()["rows"] == everybody


@pytest.mark.parametrize("given", ["<script>alert(1)</script>", '" onfocus="x', "\u202e"])
def test_what_is_typed_stays_text(client: TestClient, given: str) -> None:
    answer = client.get("/queries/gaps-of-benchmark", params={"benchmark": given}, headers=BROWSER)
    assert answer.status_code == 400
    assert page(answer).injected() == []
