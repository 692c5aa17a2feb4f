"""The named questions over HTTP."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.queries import catalog
from tests.pages import rows as table_rows

MISSION = {"dimension": "interaction-type", "assumed": "single-turn", "deployed": "multi-turn"}
ID = "https://w3id.org/evalgap/id/"


def examples(name: str) -> dict[str, str]:
    return {p.name: p.example for p in catalog.named_query(name).params.values()}


def test_single_turn_benchmarks_deployed_multi_turn_include_those_of_the_founding_paper(
    client: TestClient,
) -> None:
    answer = client.get("/queries/assumed-vs-deployed", params=MISSION)
    assert answer.status_code == 200
    rows = answer.json()["rows"]
    assert {
        (f"{ID}benchmark/bean2026-scenarios", f"{ID}deployment/public-self-assessment"),
        (f"{ID}benchmark/hager2024-licensing-exams", f"{ID}deployment/clinician-workup"),
        (f"{ID}benchmark/gsm8k", f"{ID}deployment/math-practice-chat"),
    } <= {(r["benchmark"], r["deployment"]) for r in rows}
    assert all("https://" in r["sources"] for r in rows)


def test_an_odds_ratio_is_told_apart_by_one_and_not_by_zero(client: TestClient) -> None:
    rows = client.get("/queries/intervals-and-zero?other_comparisons=true").json()["rows"]
    found = {r["estimate"].split("/gap/")[1].split("/")[0]: r["excludesZero"] for r in rows}
    assert (found["agweyu2026-treatment-failure"], found["ramaswamy2026-anchoring"]) == (
        False,
        True,
    )


def test_at_least_twelve_questions_are_listed_with_their_parameters(client: TestClient) -> None:
    items = client.get("/queries").json()["items"]
    assert len(items) >= 12
    assert all(item["question"].endswith("?") for item in items)


@pytest.mark.parametrize("name", catalog.named_queries())
def test_every_question_runs_with_its_example(client: TestClient, name: str) -> None:
    answer = client.get(f"/queries/{name}", params=examples(name))
    assert answer.status_code == 200
    assert answer.json()["total"] == len(answer.json()["rows"])


@pytest.mark.parametrize("name", catalog.named_queries())
def test_the_sparql_of_a_question_gives_the_same_rows(client: TestClient, name: str) -> None:
    named = client.get(f"/queries/{name}", params=examples(name)).json()
    pasted = client.post(
        "/sparql", data={"query": named["sparql"]}, headers={"Accept": "application/json"}
    ).json()["results"]["bindings"]

    def keys(rows: list[dict[str, object]]) -> list[list[str]]:
        return sorted(sorted(row) for row in rows)

    assert len(pasted) == named["total"]
    assert keys(pasted) == keys(named["rows"])


def test_the_mission_query_pasted_into_sparql_names_the_same_benchmarks(client: TestClient) -> None:
    text = client.get("/queries/assumed-vs-deployed.rq", params=MISSION).text
    answer = client.get("/sparql", params={"query": text, "format": "csv"})
    rows = client.get("/queries/assumed-vs-deployed", params=MISSION).json()["rows"]
    assert [line.split(",")[0] for line in answer.text.splitlines()[1:]] == [
        r["benchmark"] for r in rows
    ]


def test_csv_has_one_header_row_and_the_same_rows(client: TestClient) -> None:
    answer = client.get("/queries/assumed-vs-deployed.csv", params=MISSION)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = client.get("/queries/assumed-vs-deployed", params=MISSION).json()["rows"]
    assert len(answer.text.splitlines()) == 1 + len(rows)


@pytest.mark.parametrize("name", ["closest-benchmarks", "value-distances"])
def test_a_deployment_is_compared_in_its_own_domains_unless_asked(
    client: TestClient, name: str
) -> None:
    """`all` and any one domain are choices, as they are for a fit."""

    def of(domain: str) -> set[str]:
        table = table_rows(client.get(f"/benchmarks.csv?domain={domain}"))
        return {row["iri"] for row in table}

    def compared(chosen: str) -> set[str]:
        address = f"/queries/{name}?deployment=public-self-assessment{chosen}"
        return {row["benchmark"] for row in client.get(address).json()["rows"]}

    own, everywhere, law = compared(""), compared("&domain=all"), compared("&domain=law")
    assert own == everywhere & of("healthcare") < everywhere
    assert law == everywhere & of("law") != set()
    refused = client.get(f"/queries/{name}?deployment=public-self-assessment&domain=none")
    assert refused.status_code == 400
    assert refused.json()["known"][0] == "all"


def test_what_the_first_condition_leaves_out_is_not_taken_for_changed(client: TestClient) -> None:
    """The first condition of the reported ladder does not tell its form: that step has no row."""
    found = client.get("/queries/confounded-contributions").json()["rows"]
    shown = [
        row["contribution"].rpartition("/")[2] for row in found if "bean2026" in row["contribution"]
    ]
    assert shown == ["contribution-2", "contribution-3"]


def test_an_unknown_value_is_refused_with_the_values_there_are(client: TestClient) -> None:
    answer = client.get("/queries/assumed-vs-deployed", params={**MISSION, "assumed": "one-shot"})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == "assumed"
    assert "single-turn" in answer.json()["known"]


def test_a_missing_parameter_is_named(client: TestClient) -> None:
    answer = client.get("/queries/what-breaks")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "deployment"
    assert "for example public-self-assessment" in answer.json()["detail"]


def test_an_unknown_parameter_is_named(client: TestClient) -> None:
    answer = client.get("/queries/coverage", params={"colour": "red"})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "colour"


def test_an_unknown_question_lists_those_there_are(client: TestClient) -> None:
    answer = client.get("/queries/nonsense")
    assert answer.status_code == 404
    assert "coverage" in answer.json()["known"]


@pytest.mark.parametrize(
    "value",
    [
        "x> } INSERT DATA { <a:a> <a:b> <a:c> } #",
        "single-turn> ?s ?p ?o . <x",
        "') } #",
        "https://w3id.org/evalgap/value/interaction-type/single-turn>",
        "../../id/benchmark/medqa",
    ],
)
def test_a_parameter_cannot_become_part_of_the_query(client: TestClient, value: str) -> None:
    answer = client.get("/queries/assumed-vs-deployed", params={**MISSION, "assumed": value})
    assert answer.status_code == 400


def test_a_full_iri_is_taken_for_a_code(client: TestClient) -> None:
    iri = "https://w3id.org/evalgap/dimension/interaction-type"
    answer = client.get("/queries/assumed-vs-deployed", params={**MISSION, "dimension": iri})
    code = client.get("/queries/assumed-vs-deployed", params=MISSION)
    assert unordered(answer.json()["rows"]) == unordered(code.json()["rows"]) != []


def unordered(rows: list[dict[str, str]]) -> list[dict[str, list[str]]]:
    """Return rows with the words of each cell sorted: a concatenation has no order of its own."""
    return [{name: sorted(str(cell).split()) for name, cell in row.items()} for row in rows]


def test_an_old_code_is_answered_as_what_says_the_same(client: TestClient) -> None:
    def found(value: str) -> dict[str, Any]:
        address = f"/queries/benchmarks-assuming?value=query-authorship/{value}"
        answer: dict[str, Any] = client.get(address, headers={"Accept": "application/json"}).json()
        return answer

    def benchmarks(value: str) -> set[str]:
        return {row["benchmark"] for row in found(value)["rows"]}

    assert found("natural-user")["rows"] == found("natural-use")["rows"]
    assert found("natural-user")["old_codes"] == [
        "The code natural-user is old: natural-use says the same."
    ]
    both = benchmarks("expert") & benchmarks("examination")
    assert benchmarks("examination-item") == both != benchmarks("expert")
    either = benchmarks("asked-for-by-study") | benchmarks("natural-use")
    assert benchmarks("user-written") >= either
    assert "old_codes" not in found("expert")
    cards = client.get("/api/v1/cards?assumes=query-authorship/examination-item&limit=100").json()
    assert {item["benchmark"] for item in cards["items"]} == both
