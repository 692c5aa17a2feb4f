"""The cross-tab over HTTP: what is covered, what is empty, and what is needed."""

import csv
import io

import pytest
from fastapi.testclient import TestClient

TABLE = "/api/v1/coverage?dimensions=interaction-type,decision-mediation"


def test_combinations_are_counted_and_empties_told_apart(client: TestClient) -> None:
    found = client.get(f"{TABLE}&domain=healthcare").json()
    cells = {tuple(c["combination"].values()): c for c in found["cells"]}
    assert "medqa" in cells["single-turn", "output-is-decision"]["benchmarks"]
    assert cells["single-turn", "output-is-decision"]["empty"] is None
    derived = cells["single-turn", "output-is-decision"]["derived_benchmarks"]
    assert "medqa" in derived  # both of its values are read from its format
    assert "bean2026-scenarios" not in derived
    talk = cells["multi-turn", "human-decides"]
    assert (talk["empty"], talk["unanswered_benchmarks"] > 0) == ("not-stated", True)
    assert {"public-self-assessment", "clinician-workup"} <= set(talk["deployments"])
    assert cells["fixed-history", "human-confirms"]["empty"] == "no-benchmark"
    alone = cells["single-turn", "human-decides"]
    assert (alone["empty"], alone["unanswered_benchmarks"] > 0) == ("not-stated", True)
    assert len(cells) == 8 * 7
    asked = cells["must-elicit", "human-decides"]
    assert "public-self-assessment" not in asked["deployments"]  # it says nothing of inquiry


def test_a_value_that_nothing_uses_is_never_used(client: TestClient) -> None:
    found = client.get("/api/v1/coverage?dimensions=input-variation,interaction-type").json()
    unused = [c for c in found["cells"] if c["empty"] == "value-never-used"]
    assert unused
    assert all(not c["benchmarks"] and not c["deployments"] for c in unused)


def test_a_deployment_without_a_match_has_a_ready_text(client: TestClient) -> None:
    found = client.get(f"{TABLE}&domain=healthcare").json()
    texts = {u["deployment"]: u["text"] for u in found["unmatched"]}
    assert texts["public-self-assessment"] == (
        "A benchmark is needed that has interaction type “Multi-turn”; decision mediation "
        "“Human decides” (as in: Members of the public asking an LLM about new symptoms)."
    )


def test_three_dimensions_and_the_domain_among_them(client: TestClient) -> None:
    address = "/api/v1/coverage?dimensions=domain,interaction-type,decision-mediation"
    cells = {tuple(c["combination"].values()): c for c in client.get(address).json()["cells"]}
    inside = client.get(f"{TABLE}&domain=law").json()
    for cell in inside["cells"]:
        assert cells["law", *cell["combination"].values()]["benchmarks"] == cell["benchmarks"]


def test_csv_has_a_row_per_combination(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{TABLE}&format=csv").text)))
    assert len(rows) == 8 * 7
    assert int(rows[0]["benchmarks"]) >= 0


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("", "dimensions", "Name two or three"),
        ("dimensions=language", "dimensions", "two or three"),
        ("dimensions=language,language", "dimensions", "two or three"),
        ("dimensions=language,novelty,period,repetition", "dimensions", "two or three"),
        ("dimensions=language,no-such", "dimensions", "'no-such'"),
        ("dimensions=language,novelty&domain=x", "domain", "healthcare"),
        ("dimensions=language,novelty&q=x", "q", "domain"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(
    client: TestClient, query: str, parameter: str, words: str
) -> None:
    answer = client.get(f"/api/v1/coverage?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter
    assert words in answer.json()["detail"]
