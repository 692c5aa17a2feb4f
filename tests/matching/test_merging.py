"""A person merges and splits things: one name is kept, the other leads there, nothing is lost."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.ingest import merging
from service.web.app import create_app
from tests.cli.conftest import command
from tests.ingest.test_withdrawals import imported
from tests.pages import BROWSER, opened
from tests.tokens import AUTHORIZED, TOKEN

ANN, BOB = {"id": "ann", "name": "Ann"}, {"id": "bob", "name": "Bob"}
METRIC = {"id": "right", "name": "Right answers", "higher_is_better": True}
COVERAGE = "/api/v1/coverage?dimensions=interaction-type,decision-mediation"
BASE = "https://w3id.org/evalgap/"


def score(number: int) -> dict[str, Any]:
    return {"key": "score", "metric": METRIC, "value": number, "unit": "percent", "n": 9}


def run(ident: str, *systems: str) -> dict[str, Any]:
    found = [{"id": system, "name": f"The {system}"} for system in systems]
    return {"kind": "result", "id": ident, "author": ANN, "title": ident.upper(),
            "systems": found, "measurements": [score(50)]}  # fmt: skip


OWN: list[dict[str, Any]] = [
    *({"kind": "dataset-card", "id": f"{name}/{who['id']}", "author": who, "dataset": {"id": name},
       "title": title, "identifiers": [f"own:{name}"]}
      for name, who, title in (("digits", ANN, "Digits"), ("digits-copy", BOB, "Digits again"))),
    *({"kind": "card", "id": f"{name}/{who['id']}", "author": who, "benchmark": {"id": name},
       "title": name, "assumptions": [{"dimension": "interaction-type"}]}
      for name, who in (("quiz", ANN), ("quiz-copy", BOB), ("quiz-third", BOB))),
    run("run-a", "helper"), run("run-b", "helper-copy"), run("run-c", "helper", "helper-copy"),
]  # fmt: skip
MATCH = {
    "kind": "match", "id": "dataset/digits-copy/benchmark/quiz-copy", "author": ANN,
    "subject": "dataset/digits-copy", "target": "benchmark/quiz-copy", "relation": "dataset-of",
    "status": "accepted", "reasons": ["A test."],
}  # fmt: skip


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    settings = Settings(store=None, seed=False, validators=0, token=SecretStr(TOKEN))
    client = TestClient(create_app(settings), headers=AUTHORIZED, follow_redirects=False)
    with client:
        (outcome,) = imported(client, {"evalgap": 1, "records": [*OWN, MATCH]}, "own.json")
        assert outcome["state"] == "new", outcome["problems"]
        yield client


@pytest.fixture
def site(service: TestClient) -> Iterator[TestClient]:
    """Return the service, and reject what a test has confirmed when it ends."""
    yield service
    found = service.get("/api/v1/matches?status=accepted").json()["items"]
    for item in found:
        if item["relation"] == "same-as":
            subject, target = (item[n].removeprefix(f"{BASE}id/") for n in ("subject", "target"))
            assert decided(service, subject, target, "reject").status_code == 200


def decided(site: TestClient, subject: str, target: str, decision: str = "confirm") -> Any:
    body = {"subject": subject, "target": target, "relation": "same-as", "decision": decision,
            "reasons": ["Both hold the same."], "author": ANN}  # fmt: skip
    return site.put("/api/v1/matches", json=body)


def listed(site: TestClient, path: str, words: str) -> dict[str, Any]:
    items = site.get(f"/api/v1/{path}", params={"q": words}).json()["items"]
    return {item["id"]: item for item in items}


def answers(site: TestClient) -> dict[str, Any]:
    """Return what lists, counts and pages say of what is merged."""
    counted = site.get("/queries/records-by-kind.json").json()["rows"]
    return {
        "kinds": {row["kind"].rpartition("#")[2]: row["count"] for row in counted},
        "datasets": listed(site, "datasets", "digits"),
        "benchmarks": listed(site, "benchmarks", "quiz"),
        "systems": listed(site, "systems", "helper"),
        "front": opened(site, "/").texts(".counts a"),
        "coverage": site.get(COVERAGE).json()["benchmarks"],
        "scores": [
            site.get("/queries/results-of-system.json", params={"system": s}).json()["rows"]
            for s in ("helper", "helper-copy")
        ],
    }


def test_merged_things_are_one_in_lists_counts_and_questions(site: TestClient) -> None:
    before = answers(site)
    assert decided(site, "dataset/digits-copy", "dataset/digits").status_code == 200
    assert decided(site, "benchmark/quiz-copy", "benchmark/quiz").status_code == 200
    assert decided(site, "system/helper-copy", "system/helper").status_code == 200
    after = answers(site)
    for kind in ("EvaluationDataset", "Benchmark", "AISystem"):
        assert after["kinds"][kind] == before["kinds"][kind] - 1
    assert after["kinds"]["DatasetCard"] == before["kinds"]["DatasetCard"]
    assert {n: i["cards"] for n, i in after["datasets"].items()} == {"digits": 2}
    assert {n: i["cards"] for n, i in after["benchmarks"].items()} == {"quiz": 2, "quiz-third": 1}
    assert {n: i["records"] for n, i in after["systems"].items()} == {"helper": 3}
    assert after["coverage"] == before["coverage"] - 1
    whole, by_old_name = after["scores"]
    assert len(whole) == len(by_old_name) == 3
    assert len(site.get("/api/v1/datasets/digits").json()["dataset_cards"]) == 2
    beside = site.get("/api/v1/benchmarks/quiz").json()["beside"]
    assert [(b["relation"], b["id"]) for b in beside if "relation" in b] == [
        ("dataset-of", "digits")
    ]
    assert opened(site, "/benchmarks/quiz").has("a[href='/datasets/digits']")


def test_merged_names_lead_to_the_one_that_is_kept(site: TestClient) -> None:
    decided(site, "dataset/digits-copy", "dataset/digits")
    decided(site, "benchmark/quiz-copy", "benchmark/quiz")
    decided(site, "system/helper-copy", "system/helper")
    for path in (
        "/api/v1/datasets/digits", "/datasets/digits", "/id/dataset/digits",
        "/doc/id/dataset/digits", "/api/v1/benchmarks/quiz", "/benchmarks/quiz?tab=results",
        "/systems/helper", "/api/v1/systems/helper",
    ):  # fmt: skip
        place, _, query = path.partition("?")
        old = f"{place}-copy" + (f"?{query}" if query else "")
        answer = site.get(old, headers=BROWSER if "api" not in path else {})
        assert (answer.status_code, answer.headers["location"]) == (301, path)
    kept = opened(site, "/systems/helper").one("ul.asked").words
    assert kept.startswith("helper-copy , the same as Ann confirmed: Both hold the same.")
    said = site.get("/doc/id/dataset/digits.nt").text
    assert f"<{BASE}id/dataset/digits-copy> <http://purl.org/dc/terms/isReplacedBy>" in said
    assert site.get("/graph/merged.nt").text.count("isReplacedBy") == 3


def test_a_parameter_takes_a_merged_name_for_the_one_that_is_kept(site: TestClient) -> None:
    coded = {"code": "interaction-type/multi-turn", "basis": "stated"}
    use = {"kind": "profile", "id": "use/ann", "author": ANN, "deployment": {"id": "use"},
           "title": "Use",
           "characteristics": [{"dimension": "interaction-type", "codings": [coded]}]}  # fmt: skip
    (outcome,) = imported(site, {"evalgap": 1, "records": [use]}, "use.json")
    assert outcome["state"] in {"new", "unchanged"}, outcome["problems"]
    decided(site, "benchmark/quiz-third", "benchmark/quiz-copy")
    decided(site, "benchmark/quiz-copy", "benchmark/quiz")
    decided(site, "system/helper-copy", "system/helper")
    fit = "/api/v1/deployments/use/fit?domain=all"
    for address in (
        f"{fit}&benchmark=quiz", "/fit?deployment=use&benchmark=quiz",
        "/api/v1/deployments/use/risk?benchmark=quiz",
        "/fit/evidence?deployment=use&benchmark=quiz",
        "/datasets?benchmark=quiz", "/results?system=helper", "/api/v1/results?system=helper",
        "/api/v1/cards?benchmark=quiz", "/gaps?benchmark=quiz", "/implementations?benchmark=quiz",
        "/queries/results-of-system.json?system=helper",
    ):  # fmt: skip
        old = address.replace("=quiz", "=quiz-third").replace("=helper", "=helper-copy")
        new, now = site.get(old), site.get(address)
        assert now.status_code == 200, (address, now.text)
        assert (new.status_code, without(new.text)) == (200, without(now.text)), old


def without(text: str) -> str:
    """Return a page or document without the names by which it was requested."""
    return re.sub(r"quiz-third|helper-copy|quiz|helper|[0-9a-f]{32}", "", text)


def test_a_split_takes_all_of_it_back_and_the_history_stays(site: TestClient) -> None:
    before = answers(site)
    pairs = [("dataset/digits-copy", "dataset/digits"), ("benchmark/quiz-copy", "benchmark/quiz"),
             ("system/helper-copy", "system/helper")]  # fmt: skip
    for pair in pairs:
        decided(site, *pair)
    assert [s["name"] for s in site.get("/api/v1/results/run-c").json()["systems"]] == [
        "The helper"
    ]
    for pair in pairs:
        assert decided(site, *pair, "reject").status_code == 200
    assert answers(site) == before
    assert site.get("/api/v1/datasets/digits-copy").status_code == 200
    assert site.get("/graph/merged.nt").status_code == 404
    document = site.get("/api/v1/results/run-c").json()
    assert sorted(s["id"] for s in document["systems"]) == ["helper", "helper-copy"]
    match = "/api/v1/matches/dataset/digits-copy/dataset/digits"
    last = site.get(match).json()
    assert (last["status"], last["author"]["name"]) == ("withdrawn", "Ann")
    before_it = site.get(f"{match}/{last['version'] - 1}").json()
    assert (before_it["status"], before_it["reasons"]) == ("accepted", ["Both hold the same."])


def test_a_source_of_a_merged_thing_is_unchanged_and_its_corrections_are_stored_there(
    site: TestClient,
) -> None:
    decided(site, "dataset/digits-copy", "dataset/digits")
    (same,) = imported(site, {"evalgap": 1, "records": [*OWN, MATCH]}, "own.json")
    assert same["state"] == "unchanged"
    corrected = copy.deepcopy(OWN[1])
    corrected["title"] = "Digits, corrected"
    new = {"kind": "dataset-card", "id": "digits-copy/eve", "author": {"id": "eve", "name": "Eve"},
           "dataset": {"id": "digits-copy"}, "title": "Digits by Eve"}  # fmt: skip
    for record in (corrected, new):
        (outcome,) = imported(site, {"evalgap": 1, "records": [record]}, "more.json")
        assert outcome["state"] in {"new", "revised"}
        assert "dataset/digits-copy was merged" in outcome["warnings"][0]["message"]
    assert {n: i["cards"] for n, i in listed(site, "datasets", "digits").items()} == {"digits": 3}
    decided(site, "dataset/digits-copy", "dataset/digits", "reject")
    found = listed(site, "datasets", "digits")
    assert {n: i["cards"] for n, i in found.items()} == {"digits": 1, "digits-copy": 2}
    cards = site.get("/api/v1/datasets/digits-copy").json()["dataset_cards"]
    assert [card["title"] for card in cards] == ["Digits, corrected", "Digits by Eve"]
    imported(site, {"evalgap": 1, "records": [OWN[1]]}, "own-again.json")
    why = {"by": BOB, "reason": "It was a test."}
    site.post("/api/v1/records/dataset-card/digits-copy/eve/withdrawal", json=why)


def test_what_a_source_says_for_itself_stays_when_things_are_split(site: TestClient) -> None:
    def named() -> list[str]:
        return [s["id"] for s in site.get("/api/v1/results/run-b").json()["systems"]]

    decided(site, "system/helper-copy", "system/helper")
    own = run("run-b", "helper") | {"title": "By the helper itself"}
    imported(site, {"evalgap": 1, "records": [own]}, "own-words.json")
    decided(site, "system/helper-copy", "system/helper", "reject")
    assert named() == ["helper"]
    imported(site, {"evalgap": 1, "records": [OWN[6]]}, "own-again.json")
    assert named() == ["helper-copy"]


def test_half_a_character_in_a_reason_is_taken_out(site: TestClient) -> None:
    body = {"subject": "system/helper-copy", "target": "system/helper", "relation": "same-as",
            "decision": "confirm", "reasons": ["Half \ud800 a one."], "author": ANN}  # fmt: skip
    answer = site.put(
        "/api/v1/matches",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 200, answer.text
    said = site.get("/api/v1/matches/system/helper-copy/system/helper").json()
    assert said["reasons"] == ["Half \ufffd a one."]


def test_a_chain_leads_to_its_end_and_is_split_link_by_link(site: TestClient) -> None:
    decided(site, "benchmark/quiz-third", "benchmark/quiz-copy")
    decided(site, "benchmark/quiz-copy", "benchmark/quiz")
    assert {n: i["cards"] for n, i in listed(site, "benchmarks", "quiz").items()} == {"quiz": 3}
    answer = site.get("/api/v1/benchmarks/quiz-third")
    assert answer.headers["location"] == "/api/v1/benchmarks/quiz"
    decided(site, "benchmark/quiz-copy", "benchmark/quiz", "reject")
    found = listed(site, "benchmarks", "quiz")
    assert {n: i["cards"] for n, i in found.items()} == {"quiz": 1, "quiz-copy": 2}
    decided(site, "benchmark/quiz-third", "benchmark/quiz-copy", "reject")
    assert len(listed(site, "benchmarks", "quiz")) == 3


@pytest.mark.parametrize(
    ("subject", "target", "words"),
    [
        ("dataset/digits", "benchmark/quiz", "things of one kind"),
        ("benchmark/quiz", "benchmark/quiz-copy", "is benchmark/quiz already"),
        ("benchmark/quiz-copy", "benchmark/quiz-third", "Reject that match first"),
    ],
)
def test_what_cannot_be_merged_is_refused_and_changes_nothing(
    site: TestClient, subject: str, target: str, words: str
) -> None:
    decided(site, "benchmark/quiz-copy", "benchmark/quiz")
    before = answers(site)
    answer = decided(site, subject, target)
    assert answer.status_code == 422
    assert words in answer.text
    assert answers(site) == before


def test_a_file_merges_and_undoing_its_import_or_withdrawing_the_match_splits(
    site: TestClient,
) -> None:
    match = {"subject": "dataset/digits-copy", "target": "dataset/digits", "relation": "same-as",
             "decision": "confirm", "reasons": ["The same."], "author": ANN}  # fmt: skip
    place = site.post("/api/v1/imports?name=m.json", json={"evalgap": 1, "matches": [match]})
    site.get(f"{place.headers['location']}/events")
    assert len(listed(site, "datasets", "digits")) == 1
    undone = site.post(f"{place.headers['location']}/undo")
    assert undone.status_code == 200, undone.text
    assert len(listed(site, "datasets", "digits")) == 2
    (outcome,) = imported(site, {"evalgap": 1, "matches": [match]}, "again.json")
    assert outcome["state"] != "set aside", outcome["problems"]
    assert len(listed(site, "datasets", "digits")) == 1
    name = "/api/v1/records/match/dataset/digits-copy/dataset/digits"
    why = {"by": BOB, "reason": "They are not the same."}
    assert site.post(f"{name}/withdrawal", json=why).status_code == 200
    assert len(listed(site, "datasets", "digits")) == 2
    assert site.post(f"{name}/reinstatement", json=why).status_code == 200
    assert len(listed(site, "datasets", "digits")) == 1


def test_undoing_a_merge_brings_back_each_name_that_a_record_gave(site: TestClient) -> None:
    def systems() -> list[str]:
        found = site.get("/api/v1/results/run-c").json()["systems"]
        return sorted(system["id"] for system in found)

    imported(site, {"evalgap": 1, "matches": [same_as("helper-copy", "helper")]}, "m.json")
    assert systems() == ["helper"]
    assert site.post(f"/api/v1/imports/{last_import(site)}/undo").status_code == 200
    assert systems() == ["helper", "helper-copy"]


def test_no_two_matches_make_a_circle(site: TestClient) -> None:
    why = {"by": BOB, "reason": "That is as it was."}
    there, back = same_as("helper-copy", "helper"), same_as("helper", "helper-copy")
    imported(site, {"evalgap": 1, "matches": [there]}, "there.json")
    imported(site, {"evalgap": 1, "matches": [there | {"decision": "reject"}]}, "not.json")
    rejected = last_import(site)
    name = "/api/v1/records/match/system/helper-copy/system/helper"
    decided(site, "system/helper", "system/helper-copy")
    undone = site.post(f"/api/v1/imports/{rejected}/undo")
    lifted = site.post(f"{name}/reinstatement", json=why)
    for answer in (undone, lifted):
        assert answer.status_code == 409, answer.text
        assert "is system/helper-copy already" in answer.text
    decided(site, "system/helper", "system/helper-copy", "reject")
    (both,) = imported(site, {"evalgap": 1, "matches": [there, back]}, "both.json")
    assert "already: reject that match first" in both["problems"][0]["message"]
    assert decided(site, "dataset/digits-copy", "dataset/digits").status_code == 200


def test_a_merge_that_was_split_does_not_keep_an_import_from_being_undone(
    site: TestClient,
) -> None:
    things = [
        {"kind": "card", "id": f"{name}/eve", "author": {"id": "eve", "name": "Eve"},
         "benchmark": {"id": name}, "title": name,
         "assumptions": [{"dimension": "interaction-type"}]} for name in ("riddle", "riddle-copy")
    ]  # fmt: skip
    given = {"evalgap": 1, "records": [*things, run("run-d", "solo", "duo")]}
    (outcome,) = imported(site, given, "eve.json")
    assert outcome["state"] == "new", outcome["problems"]
    ident = last_import(site)
    for pair in (("benchmark/riddle-copy", "benchmark/riddle"), ("system/duo", "system/solo")):
        answer = decided(site, *pair)
        assert answer.status_code == 200, answer.text
    refused = undone(site, ident)
    assert refused.status_code == 409
    assert all(words.startswith("match/") for words in refused.json()["resting"])
    for pair in (("benchmark/riddle-copy", "benchmark/riddle"), ("system/duo", "system/solo")):
        assert decided(site, *pair, "reject").status_code == 200
    done = undone(site, ident)
    assert done.status_code == 200, done.text
    assert listed(site, "benchmarks", "riddle") == {}
    assert site.get("/api/v1/results/run-d").status_code == 410
    (outcome,) = imported(site, given, "eve.json")
    assert outcome["state"] == "new"
    assert undone(site, last_import(site)).status_code == 200


def test_what_comes_back_has_the_names_of_today(site: TestClient) -> None:
    """Whether the version before the import was made while two things were one, or not."""

    def named() -> tuple[str, list[str]]:
        said = site.get("/api/v1/results/run-e").json()
        return said["title"], [system["id"] for system in said["systems"]]

    first, second = (run("run-e", "helper-copy") | {"title": title} for title in ("I", "II"))
    imported(site, {"evalgap": 1, "records": [first]}, "e.json")
    decided(site, "system/helper-copy", "system/helper")
    imported(site, {"evalgap": 1, "records": [second]}, "e.json")
    ident = last_import(site)
    decided(site, "system/helper-copy", "system/helper", "reject")
    assert named() == ("II", ["helper-copy"])
    assert undone(site, ident).status_code == 200
    assert named() == ("I", ["helper-copy"])
    imported(site, {"evalgap": 1, "records": [second]}, "e.json")
    ident = last_import(site)
    decided(site, "system/helper-copy", "system/helper")
    assert named() == ("II", ["helper"])
    assert undone(site, ident).status_code == 200
    assert named() == ("I", ["helper"])
    decided(site, "system/helper-copy", "system/helper", "reject")
    assert named() == ("I", ["helper-copy"])


def test_a_dump_that_is_imported_elsewhere_can_be_split_there(site: TestClient) -> None:
    pairs = (("benchmark/quiz-copy", "benchmark/quiz"), ("system/helper-copy", "system/helper"))
    for pair in pairs:
        decided(site, *pair)
    assert isinstance(site.app, FastAPI)
    dump = b"".join(site.app.state.services.engine.dump())
    settings = Settings(store=None, seed=False, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as other:
        place = other.post("/api/v1/imports?name=dump.nq", content=dump).headers["location"]
        other.get(f"{place}/events")
        assert other.get(place).json()["state"] == "done"
        for pair in pairs:
            assert decided(other, *pair, "reject").status_code == 200
        assert {"quiz", "quiz-copy"} <= set(listed(other, "benchmarks", "quiz"))
        systems = other.get("/api/v1/results/run-c").json()["systems"]
        assert sorted(s["id"] for s in systems) == ["helper", "helper-copy"]


def undone(site: TestClient, ident: str) -> Any:
    return site.post(f"/api/v1/imports/{ident}/undo")


def same_as(old: str, kept: str) -> dict[str, Any]:
    return {"subject": f"system/{old}", "target": f"system/{kept}", "relation": "same-as",
            "decision": "confirm", "reasons": ["The same."], "author": ANN}  # fmt: skip


def last_import(site: TestClient) -> str:
    return str(site.get("/api/v1/imports").json()["stored"][0]["id"])


def test_what_a_crash_left_half_done_is_done_by_the_next_import(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(merging, "settle", lambda *_: None)
        decided(site, "benchmark/quiz-third", "benchmark/quiz")
    assert len(listed(site, "benchmarks", "quiz")) == 3
    imported(site, {"evalgap": 1, "records": [OWN[0]]}, "same.json")
    assert set(listed(site, "benchmarks", "quiz")) == {"quiz", "quiz-copy"}


def test_the_command_line_merges_and_splits(tmp_path: Path) -> None:
    file, store = tmp_path / "own.json", tmp_path / "store"
    file.write_text(json.dumps({"evalgap": 1, "records": OWN}))

    def run(*words: str) -> tuple[int, str]:
        done = command(store, *words, seed=False)
        return done.returncode, done.stdout

    def dataset() -> str:
        shown = run("show", "dataset-card/digits-copy/bob", "--as", "json")[1]
        return str(json.loads(shown)["dataset"]["id"])

    assert run("import", str(file))[0] == 0
    said = ("--by", "ann=Ann", "--reason", "The same.")
    code, words = run("merge", "dataset/digits-copy", "dataset/digits", *said)
    assert (code, "dataset/digits-copy is dataset/digits" in words) == (0, True)
    assert dataset() == "digits"
    assert run("split", "dataset/digits-copy", "dataset/digits", *said)[0] == 0
    assert dataset() == "digits-copy"
    assert run("merge", "dataset/digits", "dataset/digits", *said)[0] == 2
