"""The pages of deployment fit over HTTP: the form, the ranked benchmarks, and what they rest on."""

import pytest
from fastapi.testclient import TestClient

from tests.pages import opened, rows

DESCRIBED = "query-authorship=natural-use&interaction-type=multi-turn&domain=healthcare"
STORED = "deployment=public-self-assessment"
API = "/api/v1/deployments/public-self-assessment/fit"


def test_the_form_lists_every_value_with_its_definition(client: TestClient) -> None:
    found = opened(client, "/fit")
    schemes = client.get("/api/v1/assumptions").json()["items"]
    coded = sum(1 for d in schemes if d["values"])
    parts = 2  # of query authorship and of interaction type; a scorer is not asked for
    assert found.texts("option[value='']").count("left open") == coded + parts
    assert found.has("#query-authorship-elicitation option[value=natural-use]")
    assert not found.has("option[value=exact-match], option[value=natural-user]")
    meanings = found.one(".meanings:has([href='/ontology#value-query-authorship-natural-use'])")
    assert "Natural use" in meanings.texts("dt")
    assert any("for a need of their own" in words for words in meanings.texts("dd"))
    assert found.has("option[value=public-self-assessment]")
    assert found.has('[href="/ontology#value-interaction-type-multi-turn"]')


def test_a_description_in_the_address_gives_what_the_api_gives(client: TestClient) -> None:
    shown = opened(client, f"/fit?{DESCRIBED}&limit=100")
    body = {
        "deployment": {
            "domains": ["healthcare"],
            "characteristics": {
                "query-authorship": "natural-use",
                "interaction-type": "multi-turn",
            },
        },
        "domain": "healthcare",
    }
    found = client.post("/api/v1/fit", json=body).json()
    ranked = [f"/benchmarks/{b['benchmark']}" for b in found["benchmarks"]]
    assert shown.values(".ranked h3 > a", "href") == ranked
    assert shown.one("#ranked-title").words == f"{found['total']} benchmarks"
    assert found["note"] in shown.words
    unranked = shown.one("#unranked-title").words
    assert unranked == f"{len(found['unranked']):,} more answer too little to be ranked"


def test_a_row_says_what_breaks_by_which_rule_and_how_much_is_known(client: TestClient) -> None:
    found = opened(client, f"/fit?{STORED}&benchmark=bean2026-scenarios")
    for words in (
        "Breaks: query authorship, interaction type, decision mediation, outcome validity.",
        "4 violated",
        "known 5 of 5",
        "Assumed: “Single turn” (stated). Deployed: “Multi-turn” (stated).",
        "Deployed: “Natural use” (derived by rule intended-users-write-queries).",
        "In use there is a conversation with several exchanges.",
        "By rule alone it would be violated",
    ):
        assert words in found.words
    assert found.has('.ranked [href="https://doi.org/10.1038/s41591-025-04074-y"]')
    said = found.words.lower().replace("public order and safety", "")  # a domain to choose
    assert "safe" not in said


def test_what_is_left_open_is_unknown_and_never_counted_as_held(client: TestClient) -> None:
    found = opened(client, f"/fit?{DESCRIBED}&benchmark=craft-md").one(".ranked")
    shown = found.words
    assert "4 unknown" in shown
    assert "known 1 of 5" in shown
    parts = [row.words for row in found.all(".parts li")]
    assert parts[0].startswith("Author of the queries unknown by rule deployment not stated")
    assert parts[0].endswith("assumed: “Simulated user” · deployed: not stated")
    assert parts[1].startswith("Elicitation of the queries violated by rule different value")
    assert "assumed: “Examination” and “Taken or changed from another benchmark”" in parts[1]
    assert "shown, not compared" in shown
    assert "Deployed: left open." in shown
    assert "Deployment not stated" in shown


def test_a_dimension_that_is_described_counts_beside_the_five(client: TestClient) -> None:
    found = opened(client, f"/fit?{DESCRIBED}&novelty=unseen&benchmark=craft-md")
    assert found.one(".tally + .hint").words.endswith("of 6")
    assert found.has("#novelty option[value=unseen][selected]")


def test_empty_and_repeated_fields_of_a_form_lead_to_the_short_address(client: TestClient) -> None:
    answer = client.get("/fit?query-authorship=&interaction-type=multi-turn&domain=")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/fit?interaction-type=multi-turn",
    )
    assert client.get("/fit?query-authorship=&domain=").headers["location"] == "/fit"
    twice = client.get("/fit?interaction-type=multi-turn&interaction-type=few-turn")
    assert twice.headers["location"] == "/fit?interaction-type=multi-turn,few-turn"


def test_several_values_of_a_dimension_stay_in_the_form_and_in_links(client: TestClient) -> None:
    found = opened(client, "/fit?interaction-type=multi-turn,few-turn")
    chosen = found.one("#interaction-type option[selected]")
    assert chosen["value"] == "multi-turn,few-turn"
    assert chosen.words == "“Few turns” and “Multi-turn”"
    assert "/fit?interaction-type=multi-turn,few-turn" in found.links()


def test_without_a_dimension_there_is_the_form_alone(client: TestClient) -> None:
    found = opened(client, "/fit?domain=law&title=x")
    assert "Describe a deployment" in found.texts("h3")
    assert not found.has("#result")
    assert "Describe at least one dimension" in found.one("[role=alert]").words


def test_what_answers_too_little_stands_apart_with_what_it_leaves_open(client: TestClient) -> None:
    every = "&min_answered=1&limit=200"
    usual, few = (opened(client, f"/fit?{STORED}{more}") for more in ("", every))
    open_ = "Cross-Care leaves open decision mediation, outcome validity"
    assert any(words.startswith(open_) for words in usual.texts(".unranked li"))
    assert "/benchmarks/cross-care" in few.values(".ranked h3 > a", "href")
    alone = opened(client, f"/fit?{STORED}&benchmark=cross-care")
    assert alone.one(".ranked .rank").words == "not ranked"
    assert "by rule" in alone.one(".ranked .lines").words.lower()


def test_the_domain_of_the_deployment_is_compared_and_the_page_says_what_is_left_out(
    client: TestClient,
) -> None:
    own, every = (opened(client, f"/fit?{STORED}{more}") for more in ("", "&domain=all"))
    assert "of other domains are left out" in own.one(".left-out").words
    assert f"/fit?{STORED}&domain=all" in own.links()
    assert own.one("#domain-of-stored option[value=all]").words == "all domains"
    assert "Benchmarks of all domains" in every.one(".left-out").words
    assert "/benchmarks/crows-pairs" in every.values(".unranked a", "href")
    assert "/benchmarks/crows-pairs" not in own.values(".unranked a", "href")
    police = opened(client, "/fit?deployment=absconding-risk-scores").one(".left-out").words
    assert "Only benchmarks of public order and safety (COFOG) are compared" in police
    printed = opened(client, f"/fit/print?{STORED}").words
    assert "of other domains are left out" in printed
    assert "all that is unknown or disputed is violated" in printed


def test_a_rank_stands_with_its_ends_and_with_who_judged(client: TestClient) -> None:
    found = opened(client, f"/fit?{STORED}")
    (bean,) = (row for row in client.get(f"{API}?limit=100").json()["benchmarks"]
               if row["benchmark"] == "bean2026-scenarios")  # fmt: skip
    ends = f"{bean['rank']} {bean['best_rank']} to {bean['worst_rank']}"
    assert any(words.endswith(ends) for words in found.texts(".ranked .rank"))
    assert "5 by assessors" in found.words
    strips = found.values(".ranked li:first-child .strip > span", "class")
    assert strips[:5] == [
        f"is-{f['verdict']}" for f in client.get(API).json()["benchmarks"][0]["findings"]
    ]
    assert "Two kinds of verdict stand in one order" in found.words


def test_what_if_shows_verdicts_and_ranks_before_and_after(client: TestClient) -> None:
    address = f"{STORED}&whatif=interaction-type:single-turn"
    found = opened(client, f"/fit?{address}&domain=law")
    moves = client.get(
        f"/api/v1/deployments/public-self-assessment/fit?domain=law&{address.split('&')[1]}"
    ).json()["what_if"]
    changed = [m for m in moves if m["verdicts"]]
    assert changed
    assert found.one("#moved h3 + p").words.startswith(f"{len(changed)} benchmark")
    first = changed[0]
    assert f"{first['rank_before']} → {first['rank_after']}" in found.texts(".moves td")
    assert found.has('option[value="interaction-type:single-turn"][selected]')


def test_two_benchmarks_stand_side_by_side_with_differences_marked(client: TestClient) -> None:
    table = opened(client, f"/fit?{STORED}&compare=medqa,craft-md").one("table.sides")
    assert table.texts("tr.differs td:last-child") == ["≠ differ"] * 2
    assert table.texts("td:last-child").count("= the same") == 3
    assert "MedQA" in table.texts("thead th")


def test_pages_follow_each_other(client: TestClient) -> None:
    first = opened(client, f"/fit?{STORED}&limit=10")
    second = opened(client, first.one("a[rel=next]")["href"])
    assert "11 to 20 of" in second.words
    assert second.one("a[rel=prev]")["href"] == f"/fit?{STORED}&limit=10"


def test_the_print_has_date_version_snapshot_deployment_and_rules(client: TestClient) -> None:
    found = opened(client, f"/fit/print?{DESCRIBED}&limit=3&title=Ward+7")
    for words in (
        "Ward 7: which benchmarks speak for it",
        "Printed on",
        "Graph as of",
        "as described below; not stored",
        f"/fit?{DESCRIBED}&limit=3&title=Ward+7",
        "Rules used above",
        "Values of one scheme that exclude each other",
        "described here, in this request",
    ):
        assert words in found.words
    assert not found.has("select")


def test_the_data_of_a_page_is_one_link_away(client: TestClient) -> None:
    for query, path in ((DESCRIBED, "/fit.csv?"), (STORED, "/api/v1/deployments/")):
        link = opened(client, f"/fit?{query}").one('.case a:lexbor-contains("CSV")')["href"]
        assert link.startswith(path)
        found = rows(client.get(link))
        assert {r["dimension"] for r in found} >= {"query-authorship", "outcome-validity"}
    assert client.get(f"/fit.json?{DESCRIBED}").json()["deployment"]["id"] is None


def test_moves_and_pairs_have_tables_of_their_own(client: TestClient) -> None:
    address = f"/fit?{STORED}&whatif=interaction-type:single-turn&compare=medqa,mmlu"
    links = opened(client, address).values('a:lexbor-contains("CSV")', "href")
    columns = [next(iter(rows(client.get(link))[0])) for link in links]
    assert columns == ["rank", "benchmark", "dimension"]


def test_evidence_lists_what_was_measured_and_is_no_forecast(client: TestClient) -> None:
    found = opened(client, f"/fit/evidence?{STORED}&benchmark=bean2026-scenarios")
    for words in (
        "It is not a forecast for this deployment.",
        "18.67 points",
        "11.75 to 25.54",
        "n 600 before, 600 after",
        "157 lost, 45 gained",
        "measured here",
        "no: several dimensions changed together",
        "the same figure: bean2026-gpt4o-reported",
        "no: the same figure as bean2026-gpt4o-recomputed",
        "Right in any of several, higher is better",
        "no interval reported",
        "3 recomputed",
    ):
        assert words in found.words


def test_a_summary_needs_three_studies_and_says_so(client: TestClient) -> None:
    found = opened(client, "/fit/evidence?deployment=clinician-workup&benchmark=medqa").words
    assert "percentage point: k = 1" in found
    assert "Not summed up, and no heterogeneity: 1 of at least 3 comparable studies." in found


def test_a_described_deployment_gets_the_evidence_of_a_stored_one(client: TestClient) -> None:
    query = "interaction-type=multi-turn&domain=healthcare&benchmark=bean2026-scenarios"
    own = rows(client.get(f"/fit/evidence.csv?{query}&dimensions=interaction-type"))
    stored = "/api/v1/deployments/public-self-assessment/risk?benchmark=bean2026-scenarios"
    there = rows(client.get(f"{stored}&dimensions=interaction-type&format=csv"))
    same = ("gap", "list", "value", "unit", "standard_error", "n_before", "intervals")
    assert [[r[k] for k in same] for r in own] == [[r[k] for k in same] for r in there]
    assert {r["same_deployment"] for r in own} == {"False"}


def test_text_of_a_description_stays_text(client: TestClient) -> None:
    title = "<script>alert(1)</script><think>"
    found = opened(client, f"/fit?interaction-type=multi-turn&title={title}")
    assert found.injected() == []
    assert found.one("#case-title").words == title


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("colour=red", 400, "colour"),
        ("interaction-type=telepathy", 400, "single-turn"),
        ("interaction-type=multi-turn&domain=astrology", 400, "healthcare"),
        ("interaction-type=multi-turn&whatif=interaction-type", 400, "dimension:value"),
        ("interaction-type=multi-turn&compare=medqa", 400, "two to four benchmarks"),
        ("interaction-type=multi-turn&min_answered=many", 400, "whole number"),
        ("interaction-type=multi-turn&benchmark=nothing", 404, "nothing"),
        ("deployment=nowhere", 404, "nowhere"),
        ("deployment=clinician-workup&interaction-type=multi-turn", 400, "one of the two"),
    ],
)
@pytest.mark.parametrize("path", ["/fit", "/fit/print", "/fit.csv"])
def test_what_does_not_fit_is_told_on_a_page(
    client: TestClient, path: str, query: str, status: int, words: str
) -> None:
    assert words in opened(client, f"{path}?{query}", status).words


@pytest.mark.parametrize("path", ["/fit/print", "/fit.csv", "/fit/evidence", "/fit/evidence.json"])
def test_without_a_deployment_there_is_nothing_to_print(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "deployment"


def test_evidence_is_of_one_benchmark(client: TestClient) -> None:
    assert client.get(f"/fit/evidence?{STORED}").json()["parameter"] == "benchmark"


@pytest.mark.parametrize("join", ["&dimensions=", ","])
def test_a_parameter_that_is_repeated_makes_no_larger_page(client: TestClient, join: str) -> None:
    address = "/fit?deployment=public-self-assessment&dimensions="
    once = client.get(address + "interaction-type")
    often = client.get(address + join.join(["interaction-type"] * 300), follow_redirects=True)
    assert (once.status_code, often.status_code) == (200, 200)
    assert len(often.content) < 1.1 * len(once.content)
