"""What pages say instead of codes, ids and names of fields: what a reader calls it."""

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.digits import MINUS
from service.common.settings import Settings
from service.web.app import create_app
from tests.pages import BROWSER, opened, page
from tests.tokens import TOKEN

USE = "deployment=public-self-assessment"


@pytest.mark.parametrize(
    ("address", "says", "not_this"),
    [
        ("/deployments/gov-uk-chat", ("United Kingdom", "at least 10,000"), ("GB", "lower bound")),
        ("/deployments", ("United States", "Kenya"), ("; US", "; KE")),
        (f"/fit?{USE}", ("Violated by 81, unknown for 18.",), ("unranked", "unknown of")),
        (f"/fit?{USE}&benchmark=bean2026-scenarios", ("1 partly",), ("partially",)),
        ("/benchmarks/agentbench?tab=history", ("The card by EvalGap maintainers",),
         ("agentbench/evalgap",)),
        ("/author/new?card=agentclinic/evalgap", ("Correct the card of AgentClinic",),
         ("agentclinic/evalgap",)),
        ("/deployments/new?profile=public-self-assessment/evalgap",
         ("Correct the description of Members of the public",), ("public-self-assessment/",)),
        ("/terms/dimension/decision-mediation", ("Related to",), ("related match",)),
    ],
)  # fmt: skip
def test_a_page_says_it_in_words(
    client: TestClient, address: str, says: tuple[str, ...], not_this: tuple[str, ...]
) -> None:
    words = opened(client, address).one("main").words
    assert [text for text in says if text not in words] == []
    assert [text for text in not_this if text in words] == []


def test_a_range_of_equal_ends_is_one_number(client: TestClient) -> None:
    rows = opened(client, "/gaps").all("figure table.plot tbody tr")
    assert rows
    for row in rows:
        said = row.words.replace(MINUS, "-").split()
        ends = [(a, b) for a, to, b in zip(said, said[1:], said[2:], strict=False) if to == "to"]
        assert [pair for pair in ends if float(pair[0]) == float(pair[1])] == []


def test_what_is_past_the_last_page_leads_to_the_first(client: TestClient) -> None:
    found = opened(client, "/gaps?page=400&number=with", 400)
    links = {link.words: link["href"] for link in found.all("main p a")}
    assert links["The first page"] == "/gaps?number=with"


def test_notes_of_a_decomposition_have_no_codes(client: TestClient) -> None:
    table = opened(client, "/gaps/decompose?example=1").one("textarea#table").verbatim
    answer = client.post("/gaps/decompose", data={"table": table}, headers=BROWSER)
    notes = page(answer).one(".warning").words
    assert "how much is told and who writes the question change only together" in notes
    assert "information-completeness" not in notes


def test_who_needs_a_token_is_told_without_headers() -> None:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN), proposals=True)
    with TestClient(create_app(settings)) as service:
        found = opened(service, "/proposals", 401).one("main")
        assert found.one("h1").words == "This needs a token"
        assert "those who run it give out" in found.words
        assert "Bearer" not in found.words
        assert "Bearer" in service.get("/proposals").json()["detail"]
