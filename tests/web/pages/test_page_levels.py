"""Datasets, implementations, results and systems: lists, pages, search, counts, links both ways."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.ingest.test_withdrawals import imported
from tests.pages import BROWSER, Part, opened, rows
from tests.tokens import AUTHORIZED, TOKEN

ANN = {"id": "ann", "name": "Ann"}
DATA = "huggingface:ann/quiz"
RUNS = 120
"""Results of one system: more than two pages of its scores."""
METRIC = {"id": "right", "name": "Right answers", "higher_is_better": True}
RECORDS: list[dict[str, Any]] = [
    {"kind": "card", "id": "quiz/ann", "benchmark": {"id": "quiz"}, "title": "Quiz",
     "assumptions": [{"dimension": "interaction-type"}]},
    {"kind": "dataset-card", "id": "quiz-data/ann", "dataset": {"id": "quiz-data"},
     "title": "Quiz data", "identifiers": [DATA], "domains": ["law"], "limitations": "Old."},
    *({"kind": "implementation-card", "id": f"task-{n}/ann", "implementation": {"id": f"task-{n}"},
       "title": f"Task coqa {n}", "harness": "Harness A" if n % 2 else "Harness B",
       "groups": ["Group one"], "dataset_identifiers": [DATA] if n < 3 else [],
       "assumptions": [{"dimension": "interaction-type", "answer_status": "answered",
         "assumes": ["interaction-type/multi-turn"],
         "codings": [{"code": "interaction-type/multi-turn", "basis": "stated"}]}]}
      for n in range(60)),
    *({"kind": "result", "id": f"run-{n:03}", "title": f"Run {n}", "harness": "Harness A",
       "systems": [{"id": "helper", "name": "Helper <3"}], "dataset_identifiers": [DATA],
       "measurements": [{"key": "score", "metric": METRIC, "value": n, "unit": "percent", "n": 9}]}
      for n in range(RUNS)),
    {"kind": "match", "id": "implementation/task-1/benchmark/quiz",
     "subject": "implementation/task-1", "target": "benchmark/quiz", "relation": "implements",
     "status": "accepted", "reasons": ["A test."]},
    {"kind": "match", "id": "dataset/quiz-data/benchmark/quiz", "subject": "dataset/quiz-data",
     "target": "benchmark/quiz", "relation": "dataset-of", "status": "accepted",
     "reasons": ["A test."]},
]  # fmt: skip
PATHS = ("datasets", "implementations", "results", "systems")


@pytest.fixture(scope="module")
def site() -> Iterator[TestClient]:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        file = {"evalgap": 1, "records": [{"author": ANN, **record} for record in RECORDS]}
        (outcome,) = imported(client, file, "levels.json")
        assert outcome["state"] == "new", outcome["problems"]
        yield client


def items(site: TestClient, path: str) -> list[dict[str, Any]]:
    """Return all items of a list of the API, page by page."""
    found: list[dict[str, Any]] = []
    following: str | None = f"/api/v1/{path}"
    while following:
        answer = site.get(following).json()
        found += answer["items"]
        following = answer["next"]
    assert len(found) == answer["total"]
    return found


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("implementations", 60),
        ("implementations?harness=Harness%20A", 30),
        (f"implementations?dataset={DATA}", 3),
        ("implementations?benchmark=quiz", 1),
        ("implementations?q=COQA%203", 11),
        ("implementations?q=group%20one", 60),
        ("datasets", 1),
        ("datasets?domain=law", 1),
        ("datasets?domain=healthcare", 0),
        (f"datasets?identifier={DATA}", 1),
        ("datasets?identifier=huggingface:ann/qui", 0),
        ("datasets?benchmark=quiz", 1),
        ("results", RUNS),
        ("results?system=helper", RUNS),
        (f"results?dataset={DATA}&harness=Harness%20A", RUNS),
        ("results?q=helper", RUNS),
        ("implementations?q=old.", 0),
        ("datasets?q=OLD.", 1),
        ("systems?q=helper%20%3C", 1),
    ],
)
def test_each_list_is_whole_and_narrowed(site: TestClient, query: str, total: int) -> None:
    assert len(items(site, query)) == total
    path, _, filters = query.partition("?")
    pages = [] if "q=" in filters else [f"/{path}"]  # a page looks for each word by itself
    for address in (f"/api/v1/{path}", *pages):
        assert len(rows(site.get(f"{address}.csv?{filters}"))) == total


def test_one_of_a_kind_is_counted_as_one(site: TestClient) -> None:
    assert "1 dataset" in [part.words for part in opened(site, "/").all("ul.counts a")]
    assert opened(site, "/datasets").one("[role=status]").words.startswith("1 of 1 dataset ·")
    assert {"1 dataset", "60 implementations"} <= set(opened(site, "/coverage").texts("main p a"))


def test_domains_and_benchmarks_are_called_by_their_names(site: TestClient) -> None:
    (row,) = opened(site, "/datasets").all("table.rows tbody tr")
    assert row.texts("td") == [DATA, "Law", "Quiz"]
    assert "Domains Law Limitations" in opened(site, "/datasets/quiz-data").one("main").words
    assert "Law (1)" in opened(site, "/datasets").one("#domain").words


@pytest.mark.parametrize("harness", ["Harness%20B", "Harness"])
def test_a_harness_that_no_result_has_is_refused(site: TestClient, harness: str) -> None:
    for address in ("/api/v1/results", "/results", "/results.csv"):
        answer = site.get(f"{address}?harness={harness}")
        assert answer.status_code == 400
        assert answer.json()["known"] == ["Harness A"]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_has_what_the_api_lists_page_by_page(site: TestClient, path: str) -> None:
    listed = {item["id"] for item in items(site, path)}
    pages = -(-len(listed) // 50)
    shown = [
        link.rpartition("/")[2]
        for number in range(1, pages + 1)
        for link in opened(site, f"/{path}?page={number}").values("table.rows tbody th a", "href")
    ]
    assert len(shown) == len(set(shown))
    assert set(shown) == listed
    assert {row["id"] for row in rows(site.get(f"/{path}.csv"))} == listed
    assert site.get(f"/{path}?page={pages + 1}").status_code == 400
    assert site.get(f"/{path}?absent=1").status_code == 400


def test_a_page_is_narrowed_and_its_links_keep_the_choice(site: TestClient) -> None:
    found = opened(site, "/implementations?q=coqa&harness=Harness+B")
    assert found.one("[role=status]").words.startswith("30 of 60 implementations")
    assert found.one("option[selected]")["value"] == "Harness B"
    assert "/implementations.csv?q=coqa&harness=Harness+B" in found.links()
    empty = opened(site, "/implementations?q=nothing-is-called-so")
    assert empty.one(".card strong").words == "Nothing here has all of this."


@pytest.mark.parametrize("path", ["/benchmarks", "/datasets", "/systems"])
def test_words_are_searched_at_all_levels(site: TestClient, path: str) -> None:
    found = opened(site, f"{path}?q=quiz")
    own = {f"{path}?q=quiz": found.one("[role=status]").words.partition(" of ")[0]}
    assert tabs(found) == {
        "/benchmarks?q=quiz": "", "/datasets?q=quiz": "1", "/implementations?q=quiz": "3",
        "/results?q=quiz": "120", **own,
    }  # fmt: skip


def tabs(found: Part) -> dict[str, str]:
    return {a["href"]: "".join(a.texts("small")) for a in found.all("nav.levels a")}


def test_the_tab_of_an_open_list_counts_what_its_filters_leave(site: TestClient) -> None:
    found = opened(site, "/implementations?q=coqa&harness=Harness+B")
    assert tabs(found)["/implementations?q=coqa&harness=Harness+B"] == "30"
    assert "/systems?q=coqa" not in tabs(found)
    alone = tabs(opened(site, "/implementations?harness=Harness+B"))
    assert alone["/implementations?harness=Harness+B"] == "30"
    benchmarks = opened(site, "/benchmarks?interaction-type=not-stated")
    total = benchmarks.one("#count").words.partition(" of ")[0]
    assert tabs(benchmarks)["/benchmarks?interaction-type=not-stated"] == total
    assert "/systems" in tabs(benchmarks)


def test_the_first_page_and_coverage_count_them(site: TestClient) -> None:
    front = opened(site, "/")
    counts = {a["href"]: a.one("b").words for a in front.all(".counts a") if a.has("b")}
    listed = {path: len(items(site, path)) for path in PATHS}
    assert {path: int(counts[f"/{path}"]) for path in PATHS} == listed
    assert f"{listed['implementations']} implementations" in opened(site, "/coverage").words


def test_levels_lead_to_each_other(site: TestClient) -> None:
    task = opened(site, "/implementations/task-1")
    assert {"/benchmarks/quiz", "/datasets/quiz-data", "/results/run-000"} <= set(task.links())
    assert "Implements: Quiz" in task.one("ul.links li:has(a[href='/benchmarks/quiz'])").words
    assert f"Results that name the same dataset {RUNS}" in task.words
    data = opened(site, "/datasets/quiz-data")
    assert {"/benchmarks/quiz", "/implementations/task-2"} <= set(data.links())
    assert "Old." in data.words
    run = opened(site, "/results/run-007")
    assert {"/systems/helper", "/datasets/quiz-data"} <= set(run.links())
    benchmark = opened(site, "/benchmarks/quiz")
    assert {"/implementations/task-1", "/datasets/quiz-data"} <= set(benchmark.links())
    beside = site.get("/api/v1/benchmarks/quiz").json()["beside"]
    assert [(b["kind"], b["relation"], b["is_target"]) for b in beside] == [
        ("dataset", "dataset-of", True), ("implementation", "implements", True),
    ]  # fmt: skip
    assert len(site.get("/api/v1/datasets/quiz-data").json()["beside"]) == 1 + 3 + RUNS


def test_all_scores_of_a_system_are_there_by_page(site: TestClient) -> None:
    answer = site.get("/queries/results-of-system.json?system=helper").json()
    assert answer["total"] == RUNS
    shown = []
    for number in (1, 2, 3):
        found = opened(site, f"/systems/helper?page={number}")
        shown += found.one("table.scores").links()
    assert len(set(shown)) == len(shown) == RUNS
    assert site.get("/systems/helper?page=4").status_code == 400
    assert "/results?system=helper" in found.links()


@pytest.mark.parametrize(
    "path", ["datasets/quiz-data", "implementations/task-1", "results/run-001", "systems/helper"]
)
def test_each_answers_as_json_turtle_and_page(site: TestClient, path: str) -> None:
    for suffix in ("", ".ttl", ".jsonld"):
        assert site.get(f"/api/v1/{path}{suffix}").status_code == 200
    assert not opened(site, f"/{path}").injected()
    kind, _, ident = path.partition("/")
    document = opened(site, f"/doc/id/{kind[:-1]}/{ident}")
    assert {f"/{path}", f"/api/v1/{path}"} <= set(document.links())
    assert site.get(f"/{kind}/absent", headers=BROWSER).status_code == 404


def test_what_is_withdrawn_is_in_no_list_count_or_link(site: TestClient) -> None:
    decision = {"by": ANN, "reason": "It was a test."}
    name = "/api/v1/records/implementation-card/task-59/ann"
    assert site.post(f"{name}/withdrawal", json=decision).status_code == 200
    assert len(items(site, "implementations")) == 59
    assert len(items(site, "implementations?withdrawn=true")) == 60
    found = opened(site, "/implementations?q=coqa+59")
    assert found.one("[role=status]").words.startswith("0 of 59")
    assert "Withdrawn" in opened(site, "/implementations/task-59").one("p.warning").words
    assert site.post(f"{name}/reinstatement", json=decision).status_code == 200


def test_records_are_json(site: TestClient) -> None:
    found = site.get("/api/v1/results/run-001").json()
    assert found["systems"][0]["name"] == "Helper <3"
    assert json.loads(site.get("/api/v1/systems/helper").text)["results"][0]["id"] == "run-000"


@pytest.mark.parametrize("path", PATHS)
def test_a_list_is_in_the_order_of_titles(site: TestClient, path: str) -> None:
    listed = [row["name"] for row in rows(site.get(f"/{path}.csv"))]
    assert listed == sorted(listed, key=str.casefold)
    shown = opened(site, f"/{path}").texts("table.rows tbody th a")
    assert shown == listed[: len(shown)]


def test_shipped_systems_are_in_the_order_of_titles(client: TestClient) -> None:
    shown = opened(client, "/systems").texts("table.rows tbody th a")
    assert shown == sorted(shown, key=str.casefold)
