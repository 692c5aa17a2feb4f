"""A plan says *met* only with evidence: what a result means, by rule and by probability."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from fastapi.testclient import TestClient
from scipy.stats import binom

from loaders.model import (
    Agent,
    Attempt,
    Measurement,
    Metric,
    Plan,
    SampleSize,
    Step,
    StepResult,
    Threshold,
)
from service.plans.changes import StepChange, changed
from service.plans.intervals_of_counts import counted
from service.records.plan_decisions import judged, unfounded
from tests.pages import opened
from tests.plans.test_plans import (
    ANN,
    FIVE,
    METRIC,
    NUMBERS,
    done,
    made,
    patch,
    scores,
    service,
    small,
    step,
)

__all__ = ["service"]
ERRORS = {"id": "errors", "name": "Error rate", "higher_is_better": False}


def interval(lower: float, upper: float, level: float = 0.95) -> dict[str, Any]:
    return {"lower": lower, "upper": upper, "level": level, "interval_method": "normal"}


def ready(service: TestClient, **fields: Any) -> Any:
    """Make a plan whose step 4, a test with the threshold FIVE, waits for nothing."""
    plan = small(service, **fields)
    done(service, plan, 3, step_status="done")
    return plan


def test_a_metric_without_a_direction_is_refused(service: TestClient) -> None:
    """An error rate from 5 to 60 % was "met" and a gain."""
    plan = ready(service)
    result = scores(30, 360)
    metric = {"id": "err", "name": "Error rate"}
    answer = patch(service, plan, 4, result={**result, "metric": metric})
    assert answer.status_code == 422
    assert "higher_is_better: true, or false" in answer.text
    lower = {**result, "metric": {**metric, "higher_is_better": False}}
    found = step(done(service, plan, 4, result=lower), 4)
    assert found["decision"] == "not-met"
    assert found["attempts"][0]["result"]["value"] == 55


@pytest.mark.parametrize(
    ("result", "decision", "words"),
    [
        # without an interval, and without counts to make one of
        ({"before": {"value": 95, "n": 600}, "after": {"value": 95, "n": 600}},
         "inconclusive", "no interval is known, and none can be computed"),
        # symmetric: the interval decides, whichever side the point is on
        ({"before": {"value": 95.1, "n": 40}, "after": {"value": 90, "n": 40},
          "intervals": [interval(-4, 14)]}, "inconclusive", "on both sides"),
        ({"before": {"value": 94.9, "n": 40}, "after": {"value": 90, "n": 40},
          "intervals": [interval(-4, 14)]}, "inconclusive", "on both sides"),
        # an interval at too low a level decides nothing
        ({"before": {"value": 94.9, "n": 40}, "after": {"value": 91, "n": 40},
          "intervals": [interval(3.5, 4.3, 0.1)]}, "inconclusive",
         "its interval is at 10 %, the plan asks for 95 %"),
        # none without width
        ({"before": {"value": 95, "n": 40}, "after": {"value": 95, "n": 40},
          "intervals": [interval(0, 0)]}, "inconclusive", "no interval is known"),
        ({"before": {"value": 95, "n": 40}, "after": {"value": 80, "n": 40},
          "intervals": [interval(6, 24)]}, "not-met", "lies beyond it"),
        # every interval counts: over items it is narrow, over clusters it is not
        ({"before": {"value": 95, "n": 40}, "after": {"value": 94, "n": 40},
          "intervals": [interval(0, 2), interval(-9, 11)]}, "inconclusive", "from -9 to 11"),
        ({"before": {"value": 100, "n": 1, "events": 1}, "after": {"value": 100, "n": 1,
          "events": 1}}, "inconclusive", "95 % interval (Newcombe hybrid score, takes the samples"),
        ({"before": {"value": 90, "n": 400}, "after": {"value": 89, "n": 400}, "losses": 14,
          "gains": 10}, "met", "95 % interval (Tango score) from -1.51 to 3.62"),
        ({"before": {"value": 90, "n": 400}, "after": {"value": 83.5, "n": 400}, "losses": 30,
          "gains": 4}, "inconclusive", "Tango score"),
        # what an interval warns of itself is heard: neither met nor not met
        *(({"before": {"value": 95, "n": 40}, "after": {"value": after, "n": 40},
            "intervals": [{**interval(*ends), "caution": f"{few}: 3 clusters"}]}, "inconclusive",
           f"no decision rests on its 95 % interval (normal approximation, {few}: 3 clusters)")
          for few in ["too few to carry this interval"]
          for after, ends in ((94, (0, 2)), (80, (6, 24)))),
    ],
)  # fmt: skip
def test_only_an_interval_decides(
    service: TestClient, result: dict[str, Any], decision: str, words: str
) -> None:
    found = step(done(service, ready(service), 4, result={"metric": METRIC, **result}), 4)
    assert (found["decision"], words in found["reason"]) == (decision, True), found["reason"]


def test_fewer_units_than_planned_are_inconclusive(service: TestClient) -> None:
    plan = ready(service)
    pairs = {"method": "paired-proportions", "effect": 5, "discordant": 20}
    done(service, plan, 4, sample=pairs)
    found = step(done(service, plan, 4, result=scores(19, 19, 20)), 4)
    assert found["decision"] == "inconclusive"
    assert found["reason"].endswith("at most 5 percentage points; n 20 of 658 planned.")
    fewer = patch(service, plan, 4, sample={**pairs, "effect": 10})
    assert (fewer.status_code, "no fewer units" in fewer.text) == (409, True)
    both = patch(service, small(service), 4, sample=pairs, result=scores(19, 19, 20))
    assert both.status_code == 409


def test_the_plans_level_decides(service: TestClient) -> None:
    plan = ready(service)
    done(service, plan, 4, threshold={**FIVE, "level": 0.99})
    late = patch(service, plan, 4, sample={"method": "non-inferiority-paired", "margin": 5,
                                           "expected_loss": 0, "discordant": 20})  # fmt: skip
    assert (late.status_code, "alpha 0.01" in late.text) == (422, True)
    counts = {"losses": 14, "gains": 10, **scores(360, 356, 400)}
    found = step(done(service, plan, 4, result=counts), 4)
    assert "99 % interval (Tango score) from -2.42 to 4.59" in found["reason"]
    assert found["attempts"][0]["result"]["intervals"][0]["level"] == 0.99
    weak = patch(service, small(service), 4, threshold={**FIVE, "level": 0.5})
    assert (weak.status_code, "from 0.9 to below 1" in weak.text) == (422, True)


def test_attempts_are_numbered_and_all_stay(service: TestClient) -> None:
    plan = ready(service)
    model = {"id": "model-1", "name": "Model 1"}
    first = {**scores(570, 510), "systems": [model], "data": "Messages of May."}
    assert step(done(service, plan, 4, result=first), 4)["decision"] == "not-met"
    silent = patch(service, plan, 4, result=scores(570, 566))
    assert (silent.status_code, "attempt 2 at step 4" in silent.text) == (422, True)
    same = {**scores(570, 552), "systems": [model], "data": "messages of  May."}
    found = step(done(service, plan, 4, result=same), 4)
    assert "Same system and same data as attempt 1." in found["reason"]
    other = {**scores(570, 566), "systems": [{**model, "id": "model-2"}], "data": "June."}
    answer = done(service, plan, 4, result=other)
    found = step(answer, 4)
    assert [a["decision"] for a in found["attempts"]] == ["not-met", "inconclusive", "met"]
    assert [a["number"] for a in found["attempts"]] == [1, 2, 3]
    assert "at least one of 3 independent ones 7.3 %" in found["reason"]
    text = service.get(f"/api/v1/plans/{plan['id']}.md").text
    for words in ("**Attempts:** 3", "**Attempt 1:** system Model 1; data Messages of May.",
                  "**Attempt 3:** system Model 1; data June."):  # fmt: skip
        assert words in text
    listed = opened(service, f"/plans/{plan['id']}").texts("#step-4 .attempts strong")
    assert listed == ["Attempt 1, not met", "Attempt 2, inconclusive", "Attempt 3, met"]
    gaps = [a["results"][0].rpartition("/")[2] for a in found["attempts"]]
    base = f"{plan['id']}-step-4"
    assert gaps == [base, f"{base}-attempt-2", f"{base}-attempt-3"]
    told = [service.get(f"/api/v1/gaps/{g}").json() for g in gaps]
    assert [g["value"] for g in told] == [10, 3, 0.67]
    assert {g["verification"] for g in told} == {"self-reported"}


def test_another_metric_in_a_later_attempt_is_said(service: TestClient) -> None:
    plan = ready(service)
    model = {"systems": [{"id": "model-1", "name": "Model 1"}]}
    first = {**scores(570, 566), **model, "data": "May."}
    assert "Another metric" not in step(done(service, plan, 4, result=first), 4)["reason"]
    easier = {**first["metric"], "id": "right-in-five-tries"}
    found = step(done(service, plan, 4, result={**first, "data": "June.", "metric": easier}), 4)
    words = "Another metric than in attempt 1: right-in-five-tries in percent"
    assert words in found["reason"]
    shown = opened(service, f"/plans/{plan['id']}").one("#step-4 .attempts").words
    assert words in shown
    assert words in service.get(f"/api/v1/plans/{plan['id']}.md").text


def test_an_attempt_that_was_recorded_stays_in_every_file(service: TestClient) -> None:
    plan = ready(service)
    done(service, plan, 4, result=scores(570, 510))
    file = service.get(f"/api/v1/plans/{plan['id']}.yaml").text
    better = file.replace("value: 10", "value: 1").replace("decision: not-met", "decision: met")
    assert better != file
    answer = service.post("/api/v1/validate", content=better)
    assert (answer.status_code, "changed or gone" in answer.text) == (422, True)


def test_a_file_cannot_bring_a_decision_without_evidence(service: TestClient) -> None:
    plan = ready(service)
    done(service, plan, 4, result=scores(570, 510))
    new = f"plan-{next(NUMBERS)}"
    file = service.get(f"/api/v1/plans/{plan['id']}.yaml").text.replace(plan["id"], new)
    assert service.post("/api/v1/validate", content=file).status_code == 200
    forged = file.replace("decision: not-met", "decision: met")
    answer = service.post("/api/v1/validate", content=forged)
    assert (answer.status_code, "threshold-on-loss@2 says not-met" in answer.text) == (422, True)


def test_triples_cannot_bring_a_decision_without_evidence(service: TestClient) -> None:
    plan = ready(service)
    done(service, plan, 4, result=scores(570, 510))
    name = f"https://w3id.org/evalgap/graph/plan/{plan['id']}/3"
    stored = service.get("/rdf-graph-store", params={"graph": name, "format": "nt"}).text
    met = stored.replace("step-decision/not-met", "step-decision/met")
    other = met.replace(plan["id"], f"{plan['id']}-copy")
    turtle = {"Content-Type": "text/turtle"}
    copied: dict[str, Any] = {
        "params": {"graph": f"https://w3id.org/evalgap/graph/plan/{plan['id']}-copy/3"}
    }
    decision = "https://w3id.org/evalgap/ontology#stepDecision"
    code = "https://w3id.org/evalgap/code/step-decision"
    swap = (
        f"DELETE {{ GRAPH <{name}> {{ ?s <{decision}> ?d }} }} "
        f"INSERT {{ GRAPH <{name}> {{ ?s <{decision}> <{code}/met> }} }} "
        f"WHERE {{ GRAPH <{name}> {{ ?s <{decision}> ?d }} }}"
    )
    answers = [
        service.put("/rdf-graph-store", content=met, headers=turtle, params={"graph": name}),
        service.put("/rdf-graph-store", content=other, headers=turtle, **copied),
        service.post("/update", data={"update": swap}),
    ]
    assert [a.status_code for a in answers] == [422] * 3
    assert "changed or gone" in answers[0].text
    assert "threshold-on-loss@2 says not-met" in answers[1].text


@pytest.mark.parametrize(
    ("threshold", "words"),
    [
        ({"at_least": -100, "unit": "percentage-point"}, "Give at_most"),
        ({"at_most": 100, "unit": "percentage-point"}, "by every result or by none"),
        ({"at_least": 100, "unit": "percent"}, "by every result or by none"),
        ({"at_least": 0, "unit": "fraction"}, "by every result or by none"),
    ],
)
def test_thresholds_that_decide_nothing_are_refused(
    service: TestClient, threshold: dict[str, Any], words: str
) -> None:
    answers = [
        patch(service, small(service), 4, threshold=threshold),
        service.post("/api/v1/plans", json={
            "id": f"plan-{next(NUMBERS)}", "deployment": "public-self-assessment",
            "card": "bean2026-scenarios/raman-et-al", "author": ANN, "threshold": threshold,
        }),
    ]  # fmt: skip
    assert [a.status_code for a in answers] == [422, 422]
    assert all(words in a.text for a in answers)


def test_a_score_has_a_threshold_on_the_side_of_its_metric(service: TestClient) -> None:
    plan = ready(service)
    done(service, plan, 4, threshold={"at_most": 50, "unit": "percent"})
    wrong = patch(service, plan, 4, result=scores(570, 6))
    assert (wrong.status_code, "Set a threshold of at least" in wrong.text) == (422, True)
    found = done(service, plan, 4, result={**scores(200, 210), "metric": ERRORS})
    assert step(found, 4)["decision"] == "met"


def test_a_waiver_is_a_sentence_with_a_name(service: TestClient) -> None:
    plan = ready(service)
    for change in (
        {"waive": "x", "by": ANN},
        {"waive": "no no no no no", "by": ANN},
        {"waive": "Covered by another trial."},
        {"waive": "Covered by another trial.", "by": {"id": "x", "name": "?"}},
    ):
        assert patch(service, plan, 4, **change).status_code == 422
    found = done(service, plan, 4, waive="Covered by another trial.", by=ANN)
    assert step(found, 4)["decided_by"]["name"] == "Ann"


def test_a_condition_is_read_as_files_have_it(service: TestClient) -> None:
    """It was a traceback."""
    plan = ready(service)
    result = scores(570, 566)
    result["before"]["condition"] = {"description": "First message.", "interaction_type": "x-y"}
    assert patch(service, plan, 4, result=result).status_code == 422
    result["before"]["condition"]["interaction_type"] = ["single-turn"]
    found = step(done(service, plan, 4, result=result), 4)
    scored = found["attempts"][0]["result"]["measurements"]
    (before,) = [m for m in scored if m["key"] == "before"]
    assert before["condition"]["under"] == ["interaction-type/single-turn"]
    bad = {"metric": METRIC, "after": {"value": 90, "condition": "none"}}
    assert patch(service, plan, 4, result=bad).status_code == 422


def test_pairs_are_not_proposed_for_a_trial(service: TestClient) -> None:
    sample = {"method": "non-inferiority-paired", "margin": 5, "expected_loss": 1,
              "discordant": 20}  # fmt: skip
    plan = small(service, sample=sample)
    assert step(plan, 4)["sample_size"]["n"] > 900
    assert step(plan, 5)["sample_size"] is None
    asked = patch(service, plan, 5, sample=sample)
    assert (asked.status_code, "nothing is paired" in asked.text) == (422, True)
    arms = {"method": "non-inferiority-arms", "margin": 5, "expected_loss": 1, "baseline": 90,
            "cluster_size": 3, "icc": 0.2}  # fmt: skip
    found = done(service, plan, 5, sample=arms)
    assert found["all_met"]["steps"] == [4, 5]
    assert found["all_met"]["at_expected_losses"] == pytest.approx(0.64, abs=0.01)
    assert found["all_met"]["at_no_loss"] > 0.85
    assert service.get(f"/api/v1/plans/{plan['id']}").json()["all_met"] == found["all_met"]
    text = service.get(f"/api/v1/plans/{plan['id']}.md").text
    for words in ("both tests are met with probability", "at the losses expected, 0.64",
                  "**Comparator:** not stated", "**Harms watched:** not stated"):  # fmt: skip
        assert words in text
    registered = made(service, registration="ClinicalTrials.gov NCT00000000")
    text = service.get(f"/api/v1/plans/{registered['id']}.md").text
    assert "**Registration:** ClinicalTrials.gov NCT00000000" in text


def test_a_plan_of_an_older_store_goes_on_and_keeps_its_decision() -> None:
    metric = Metric(id="accuracy", name="Accuracy", higher_is_better=True)
    ann = Agent.model_validate(ANN)
    after = Measurement(key="after", metric=metric, unit="percent", value=Decimal(91))
    earlier = Step(
        position=1, stage="test-task", step_status="done", decision="met", decided_by=ann,
        threshold=Threshold(at_least=Decimal(90), unit="percent"),
        reason="threshold-on-loss@1: the changed score is 91, no interval is known.",
        result=StepResult(unit="percent", measurements=(after,)),
    )  # fmt: skip
    old = Plan(id="p", title="P", deployment="d", card="c/a/1", author=ann, steps=(earlier,))
    given = {"metric": METRIC, "after": {"value": 91, "n": 100, "events": 91}, "data": "June."}
    asked = StepChange.model_validate({"result": given})
    new = old.model_copy(update={"steps": (changed(old, earlier, asked, str),)})
    assert [a.decision for a in new.steps[0].attempts] == ["met", "inconclusive"]
    assert (new.steps[0].result, new.steps[0].decision) == (None, "inconclusive")
    assert list(unfounded(old, new)) == []
    assert [n for n, _ in unfounded(None, old)] == [1]


def decided(
    n: int, margin: str, counts: tuple[int, int, int, int], planned: int | None = None
) -> str:
    """Return the decision on counts (before, after, lost, gained); no pairs if none is lost."""
    before, after, lost, gained = counts
    metric = Metric(id="accuracy", name="Accuracy", higher_is_better=True)
    told = (("before", before), ("after", after))
    ends = tuple(
        Measurement(key=k, metric=metric, unit="percent", value=Decimal(100 * e) / n, n=n, events=e)
        for k, e in told
    )
    flows = {"losses": lost, "gains": gained} if lost >= 0 else {}
    value = Decimal(100 * (before - after)) / n
    result = StepResult(value=value, unit="percentage-point", n=n, measurements=ends, **flows)
    size = SampleSize(sample_method="paired-proportions", alpha=Decimal("0.05"),
                      power=Decimal("0.8"), n=planned or n)  # fmt: skip
    limit = Threshold(at_most=Decimal(margin), unit="percentage-point")
    made = Step(position=1, stage="test-task", threshold=limit, sample_size=size)
    return judged(made, Attempt(number=1, result=counted(result, made)))[0]


@pytest.mark.parametrize(
    ("n", "margin", "discordant"),
    [(50, "20", 0.2), (40, "10", 0.3), (60, "5", 0.1), (60, "10", 0.1)],
)
def test_a_loss_as_large_as_the_margin_is_seldom_met_by_pairs(
    n: int, margin: str, discordant: float
) -> None:
    """Every outcome is decided and counted: at most 2.5 % are met, but for what counts jump."""
    share = (discordant + float(margin) / 100) / discordant / 2
    chance = {"met": 0.0, "inconclusive": 0.0, "not-met": 0.0}
    for moved in range(n + 1):
        odds = binom.pmf(moved, n, discordant)
        for lost in range(moved + 1):
            if (p := odds * binom.pmf(lost, moved, share)) > 1e-6:
                gained = moved - lost
                before = n // 2
                counts = before, before - lost + gained, lost, gained
                chance[decided(n, margin, counts)] += p
    assert sum(chance.values()) == pytest.approx(1, abs=1e-3)
    assert chance["met"] <= 0.03
    assert chance["not-met"] <= 0.06


@pytest.mark.parametrize(("n", "margin", "share"), [(40, "20", 0.9), (30, "10", 0.8)])
def test_a_loss_as_large_as_the_margin_is_seldom_met_by_two_arms(
    n: int, margin: str, share: float
) -> None:
    met = 0.0
    for before, after in product(range(n + 1), repeat=2):
        p = binom.pmf(before, n, share) * binom.pmf(after, n, share - float(margin) / 100)
        if p > 1e-5 and decided(n, margin, (before, after, -1, -1)) == "met":
            met += p
    assert met <= 0.03
