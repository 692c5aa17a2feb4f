"""The pages of the measured gaps: the list and its CSV, one gap, what is honest about both."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.pages import Part, bars, opened, rows
from tests.tokens import AUTHORIZED, TOKEN

RECOMPUTED = "/gaps/bean2026-gpt4o-recomputed"


def shown(client: TestClient, path: str) -> str:
    """Return the words of a page, with plain minus signs."""
    return plain(opened(client, path).words)


def plain(words: str) -> str:
    return words.replace("\N{MINUS SIGN}", "-")


def labels(found: Part, layout: str) -> list[str]:
    """Return the texts beside the bars of the first waterfall in this layout."""
    return [plain(words) for words in found.all(f"svg.{layout}")[0].texts("text")]


def test_the_list_shows_every_gap_and_its_csv_the_same(client: TestClient) -> None:
    pages = [opened(client, "/gaps")]
    while following := pages[-1].values(".pages a[rel=next]", "href"):
        pages.append(opened(client, following[0]))
    shown = [page.values(".listed th[scope=row] > a", "href") for page in pages]
    assert max(map(len, shown)) == 25
    assert client.get(f"/gaps?page={len(pages) + 1}").status_code == 400
    listed = {href for page in shown for href in page}
    table = rows(client.get("/gaps.csv"))
    total = client.get("/api/v1/gaps?limit=1").json()["total"]
    assert len(listed) == len(table) == total
    assert listed == {f"/gaps/{row['id']}" for row in table}
    intervals = {row["id"]: row["intervals"] for row in table}
    assert (
        "95 % CI 56.50 to 64.83 (bootstrap-percentile, by trial or conversation)"
        in intervals["bean2026-gpt4o-recomputed"]
    )


def test_the_list_begins_with_every_difference_in_points_by_what_changed(
    client: TestClient,
) -> None:
    found = opened(client, "/gaps?domain=healthcare")
    table = rows(client.get("/gaps.csv?domain=healthcare"))
    points = [
        row for row in table
        if row["gap_kind"] == "absolute-difference" and row["value"] + row["lowest"]
        and row["unit"] in {"percentage-point", "fraction"}
    ]  # fmt: skip
    assert f"{len(points)} gaps by what changed" in found.one(".overview caption").words
    alone = [row for row in points if row["varies"] == "decision-mediation"]
    row = found.holding(".overview tr", "Who decides")
    assert f"{len(alone)} gaps" in row.words
    assert len(row.all("circle")) >= len(alone)
    assert row.one("a")["href"] == "/evidence/decision-mediation"


@pytest.mark.parametrize(
    ("sort", "column"), [("title", "title"), ("n", "n"), ("-n", "n"), ("year", "year")]
)
def test_the_list_is_sorted_by_its_heads(client: TestClient, sort: str, column: str) -> None:
    table = rows(client.get(f"/gaps.csv?sort={sort}&verification=recomputed"))
    given = [row[column] for row in table]
    known = [word for word in given if word]
    assert given == known + [""] * (len(given) - len(known))  # what is not known stands last
    keys = [int(w) if column != "title" else w.casefold() for w in known]
    assert keys == sorted(keys, reverse=sort in {"n", "year"})
    head = opened(client, f"/gaps?sort={sort}&verification=recomputed").one("[aria-sort]")
    other = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    assert f"sort={other}" in head.one("a")["href"]


def test_the_largest_loss_in_points_stands_first(client: TestClient) -> None:
    table = rows(client.get("/gaps.csv?sort=size&domain=healthcare"))
    points = [float(r["value"]) for r in table if r["unit"] == "percentage-point" and r["value"]
              and r["gap_kind"] == "absolute-difference"]  # fmt: skip
    assert points == sorted(points, reverse=True)
    assert client.get("/gaps?sort=beauty").status_code == 400
    names = opened(client, "/gaps").texts("#deployment option")
    assert any(" " in name and name[0].isupper() for name in names[1:])  # titles, no ids


@pytest.mark.parametrize(
    ("query", "all_have"),
    [
        ("verification=recomputed", ("verification", "recomputed")),
        ("gap_kind=relative-change", ("gap_kind", "relative-change")),
        ("benchmark=bean2026-scenarios", ("benchmark", "bean2026-scenarios")),
        ("deployment=public-self-assessment&domain=", ("deployment", "public-self-assessment")),
    ],
)
def test_filters_keep_what_they_say(
    client: TestClient, query: str, all_have: tuple[str, str]
) -> None:
    table = rows(client.get(f"/gaps.csv?{query}"))
    name, value = all_have
    assert table
    assert {row[name] for row in table} == {value}
    found = opened(client, f"/gaps?{query}")
    assert found.one("[role=status] > strong").words == str(len(table))
    assert found.one(f"#{name} option[selected]")["value"] == value


def test_a_domain_and_whether_there_is_a_number(client: TestClient) -> None:
    everything = {r["id"] for r in rows(client.get("/gaps.csv"))}
    with_number = {r["id"] for r in rows(client.get("/gaps.csv?number=with"))}
    without = {r["id"] for r in rows(client.get("/gaps.csv?number=without"))}
    assert with_number | without == everything
    assert "barbu2019-objectnet" in with_number  # 40 to 45: several values
    assert "agarwal2023-radiology" in without
    health = {r["id"] for r in rows(client.get("/gaps.csv?domain=healthcare"))}
    assert "bean2026-condition" in health
    assert "jia2017-squad-adv" not in health
    turns = {r["id"] for r in rows(client.get("/gaps.csv?dimension=interaction-type"))}
    both = rows(client.get("/gaps.csv?dimension=interaction-type&domain=healthcare"))
    assert {r["id"] for r in both} == turns & health != turns


@pytest.mark.parametrize("query", ["nonsense=1", "domain=atlantis", "number=many", "benchmark=%3E"])
def test_what_the_list_does_not_know_is_refused(client: TestClient, query: str) -> None:
    assert opened(client, f"/gaps?{query}", 400).one("h1").words.startswith("There is no ")
    assert client.get(f"/gaps.csv?{query}").status_code == 400


@pytest.mark.parametrize("layout", ["as-columns", "as-rows"])
def test_the_waterfall_goes_from_score_to_score(client: TestClient, layout: str) -> None:
    found = opened(client, RECOMPUTED)
    assert bars(found, layout) == ["score", "task", "task", "outcome", "residual", "score"]
    numbers = {"94.67", "-11.83", "-18.67", "-30.17", "34.00"}
    assert numbers <= set(labels(found, layout))
    picture = found.all(f"svg.{layout}")[0]
    assert "94.67 %" in picture.one("desc").words
    # each step changed two things at once, and is marked so
    assert len(picture.all(".bar.together")) == 3


def test_every_number_says_how_it_is_computed(client: TestClient) -> None:
    found = shown(client, RECOMPUTED)
    for words in (
        "8.33 to 15.50",
        "0.63 to 23.04",
        "1.33 to 19.07",
        "Too few to carry this interval: 10 clusters.",
        "157 / 45",
        "568 of 600",
        "Model alone, doctor's text - Model alone, person's first message = 94.67 - 82.83 = 11.84",
        "10,000 resamples, seed 1",
        "no other order is recorded",
        "sum of 2 contributions; no interval",
        "released item results, 600 per condition",
        "recomputed",
    ):
        assert words in found, words


def test_whiskers_are_over_the_unit_that_is_asked_for(client: TestClient) -> None:
    chosen = ("", "?unit=trial+or+conversation", "?unit=scenario")
    first, trials, scenarios = (opened(client, f"{RECOMPUTED}{unit}") for unit in chosen)
    drawn = [[w.words for w in found.all("figcaption > p")] for found in (first, trials, scenarios)]
    assert drawn[0] == drawn[2] != drawn[1]  # over whole scenarios they are wider: first
    assert "Too few to carry this interval" in drawn[0][1]
    assert "takes these clusters as the only ones" in drawn[1][1].lower()
    assert len(first.all(".whisker")) == len(trials.all(".whisker")) > 0
    assert client.get(f"{RECOMPUTED}?unit=moon").status_code == 400
    assert client.get(f"{RECOMPUTED}?moon=1").status_code == 400


def test_the_csv_of_a_gap_holds_every_number(client: TestClient) -> None:
    table = rows(client.get(f"{RECOMPUTED}.csv"))
    parts = [r for r in table if r["division"] == "sequential" and r["role"] == "contribution"]
    assert [r["value"] for r in parts] == ["11.83", "18.67", "30.17"]
    assert [r["lower [scenario]"] for r in parts] == ["0.63", "10.25", "24.28"]
    assert {r["caution [scenario]"] for r in parts} == {
        "too few to carry this interval: 10 clusters"
    }
    assert (parts[1]["losses"], parts[1]["gains"]) == ("157", "45")
    assert {r["division"] for r in table} == {"sequential", "by-kind"}
    assert {r["role"] for r in table} == {"score", "contribution", "residual", "total"}


def test_two_accounts_of_one_gap_stand_side_by_side(client: TestClient) -> None:
    assert "/gaps/bean2026-gpt4o-reported" in opened(client, RECOMPUTED).links()
    found = opened(client, "/gaps/zhang2024-gsm1k").one("[aria-labelledby=beside-title]")
    other = found.one('tr:has([href="/gaps/zhang2024-gsm1k-neurips"])').words
    assert "contradicts this one" in other
    assert "up to 8 points" in other


@pytest.mark.parametrize(
    ("ident", "says"),
    [
        ("agarwal2023-radiology", "No number is stated for this gap"),
        ("laban2025-multiturn", "No pair of scores is stated for this gap (relative change)"),
        ("agweyu2026-treatment-failure", "is not the distance between the two scores"),
        ("barbu2019-objectnet", "40 to 45 points over several values"),
        ("daneshjou2022-ddi", "Several values are stated for this gap (relative change)"),
    ],
)
def test_what_cannot_be_drawn_is_said(client: TestClient, ident: str, says: str) -> None:
    found = opened(client, f"/gaps/{ident}")
    assert says in found.words
    assert not found.has("svg.as-columns")


def test_a_score_that_rises_as_it_gets_worse(client: TestClient) -> None:
    found = opened(client, "/gaps/koenecke2020-asr")
    assert "+0.16" in labels(found, "as-columns")
    assert "Lower is better here" in found.words
    assert "Lower is better here" not in shown(client, RECOMPUTED)
    assert "black - white = 0.35 - 0.19 = 0.16" in plain(found.words)
    assert "nothing recorded says how much each of them cost" in found.words


def test_a_difference_without_a_direction_has_no_sign(client: TestClient) -> None:
    """A bias audit was called an improvement: its metric says of neither side that it is better."""
    found = opened(client, "/gaps/obermeyer2019-cost-proxy")
    drawn = labels(found, "as-columns")
    assert "28.8" in drawn
    assert "gain" not in " ".join(drawn)
    for words in (
        "28.8 points (undirected difference",
        "A size without a sign: neither score is the better one",
        "illness - cost = 46.5 - 17.7 = 28.8",
        "pairing not stated",
    ):
        assert words in plain(found.words), words
    for words in ("not paired", "-28.8", "A loss is positive", "Lower is better"):
        assert words not in plain(found.words), words
    better = client.get("/queries/improved-deployments").json()["rows"]
    assert not [row for row in better if "obermeyer" in row["gap"]]


@pytest.mark.parametrize(
    ("ident", "figure", "side"),
    [
        ("agweyu2026-treatment-failure", "odds ratio 0.77 (0.55 to 1.08, includes 1)",
         "below 1 the changed conditions are better, since less is better of"),
        ("ramaswamy2026-anchoring", "odds ratio 11.7 (3.7 to 36.6, excludes 1)", "below 1 the"),
        ("schmidgall2026-agentclinic", "ratio at most 0.1", "above 1 the changed conditions are"),
    ],
)  # fmt: skip
def test_a_ratio_says_what_it_is_and_on_which_side_of_1_things_are_better(
    client: TestClient, ident: str, figure: str, side: str
) -> None:
    found = opened(client, f"/gaps/{ident}")
    assert figure in found.words
    assert side in found.words
    crude = "alone give an odds ratio of 1.10" in found.words
    assert crude == (ident == "agweyu2026-treatment-failure")
    assert "A loss is positive" not in found.words
    assert "(fraction) (" not in found.words
    kind = "odds-ratio" if figure.startswith("odds") else "ratio"
    every = opened(client, f"/gaps?other_comparisons=true&gap_kind={kind}")
    listed = every.one(f'tr:has([href="/gaps/{ident}"])').words
    assert figure.partition(" (")[0] in listed
    assert ("includes 1" in listed) == ("includes 1" in figure)


def test_a_list_of_what_is_no_pair_is_not_set_against_the_number_of_pairs(
    client: TestClient,
) -> None:
    every = client.get("/api/v1/gaps?other_comparisons=true&limit=1").json()["total"]
    some = client.get("/api/v1/gaps?comparison=extreme&limit=1").json()["total"]
    status = opened(client, "/gaps?comparison=extreme").one("[role=status]").words
    assert status.startswith(f"{some} of {every} measured figures, none of them a pair: extreme")
    assert (
        opened(client, "/gaps?other_comparisons=true")
        .one("[role=status]")
        .words.startswith(f"{every} of {every} measured figures")
    )


@pytest.mark.parametrize("level", ["secondary", "unverified", "abstract"])
def test_only_of_a_source_that_was_seen_is_said_that_it_states_a_figure(
    client: TestClient, level: str
) -> None:
    first = client.get(f"/api/v1/gaps?verification={level}&limit=1").json()["items"][0]["id"]
    stated = "as the source states it" in opened(client, f"/gaps/{first}").words
    assert stated == (level == "abstract")


def test_what_was_not_seen_is_not_said_to_be_missing_in_the_source(client: TestClient) -> None:
    def missing(row: dict[str, str]) -> bool:
        return {"interval-not-seen", "sample-size-not-seen"} <= set(row["not_given"].split())

    ident, benchmark = next(
        (row["id"], row["benchmark"]) for row in rows(client.get("/gaps.csv")) if missing(row)
    )
    lead = opened(client, f"/gaps/{ident}").one(".lead").words
    assert "n not seen" in lead
    assert "No interval seen." in lead
    every = opened(client, f"/gaps?benchmark={benchmark}")
    cells = every.one(f'tr:has([href="/gaps/{ident}"])').texts("td .none")
    assert {"no interval seen", "not seen"} <= set(cells)


def test_a_gap_without_a_code_for_what_changed_does_not_say_that_it_was_not_stated(
    client: TestClient,
) -> None:
    ident = next(row["id"] for row in rows(client.get("/gaps.csv")) if not row["varies"])
    found = opened(client, f"/gaps/{ident}")
    assert "no dimension coded" in found.texts("dd")
    assert "what changed is not stated" not in found.words
    assert "No coded assumption changed" in found.words
    assert "One assumption changed" not in found.words
    varied = (row for row in rows(client.get("/gaps.csv")) if row["varies"])
    one = next(row["id"] for row in varied if ";" not in row["varies"])
    assert "One assumption changed" in opened(client, f"/gaps/{one}").words


def test_what_n_counts_stands_for_one_and_for_many(client: TestClient) -> None:
    kinds = ("odds-ratio", "standardised-effect", "absolute-difference")
    pages = (opened(client, f"/gaps?other_comparisons=true&gap_kind={kind}") for kind in kinds)
    one = opened(client, "/gaps/agweyu2026-treatment-failure").words
    words = " ".join([one, *(page.words for page in pages)])
    for wrong in ("studys", "analyseds", "querys"):
        assert wrong not in words
    assert "4,693 patients" in one
    assert "106 studies" in words


def test_a_record_that_is_no_pair_needs_no_benchmark(client: TestClient) -> None:
    ident, effects = "agweyu2026-treatment-failure", "comparison=effect-of-deployment"
    page = opened(client, f"/gaps/{ident}")
    assert (
        "starts from no evaluation; what was measured: Treatment failure within 14 days"
        in page.words
    )
    assert not [link for link in page.links() if link.endswith("/benchmarks/None")]
    assert f"/gaps/{ident}" in opened(client, f"/gaps?{effects}&q=treatment+failure").links()
    (row,) = (r for r in rows(client.get(f"/gaps.csv?{effects}")) if r["id"] == ident)
    assert row["benchmark"] == ""
    asked = ("domain=healthcare", "domain=law", "benchmark=bean2026-scenarios")
    listed = [client.get(f"/api/v1/gaps?limit=100&{effects}&{more}").json() for more in asked]
    found = [[g for g in items["items"] if g["id"] == ident] for items in listed]
    assert [len(items) for items in found] == [1, 0, 0]  # the domain is that of its deployment
    assert "benchmark" not in found[0][0]
    assert client.get(f"/api/v1/gaps/{ident}").json()["benchmark"] is None


def test_a_pair_without_a_benchmark_is_refused_with_what_to_do(client: TestClient) -> None:
    whole = client.get("/api/v1/gaps/agweyu2026-treatment-failure.yaml").text
    answer = client.post("/api/v1/validate", content=whole)
    assert answer.status_code == 200, answer.text
    pair = whole.replace("comparison: effect-of-deployment", "comparison: pair")
    answer = client.post("/api/v1/validate", content=pair)
    assert answer.status_code == 422
    assert "records[0].benchmark" in answer.json()["detail"]
    assert "Give its id as benchmark" in answer.json()["detail"]


def test_the_table_has_numbers_in_columns_of_their_own(client: TestClient) -> None:
    table = rows(client.get("/gaps.csv"))
    assert not [cell for row in table for cell in row.values() if re.match(r"'[-+]\d", cell)]
    for row in table:
        if row["intervals"]:
            assert float(row["lower"]) <= float(row["upper"]), row["id"]
            assert 0 < float(row["level"]) < 1


def test_a_bound_is_drawn_as_a_bound_and_many_changes_as_one_bar(client: TestClient) -> None:
    found = opened(client, "/gaps/bean2026-condition")
    assert bars(found, "as-columns") == ["score", "mixed", "score"]
    wanted = {"-60.4", "at least, together", "34.5", "at most", "5 changes"}
    assert wanted <= set(labels(found, "as-columns"))
    assert "5 assumptions changed between the two scores" in found.words


@pytest.mark.parametrize("path", ["/gaps/none", "/gaps/a%3Eb", "/gaps/none.csv", "/gaps/a/b/c"])
def test_no_such_gap(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_every_gap_has_a_page_and_a_table(client: TestClient) -> None:
    for row in rows(client.get("/gaps.csv")):
        assert client.get(f"/gaps/{row['id']}").status_code == 200, row["id"]
        assert rows(client.get(f"/gaps/{row['id']}.csv")), row["id"]


NASTY = "<script>alert(1)</script> <think> \u202e" + "x" * 1000
BOTH_WAYS = {
    "first": ["clean", "noisy", "noisy-people"],
    "second": ["clean", "people", "noisy-people"],
}


def made_gap() -> dict[str, Any]:
    """Return a gap of two changes in both orders, of which one gains when it comes first."""
    steps = {
        "first": [("noisy", "input_variation", -5), ("noisy-people", "decision_mediation", 40)],
        "second": [("people", "decision_mediation", 25), ("noisy-people", "input_variation", 10)],
    }
    scores = {"clean": 80, "noisy": 85, "people": 55, "noisy-people": 45}
    return {
        "id": "both-orders",
        "title": NASTY,
        "benchmark": "bean2026-scenarios",
        "deployment": "public-self-assessment",
        "author": {"id": "ann", "name": "Ann <b>"},
        "verification": "full-text",
        "value": 35,
        "unit": "percentage-point",
        "precision": 1,
        "not_given": ["interval-not-reported", "sample-size-not-reported"],
        "varies": ["input_variation", "decision_mediation"],
        "sources": [{"url": "https://example.org/a", "locator": NASTY}],
        "measurements": [
            {"key": k, "metric": "accuracy", "value": v, "unit": "percent", "precision": 1}
            | {"condition": {"description": NASTY}}
            for k, v in scores.items()
        ],
        "evaluation": "clean",
        "changed": "noisy-people",
        "decompositions": [
            {
                "key": key,
                "decomposition_method": "sequential",
                "rungs": rungs,
                "residual": 0,
                "contributions": [
                    {"to": to, "dimensions": [d], "value": v, "precision": 1}
                    | {"not_given": ["interval-not-reported", "sample-size-not-reported"]}
                    for to, d, v in steps[key]
                ],
            }
            for key, rungs in BOTH_WAYS.items()
        ],
    }


@pytest.fixture(scope="module")
def with_gap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a service whose store holds a made gap beside the shipped ones."""
    folder: Path = tmp_path_factory.mktemp("gap")
    settings = Settings(store=folder / "store", validators=0, token=SecretStr(TOKEN))
    metric = {"id": "accuracy", "name": "Accuracy", "higher_is_better": True}
    file = {"evalgap": 1, "metrics": [metric], "gaps": [made_gap()]}
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        answer = client.post("/api/v1/imports?name=gap.json", content=json.dumps(file))
        client.get(f"{answer.headers['location']}/events")
        report = client.get(f"{answer.headers['location']}/report.csv").text
        assert client.get("/gaps/both-orders").status_code == 200, report
        yield client


def test_two_orders_of_one_gap_stand_side_by_side_and_name_each_other(with_gap: TestClient) -> None:
    found = opened(with_gap, "/gaps/both-orders")
    for key, other in (("first", "second"), ("second", "first")):
        division = found.holding(".breakdowns > section", f"Decomposed: {key}")
        assert f"compare {other} ." in division.words
    assert "no other order is recorded" not in found.words
    first = found.holding(".breakdowns > section", "Decomposed: first")
    assert bars(first, "as-columns") == ["score", "task", "outcome", "residual", "score"]
    assert {"+5", "gain", "-40"} <= set(labels(first, "as-columns"))


def test_words_of_a_gap_stay_words(with_gap: TestClient) -> None:
    for path in ("/gaps/both-orders", "/gaps"):
        found = opened(with_gap, path)
        assert found.injected() == []
        assert "<script>alert(1)</script> <think>" in found.words
    table = rows(with_gap.get("/gaps/both-orders.csv"))
    assert {r["division"] for r in table} == set(BOTH_WAYS)


def test_what_changed_is_called_plainly_with_the_terms_beside_it(client: TestClient) -> None:
    found = opened(client, "/gaps/bean2026-gpt4o-recomputed")
    first, *_ = found.texts("#numbers-1 tr.is-contribution th")
    assert first.startswith("how much is told and who writes the question together")
    assert first.endswith("information completeness; query authorship")
    drawn = " ".join(found.all("figure svg")[0].texts("text"))
    assert "who decides and what is counted" in drawn
    assert "One order of changes: how much is told" in found.one("main").words


def test_the_rungs_of_the_ledger_are_words(client: TestClient) -> None:
    found = opened(client, "/gaps/ledger")
    how = found.texts(".ledger td[data-label='Computed from'] small")
    rows = client.get("/api/v1/ledger").json()["items"]
    codes = {rung for row in rows for rung in (*row["rungs"], *row["minus"]) if "-" in rung}
    assert len(codes) > 10
    assert not [words for words in how if any(code in words for code in codes)]
    assert "mean score of TOEFL essays less that of TOEFL essays with polished words" in how
    assert any(
        "the model without radiologists, where the tumour enhances" in words for words in how
    )
