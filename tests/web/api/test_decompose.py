"""`POST /api/v1/decompose`: item results and scores in, a decomposition or a gap record out."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient
from pyarrow import parquet

from service.common.settings import Settings
from service.web.app import create_app

ROOT = Path(__file__).parents[3]
BEAN = (ROOT / "data/cases/bean2026_rungs.csv").read_bytes()
CSV = {"Content-Type": "text/csv"}
PATH = "/api/v1/decompose"
ADDS = [
    "patient-first-message:query-authorship,information-completeness",
    "model-in-conversation:interaction-type",
    "person-final-answer:decision-mediation",
]
ABOUT: dict[str, Any] = {
    "id": "over-http",
    "title": "A gap over HTTP",
    "benchmark": "bean2026-scenarios",
    "author": {"id": "ann", "name": "Ann"},
    "metric": {
        "id": "relevant-condition-named",
        "name": "At least one relevant condition named",
        "higher_is_better": True,
    },
    "sources": [{"url": "https://doi.org/10.1038/s41591-025-04074-y"}],
}
SQUARE = [
    {"rung": "start", "score": 0.9, "changed": []},
    {"rung": "a", "score": 0.7, "changed": ["interaction-type"]},
    {"rung": "b", "score": 0.8, "changed": ["decision-mediation"]},
    {"rung": "both", "score": 0.4, "changed": ["interaction-type", "decision_mediation"]},
]


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    settings = Settings(store=None, validators=0, max_body_bytes=2**20)
    with TestClient(create_app(settings)) as client:
        yield client


def test_bean_from_csv(service: TestClient) -> None:
    answer = service.post(PATH, content=BEAN, headers=CSV, params={"adds": ADDS})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [round(p["value"], 2) for p in found["contributions"]] == [11.83, 18.67, 30.17]
    assert round(found["total"]["value"], 2) == 60.67
    assert {i["unit"] for i in found["total"]["intervals"]} == {"item", "cluster"}
    assert round(found["subtotals"]["task-assumption"]["value"], 2) == 30.5


def test_parquet_and_a_form_are_taken(service: TestClient) -> None:
    table = pa.table({"rung": ["x", "y"] * 4, "item": list("aabbccdd"), "score": [1.0, 0.5] * 4})
    buffer = BytesIO()
    parquet.write_table(table, buffer)
    media = {"Content-Type": "application/vnd.apache.parquet"}
    direct = service.post(PATH, content=buffer.getvalue(), headers=media)
    form = service.post(PATH, files={"file": ("x.parquet", buffer.getvalue())})
    assert direct.json()["total"]["value"] == form.json()["total"]["value"] == 50


def test_all_combinations_give_shapley_values_and_the_range_over_orders(
    service: TestClient,
) -> None:
    found = service.post(PATH, json={"scores": SQUARE}).json()
    assert found["method"] == "order-averaged"
    parts = {p["dimensions"][0]: p for p in found["contributions"]}
    values = {d: (p["value"], p["lowest"], p["highest"]) for d, p in parts.items()}
    assert values == {"interaction-type": (30, 20, 40), "decision-mediation": (20, 10, 30)}
    assert (found["residual"]["value"], found["total"]["value"]) == (0, 50)
    assert "No intervals" in " ".join(found["warnings"])


def test_a_missing_combination_gives_bounds_that_hold_the_value(service: TestClient) -> None:
    found = service.post(PATH, json={"scores": [SQUARE[0], SQUARE[1], SQUARE[3]]}).json()
    assert found["method"] == "sequential"
    bounds = {b["dimensions"][0]: b for b in found["bounds"]}
    turn = bounds["interaction-type"]
    assert turn["lower"] <= turn["falling_lower"] <= 30 <= turn["falling_upper"] <= turn["upper"]


def test_one_change_at_a_time_leaves_a_residual(service: TestClient) -> None:
    third = {"rung": "c", "score": 0.85, "changed": ["period"]}
    every = {"rung": "all", "score": 0.3,
             "changed": ["interaction-type", "decision-mediation", "period"]}  # fmt: skip
    found = service.post(PATH, json={"scores": [*SQUARE[:3], third, every]}).json()
    assert found["method"] == "one-at-a-time"
    assert [p["value"] for p in found["contributions"]] == [20, 10, 5]
    assert (found["total"]["value"], found["residual"]["value"]) == (60, 25)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("rung,item,score\n", "a header and no row"),
        ("rung,score,n,events\na,0.9,10,5\nb,0.5,10,5\n", "'0.9' is not events / n"),
        ("rung,score,n\na,0.9,²\nb,0.5,1\n", "is not a count"),
        (f"rung,score,n\na,0.9,{'9' * 5000}\nb,0.5,1\n", "is not a count"),
    ],
)
def test_a_table_that_cannot_be_is_refused(service: TestClient, table: str, words: str) -> None:
    answer = service.post(PATH, content=table.encode(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 400, answer.text
    assert words in answer.json()["detail"]


def test_a_column_of_lists_is_refused(service: TestClient) -> None:
    buffer = BytesIO()
    columns = {"rung": ["a", "b"], "item": ["1", "1"], "score": [1, 0], "changed": [[], ["period"]]}
    parquet.write_table(pa.table(columns), buffer)
    media = {"Content-Type": "application/vnd.apache.parquet"}
    answer = service.post(PATH, content=buffer.getvalue(), headers=media)
    assert answer.status_code == 400
    assert "The column changed holds list" in answer.json()["detail"]


def test_what_resampling_cannot_tell_is_said(service: TestClient) -> None:
    items = [{"rung": r, "item": "only", "score": s} for r, s in (("before", 0.9), ("after", 0.2))]
    body = {"items": items, "adds": {"after": "mood"}}
    found = service.post(PATH, json=body).json()
    warnings = " ".join(found["warnings"])
    assert found["total"]["intervals"] == found["residual"]["intervals"] == []
    assert "No interval of after over items: all that was drawn scores alike" in warnings
    assert "mood is no dimension of the taxonomy" in warnings


def test_where_lower_is_better_a_rise_is_a_loss(service: TestClient) -> None:
    rows = [("a", 1, 1), ("b", 0, 1), ("c", 0, 1), ("d", 0, 0)]
    items = [
        {"rung": rung, "item": item, "score": score}
        for item, before, after in rows
        for rung, score in (("before", before), ("after", after))
    ]
    found = service.post(PATH, json={"items": items, "higher_is_better": False}).json()
    (part,) = found["contributions"]
    assert (part["value"], part["flow"]["lost"], part["flow"]["gained"]) == (50, 2, 0)
    assert [s["value"] for s in found["scores"]] == [25, 75]


def test_a_gap_record_comes_as_yaml_and_is_valid(service: TestClient) -> None:
    body = {"scores": SQUARE, "about": ABOUT}
    answer = service.post(PATH, json=body, headers={"Accept": "application/yaml"})
    assert answer.status_code == 200, answer.text
    judged = service.post("/api/v1/validate", content=answer.content)
    assert judged.status_code == 200, judged.text
    assert judged.json()["records"] == ["https://w3id.org/evalgap/id/gap/over-http/1"]


def test_a_gap_record_of_item_results_comes_from_a_form(service: TestClient) -> None:
    parts: dict[str, Any] = {"file": ("bean.csv", BEAN), "about": ("about.json", json.dumps(ABOUT))}
    answer = service.post(
        PATH, files=parts, params={"adds": ADDS}, headers={"Accept": "application/yaml"}
    )
    assert answer.status_code == 200, answer.text
    assert service.post("/api/v1/validate", content=answer.content).status_code == 200
    for words in ("value: 18.67", "losses: 157", "seed: 1", "Few clusters"):
        assert words in answer.text


def test_nothing_is_a_loss_before_somebody_says_which_scores_are_better(
    service: TestClient,
) -> None:
    said = service.post(PATH, json={"scores": SQUARE, "higher_is_better": True}).json()
    unsaid = service.post(PATH, json={"scores": SQUARE}).json()
    assert unsaid["total"] == said["total"]
    assert "no number here is a loss or a gain" in " ".join(unsaid["warnings"])
    assert "a loss or a gain" not in " ".join(said["warnings"])
    about = {**ABOUT, "metric": {"id": "errors", "name": "Errors"}}
    yaml = {"Accept": "application/yaml"}
    refused = service.post(PATH, json={"scores": SQUARE, "about": about}, headers=yaml)
    assert refused.status_code == 422
    assert "Write higher_is_better: true or false in the metric" in refused.json()["detail"]
    lower = {**about, "metric": {**about["metric"], "higher_is_better": False}}
    sent = {"scores": SQUARE[:2], "about": lower}
    turned = service.post(PATH, json=sent, headers=yaml)
    assert turned.status_code == 200, turned.text
    assert "value: -20" in turned.text  # the score fell, and lower is better
    apart = service.post(PATH, json={**sent, "higher_is_better": True}, headers=yaml)
    assert apart.status_code == 400
    assert "differ on which scores are better" in apart.json()["detail"]


def test_clusters_of_rungs_that_are_left_out_are_left_out(service: TestClient) -> None:
    """A cluster that only an unchosen rung has, first or last by the alphabet, plays no part."""
    rows = [
        {"rung": rung, "item": f"{rung}-{c}{i}", "cluster": c, "score": int(i > least)}
        for rung, clusters, least in (("before", "bcd", 0), ("after", "bcd", 1), ("other", "az", 0))
        for c in clusters
        for i in range(4)
    ]
    sent = {"items": rows, "rungs": ["before", "after"], "higher_is_better": True}
    answer = service.post(PATH, json=sent)
    assert answer.status_code == 200, answer.text
    assert [c["name"] for c in answer.json()["clusters"]] == ["b", "c", "d"]


def test_rungs_without_common_items_are_known_not_to_be_paired(service: TestClient) -> None:
    def paired(*items: str) -> Any:
        rows = [
            {"rung": rung, "item": f"{item}{n}", "score": n % 3 / 2}
            for rung, item in zip("xy", items, strict=True)
            for n in range(6)
        ]
        found = service.post(PATH, json={"items": rows, "higher_is_better": True}).json()
        return [c["paired"] for c in found["contributions"]]

    assert (paired("a", "a"), paired("a", "b")) == ([True], [False])
    scores = {"scores": SQUARE[:2], "higher_is_better": True}
    assert [c["paired"] for c in service.post(PATH, json=scores).json()["contributions"]] == [None]


@pytest.mark.parametrize(
    ("about", "status", "words"),
    [
        ({}, 400, "id: This field is required"),
        ({**ABOUT, "colour": "red"}, 400, "colour"),
        ({**ABOUT, "id": "Not A Slug"}, 422, "id"),
        ({**ABOUT, "benchmark": "absent"}, 422, "benchmark"),
        ({**ABOUT, "conditions": {"a": {"interaction_type": "telepathy"}}}, 422, "taxonomy"),
    ],
)
def test_what_a_gap_record_lacks_is_named(
    service: TestClient, about: dict[str, Any], status: int, words: str
) -> None:
    body = {"scores": SQUARE, "about": about}
    answer = service.post(PATH, json=body, headers={"Accept": "application/yaml"})
    assert answer.status_code == status, answer.text
    assert words in answer.text


@pytest.mark.parametrize(
    ("content", "media", "status", "words"),
    [
        (b"", "text/csv", 400, "empty"),
        (b"rung,item,score\na,1,1\nb,1,x\n", "text/csv", 400, "line 3"),
        (b"PAR1 and no more", "application/octet-stream", 400, "cannot be read as a table"),
        (b"{", "application/json", 400, "not JSON"),
        (b"[1]", "application/json", 400, "not a JSON object"),
        (b'{"scores": 1}', "application/json", 400, "list of rows"),
        (b'{"scores": []}', "application/json", 400, "no rows"),
        (b'{"scores": [1, 2]}', "application/json", 400, "is not an object"),
        (b'{"scores": [{"rung": {}, "score": true}]}', "application/json", 400, "not a number"),
        (b'{"scores": [], "colour": 1}', "application/json", 400, "colour"),
        (b"x", "text/plain", 415, "text/csv"),
        (b"x" * (2**20 + 1), "text/csv", 413, "limit"),
    ],
)
def test_what_cannot_be_is_refused(
    service: TestClient, content: bytes, media: str, status: int, words: str
) -> None:
    answer = service.post(PATH, content=content, headers={"Content-Type": media})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.text


@pytest.mark.parametrize(
    ("rows", "bound"),
    [(b"r,0.5,10\n" * 120_000, "more than 1 MB"), (b"r,0,1\n" * 100_000, "200,000 values")],
)
def test_a_table_that_is_too_large_is_told_the_bound_and_what_to_do(
    service: TestClient, rows: bytes, bound: str
) -> None:
    """A table cannot be split, as it was told to be."""
    answer = service.post(PATH, content=b"rung,score,n\n" + rows, headers=CSV)
    assert answer.status_code == 413
    for words in (bound, "as Parquet", "evalgap decompose", "one row per condition, at most 128"):
        assert words in answer.json()["detail"]


def test_an_error_names_row_column_value_and_mend(service: TestClient) -> None:
    wrong = b"rung,item,score\na,1,1\nb,1,1.5\n"
    found = service.post(PATH, content=wrong, headers=CSV).json()
    assert (found["row"], found["column"], found["value"]) == (3, "score", "1.5")
    assert "(x - min) / (max - min)" in found["mend"]


@pytest.mark.parametrize(
    "query",
    [
        "resamples=10001",
        "resamples=x",
        "seed=-1",
        "unit=inch",
        "scale=5:1",
        "adds=period",
        "colour=red",
    ],
)
def test_parameters_that_do_not_fit_are_refused(service: TestClient, query: str) -> None:
    answer = service.post(f"{PATH}?{query}", content=BEAN, headers=CSV)
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.json()["detail"]
