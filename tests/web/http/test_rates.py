"""A rate per client: counted by address or token, said on each answer, bounded in memory."""

import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr, ValidationError

from service.common.settings import Settings
from service.web.app import create_app
from service.web.http.rates import RequestCounts

TOKEN = "a-token-for-these-tests"  # noqa: S105 - of a service that lives for one test run
QUERY = "/sparql?query=ASK%7B%7D"


@pytest.fixture(scope="module")
def app() -> Iterator[Any]:
    settings = Settings(
        store=None, seed=False, validators=0, token=SecretStr(TOKEN), rate_limit="3/hour"
    )
    with TestClient(create_app(settings)) as client:
        yield client.app


def client_at(app: Any, address: str) -> TestClient:
    return TestClient(app, client=(address, 1))


def test_a_client_past_its_rate_is_refused_until_the_window_ends(app: Any) -> None:
    client = client_at(app, "192.0.2.1")
    for left in (2, 1, 0):
        answer = client.get(QUERY)
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == '"client";q=3;w=3600'
        assert re.fullmatch(f'"client";r={left};t=(3600|35\\d\\d)', answer.headers["ratelimit"])
    refused = client.get("/benchmarks")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert 3500 < int(refused.headers["retry-after"]) <= 3600
    assert refused.headers["ratelimit"].startswith('"client";r=0;')
    assert refused.json()["title"] == "Too many requests"


def test_who_watches_the_service_is_not_counted(app: Any) -> None:
    client = client_at(app, "192.0.2.2")
    for _ in range(6):
        answer = client.get("/health")
        assert answer.status_code == 200
        assert "ratelimit" not in answer.headers


def test_clients_do_not_use_up_the_rate_of_others(app: Any) -> None:
    for last in range(10, 14):
        client = client_at(app, f"192.0.2.{last}")
        assert [client.get(QUERY).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_token_is_one_client_from_everywhere_and_one_made_up_is_none(app: Any) -> None:
    def status(address: str, token: str) -> int:
        sent = {"Authorization": f"Bearer {token}"}
        return client_at(app, address).get(QUERY, headers=sent).status_code

    made_up = [status("192.0.2.20", f"made-up-token-number-{n}") for n in range(4)]
    assert made_up == [200, 200, 200, 429]
    assert [status(f"192.0.2.{n}", TOKEN) for n in range(20, 24)] == [200, 200, 200, 429]


def test_the_memory_for_clients_has_a_bound() -> None:
    counts = RequestCounts(1000)
    tracemalloc.start()
    try:
        for number in range(20_000):
            counts.incr(f"client-{number % 5000}-{number}", 3600)
            if number == 2000:
                before, _ = tracemalloc.get_traced_memory()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counts.reset() == 1000
    assert after < before * 1.2


def test_a_client_that_keeps_coming_is_not_forgotten_for_others() -> None:
    counts = RequestCounts(10)
    for number in range(100):
        counts.incr(f"other-{number}", 3600)
        assert counts.incr("it", 3600) == number + 1


@pytest.mark.parametrize("rate", ["", "many", "10", "10/fortnight", "-1/minute"])
def test_what_is_no_rate_is_refused_at_start(rate: str) -> None:
    with pytest.raises(ValidationError, match="rate_limit"):
        Settings(rate_limit=rate)
