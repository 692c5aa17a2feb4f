"""The lists of the API are sorted as the pages are, or by any field of their items."""

import pytest
from fastapi.testclient import TestClient

from tests.pages import rows

pytestmark = pytest.mark.one_engine


def ids(client: TestClient, query: str) -> list[str]:
    found: list[str] = []
    address: str | None = f"/api/v1/{query}"
    while address:
        answer = client.get(address).json()
        found += [str(item["id"]) for item in answer["items"]]
        address = answer["next"]
    return found


@pytest.mark.parametrize("sort", ["title", "-gaps", "year", "interaction-type"])
def test_benchmarks_come_in_the_order_of_the_catalogue(client: TestClient, sort: str) -> None:
    shown = [row["id"] for row in rows(client.get(f"/benchmarks.csv?sort={sort}"))]
    assert ids(client, f"benchmarks?sort={sort}&limit=100") == shown


def test_any_list_is_sorted_by_a_field_with_what_lacks_it_last(client: TestClient) -> None:
    gaps = client.get("/api/v1/gaps.csv?sort=-value")
    values = [row["value"] for row in rows(gaps)]
    numbers = [float(v) for v in values if v]
    assert numbers == sorted(numbers, reverse=True)
    assert not any(values[len(numbers) :])
    named = client.get("/api/v1/deployments?sort=name&q=patients").json()["items"]
    names = [item["name"].casefold() for item in named]
    assert len(names) > 1
    assert names == sorted(names)


def test_an_order_that_there_is_not_is_refused_with_those_that_are(client: TestClient) -> None:
    answer = client.get("/api/v1/gaps?sort=colour")
    assert answer.status_code == 400
    assert "value" in answer.json()["known"]
    assert client.get("/api/v1/gaps?q=xqzwvy&sort=colour").status_code == 400
