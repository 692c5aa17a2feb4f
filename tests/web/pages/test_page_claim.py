"""The page of a claimed score over HTTP: four fields, one page, every figure behind it."""

from fastapi.testclient import TestClient

from tests.pages import opened, rows

CLAIM = "benchmark=medqa&score=95+%25&model=GPT-4o&use=public-self-assessment"
BODY = {"benchmark": "medqa", "score": "95 %", "model": "GPT-4o", "use": "public-self-assessment"}


def test_the_form_has_four_fields_and_the_address_keeps_all_of_it(client: TestClient) -> None:
    form = opened(client, "/claim")
    assert form.texts(".claim-form > .fields label") == [
        "Benchmark", "Score", "Model, if it is named", "Where it is to be used",
    ]  # fmt: skip
    assert form.has("option[value=public-self-assessment]")
    empty = client.get(f"/claim?{CLAIM}&title=&interaction-type=&domain=")
    assert (empty.status_code, empty.headers["location"]) == (
        303, "/claim?benchmark=medqa&score=95+%25&model=GPT-4o&use=public-self-assessment",
    )  # fmt: skip
    begun = opened(client, "/claim?benchmark=medqa&use=public-self-assessment")
    assert begun.one("#claim-benchmark")["value"] == "medqa"
    assert begun.one(".warning").words == "Still needed: score."
    assert opened(client, "/benchmarks/medqa").has("a[href='/claim?benchmark=medqa']")


def test_the_title_says_the_state_and_the_page_what_the_api_says(client: TestClient) -> None:
    page = opened(client, f"/claim?{CLAIM}")
    found = client.post("/api/v1/claims/check", json=BODY).json()
    assert page.one("title").words == f"{found['title']} · EvalGap"
    assert found["title"].startswith("95 % on MedQA, for members of the public")
    assert page.one("h1").words == found["headline"]
    assert found["summary"] in page.words
    assert found["note"] in page.words
    verdicts = page.texts(".assumed .verdict")
    assert verdicts == [a["verdict"] for a in found["assumptions"]]
    for said in found["not_said"]:
        assert said in page.words
    assert client.get(f"/claim.json?{CLAIM}").json()["headline"] == found["headline"]


def test_the_ladder_has_its_own_rows_and_sum_and_other_figures_stand_apart(
    client: TestClient,
) -> None:
    page = opened(client, f"/claim?{CLAIM}")
    results = page.texts(".ladder .res > b")
    assert results == [
        "94.67 %", "11.83 points", "82.83 %", "18.67 points", "64.17 %", "30.17 points", "34.00 %",
        "60.67 points",
    ]  # fmt: skip
    assert not any("bean2026-gpt4o-recomputed" in a for a in page.values(".losses a", "href"))
    assert (
        page.texts(".losses .group")[0] == "Measured for this use, by studies that stand in for it"
    )
    void = page.holding(".losses tr", "What is counted, alone")
    assert void.has(".void")
    assert "not measured" in void.words


def test_every_reference_leads_to_a_source_on_the_page(client: TestClient) -> None:
    for address in (f"/claim?{CLAIM}", f"/claim/figures?{CLAIM}"):
        page = opened(client, address)
        refs = {a.removeprefix("#") for a in page.values("a.ref", "href")}
        assert refs
        assert refs <= set(page.values(".refs li", "id"))
        assert page.has(".quotes q")
    assert "as [4], arXiv:2504.18919" in opened(client, f"/claim?{CLAIM}").texts(".refs li")


def test_every_figure_stands_on_a_page_of_its_own_with_study_n_and_who_measured(
    client: TestClient,
) -> None:
    page = opened(client, f"/claim/figures?{CLAIM}")
    table = rows(client.get(f"/claim.csv?{CLAIM}"))
    assert len(page.all(".figures tbody tr:not(.group)")) == len(table)
    row = page.holding(".figures tbody tr", "2,400 real cases").words
    for words in (
        "12.5",
        "95 % CI 9.3 to 15.7 (by case)",
        "n 2,400",
        "full text",
        "benchmark makers",
    ):
        assert words in row
    assert "it is no difference in percentage points" in page.words


def test_a_use_can_be_described_in_the_address(client: TestClient) -> None:
    described = "interaction-type=multi-turn&decision-mediation=human-decides&domain=healthcare"
    address = f"/claim?benchmark=MedQA&score=0.95&title=My+clinic&{described}"
    page = opened(client, address)
    assert page.one("title").words == "0.95 on MedQA, for my clinic · EvalGap"
    assert "two are violated, three are unknown here" in page.one("h1").words
    assert "as described" in page.one(".assumed").words
    links = page.values(".acts a.button", "href")
    assert [a.partition("?")[0] for a in links] == ["/plans", "/fit"]
    for link in links:
        assert "interaction-type=multi-turn" in link
        assert opened(client, link).has("h1")
    both = opened(client, f"/claim?{CLAIM}&interaction-type=multi-turn", 400)
    said = both.one(".warning").words
    assert "names a recorded use and describes another. Give one of the two." in said


def test_what_cannot_be_checked_is_said_above_the_form(client: TestClient) -> None:
    lost = opened(client, "/claim?benchmark=mdeqa&score=95&use=public-self-assessment", 404)
    assert "There is no benchmark 'mdeqa' here. Check it for MedQA ." in lost.one(".warning").words
    unknown = opened(client, "/claim?benchmark=medqa&score=95&use=nothing", 404)
    assert "/api/" not in unknown.one(".warning").words
    near = lost.values(".warning a", "href")[0]
    assert opened(client, near).one("h1").words.startswith("“95 % on MedQA”")
    high = opened(client, "/claim?benchmark=medqa&score=195+%25&use=public-self-assessment", 400)
    assert "lies between 0 and 100" in high.one(".warning").words
    assert high.one("#claim-score")["value"] == "195 %"
    assert client.get("/claim?colour=blue").status_code == 400
    assert client.get("/claim?score=1&score=2").status_code == 400


def test_a_model_with_nearly_that_name_is_proposed_and_never_taken(client: TestClient) -> None:
    body = {**BODY, "model": "GPT 4o 2024"}
    claim = client.post("/api/v1/claims/check", json=body).json()["claim"]
    assert claim["systems"] == []
    near = [thing["id"] for thing in claim["near_systems"]]
    assert "gpt-4o-2024-05-13" in near
    page = opened(client, f"/claim?{CLAIM.replace('GPT-4o', 'GPT+4o+2024')}")
    assert "No system here is called GPT 4o 2024; none is taken for it." in page.words
    assert any("model=gpt-4o-2024-05-13" in link for link in page.links())
    assert not opened(client, f"/claim?{CLAIM}").has('p:lexbor-contains("Did you mean")')
