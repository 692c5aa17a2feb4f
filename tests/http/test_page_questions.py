"""Named questions for those who read: an index, boxes, tables with links."""

import re

import pytest
from fastapi.testclient import TestClient

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_the_index_lists_every_question_with_a_box_a_parameter(client: TestClient) -> None:
    items = client.get("/queries").json()["items"]
    page = client.get("/queries", headers=BROWSER).text
    for item in items:
        assert f'id="{item["name"]}"' in page
        for parameter in item["parameters"]:
            assert f'id="{item["name"]}-{parameter["name"]}"' in page


def test_every_question_of_the_index_answers_as_a_page(client: TestClient) -> None:
    page = client.get("/queries", headers=BROWSER).text
    addresses = re.findall(r'<h2 [^>]*><a href="([^"]+)"', page)
    assert len(addresses) == len(client.get("/queries").json()["items"])
    for address in addresses:
        answer = client.get(address.replace("&amp;", "&"), headers=BROWSER)
        assert answer.status_code == 200
        assert "<h1>" in answer.text


def test_the_page_shows_the_rows_of_the_data_and_links_to_what_they_name(
    client: TestClient,
) -> None:
    asked = "dimension=interaction-type&assumed=single-turn&deployed=multi-turn"
    total = client.get(f"/queries/assumed-vs-deployed?{asked}").json()["total"]
    page = client.get(f"/queries/assumed-vs-deployed?{asked}", headers=BROWSER).text
    assert f"<strong>{total} rows</strong>" in page
    assert f"/queries/assumed-vs-deployed.csv?{asked.replace('&', '&amp;')}" in page
    assert 'value="multi-turn"' in page
    assert re.search(r'<a href="/id/benchmark/[^"]+"', page)


def test_a_box_that_stays_empty_is_left_open(client: TestClient) -> None:
    everybody = client.get("/queries/values-by-basis").json()["rows"]
    assert client.get("/queries/values-by-basis?author=").json()["rows"] == everybody


@pytest.mark.parametrize("given", ["<script>alert(1)</script>", '" onfocus="x', "\u202e"])
def test_what_is_typed_stays_text(client: TestClient, given: str) -> None:
    answer = client.get("/queries/gaps-of-benchmark", params={"benchmark": given}, headers=BROWSER)
    assert answer.status_code == 400
    assert "<script>alert" not in answer.text
    assert '" onfocus' not in answer.text
