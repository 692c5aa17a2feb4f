"""Risk over HTTP: what was measured elsewhere, listed honestly."""

import csv
import io
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.pages import opened

RISK = "/api/v1/deployments/clinician-workup/risk?benchmark=hager2024-licensing-exams"


@pytest.fixture
def found(client: TestClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get(RISK).json()
    return document


def part(found: dict[str, Any], dimension: str) -> dict[str, Any]:
    return next(a for a in found["assumptions"] if a["dimension"] == dimension)


def test_what_is_not_known_to_hold_is_shown(found: dict[str, Any]) -> None:
    assert [a["dimension"] for a in found["assumptions"]] == [
        "query-authorship",
        "information-completeness",
        "interaction-type",
        "decision-mediation",
        "outcome-validity",
    ]
    assert "not a forecast" in found["note"]
    assert all("not a forecast" in a["sentence"] for a in found["assumptions"])


def test_what_holds_only_in_part_has_its_evidence_too(client: TestClient) -> None:
    """For the rest it fails; a plan tests it as well."""
    at = "/api/v1/deployments/public-self-assessment/risk?benchmark=bean2026-scenarios"
    asked = part(client.get(at).json(), "information-completeness")
    assert asked["assumption"]["verdict"] == "partially-holds"
    assert asked["confounded"]
    page = "/fit/evidence?deployment=public-self-assessment&benchmark=bean2026-scenarios"
    assert opened(client, page).has("#about-information-completeness")


def test_a_contribution_of_a_decomposition_is_evidence(found: dict[str, Any]) -> None:
    """Its interval over ten scenarios is by t with 9 degrees of freedom."""
    items = part(found, "interaction-type")["confounded"]
    first = next(i for i in items if i["role"] == "contribution")
    assert (first["gap"], first["role"], first["value"]) == (
        "bean2026-gpt4o-recomputed", "contribution", 18.67,
    )  # fmt: skip
    assert first["verification"] == "recomputed"
    assert first["standard_error"] == pytest.approx((27.08 - 10.25) / 2 / 2.262157, abs=1e-3)
    assert first["standard_error_method"] == "interval-width (jackknife-t, over scenario)"
    assert first["intervals"][0]["caution"] == "too few to carry this interval: 10 clusters"


def test_a_contribution_whose_conditions_changed_more_is_confounded(found: dict[str, Any]) -> None:
    """Bean's last step changes who decides and what is scored, whatever it is attributed to."""
    mediation = part(found, "decision-mediation")
    apart = {i["gap"]: i for i in mediation["confounded"]}
    both = ["decision-mediation", "outcome-validity"]
    assert apart["bean2026-gpt4o-recomputed"]["dimensions"] == both
    assert apart["bean2026-gpt4o-recomputed"]["changed"] == both
    assert "bean2026-gpt4o-recomputed" not in {i["gap"] for i in mediation["same_domain"]}


def test_too_few_comparable_studies_are_not_summed_up(found: dict[str, Any]) -> None:
    pools = part(found, "decision-mediation")["pools"]
    pool = next(p for p in pools if p["metric_class"] == "sensitivity")
    assert (pool["k"], pool["summary"]) == (1, None)
    assert pool["no_summary_because"] == "1 of at least 3 comparable studies"
    assert (pool["metric_class"], pool["higher_is_better"]) == ("sensitivity", True)


def test_one_step_in_two_records_is_one_figure_and_confounded(found: dict[str, Any]) -> None:
    """Ours says that the prompt changed too, which holds for what the authors print."""
    turns = part(found, "interaction-type")
    step = {i["gap"]: i for i in turns["confounded"] if i["value"] in {18.67, 19}}
    assert {gap: i["copy_of"] for gap, i in step.items()} == {
        "bean2026-gpt4o-recomputed": None,
        "bean2026-gpt4o-reported": "bean2026-gpt4o-recomputed (input-variation + interaction-type)",
    }
    assert all(i["changed"] == ["input-variation", "interaction-type"] for i in step.values())
    assert "any-of-several" not in {p["metric_class"] for p in turns["pools"]}


def test_every_figure_says_how_it_is_used(found: dict[str, Any]) -> None:
    figures = [
        i
        for a in found["assumptions"]
        for name in ("same_domain", "elsewhere", "confounded")
        for i in a[name]
    ]
    assert len(figures) > 30
    for item in figures:
        assert item["sources"]
        assert bool(item["standard_error"]) != bool(item["no_standard_error_because"])
        assert item["not_pooled_reason"] or item["standard_error"]


def test_verification_levels_and_studies_are_counted(found: dict[str, Any]) -> None:
    turns = part(found, "interaction-type")
    items = [i for name in ("same_domain", "elsewhere", "confounded") for i in turns[name]]
    assert sum(turns["verification"].values()) == sum(i["copy_of"] is None for i in items)
    assert "helpmed-rct" in turns["studies"]


def test_csv_has_a_row_per_figure(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{RISK}&format=csv").text)))
    assert {"bean2026-gpt4o-recomputed", "mcduff2025-amie-ddx"} <= {r["gap"] for r in rows}
    assert {r["list"] for r in rows} >= {"same_domain", "confounded"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "benchmark"),
        ("benchmark=medqa&dimensions=no-such", "dimensions"),
        ("benchmark=medqa&x=1", "x"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(
    client: TestClient, query: str, parameter: str
) -> None:
    answer = client.get(f"/api/v1/deployments/clinician-workup/risk?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == parameter
