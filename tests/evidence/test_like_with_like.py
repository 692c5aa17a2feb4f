"""Figures are pooled only with their like, once each, and by name of study: through every door."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.web.app import create_app
from tests.cli.conftest import command
from tests.pages import opened

METRICS: dict[str, dict[str, Any]] = {
    "right": {"name": "Accuracy", "metric_class": "accuracy"},
    "bleu": {"name": "BLEU of the note", "metric_class": "text-overlap"},
    "thanks": {"name": "Chats in which the user said thanks", "metric_class": "behaviour"},
    "refusals": {
        "name": "Refusal rate",
        "metric_class": "behaviour",
        "higher_is_better": False,
    },
    "quality": {"name": "Quality"},
}
VALUES = {
    "interaction-type": ("single-turn", "multi-turn"),
    "novelty": ("possibly-seen", "unseen"),
    "period": ("present", "later"),
    "repetition": ("typical-trial", "every-trial"),
    "input-variation": ("as-published", "reworded"),
    "language": ("english", "other-language"),
    "modality": ("text", "image"),
}
AUTHOR = {"id": "tester", "name": "Tester"}
SOURCES = [{"url": "https://example.org/1"}]


def gap(
    name: str, dimension: str, before: float, after: float, metric: str = "right", **more: Any
) -> dict[str, Any]:
    """Return a gap of two scores in percent, each of 200, by a study of its own."""
    study, also = more.pop("study", f"study-{name}"), more.pop("also", ())
    down = METRICS[metric].get("higher_is_better") is False
    counted = metric in ("right", "thanks", "refusals")
    varied = {d: VALUES[d] for d in (dimension, *also)}
    ends = [
        {
            "key": key, "metric": metric, "study": study, "value": value, "unit": "percent",
            "precision": 0.1, "n": 200, **({"events": round(2 * value)} if counted else {}),
            "condition": {d: v[i] for d, v in varied.items()},
        }
        for i, (key, value) in enumerate((("a", before), ("b", after)))
    ]  # fmt: skip
    for end in ends:
        if study is None:
            del end["study"]
    return {
        "id": name, "title": name, "benchmark": "a-test", "author": AUTHOR, "systems": ["helper"],
        "verification": "abstract", "value": round(after - before if down else before - after, 1),
        "unit": "percentage-point", "precision": 0.1, "n": 200, "varies": list(varied),
        "sources": SOURCES, "measurements": ends, "evaluation": "a", "changed": "b",
        "intervals": [] if counted else [
            {"lower": before - after - 6, "upper": before - after + 6, "level": 0.95,
             "interval_method": "as-reported", "sampling_unit": "item"}],
        **more,
    }  # fmt: skip


GAPS = [
    gap("g1", "interaction-type", 90, 80),
    gap("g2", "interaction-type", 40, 28, "bleu"),
    gap("g3", "interaction-type", 20, 11, "thanks"),
    gap("g4", "interaction-type", 5, 55, "refusals"),
    gap("g5", "interaction-type", 50, 40, "quality"),
    *(gap(f"n{b}", "novelty", b, b - 5) for b in (95, 80, 65, 50, 35)),
    *(gap(f"p{a}", "period", 95, a) for a in (85, 45, 5)),
    gap("first", "repetition", 90, 70, study="twice", verification="full-text"),
    gap("again", "repetition", 90, 70, study="twice"),
    gap("other", "repetition", 90, 80, study="twice", verification="full-text"),
    gap("plain", "modality", 60, 50, study="confounded"),
    gap("honest", "modality", 60, 50, study="confounded", also=["input-variation"]),
    *(gap(f"u{i}", "language", 60, 50 - i, deployment="there") for i in range(3)),
    gap("nameless", "language", 60, 50, study=None),
]
FILE = {
    "evalgap": 1,
    "benchmark_name": "A test",
    "benchmark": {"id": "a-test", "domains": ["healthcare"]},
    "card": {"author": AUTHOR, "origin": "third-party"},
    "deployments": [
        {"id": i, "title": i, "author": AUTHOR, "origin": "third-party", "domains": ["healthcare"]}
        for i in ("here", "there")
    ],
    "metrics": [{"id": i, "higher_is_better": True, **m} for i, m in METRICS.items()],
    "systems": [{"id": "helper", "name": "Helper"}],
    "studies": [
        {"id": i, "name": i, "design": "perturbation", "setting": "offline"}
        for i in sorted({m["study"] for g in GAPS for m in g["measurements"] if "study" in m})
    ],
    "gaps": GAPS,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store of made-up gaps, each dimension a case of its own."""
    folder = tmp_path_factory.mktemp("like")
    path = folder / "gaps.json"
    path.write_text(json.dumps(FILE), encoding="utf-8")
    done = command(folder / "store", "import", path, seed=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "store"


@pytest.fixture(scope="module")
def service(store: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=store, seed=False, validators=0))) as client:
        yield client


def found(service: TestClient, dimension: str) -> dict[str, Any]:
    path = f"/api/v1/deployments/here/risk?benchmark=a-test&dimensions={dimension}"
    (part,) = service.get(path).json()["assumptions"]
    assert isinstance(part, dict)
    return part


def reasons(part: dict[str, Any]) -> dict[str, str | None]:
    lists = (part[name] for name in ("same_domain", "elsewhere", "confounded"))
    return {item["gap"]: item["not_pooled_reason"] for items in lists for item in items}


def test_classes_of_metric_and_directions_are_never_pooled(service: TestClient) -> None:
    part = found(service, "interaction-type")
    kinds = {(p["metric_class"], p["higher_is_better"]): p for p in part["pools"]}
    assert {kind: (p["k"], p["summary"]) for kind, p in kinds.items()} == {
        ("accuracy", True): (1, None),
        ("text-overlap", True): (1, None),
        ("behaviour", True): (1, None),
        ("behaviour", False): (1, None),
    }
    assert reasons(part)["g5"] == "the class of its metric is not stated"


def test_baselines_far_apart_warn_and_log_odds_stand_beside(service: TestClient) -> None:
    (pool,) = found(service, "novelty")["pools"]
    assert pool["k"] == 5
    assert "60.00 points apart (35.00 to 95.00)" in pool["warnings"][0]
    assert pool["summary"]["mean"] == pytest.approx(5, abs=0.01)
    odds = pool["log_odds"]
    effects = {s["study"]: s["effect"] for s in odds["studies"]}
    assert effects["study-n95"] == pytest.approx(0.7472)  # log(19) - log(9)
    assert effects["study-n50"] == pytest.approx(0.2007)  # log(1) - log(9/11)
    assert set(odds["methods"].values()) == {"from events and n"}
    assert odds["summary"]["k"] == 5
    mean, lower, upper = odds["ratio"]
    assert lower < mean < 1 < upper


def test_a_prediction_needs_five_studies_and_stays_on_the_scale(service: TestClient) -> None:
    (few,) = found(service, "period")["pools"]
    assert few["k"] == 3
    assert few["summary"]["prediction_lower"] is few["summary"]["prediction_upper"] is None
    assert few["summary"]["no_prediction_because"] == "3 of at least 5 studies"
    assert (few["summary"]["upper"], few["summary"]["cut"]) == (100, 100)
    (more,) = found(service, "novelty")["pools"]
    assert more["summary"]["prediction_lower"] < more["summary"]["lower"]
    assert more["summary"]["heterogeneity"] == "I² from Cochran's Q, tau² by Paule-Mandel"


def test_a_figure_in_two_records_counts_once_and_says_so(service: TestClient) -> None:
    part = found(service, "repetition")
    (pool,) = part["pools"]
    (study,) = pool["studies"]
    assert (study["effect"], study["figures"]) == (15, 2)
    assert reasons(part)["again"] == "the same figure as first, which stands for both"
    items = {i["gap"]: i for i in part["same_domain"]}
    assert (items["first"]["copies"], items["again"]["copy_of"]) == (["again"], "first")
    assert part["verification"] == {"full-text": 2}


def test_what_one_record_of_a_figure_says_changed_holds_for_all(service: TestClient) -> None:
    part = found(service, "modality")
    assert part["same_domain"] == part["elsewhere"] == part["pools"] == []
    both = {i["gap"]: i["changed"] for i in part["confounded"]}
    assert both["plain"] == both["honest"] == ["input-variation", "modality"]
    assert len(both) == 2


def test_one_author_benchmark_and_deployment_is_one_study(service: TestClient) -> None:
    part = found(service, "language")
    (pool,) = part["pools"]
    assert (pool["k"], pool["studies"][0]["figures"]) == (1, 3)
    assert pool["studies"][0]["study"] == "study-u0 + study-u1 + study-u2"
    assert (reasons(part)["nameless"] or "").startswith("no study is named")


def test_the_page_says_class_direction_and_why_there_is_no_prediction(service: TestClient) -> None:
    asked = "dimensions=period,repetition,interaction-type"
    words = opened(service, f"/fit/evidence?deployment=here&benchmark=a-test&{asked}").words
    assert "same domain, Accuracy of one answer, higher is better, percentage point: k = 3" in words
    assert "no prediction interval, 3 of at least 5 studies" in words
    assert "100: no difference of two such scores can be larger" in words
    assert "I² from Cochran's Q, tau² by Paule-Mandel" in words
    assert "Odds ratio of the changed score over the first" in words
    assert "the same figure: again" in words
    assert "class of metric not stated, higher is better" in words


def test_the_command_line_says_the_same(store: Path) -> None:
    asked = ("--dimensions", "novelty,interaction-type")
    said = " ".join(command(store, "risk", "here", "a-test", *asked, seed=False).stdout.split())
    assert (
        "same domain, Accuracy of one answer, higher is better, percentage point: mean 5.00" in said
    )
    assert "points apart (35.00 to 95.00)" in said
    assert "as log odds: mean" in said
    assert "not pooled: the class of its metric is not stated" in said


def test_a_synthesis_is_answered_as_json_and_as_rows(service: TestClient) -> None:
    found = service.get("/api/v1/evidence/novelty").json()
    (whole,) = found["syntheses"]
    assert (whole["k"], whole["found_afterwards"], whole["subgroup"]) == (5, False, None)
    assert whole["summary"]["mean"] == pytest.approx(5, abs=0.01)
    assert {e["gap"] for e in whole["estimates"]} == {"n95", "n80", "n65", "n50", "n35"}
    assert len(whole["leave_one_out"]) == whole["log_odds"]["k"] == 5
    assert found["prediction"]["shown"] is False
    assert {g["gate"]: g["failed"] for g in found["gates"]}["alone"] == 0
    rows = service.get("/api/v1/evidence/novelty?format=csv").text.splitlines()
    assert [r.split(",")[1] for r in rows] == ["state", "summary", *["estimate"] * 5]


def test_what_is_in_no_synthesis_says_which_gate_it_failed(service: TestClient) -> None:
    found = service.get("/api/v1/evidence/repetition").json()
    assert {i["gap"]: i["gate"] for i in found["left_out"]} == {
        "again": "once", "other": "one-a-study", "first": "four-studies",
    }  # fmt: skip
    assert found["syntheses"][0]["no_summary_because"] == "four-studies: 1 of at least 4 studies"
    confounded = service.get("/api/v1/evidence/modality").json()["left_out"]
    assert {i["reason"] for i in confounded} == {"input-variation changed with it"}


def test_what_was_not_seen_is_not_left_out_for_what_its_source_gives(
    clients: Callable[[str], TestClient],
) -> None:
    found = clients("embedded").get("/api/v1/evidence/input-variation").json()["left_out"]
    reasons = {i["reason"] for i in found if i["verification"] == "secondary"}
    assert "no number was seen in its own source" in reasons
    assert not [reason for reason in reasons if "the source" in reason]


def test_a_dimension_that_is_not_there_is_not_found(service: TestClient) -> None:
    assert service.get("/api/v1/evidence/weather").status_code == 404


def test_syntheses_on_the_command_line(store: Path) -> None:
    said = " ".join(command(store, "evidence", "novelty", seed=False).stdout.split())
    assert said.startswith("novelty: 1 synthesis Accuracy of one answer, higher is better: mean 5")
    assert "without study-n95: 5.00" in said
    assert "G1 closed: 20 studies with an error" in said
    none = command(store, "evidence", "period", seed=False).stdout
    assert "period: 0 syntheses" in none
    assert "not passed: four-studies (at least 4 studies together), 3 figures" in none


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"metric_class": "rating"}, "has another class already"),
        ({"higher_is_better": False}, "has the other direction already"),
    ],
)
def test_a_metric_that_is_known_otherwise_is_refused(
    service: TestClient, said: dict[str, Any], words: str
) -> None:
    metric = {"id": "right", "name": "Accuracy", "higher_is_better": True, **said}
    late = gap("late", "period", 90, 80, study="study-g1")
    late["value"] = 10 if metric["higher_is_better"] else -10
    file = {"evalgap": 1, "metrics": [metric], "gaps": [late]}
    answer = service.post("/api/v1/validate", content=json.dumps(file))
    assert words in answer.text, answer.json()["problems"]
