"""Digits that `int` makes nothing of: no door answers with 500."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.web.app import create_app
from tests.conftest import ROOT
from tests.tokens import AUTHORIZED, TOKEN

ODD = ("²", "①", "٣", "9" * 5000, "-1", "+1", "1_0")
BASE = "https://w3id.org/evalgap/"


@pytest.mark.parametrize("digits", ODD)
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/cards/healthbench/evalgap/{}",
        "/api/v1/gaps/bean2026-gpt4o-recomputed/{}",
        "/api/v1/plans/x/steps/{}",
        "/api/v1/gaps?limit={}",
        "/api/v1/gaps?cursor={}",
        "/benchmarks?page={}",
        "/benchmarks/healthbench?version={}",
        "/fit?deployment=public-self-assessment&limit={}",
        "/api/v1/deployments/public-self-assessment/fit?offset={}",
        "/coverage?page={}",
        "/queries/small-samples?n={}",
        "/doc/id/card/healthbench/evalgap/{}",
    ],
)
def test_an_address_with_odd_digits(
    clients: Callable[[str], TestClient], path: str, digits: str
) -> None:
    client = clients("embedded")
    assert client.get(path.format(digits), follow_redirects=False).status_code < 500


@pytest.fixture(scope="module")
def open_to_writers() -> TestClient:
    settings = Settings(store=None, seed=False, validators=0, token=TOKEN)
    return TestClient(create_app(settings), headers=AUTHORIZED, raise_server_exceptions=False)


@pytest.mark.parametrize("digits", ODD)
def test_a_form_and_a_record_with_odd_digits(open_to_writers: TestClient, digits: str) -> None:
    form = {f"assumptions.{digits}.answer": "x", "title": "x"}
    assert open_to_writers.post("/author/new", data=form).status_code < 500
    assert open_to_writers.post("/plans", data=form).status_code < 500
    record = f"<{BASE}id/card/a/b/{digits}> a <{BASE}ontology#BenchmarkCard> ."
    answer = open_to_writers.post(
        "/api/v1/validate?source=a.ttl", content=record.encode(), headers={"Accept": "text/csv"}
    )
    assert answer.status_code < 500


def test_whole_numbers_are_read_by_the_one_function_that_knows_them() -> None:
    own = Path("loaders/model/integers.py")
    found = [
        str(path.relative_to(ROOT))
        for root in ("service", "loaders")
        for path in (ROOT / root).rglob("*.py")
        if (text := path.read_text())
        and (
            ".isdigit()" in text
            or ".isnumeric()" in text
            or (".isdecimal()" in text and "int(" in text)
        )
    ]
    assert found == [str(own)]
