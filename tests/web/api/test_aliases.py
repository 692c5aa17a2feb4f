"""Renamed keys and parameters: until 0.3 requests may use either name, answers carry both."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.pages import opened

FIT = "/api/v1/deployments/public-self-assessment/fit"
RISK = "/api/v1/deployments/clinician-workup/risk?benchmark=hager2024-licensing-exams"
COVERAGE = "/api/v1/coverage?dimensions=interaction-type,decision-mediation"
DESCRIBED = {"characteristics": {"interaction-type": "multi-turn"}}


@pytest.mark.one_engine
def test_answers_carry_both_names(client: TestClient) -> None:
    fit = client.get(FIT).json()
    assert fit["unranked"]
    assert fit["unranked"] == fit["nothing_told"]
    for cell in client.get(COVERAGE).json()["cells"]:
        assert cell["unanswered_benchmarks"] == cell["silent_benchmarks"]
    for part in client.get(RISK).json()["assumptions"]:
        for figure in (*part["same_domain"], *part["elsewhere"], *part["confounded"]):
            assert figure["not_pooled_reason"] == figure["not_summed_up_because"]
            assert figure["same_deployment"] == figure["measured_here"]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("address", "new", "old"),
    [
        (COVERAGE, "unanswered_benchmarks", "silent_benchmarks"),
        (RISK, "not_pooled_reason", "not_summed_up_because"),
        (RISK, "same_deployment", "measured_here"),
    ],
)
def test_tables_have_both_columns(client: TestClient, address: str, new: str, old: str) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{address}&format=csv").text)))
    assert rows
    assert [r[new] for r in rows] == [r[old] for r in rows]


def names(answer: Any) -> list[str]:
    return [b["benchmark"] for b in answer.json()["benchmarks"]]


def test_the_old_parameter_means_the_new_one(client: TestClient) -> None:
    new, old = (client.get(f"{FIT}?{name}=5") for name in ("min_answered", "least"))
    assert names(new) == names(old) != names(client.get(FIT))
    new, old = (
        client.post("/api/v1/fit", json={"deployment": DESCRIBED, name: 1})
        for name in ("min_answered", "least")
    )
    assert names(new) == names(old)
    new, old = (
        client.get(f"/fit.json?interaction-type=multi-turn&{name}=2")
        for name in ("min_answered", "least")
    )
    assert names(new) == names(old)


def test_the_old_order_of_benchmarks_means_the_new_one(client: TestClient) -> None:
    pages = (opened(client, f"/benchmarks?q=med&sort={n}") for n in ("answered", "told"))
    new, old = (found.texts("tbody th") for found in pages)
    assert len(new) > 1
    assert new == old


@pytest.mark.parametrize("address", [FIT, "/fit.json"])
def test_both_names_at_once_are_refused(client: TestClient, address: str) -> None:
    described = "interaction-type=multi-turn&" if address == "/fit.json" else ""
    answer = client.get(f"{address}?{described}least=1&min_answered=2")
    assert answer.status_code == 400
    assert answer.json()["detail"] == (
        "least is the old name of min_answered. Give min_answered alone."
    )


def test_openapi_names_the_old_names_and_their_end(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    for old in ("nothing_told", "not_summed_up_because", "measured_here", "silent_benchmarks"):
        assert f"(was `{old}`)" in document["info"]["description"]
    assert "until version 0.3" in document["info"]["description"]
    operation = document["paths"]["/api/v1/deployments/{ident}/fit"]["get"]
    given = {p["name"]: p for p in operation["parameters"]}
    assert given["least"]["deprecated"]
    assert "deprecated" not in given["min_answered"]
