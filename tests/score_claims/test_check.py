"""A claimed score over HTTP: what it assumed, what breaks, what was measured; nothing made up."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.pages import rows

pytestmark = pytest.mark.one_engine
CHECK = "/api/v1/claims/check"
CLAIM = {"benchmark": "MedQA", "score": "95 %", "model": "GPT-4o", "use": "public-self-assessment"}


def checked(client: TestClient, **changes: object) -> dict[str, Any]:
    """Return the answer to a claim, by default that of 95 % on MedQA for people with symptoms."""
    answer = client.post(CHECK, json={**CLAIM, **changes})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refused(client: TestClient, status: int, **changes: object) -> dict[str, Any]:
    """Return the problem of a claim that is refused."""
    answer = client.post(CHECK, json={**CLAIM, **changes})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    return dict(answer.json())


def test_what_the_number_assumed_stands_beside_the_use_as_the_fit_has_it(
    client: TestClient,
) -> None:
    found = checked(client)
    fit = client.get("/api/v1/deployments/public-self-assessment/fit?benchmark=medqa").json()
    verdicts = {f["dimension"]: f["verdict"] for f in fit["benchmarks"][0]["findings"]}
    assert {a["dimension"]: a["verdict"] for a in found["assumptions"]} == verdicts
    assert (
        found["headline"]
        == "“95 % on MedQA” rests on five assumptions. All five are violated here."
    )
    turns = next(a for a in found["assumptions"] if a["dimension"] == "interaction-type")
    assert [(v["code"], v["basis"]) for v in turns["assumed"][0]["values"]] == [
        ("single-turn", "derived")
    ]
    (place,) = turns["assumed"][0]["sources"]
    assert "4_options" in place["quote"]
    urls = {s["number"]: s["url"] for s in found["sources"]}
    assert urls[place["number"]] == "https://github.com/jind11/MedQA"


def test_a_ladder_is_shown_as_its_own_and_nothing_is_taken_from_the_claim(
    client: TestClient,
) -> None:
    found = checked(client)
    ladder = found["ladders"][0]
    assert (ladder["gap"], ladder["scope"], ladder["complete"]) == (
        "bean2026-gpt4o-recomputed", "here", True,
    )  # fmt: skip
    assert [s["words"] for s in ladder["scores"]] == ["94.67 %", "82.83 %", "64.17 %", "34.00 %"]
    assert [s["points"] for s in ladder["steps"]] == [11.83, 18.67, 30.17]
    assert ladder["steps"][1]["also_changed"] == ["input-variation"]
    assert (ladder["total"], ladder["stands_in"], ladder["same_benchmark"]) == (60.67, True, False)
    assert ladder["cautions"] == ["too few to carry this interval: 10 clusters"]
    # the same figures in another record are no second ladder
    assert "bean2026-gpt4o-reported" not in {x["gap"] for x in found["ladders"]}
    assert "34.33" not in str(found)  # 95 less the ladder's own sum


def test_losses_stand_side_by_side_nearest_first_and_a_range_holds_what_is_comparable(
    client: TestClient,
) -> None:
    losses = checked(client)["losses"]
    scopes = [g["scope"] for g in losses]
    assert list(dict.fromkeys(scopes)) == ["here", "same-domain", "elsewhere"]
    assert scopes == sorted(scopes, key=["here", "same-domain", "elsewhere"].index)
    for group in losses:
        points = [f["points"] for f in group["figures"] if f["not_comparable"] is None]
        if group["range"] is None:
            assert len(points) < 2
            assert group["no_range_because"]
        else:
            ends = group["range"]["lowest"], group["range"]["highest"]
            assert ends == pytest.approx((min(points), max(points)), abs=0.005)
        for figure in group["figures"]:
            assert figure["interval_words"]
            assert figure["n_words"]
            assert figure["studies"]
            assert figure["verification"] not in {"secondary", "unverified"}
            assert figure["measured_by"]
    bound = next(f for g in losses for f in g["figures"] if f["gap"] == "bean2026-condition")
    assert bound["words"] == "at least 60.4"
    assert bound["not_comparable"] == "the number is a lower bound"
    shares = next(f for g in losses for f in g["figures"] if f["gap"] == "hipfracture2026-sens")
    assert (shares["points"], shares["words"]) == (5.0, "5")  # recorded as a fraction


def test_only_what_breaks_has_losses_and_what_is_left_out_says_why(client: TestClient) -> None:
    use = {"domains": ["healthcare"], "characteristics": {"interaction-type": "multi-turn"}}
    found = checked(client, use=use)
    verdicts = {a["dimension"]: a["verdict"] for a in found["assumptions"]}
    assert verdicts.pop("interaction-type") == "violated"
    assert set(verdicts.values()) == {"unknown"}
    assert {name for g in found["losses"] for name in g["assumptions"]} == {"interaction-type"}
    reasons = {f["gap"]: f["reason"] for f in found["figures_left_out"]}
    assert "is not known to break here" in reasons["hager2024-mimiccdm"]
    assert reasons["li2024-mediq"] == "it is no difference in percentage points"
    assert not any(g["scope"] == "here" for g in found["losses"])
    assert sum("it is here as MedQA assumes" in said for said in found["not_said"]) == 4
    assert found["ladders"] == []
    same = checked(client, use={"characteristics": {"interaction-type": "single-turn"}})
    assert same["losses"] == []
    assert same["summary"].startswith("No assumption is known to break here")


def test_a_score_of_the_same_model_on_the_same_benchmark_stands_beside(client: TestClient) -> None:
    (known,) = checked(client)["known_scores"]
    assert (known["words"], known["record"]) == ("88.14 %", "gap/afrimedqa2025-gpt4o")
    unknown = checked(client, model="Some Model 9")
    assert unknown["known_scores"] == []
    assert (
        "Whether Some Model 9 scored 95 %: no system of that name is here." in unknown["not_said"]
    )
    assert (
        "Which model scored 95 %: the claim names none." in checked(client, model=None)["not_said"]
    )


@pytest.mark.parametrize(
    ("given", "words", "said"),
    [
        ("95", "95 %", "95 has no unit and is read as per cent."),
        (95, "95 %", "95 has no unit and is read as per cent."),
        ("95,3 %", "95.3 %", None),
        ("0.95", "0.95", "0.95 has no unit and is read as a share of 1."),
        ("100 %", "100 %", None),
        ("1250 Elo", "1250 Elo", "The score is in Elo, the losses are in percentage points"),
    ],
)
def test_how_a_score_is_read_is_said(
    client: TestClient, given: object, words: str, said: str | None
) -> None:
    claim = checked(client, score=given)["claim"]
    assert claim["score"]["words"] == words
    assert any(note.startswith(said) for note in claim["notes"]) if said else not claim["notes"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("195 %", "a score in per cent lies between 0 and 100"),
        ("-3 %", "a score in per cent lies between 0 and 100"),
        ("1.5 fraction", "a score as a share of 1 lies between 0 and 1"),
        ("1250", "Write its unit, such as 1250 Elo."),
        ("1", "Write 1 % or 100 %."),
        ("1,250 Elo", "can be read in two ways"),
        ("most of them", "is no number"),
        ("", "is no number"),
        ("9" * 40, "is no number"),
    ],
)
def test_a_score_that_cannot_be_is_refused(client: TestClient, given: str, said: str) -> None:
    problem = refused(client, 400, score=given)
    assert said in problem["detail"]
    assert problem["parameter"] == "score"


def test_a_benchmark_is_found_by_its_names_and_near_ones_are_proposed(client: TestClient) -> None:
    for name in ("medqa", "MedQA", "med qa", "Med-QA"):
        assert checked(client, benchmark=name)["claim"]["benchmark"]["id"] == "medqa"
    problem = refused(client, 404, benchmark="mdeqa")
    assert problem["did_you_mean"] == ["medqa"]
    assert problem["detail"] == "There is no benchmark 'mdeqa' here. Did you mean medqa?"
    assert "did_you_mean" not in refused(client, 404, benchmark="???")


def test_several_metrics_are_said_and_one_that_no_record_has_too(client: TestClient) -> None:
    claim = checked(client, benchmark="bean2026-scenarios")["claim"]
    assert "The claim does not say which it is." in " ".join(claim["notes"])
    assert "At least one relevant condition named" in " ".join(claim["notes"])
    metric = "At least one relevant condition named"
    named = checked(client, benchmark="bean2026-scenarios", metric=metric)["claim"]
    assert named["notes"] == []
    other = checked(client, metric="F1")["claim"]
    assert other["notes"][0].startswith("No record here has the metric “F1” of MedQA.")


def test_what_cards_assessors_and_figures_contradict_each_other_in_is_said(
    client: TestClient,
) -> None:
    cards = checked(client, benchmark="healthbench")["disputes"]
    (said,) = (d for d in cards if d["words"].startswith("How much is told: cards disagree."))
    assert said["about"] == "assumption"
    assert "EvalGap maintainers says" in said["words"]
    assert said["sources"]
    figures = checked(client, benchmark="imagenet", use="company-coding-assistants")["disputes"]
    disputed = {d["record"]: d["words"] for d in figures if d["about"] == "figure"}
    assert "disputed in print" in disputed["gap/recht2019-imagenetv2"]


@pytest.mark.parametrize("field", ["benchmark", "score", "model", "metric"])
def test_texts_of_a_claim_are_bounded_and_whole(client: TestClient, field: str) -> None:
    assert refused(client, 400, **{field: "a" * 301})["parameter"] == field
    use = {"title": "a" * 301, "characteristics": {"interaction-type": "multi-turn"}}
    assert refused(client, 400, use=use)["parameter"] == "title"
    half = client.post(CHECK, content=b'{"%s": "\\ud800"}' % field.encode())
    assert half.status_code in {400, 422}
    assert half.json()["title"] != "The request cannot be read"


def test_what_is_wrong_with_a_request_is_said_by_its_field(client: TestClient) -> None:
    assert refused(client, 404, use="nowhere")["detail"].startswith("There is no deployment")
    assert refused(client, 400, use={"characteristics": {}})["parameter"] == "characteristics"
    both = refused(client, 400, use={"characteristics": {"interaction-type": "seven"}})
    assert "multi-turn" in both["known"]
    assert refused(client, 400, vendor="x")["parameter"] == "vendor"
    assert client.post(CHECK, json=[]).status_code == 400
    assert client.post(CHECK, content=b"{").status_code == 400


def test_the_document_of_the_api_has_request_answer_and_an_example(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"][CHECK]["post"]
    body = operation["requestBody"]["content"]["application/json"]
    assert set(body["example"]) <= set(body["schema"]["properties"])
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    whole = answer["anyOf"][0]["$ref"].rpartition("/")[2]
    fields = document["components"]["schemas"][whole]["properties"]
    assert fields.keys() - {"left_out"} <= checked(client).keys()


def test_the_figures_are_a_table_as_well(client: TestClient) -> None:
    table = rows(client.post(CHECK, json=CLAIM, headers={"Accept": "text/csv"}))
    losses = checked(client)["losses"]
    assert [r["gap"] for r in table] == [f["gap"] for g in losses for f in g["figures"]]
    assert {r["scope"] for r in table} == {"here", "same-domain", "elsewhere"}
