"""A store that was written without the gate: what cannot be read is left out, and that is said."""

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.access.test_access import routes
from tests.hostile.test_wrong_values import put, sixty
from tests.pages import BROWSER, opened
from tests.tokens import AUTHORIZED, TOKEN

BEAN = "https://w3id.org/evalgap/graph/gap/bean2026-gpt4o-recomputed/1"


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """Return a client of the shipped data, into which faulty records went past the gate."""
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN), gate=False)
    with TestClient(create_app(settings), headers=AUTHORIZED) as started:
        for name, triples in some():
            assert put(started, name, triples).is_success
        stored = started.get(f"/rdf-graph-store?graph={quote(BEAN, safe='')}", headers=NTRIPLES)
        lots = stored.text.replace('"45"^^<http://www.w3.org/2001/XMLSchema#integer>', '"lots"')
        assert lots != stored.text
        assert put(started, BEAN, lots).is_success
        yield started


def some() -> list[tuple[str, str]]:
    return sixty()[:20]


NTRIPLES = {"Accept": "application/n-triples"}


def addresses(client: TestClient) -> list[str]:
    """Return every address without a parameter, and those of the records that are faulty."""
    found = routes(client.app.routes)  # type: ignore[attr-defined]
    plain = [path for method, path in found if method == "GET" and "{" not in path]
    faulty = [name.partition("/graph/")[2].rpartition("/")[0] for name, _ in some()]
    return [*plain, *(f"/doc/id/{record}" for record in [*faulty, "gap/bean2026-gpt4o-recomputed"])]


@pytest.mark.parametrize("accept", [BROWSER["Accept"], "application/json"])
def test_no_address_answers_with_500(client: TestClient, accept: str) -> None:
    answers = {a: client.get(a, headers={"Accept": accept}) for a in addresses(client)}
    assert {a: r.text[:300] for a, r in answers.items() if r.status_code >= 500} == {}


def test_a_page_and_an_answer_say_what_they_leave_out_and_show_the_rest(client: TestClient) -> None:
    page = opened(client, "/gaps?q=obermeyer2019-cost-proxy")
    assert "cannot be read" in page.words
    assert page.all("a[href='/gaps/obermeyer2019-cost-proxy']")
    risk = client.get("/api/v1/deployments/public-self-assessment/risk?benchmark=medqa").json()
    left = {item["record"]: item["why"] for item in risk["left_out"]}
    assert "gains" in left["gap/bean2026-gpt4o-recomputed"]
    assert risk["assumptions"]
