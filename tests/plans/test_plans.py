"""`/api/v1/plans`: the life of a staged plan, and what it does not allow."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.tokens import AUTHORIZED, TOKEN

ANN = {"id": "ann", "name": "Ann"}
NUMBERS = count()
FIVE = {"at_most": 5, "unit": "percentage-point"}
METRIC = {
    "id": "relevant-condition-named",
    "name": "At least one relevant condition named",
    "higher_is_better": True,
}


def scores(before: int, after: int, n: int = 600) -> dict[str, Any]:
    """Return a result of two scores of so many items, with the counts that give an interval."""
    ends = {"before": before, "after": after}
    told = {k: {"value": round(100 * e / n, 2), "n": n, "events": e} for k, e in ends.items()}
    return {"metric": METRIC, **told}


GOOD = {**scores(568, 565), "data": "Messages of June."}
BAD = {**scores(568, 497), "data": "Messages of May."}


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        yield client


def body(**fields: Any) -> dict[str, Any]:
    given = {
        "id": f"plan-{next(NUMBERS)}",
        "deployment": "public-self-assessment",
        "card": "bean2026-scenarios/raman-et-al",
        "author": ANN,
        **fields,
    }
    return {k: v for k, v in given.items() if v is not None}


def made(service: TestClient, **fields: Any) -> Any:
    answer = service.post("/api/v1/plans", json=body(**fields))
    assert answer.status_code == 201, answer.text
    return answer.json()


def small(service: TestClient, **fields: Any) -> Any:
    """Make a plan with one task and one outcome assumption: steps 3 collects, 4 and 5 test."""
    findings = [
        {"dimension": "interaction-type", "verdict": "violated"},
        {"dimension": "decision-mediation", "verdict": "unknown"},
    ]
    return made(service, findings=findings, threshold=FIVE, **fields)


def patch(service: TestClient, plan: Any, number: int, **change: Any) -> Any:
    return service.patch(f"/api/v1/plans/{plan['id']}/steps/{number}", json=change)


def done(service: TestClient, plan: Any, number: int, **change: Any) -> Any:
    answer = patch(service, plan, number, **change)
    assert answer.status_code == 200, answer.text
    return answer.json()


def step(plan: Any, number: int) -> Any:
    return next(s for s in plan["steps"] if s["position"] == number)


def test_a_plan_has_the_four_stages_in_order_from_the_reviews(service: TestClient) -> None:
    sample = {"method": "two-proportions", "effect": 5, "baseline": 90, "power": 0.8}
    plan = made(service, threshold=FIVE, sample=sample)
    stages = [s["stage"] for s in plan["steps"]]
    order = ["compare-cards", "collect-data", "test-task", "test-outcome"]
    assert sorted(stages, key=order.index) == stages
    assert set(stages) == set(order)
    verdicts = {s["targets"][0]: s["verdict"] for s in plan["steps"][:5]}
    assert verdicts["information-completeness"] == "partially-holds"
    assert "Asserted: violated in the review" in step(plan, 1)["verdict_basis"]
    test = next(s for s in plan["steps"] if s["stage"] == "test-outcome")
    assert (test["sample_size"]["n"], test["sample_size"]["n_per_group"]) == (1442, 721)
    assert test["sample_size"]["sample_method"] == "two-proportions"
    for name in ("collect", "test", "test_method", "threshold"):
        assert test[name]
    listed = service.get("/api/v1/plans?deployment=public-self-assessment").json()["items"]
    assert plan["id"] in {item["id"] for item in listed}


def test_without_a_review_the_rules_of_the_fit_tell(service: TestClient) -> None:
    plan = made(service, card="medqa/evalgap")
    compared = [s for s in plan["steps"] if s["stage"] == "compare-cards"]
    told = {s["targets"][0]: (s["verdict"], s["verdict_basis"]) for s in compared}
    verdict, basis = told["interaction-type"]
    assert verdict == "violated"
    assert "the rule “The evaluation asks less” on turns: assumed “Single turn” (derived)" in basis
    assert "deployed “Multi-turn”" in basis


@pytest.mark.parametrize(
    ("deployment", "benchmark", "dimension", "verdict"),
    [
        ("clinician-workup", "ehrsql", "query-authorship", "violated"),
        ("ambient-scribing", "agentclinic", "interaction-type", "partially-holds"),
        ("discharge-translation", "afrimed-qa", "decision-mediation", "partially-holds"),
        ("child-welfare-screening", "abcd", "information-completeness", "unknown"),
    ],
)
def test_a_plan_starts_where_the_fit_ends(
    service: TestClient, deployment: str, benchmark: str, dimension: str, verdict: str
) -> None:
    """A narrower value, a higher rank and values that may coexist count as they do in a fit."""
    fit = service.get(f"/api/v1/deployments/{deployment}/fit?benchmark={benchmark}").json()
    findings = [*fit["benchmarks"], *fit["unranked"]][0]["findings"]
    assert {f["dimension"]: f["verdict"] for f in findings}[dimension] == verdict
    plan = made(service, deployment=deployment, card=f"{benchmark}/evalgap")
    started = {s["targets"][0]: s["verdict"] for s in plan["steps"] if s["verdict"]}
    found = {f["dimension"]: f["verdict"] for f in findings}
    assert {d: v for d, v in started.items() if d in found} == found
    assert {v for d, v in started.items() if d not in found} <= {"unknown"}


def test_the_life_of_a_plan(service: TestClient) -> None:
    plan = small(service)
    first = patch(service, plan, 4, result=GOOD)
    assert (first.status_code, first.json()["locked_by"]) == (409, [3])
    assert patch(service, plan, 5, step_status="in-progress").json()["locked_by"] == [4]
    done(service, plan, 3, step_status="done")
    found = done(service, plan, 4, result=BAD)
    (attempt,) = step(found, 4)["attempts"]
    assert (step(found, 4)["decision"], attempt["result"]["value"]) == ("not-met", 11.84)
    assert "threshold-on-loss@2" in step(found, 4)["reason"]
    assert patch(service, plan, 5, result=GOOD).status_code == 409
    gap = service.get(f"/api/v1/gaps/{found['gap']['id']}").json()
    assert (gap["value"], gap["version"], gap["varies"]) == (11.84, 1, ["interaction-type"])
    assert gap["deployment"] == "public-self-assessment"
    assert gap["sources"][0]["url"].endswith(f"/id/plan/{plan['id']}/3")
    # the model was improved and measured again
    found = done(service, plan, 4, result=GOOD)
    assert step(found, 4)["decision"] == "met"
    assert [a["decision"] for a in step(found, 4)["attempts"]] == ["not-met", "met"]
    assert found["gap"]["id"] == f"{gap['id']}-attempt-2"
    gap = service.get(f"/api/v1/gaps/{found['gap']['id']}").json()
    assert (gap["value"], gap["version"]) == (0.5, 1)
    assert done(service, plan, 5, step_status="in-progress")["version"] == 5
    old = service.get(f"/api/v1/plans/{plan['id']}/3").json()
    assert step(old, 4)["decision"] == "not-met"
    assert old["provenance"]["replacedBy"].endswith("/4")


def test_a_waived_step_opens_what_waits_for_it(service: TestClient) -> None:
    plan = small(service)
    for number in (3, 4):
        ben = {"id": "ben", "name": "Ben"}
        found = done(service, plan, number, waive="Covered by another trial.", by=ben)
        assert step(found, number)["decision"] == "waived"
        assert step(found, number)["step_status"] == "skipped"
        assert step(found, number)["decided_by"]["name"] == "Ben"
    assert step(done(service, plan, 5, result=GOOD), 5)["decision"] == "met"


def test_a_threshold_is_fixed_before_its_result(service: TestClient) -> None:
    plan = small(service)
    done(service, plan, 3, step_status="done")
    ten = {"at_most": 10, "unit": "percentage-point"}
    together = patch(service, plan, 4, threshold=ten, result=GOOD)
    assert together.status_code == 409
    assert "Send the threshold first" in together.json()["detail"]
    done(service, plan, 4, threshold=ten)
    done(service, plan, 4, result=GOOD)
    late = patch(service, plan, 4, threshold=FIVE)
    assert late.status_code == 409
    assert "fixed before its result" in late.json()["detail"]
    bare = made(service, findings=[{"dimension": "decision-mediation", "verdict": "violated"}])
    assert patch(service, bare, 2, result=GOOD).status_code == 409


def test_a_recorded_threshold_stays_whatever_triples_are_written(service: TestClient) -> None:
    plan = small(service)
    done(service, plan, 3, step_status="done")
    done(service, plan, 4, result=BAD)
    ident = plan["id"]
    assert service.get(f"/api/v1/plans/{ident}").json()["version"] == 3
    name = f"https://w3id.org/evalgap/graph/plan/{ident}/3"
    at: dict[str, Any] = {
        "params": {"graph": name},
        "headers": {"Content-Type": "text/turtle"},
    }
    stored = service.get("/rdf-graph-store", params={"graph": name, "format": "ttl"}).text
    egap = "PREFIX egap: <https://w3id.org/evalgap/ontology#>"
    node = f"<https://w3id.org/evalgap/id/plan/{ident}/3/step-4/threshold>"
    moved = re.sub(r"egap:atMost \S+", "egap:atMost 50.0", stored)
    assert moved != stored
    cleared = f"{egap} DELETE WHERE {{ GRAPH <{name}> {{ ?s egap:hasStepResult ?r }} }}"
    swapped = (
        f"DELETE {{ GRAPH ?g {{ {node} egap:atMost ?v }} }} "
        f"INSERT {{ GRAPH ?g {{ {node} egap:atMost 50.0 }} }} "
        f"WHERE {{ GRAPH ?g {{ {node} egap:atMost ?v }} }}"
    )
    attempts = [
        service.put("/rdf-graph-store", content=moved, **at),
        service.post("/rdf-graph-store", content=f"{egap} {node} egap:atMost 50.0 .", **at),
        service.delete("/rdf-graph-store", params={"graph": name}),
        service.delete("/rdf-graph-store", params={"graph": name.replace(f"/{ident}/3", "")}),
        service.post("/update", data={"update": f"DROP GRAPH <{name}>"}),
        service.post("/update", data={"update": "DROP ALL"}),
        service.post("/update", data={"update": cleared}),
        *(
            service.post("/update", data={"update": f"{egap} {text}"})
            for text in (
                swapped,
                f"INSERT DATA {{ GRAPH <urn:aside> {{ {node} egap:atMost 50.0 }} }}",
                f"INSERT DATA {{ {node} egap:atMost 50.0 }}",
            )
        ),
    ]
    assert [a.status_code for a in attempts] == [409] * 3 + [404] + [409] * 6
    assert "Step 4 of the plan" in attempts[0].json()["detail"]
    again = service.get("/rdf-graph-store", params={"graph": name, "format": "ttl"}).text
    assert again == stored
    # what leaves results and thresholds as they are is taken
    assert service.put("/rdf-graph-store", content=stored, **at).status_code == 204
    other = "INSERT DATA { GRAPH <urn:other> { <urn:a> <urn:b> 1 } }"
    assert service.post("/update", data={"update": other}).status_code == 204


def test_a_later_version_in_triples_keeps_the_threshold_too(service: TestClient) -> None:
    plan = small(service)
    done(service, plan, 3, step_status="done")
    done(service, plan, 4, result=BAD)
    name = f"https://w3id.org/evalgap/graph/plan/{plan['id']}/3"
    stored = service.get("/rdf-graph-store", params={"graph": name, "format": "nt"}).text
    version = "<http://www.w3.org/ns/dcat#version>"
    later = stored.replace(f"/{plan['id']}/3", f"/{plan['id']}/4").replace(
        f'{version} "3"', f'{version} "4"'
    )
    moved = re.sub(r'(ontology#atMost> )"[^"]*"', r'\1"50.0"', later)
    assert len({stored, later, moved}) == 3
    at: dict[str, Any] = {
        "params": {"graph": f"{name[:-1]}4"},
        "headers": {"Content-Type": "text/turtle"},
    }
    assert service.put("/rdf-graph-store", content=moved, **at).status_code == 409
    beside = service.put("/rdf-graph-store", content=later, **at)
    assert (beside.status_code, "Import the record" in beside.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("interval", "decision"),
    [((-1, 4.5), "met"), ((-1, 9), "inconclusive")],
)
def test_an_interval_counts_whole(
    service: TestClient, interval: tuple[float, float], decision: str
) -> None:
    plan = small(service)
    done(service, plan, 3, step_status="done")
    bounds = {"lower": interval[0], "upper": interval[1], "level": 0.95,
              "interval_method": "normal", "sampling_unit": "conversation"}  # fmt: skip
    found = done(service, plan, 4, result={**GOOD, "intervals": [bounds]})
    assert step(found, 4)["decision"] == decision


def test_where_no_gap_can_be_made_it_says_why(service: TestClient) -> None:
    plan = small(service)
    done(service, plan, 3, step_status="done")
    done(service, plan, 4, threshold={"at_least": 90, "unit": "percent"})
    after = {"value": 95, "n": 400, "events": 380}
    found = done(service, plan, 4, result={"metric": METRIC, "after": after})
    assert step(found, 4)["decision"] == "met"
    assert found["gap"]["id"] is None
    assert "no score before the change" in found["gap"]["why"]
    assert step(found, 4)["results"] == []


def test_the_plan_is_exported_as_markdown_and_as_a_file(service: TestClient) -> None:
    plan = small(service, title="A <b>plan</b> *of ours*")
    done(service, plan, 3, step_status="done")
    done(service, plan, 4, result=BAD)
    text = service.get(f"/api/v1/plans/{plan['id']}.md").text
    title, score = "A \\<b\\>plan", "before 94.67 % (n = 600)"
    decision, interval = "**Decision:** not met", "(Newcombe hybrid score)"
    for words in (title, score, "## 4. Test outcome", "at most 5", decision, interval):
        assert words in text, words
    assert "- version 3," in text
    assert "newcombe" not in text
    file = service.get(f"/api/v1/plans/{plan['id']}.yaml").text
    same = service.post("/api/v1/validate", content=file)
    assert (same.status_code, same.json()["already_stored"]) == (200, True)
    moved = service.post("/api/v1/validate", content=file.replace("at_most: 5", "at_most: 50"))
    assert moved.status_code == 422
    assert "fixed before its result" in moved.text


def test_a_file_cannot_bring_a_threshold_together_with_its_result(service: TestClient) -> None:
    plan = small(service)
    done(service, plan, 3, step_status="done")
    before = service.get(f"/api/v1/plans/{plan['id']}.yaml").text
    done(service, plan, 4, result=BAD)
    after = service.get(f"/api/v1/plans/{plan['id']}.yaml").text
    bare = small(service)
    locked = service.post("/api/v1/validate", content=after.replace(plan["id"], bare["id"]))
    assert (locked.status_code, "Step 4" in locked.text) == (200, False)  # it says step 3 is done
    early = after.replace(plan["id"], bare["id"]).replace(
        "step_status: done", "step_status: planned"
    )
    refused = service.post("/api/v1/validate", content=early)
    assert (refused.status_code, "is locked" in refused.text) == (422, True)
    late = after.replace(plan["id"], bare["id"]).replace("at_most: 5", "at_most: 50")
    assert "at_most: 5" in before
    refused = service.post("/api/v1/validate", content=late)
    assert refused.status_code == 422
    assert "fixed before its result" in refused.text


def test_a_step_can_be_asked_for(service: TestClient) -> None:
    plan = small(service)
    found = service.get(f"/api/v1/plans/{plan['id']}/steps/5").json()
    assert (found["targets"], found["locked_by"]) == (["decision-mediation"], [4])
    assert service.get(f"/api/v1/plans/{plan['id']}/steps/9").status_code == 404


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"id": "Not A Slug"}, 422, "id"),
        ({"deployment": "absent"}, 404, "absent"),
        ({"card": "absent/absent"}, 404, "absent"),
        ({"colour": "red"}, 422, "colour"),
        ({"author": None}, 422, "author"),
        ({"findings": []}, 400, "no finding"),
        ({"findings": [{"dimension": "mood", "verdict": "violated"}]}, 400, "taxonomy"),
        ({"findings": [{"dimension": "period", "verdict": "maybe"}]}, 422, "verdict"),
        ({"findings": [{"dimension": "period", "verdict": "holds"}] * 2}, 400, "twice"),
        ({"threshold": {"unit": "percent"}}, 422, "exactly one end"),
        ({"sample": {"effect": 5}}, 400, "baseline"),
        ({"sample": {"effect": 5, "baseline": 3}}, 400, "smaller effect"),
        ({"sample": {"effect": 0, "baseline": 90}}, 400, "effect"),
        ({"sample": {"effect": 1e-9, "baseline": 90}}, 400, "larger"),
        ({"sample": {"effect": 5, "method": "paired-proportions"}}, 400, "discordant"),
        ({"sample": {"effect": 5, "baseline": 90, "icc": 0.1}}, 400, "cluster_size"),
        ({"sample": {"effect": 50, "method": "two-means"}}, 400, "standard deviations"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    service: TestClient, fields: dict[str, Any], status: int, words: str
) -> None:
    before = service.get("/api/v1/plans").json()["total"]
    answer = service.post("/api/v1/plans", json=body(**fields))
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.text
    assert service.get("/api/v1/plans").json()["total"] == before


@pytest.mark.parametrize(
    ("number", "change", "status", "words"),
    [
        (99, {"step_status": "done"}, 404, "no step 99"),
        (3, {"step_status": "perhaps"}, 422, "step_status"),
        (3, {"version": 7}, 409, "version 1"),
        (3, {"result": GOOD}, 400, "only tests"),
        (3, {"test_method": "guess"}, 422, "test method guess"),
        (3, {"colour": "red"}, 422, "colour"),
        (4, {"waive": ""}, 422, "waive"),
        (4, {"waive": "x", "by": ANN}, 422, "sentence"),
        (4, {"waive": "Covered by another trial."}, 422, "name of who decides"),
        (3, {"result": {"metric": METRIC}}, 422, "after"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_nothing_is_lost(
    service: TestClient, number: int, change: dict[str, Any], status: int, words: str
) -> None:
    plan = small(service)
    answer = patch(service, plan, number, **change)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert service.get(f"/api/v1/plans/{plan['id']}").json()["version"] == 1


def test_steps_that_wait_in_a_circle_are_refused(service: TestClient) -> None:
    plan = small(service)
    file = service.get(f"/api/v1/plans/{plan['id']}.yaml").text
    for circle in ("step-3", "step-4"):  # on itself, and on what waits for it
        turned = file.replace("- step-1", f"- {circle}", 1).replace(plan["id"], f"{plan['id']}-o")
        assert circle in turned
        answer = service.post("/api/v1/validate", content=turned)
        assert answer.status_code == 422
        assert "can never start" in answer.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"threshold": {"at_most": 1e300, "unit": "percentage-point"}}, "below 100"),
        ({"threshold": {"at_least": 2, "unit": "fraction"}}, "below 1"),
        ({"result": {**GOOD, "before": {"value": 900, "n": 10}}}, "from 0 to 100 percent"),
        ({"result": {**GOOD, "after": {"value": -9, "n": 10}}}, "from 0 to 100 percent"),
    ],
)
def test_numbers_that_no_score_can_have_are_refused(
    service: TestClient, change: dict[str, Any], words: str
) -> None:
    plan = small(service)
    done(service, plan, 3, step_status="done")
    answer = patch(service, plan, 4, **change)
    assert answer.status_code == 422, answer.text
    assert words in answer.text


def test_one_id_is_one_plan_and_writing_needs_the_token(service: TestClient) -> None:
    plan = small(service)
    assert service.post("/api/v1/plans", json=body(id=plan["id"])).status_code == 409
    nobody = {"Authorization": ""}
    assert service.post("/api/v1/plans", json={}, headers=nobody).status_code == 401
    address = f"/api/v1/plans/{plan['id']}/steps/3"
    assert service.patch(address, json={}, headers=nobody).status_code == 401
    assert service.patch(address, content=b"{").status_code == 400
    assert service.patch(address, json={}).json()["version"] == 1
