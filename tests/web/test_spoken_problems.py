"""How pages say what is not here: by titles, with addresses of pages that have it."""

import pytest
from fastapi.testclient import TestClient

from service.common import problems
from service.ontology.plain_names import PLAIN
from tests.pages import BROWSER, Part, opened

pytestmark = pytest.mark.one_engine
USE = "deployment=public-self-assessment"


def lead(found: Part) -> str:
    return found.one(".lead").words


@pytest.mark.parametrize(
    ("address", "sentence", "choice", "leads_to"),
    [
        ("/benchmarks?interaction-type=nonsense&q=exam",
         "How many turns: there is no 'nonsense' to choose.",
         "Single turn", "/benchmarks?interaction-type=single-turn&q=exam"),
        ("/deployments?stage=zz", "Stage: there is no 'zz' to choose.",
         "In use", "/deployments?stage=in-use"),
        ("/fit?interaction-type=zz", "How many turns: there is no value 'zz'.",
         "Multi-turn", "/fit?interaction-type=multi-turn"),
        (f"/fit?{USE}&whatif=interaction-type:yy", "How many turns: there is no value 'yy'.",
         "Multi-turn", f"/fit?{USE}&whatif=interaction-type:multi-turn"),
        (f"/fit?{USE}&domain=zz", "There is no field 'zz'.",
         "Healthcare", f"/fit?{USE}&domain=healthcare"),
        ("/evidence/zz", "There is no assumption 'zz' with coded values.",
         PLAIN["decision-mediation"], "/evidence/decision-mediation"),
        ("/coverage?rows=zz", "There is no assumption 'zz' with coded values.",
         "Language", "/coverage?rows=language"),
        ("/gaps?dimension=zz",
         ("'zz' is not known here. Asked for is a dimension that varies, or that a contribution is "
          "attributed to."),
         PLAIN["decision-mediation"], "/gaps?dimension=decision-mediation"),
        ("/terms/interaction-type/zz", "There is no term 'interaction-type/zz'.",
         "Single turn", "/terms/interaction-type/single-turn"),
        ("/queries/zz", "There is no question named 'zz'.",
         "Which benchmarks assume one thing but were deployed where another is the case?",
         "/queries/assumed-vs-deployed"),
        ("/benchmarks/medqa?tab=zz", "There is no tab 'zz'.",
         "Results and gaps", "/benchmarks/medqa?tab=results"),
        ("/search?q=x&kind=zz", "Nothing is searched under 'zz'.",
         "Benchmarks", "/search?q=x&kind=benchmark"),
        ("/gaps?sort=zz", "This list has no order 'zz'.", "newest first", "/gaps?sort=year"),
        ("/benchmarks?sort=zz", "This list has no order 'zz'.",
         "most gaps recorded", "/benchmarks?sort=gaps"),
        ("/benchmarks?q=exam&sort=zz", "This list has no order 'zz'.",
         "best match first", "/benchmarks?q=exam&sort=relevance"),
        ("/sources?sort=zz", "This list has no order 'zz'.",
         "most records first", "/sources?sort=records"),
        ("/gaps?number=zz", "Gaps are listed with a number or without one, not 'zz'.",
         "with a number", "/gaps?number=with"),
        ("/gaps/bean2026-gpt4o-recomputed?unit=zz", "No interval of this gap is over 'zz'.",
         "scenario", "/gaps/bean2026-gpt4o-recomputed?unit=scenario"),
        (f"/fit?{USE}&verdict=interaction-type:zz", "'zz' is no verdict on an assumption.",
         "partly", f"/fit?{USE}&verdict=interaction-type:partially-holds"),
    ],
)  # fmt: skip
def test_a_page_names_what_there_is_by_titles_with_their_addresses(
    client: TestClient, address: str, sentence: str, choice: str, leads_to: str
) -> None:
    answer = client.get(address, headers=BROWSER)
    found = opened(client, address, answer.status_code)
    assert answer.status_code in {400, 404}
    assert lead(found) == sentence
    (given,) = (word for word in ("zz", "yy", "nonsense") if word in address)
    assert found.one("h1").words.startswith("There is no “")
    assert given in found.one("h1").words
    assert leads_to in [link["href"] for link in found.all("main li a") if link.words == choice]
    assert opened(client, leads_to).has("h1")
    codes = client.get(address, headers={"Accept": "application/json"}).json().get("known", ())
    assert not {code for code in codes if "-" in code} & set(found.one("main").texts("li"))


@pytest.mark.parametrize(
    "address",
    [
        "/fit?deployment=nothing",
        f"/fit?{USE}&benchmark=nothing",
        "/fit/evidence?deployment=nothing&benchmark=medqa",
        "/claim?benchmark=medqa&score=95&use=nothing",
        "/claim?benchmark=nothing&score=95&use=public-self-assessment",
    ],
)
def test_a_page_names_no_address_of_the_api(client: TestClient, address: str) -> None:
    found = opened(client, address, 404).one("main")
    assert "/api/" not in found.words
    if not address.startswith("/claim"):  # which answers with its form alone
        assert "/api/" in client.get(address).json()["detail"]


def test_what_is_missing_leads_to_its_list_and_to_things_by_their_titles(
    client: TestClient,
) -> None:
    found = opened(client, "/fit?deployment=sepsis-alert", 404)
    assert lead(found) == "There is no deployment 'sepsis-alert' here."
    assert {"/fit", "/deployments"} <= set(found.values(".acts a.button", "href"))
    (meant, *_) = found.all("main li a")
    assert meant["href"] == "/deployments/sepsis-alerts"
    assert meant.words == opened(client, meant["href"]).one("h1").words


@pytest.mark.parametrize(
    ("names", "number"), [("medqa", 1), ("medqa,mmlu,gsm8k,craft-md,healthbench", 5)]
)
def test_how_many_can_be_compared_is_said_with_how_many_there_are(
    client: TestClient, names: str, number: int
) -> None:
    found = opened(client, f"/fit?{USE}&compare={names}", 400)
    assert lead(found) == (
        f"Two to four benchmarks are shown side by side, and this address names {number}."
    )


@pytest.mark.parametrize(
    ("address", "left"),
    [("/gaps?colour=red", "/gaps"), (f"/fit?{USE}&limit=zz", f"/fit?{USE}"),
     ("/benchmarks?q=exam&page=zz", "/benchmarks?q=exam"), ("/query?colour=red", "/query")],
)  # fmt: skip
def test_what_a_page_does_not_take_can_be_left_out(
    client: TestClient, address: str, left: str
) -> None:
    found = opened(client, address, 400)
    assert found.one("main p > a:not(.button):first-child")["href"] == left
    assert not {"limit", "page", "parameter"} & set(lead(found).replace("'", " ").split())


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/gaps?colour=red", "There is no field “colour” here"),
        ("/benchmarks?page=zz", "A whole number is needed"),
        ("/gaps?page=400", "There is no page 400"),
        (f"/fit?{USE}&language=english", "One deployment at a time"),
        ("/fit/print", "No deployment is chosen"),
        (f"/fit/evidence?{USE}", "No benchmark is chosen"),
        (f"/fit/compare?{USE}", "No benchmarks are chosen"),
        ("/fit/keep", "This address is not a page to open"),
        ("/nowhere", "Nothing is at this address"),
    ],
)
def test_the_heading_says_what_is_wrong(client: TestClient, address: str, heading: str) -> None:
    answer = client.get(address, headers=BROWSER)
    assert opened(client, address, answer.status_code).one("h1").words == heading


@pytest.mark.parametrize(
    "kind", sorted({kind.page_title or kind.title for kind in problems.every()})
)
def test_no_heading_is_in_the_words_of_programs(kind: str) -> None:
    assert not {"parameter", "header", "host", "request", "requests"} & set(kind.lower().split())


def test_a_field_that_a_page_does_not_take_can_be_left_out(client: TestClient) -> None:
    found = opened(client, f"/fit?{USE}&colour=red", 400)
    assert lead(found) == "This address has no field 'colour'."
    assert found.one("main p > a:not(.button):first-child")["href"] == f"/fit?{USE}"
