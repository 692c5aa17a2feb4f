"""The pages of deployment fit over HTTP: the form, the ranked benchmarks, and what they rest on."""

import csv
import io
import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from tests.http.names import BROWSER

DESCRIBED = "query-authorship=natural-user&interaction-type=multi-turn&domain=healthcare"
STORED = "deployment=public-self-assessment"


def text(client: TestClient, address: str) -> str:
    answer = client.get(address, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return unescape(answer.text)


def rows(client: TestClient, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_form_lists_every_value_with_its_definition(client: TestClient) -> None:
    page = text(client, "/fit")
    assert page.count('<option value="">left open</option>') == 14
    for words in (
        "Natural user queries",
        "Written by such people about their own needs in ordinary use.",
        '<option value="public-self-assessment">',
        'href="/ontology#value-interaction-type-multi-turn"',
    ):
        assert words in page


def test_a_description_in_the_address_gives_what_the_api_gives(client: TestClient) -> None:
    page = text(client, f"/fit?{DESCRIBED}&limit=100")
    body = {
        "deployment": {
            "domains": ["healthcare"],
            "characteristics": {
                "query-authorship": "natural-user",
                "interaction-type": "multi-turn",
            },
        },
        "domain": "healthcare",
    }
    found = client.post("/api/v1/fit", json=body).json()
    shown = re.findall(r'<h3><a href="/benchmarks/([^"]+)"', page)
    assert shown == [b["benchmark"] for b in found["benchmarks"]]
    assert f"{found['total']} benchmarks" in page
    assert found["note"] in page
    assert f"Of {len(found['unranked'])} more, nothing is known" in page


def test_a_row_says_what_breaks_by_which_rule_and_how_much_is_known(client: TestClient) -> None:
    page = text(client, f"/fit?{STORED}&benchmark=bean2026-scenarios")
    for words in (
        "Breaks: query authorship, interaction type, decision mediation, outcome validity.",
        "4 violated",
        "known 5 of 5",
        "Assumed: “Single turn” (stated). Deployed: “Multi-turn” (stated).",
        "Deployed: “Natural user queries” (derived by rule intended-users-write-queries).",
        "In use there is a conversation with several exchanges.",
        "By rule alone it would be <b>violated</b>",
        "https://doi.org/10.1038/s41591-025-04074-y",
    ):
        assert words in page
    assert "safe" not in page.lower()


def test_what_is_left_open_is_unknown_and_never_counted_as_held(client: TestClient) -> None:
    page = text(client, f"/fit?{DESCRIBED}&benchmark=craft-md")
    assert "3 unknown" in page
    assert "known 2 of 5" in page
    assert "Deployed: left open." in page
    assert "Deployment not stated" in page


def test_a_dimension_that_is_described_counts_beside_the_five(client: TestClient) -> None:
    page = text(client, f"/fit?{DESCRIBED}&novelty=unseen&benchmark=craft-md")
    assert "of 6</span>" in page
    assert '<option value="unseen" selected>' in page


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
    page = text(client, "/fit?interaction-type=multi-turn,few-turn")
    assert '<option value="multi-turn,few-turn" selected>“Few turns” and “Multi-turn”' in page
    assert 'href="/fit?interaction-type=multi-turn,few-turn"' in page


def test_without_a_dimension_there_is_the_form_alone(client: TestClient) -> None:
    page = text(client, "/fit?domain=law&title=x")
    assert "Describe a deployment" in page
    assert 'id="result"' not in page
    assert "Describe at least one dimension" in page


def test_min_answered_hides_and_the_unranked_ones_stay_counted(client: TestClient) -> None:
    all_of_them, few = (text(client, f"/fit?{STORED}&min_answered={n}") for n in (0, 5))
    silent = re.compile(r"Of [\d,]+ more, nothing is known")
    assert silent.findall(all_of_them) == silent.findall(few) != []
    assert "known 1 of 5" in all_of_them
    assert "known 1 of 5" not in few


def test_what_if_shows_verdicts_and_ranks_before_and_after(client: TestClient) -> None:
    address = f"{STORED}&whatif=interaction-type:single-turn"
    page = text(client, f"/fit?{address}&domain=law")
    moves = client.get(
        f"/api/v1/deployments/public-self-assessment/fit?domain=law&{address.split('&')[1]}"
    ).json()["what_if"]
    changed = [m for m in moves if m["verdicts"]]
    assert changed
    assert f"<b>{len(changed)}</b> benchmark" in page
    first = changed[0]
    assert f"<td>{first['rank_before']} → {first['rank_after']}</td>" in page
    assert '<option value="interaction-type:single-turn" selected>' in page


def test_two_benchmarks_stand_side_by_side_with_differences_marked(client: TestClient) -> None:
    page = text(client, f"/fit?{STORED}&compare=medqa,craft-md")
    table = page[page.index('<table class="sides">') : page.index("Close the comparison")]
    assert table.count('<tr class="differs">') == table.count("≠ differ") == 2
    assert table.count("= the same") == 3
    assert "MedQA" in table


def test_pages_follow_each_other(client: TestClient) -> None:
    first = text(client, f"/fit?{STORED}&limit=10")
    link = re.search(r'rel="next" href="([^"]+)"', first)
    assert link is not None
    second = text(client, link[1])
    assert "11 to 20 of" in second
    assert f'rel="prev" href="/fit?{STORED}&limit=10"' in second


def test_the_print_has_date_version_snapshot_deployment_and_rules(client: TestClient) -> None:
    page = text(client, f"/fit/print?{DESCRIBED}&limit=3&title=Ward+7")
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
        assert words in page
    assert "<select" not in page


def test_the_data_of_a_page_is_one_link_away(client: TestClient) -> None:
    for query, path in ((DESCRIBED, "/fit.csv?"), (STORED, "/api/v1/deployments/")):
        page = text(client, f"/fit?{query}")
        link = re.search(r'href="([^"]+)">CSV<', page)
        assert link is not None
        assert link[1].startswith(path)
        found = rows(client, link[1])
        assert {r["dimension"] for r in found} >= {"query-authorship", "outcome-validity"}
    assert client.get(f"/fit.json?{DESCRIBED}").json()["deployment"]["id"] is None


def test_moves_and_pairs_have_tables_of_their_own(client: TestClient) -> None:
    page = text(client, f"/fit?{STORED}&whatif=interaction-type:single-turn&compare=medqa,mmlu")
    links = re.findall(r'href="([^"]+csv[^"]*)">[^<]*CSV<', page)
    columns = [client.get(link).text.partition(",")[0] for link in links]
    assert columns == ["rank", "benchmark", "dimension"]


def test_evidence_lists_what_was_measured_and_is_no_forecast(client: TestClient) -> None:
    page = text(client, f"/fit/evidence?{STORED}&benchmark=bean2026-scenarios")
    for words in (
        "It is not a forecast for this deployment.",
        "18.67 percentage point",
        "11.75 to 25.54",
        "n 600 before, 600 after",
        "157 lost, 45 gained",
        "measured here",
        "no: it was measured for this deployment itself",
        "no interval reported",
        "3 recomputed",
    ):
        assert words in page


def test_a_summary_needs_three_studies_and_says_so(client: TestClient) -> None:
    page = text(client, "/fit/evidence?deployment=clinician-workup&benchmark=medqa")
    assert "percentage point: k = 1" in page
    assert "Not summed up, and no heterogeneity: 1 of at least 3 comparable studies." in page


def test_a_described_deployment_gets_the_evidence_of_a_stored_one(client: TestClient) -> None:
    query = "interaction-type=multi-turn&domain=healthcare&benchmark=bean2026-scenarios"
    own = rows(client, f"/fit/evidence.csv?{query}&dimensions=interaction-type")
    stored = "/api/v1/deployments/public-self-assessment/risk?benchmark=bean2026-scenarios"
    there = rows(client, f"{stored}&dimensions=interaction-type&format=csv")
    same = ("gap", "list", "value", "unit", "standard_error", "n_before", "intervals")
    assert [[r[k] for k in same] for r in own] == [[r[k] for k in same] for r in there]
    assert {r["same_deployment"] for r in own} == {"False"}


def test_text_of_a_description_stays_text(client: TestClient) -> None:
    answer = client.get("/fit?interaction-type=multi-turn&title=<script>alert(1)</script><think>")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;think&gt;" in answer.text


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("colour=red", 400, "colour"),
        ("interaction-type=telepathy", 400, "single-turn"),
        ("interaction-type=multi-turn&domain=astrology", 400, "healthcare"),
        ("interaction-type=multi-turn&whatif=interaction-type", 400, "dimension:value"),
        ("interaction-type=multi-turn&compare=medqa", 400, "two benchmarks"),
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
    answer = client.get(f"{path}?{query}", headers=BROWSER)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert words in unescape(answer.text)


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
