"""The pages of staged plans: drafts, the board, the checklist, and steps changed by forms."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.web.app import create_app
from tests.pages import Part, opened, page
from tests.tokens import TOKEN

NUMBERS = count()
HERE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
DRAFT = {
    "deployment": "public-self-assessment",
    "card": "bean2026-scenarios/raman-et-al",
    "threshold/at_most": "5",
    "threshold/unit": "percentage-point",
    "sample/method": "paired-proportions",
    "sample/effect": "10",
    "sample/discordant": "20",
}
RESULT = {
    "result/metric/name": "At least one relevant condition named",
    "result/metric/higher_is_better": "true",
    "result/before/value": "94.67",
    "result/before/n": "600",
    "result/before/events": "568",
    "result/before/unit": "percent",
    "result/after/value": "82.83",
    "result/after/n": "600",
    "result/after/events": "497",
    "result/after/unit": "percent",
    "result/intervals/0/level": "0.95",
    "result/intervals/0/interval_method": "as-reported",
}


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), follow_redirects=False, headers=HERE) as client:
        yield client


def stored(service: TestClient, **fields: str) -> str:
    ident = f"plan-{next(NUMBERS)}"
    given = {**DRAFT, "id": ident, "author/name": "Ann", "token": TOKEN, **fields}
    answer = service.post("/plans", data=given)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == f"/plans/{ident}"
    return ident


def change(service: TestClient, ident: str, step: int, **fields: Any) -> Any:
    given = {"token": TOKEN, **fields.pop("given", {}), **fields}
    return service.post(f"/plans/{ident}/steps/{step}", data=given)


def card(found: Part, step: int) -> str:
    """Return the words of a step, without its form."""
    return " ".join(found.texts(f"#step-{step} > :not(details)"))


def test_a_draft_shows_the_stages_without_a_token(client: TestClient) -> None:
    empty = opened(client, "/plans")
    assert "There is no plan yet" in empty.words
    assert "healthcare" in [o["label"].lower() for o in empty.all("#deployment optgroup")]
    begun = opened(client, f"/plans?deployment={DRAFT['deployment']}")
    assert "Choose the benchmark whose score is to be tested" in begun.words
    answer = client.get("/plans", params=DRAFT)
    assert answer.status_code == 200
    found = page(answer)
    stages = " ".join(found.texts(".board h2"))
    for title in ("Compare cards", "Collect data", "Test task assumptions", "Test outcome"):
        assert title in stages
    waits = (
        "Locked. People come last. Waits for steps 9: who writes the question (query authorship)"
    )
    assert waits in card(found, 12)
    assert found.one("#step-10 h3").words == "10 How much is told"
    assert found.one("#step-10 .sub").words == "information completeness"
    assert "loss at most 5 percentage point" in card(found, 9)
    named = "Doctor-written self-assessment scenarios (Bean et al.)"
    assert found.one("title").words.startswith(f"Tests of {named} for Members of the public")
    assert found.texts(".drafted a")[0] == named
    assert "168; paired proportions" in card(found, 9)
    assert client.get("/api/v1/plans").json()["total"] == 0


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"card": "medqa/nobody"}, 404, "medqa/nobody"),
        ({"deployment": "moon"}, 404, "moon"),
        ({"sample/effect": "much"}, 422, "valid number"),
        ({"sample/discordant": "1"}, 400, "discordant"),
        ({"moon": "1"}, 400, "moon"),
    ],
)
def test_what_cannot_be_drafted_is_said(
    client: TestClient, asked: dict[str, str], status: int, says: str
) -> None:
    answer = client.get("/plans", params={**DRAFT, **asked}, headers={"Accept": "text/html"})
    assert answer.status_code == status
    assert says in page(answer).words


def test_empty_fields_of_the_draft_are_open(client: TestClient) -> None:
    asked = dict.fromkeys(DRAFT, "") | {"sample/method": "two-proportions"}
    assert client.get("/plans", params=asked).status_code == 200


def test_of_several_cards_each_is_a_link_to_its_draft(client: TestClient) -> None:
    answer = client.get(
        "/plans?deployment=public-self-assessment&card=mediq&threshold/at_most=5&threshold/unit=percentage-point"
    )
    links = page(answer).all("[role=alert] a")
    authors = ["Construct-validity review coders (Bean et al. 2025)", "EvalGap maintainers"]
    assert [a.words for a in links] == authors
    assert answer.status_code == 200
    assert "loss at most 5" in opened(client, links[1]["href"]).words


MOST_ACTIONS = 6
"""From the start page to a drafted plan."""
NOT_NEAR = ("gov-uk-chat",)
"""Uses to which no benchmark comes near."""


@pytest.mark.parametrize("use", NOT_NEAR)
def test_where_none_is_near_the_tests_of_what_breaks_least_are_drafted(
    client: TestClient, use: str
) -> None:
    fit = client.get(f"/api/v1/deployments/{use}/fit").json()
    assert fit["summary"]["nearest"] == []
    fewest = min(b["counts"]["violated"] for b in fit["benchmarks"] if b["rank"] == 1)
    least = [b for b in fit["benchmarks"] if b["counts"]["violated"] == fewest]
    (link,) = opened(client, f"/fit?deployment={use}").all(".acts a.primary")
    found = opened(client, link["href"])
    assert "The draft, not stored" in found.words
    assert found.texts(".drafted a")[0] in {b["title"] for b in least}
    said = found.one("section[aria-labelledby=draft-title]")
    assert fit["summary"]["sentence"] in said.words
    others = [a for a in said.all("a") if a["href"].startswith("/plans?")]
    assert {a.words for a in others} | set(found.texts(".drafted a")[:1]) == {
        b["title"] for b in fit["benchmarks"] if b["rank"] == 1
    }
    assert "The draft, not stored" in opened(client, others[0]["href"]).words


def test_every_use_leads_to_a_drafted_plan(client: TestClient) -> None:
    for use in client.get("/api/v1/deployments?limit=100").json()["items"]:
        links = opened(client, f"/fit?deployment={use['id']}").all(".acts a.primary")
        actions = 3  # to the fit
        while links:
            actions += 1
            found = opened(client, links[0]["href"])
            links = found.all("section[aria-labelledby=draft-title] [role] a")
        if not found.has(".drafted"):
            assert "nothing can be compared" in found.words or "says anything" in found.words
            actions += 2  # a card is typed, and drafted from
        assert actions <= MOST_ACTIONS, use["id"]


def test_a_use_that_is_not_here_is_said_before_a_card_is_chosen(client: TestClient) -> None:
    found = opened(client, "/plans?deployment=moon", 404)
    assert "There is no deployment 'moon' here." in found.words


def test_a_draft_says_how_likely_all_tests_are_met(client: TestClient) -> None:
    sized = {"sample/method": "non-inferiority-paired", "sample/margin": "5",
             "sample/expected_loss": "1", "sample/effect": ""}  # fmt: skip
    found = opened(client, "/plans?" + urlencode({**DRAFT, **sized})).words
    assert "If nothing is lost, all 3 tests are met with probability 0." in found
    assert "at the losses expected, 0.51" in found
    assert "Not counted: steps 12, 13" in found
    assert "nothing is paired in a randomised trial" in found


def test_no_label_of_a_self_reported_gap_or_its_plan_stands_empty(service: TestClient) -> None:
    ident = stored(service)
    change(service, ident, 6, step_status="done")
    assert change(service, ident, 9, given=RESULT).status_code == 303
    pages = (f"/gaps/{ident}-step-9", f"/plans/{ident}", f"/plans/{ident}?view=checklist", "/plans")
    empty = {path: labels for path in pages if (labels := opened(service, path).empty_labels())}
    assert empty == {}


def test_a_direction_is_chosen_not_assumed(service: TestClient) -> None:
    ident = stored(service)
    change(service, ident, 6, step_status="done")
    answer = change(service, ident, 9, given={**RESULT, "result/metric/higher_is_better": ""})
    assert answer.status_code == 422
    assert "whether higher is better" in page(answer).one("#step-9 [role=alert]").words


def test_storing_needs_the_token_and_keeps_what_was_typed(service: TestClient) -> None:
    given = {**DRAFT, "id": "typed-id", "title": "My title", "author/name": "Ann <b>", "token": "x"}
    answer = service.post("/plans", data=given)
    assert answer.status_code == 401
    found = page(answer)
    assert "not a token" in found.one("[role=alert]").words
    for name in ("id", "title", "author/name"):
        assert found.one(f'[name="{name}"]')["value"] == given[name]
    assert not found.has("b")
    assert service.get("/plans/typed-id").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
    ],
)
def test_forms_of_other_sites_are_refused(service: TestClient, headers: dict[str, str]) -> None:
    ident = stored(service)
    given = {"token": TOKEN, "step_status": "done"}
    answer = service.post(f"/plans/{ident}/steps/6", data=given, headers=headers)
    assert answer.status_code == 403
    assert "another site" in page(answer).words
    assert service.get(f"/api/v1/plans/{ident}").json()["version"] == 1
    answer = service.post("/plans", data={**DRAFT, "token": TOKEN}, headers=headers)
    assert answer.status_code == 403


def test_a_proxy_that_speaks_https_does_not_hinder(service: TestClient) -> None:
    ident = stored(service)
    given = {"token": TOKEN, "step_status": "done"}
    headers = {"Origin": "https://testserver"}
    answer = service.post(f"/plans/{ident}/steps/6", data=given, headers=headers)
    assert answer.status_code == 303


def test_without_a_token_of_the_service_nothing_can_be_changed(client: TestClient) -> None:
    answer = client.post("/plans", data={**DRAFT, "id": "x", "author/name": "A", "token": ""})
    assert answer.status_code == 403
    assert "EVALGAP_TOKEN" in page(answer).words


def test_the_life_of_a_plan_by_forms(service: TestClient) -> None:
    ident = stored(service)
    locked = change(service, ident, 12, step_status="in-progress")
    assert locked.status_code == 409
    assert "steps 9, 10, 11 must be met" in page(locked).words
    early = change(service, ident, 9, given=RESULT)
    assert early.status_code == 409
    assert page(early).one('[id="s9-result/after/value"]')["value"] == "82.83"
    for step in (6, 7, 8):
        assert change(service, ident, step, step_status="done").status_code == 303
    answer = change(service, ident, 9, given=RESULT, **{"by/name": "Bea Roe"})
    assert answer.headers["location"] == f"/plans/{ident}#step-9"
    tested = card(opened(service, f"/plans/{ident}"), 9)
    assert "✕ not met" in tested
    assert "Attempt 1, not met : system not stated ; data not stated ;" in tested
    assert (
        "loss 11.84 percentage points; 95 % CI 8.32 to 15.41 (Newcombe hybrid score) as a gap"
        in tested
    )
    assert "Decided by Bea Roe" in tested
    assert "11.84 points" in opened(service, f"/gaps/{ident}-step-9").words
    good = {**RESULT, "result/after/value": "94", "result/after/events": "564"}
    again = {**good, "result/systems/0/name": "Model 2", "result/data": "Messages of June."}
    silent = change(service, ident, 9, given=good)
    assert silent.status_code == 422
    words = page(silent).one('[id="s9-result/data-error"]').words
    assert "attempt 2 at step 9" in words
    for step in (9, 10):
        assert change(service, ident, step, given=again).status_code == 303
    tested = card(opened(service, f"/plans/{ident}"), 9)
    assert "Attempt 1, not met" in tested
    assert "Attempt 2, met : system Model 2 ; data Messages of June." in tested
    assert "Look 2 at this step" in tested
    reason = "No conversations can be replayed."
    bare = change(service, ident, 11, waive=reason)
    assert bare.status_code == 422
    assert "name of who decides" in page(bare).one('[id="s11-by/name-error"]').words
    assert change(service, ident, 11, waive=reason, **{"by/name": "Bea Roe"}).status_code == 303
    found = opened(service, f"/plans/{ident}")
    assert f"waived : {reason}" in card(found, 11)
    assert "Locked" not in card(found, 12)
    untested = found.one("[aria-labelledby=untested-title]").words
    assert f"How many turns (interaction type) : waived: {reason}" in untested
    assert "Who decides (decision mediation) : step 12 has no result yet" in untested
    assert "query authorship" not in untested


def test_every_change_is_kept_with_its_source(service: TestClient) -> None:
    ident = stored(service)
    for step in (6, 7):
        change(service, ident, step, step_status="done")
    changes = opened(service, f"/plans/{ident}").one(".history")
    for step, version in ((6, 2), (7, 3)):
        told = changes.one(f"li[value='{version}']").words
        assert f"version {version}" in told
        assert f"plans/{ident}/steps/{step} step {step}, status: planned → done" in told
    assert service.get(f"/api/v1/plans/{ident}/1").json()["version"] == 1


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(service: TestClient) -> None:
    ident = stored(service)
    change(service, ident, 6, step_status="done")
    bad = {**RESULT, "result/before/n": "six", "result/notes": "two\nlines"}
    answer = change(service, ident, 9, given=bad, token=TOKEN)
    assert answer.status_code == 422
    form = page(answer).one("#step-9 details[open]")
    at = form.one('[id="s9-result/before/n"]')
    assert at["value"] == "six"
    assert at["aria-invalid"] == "true"
    assert "Write a whole number" in form.one('[id="s9-result/before/n-error"]').words
    assert form.one('[name="result/before/value"]')["value"] == "94.67"
    assert form.one('[name="result/notes"]').verbatim == "two\nlines"
    assert TOKEN not in answer.text
    assert service.get(f"/api/v1/plans/{ident}").json()["version"] == 2


def test_a_step_has_an_owner(service: TestClient) -> None:
    ident = stored(service)
    assert "nobody named; the plan is by Ann" in card(opened(service, f"/plans/{ident}"), 6)
    assert change(service, ident, 6, **{"owner/name": "Cy Poe"}).status_code == 303
    found = opened(service, f"/plans/{ident}")
    assert "Owner Cy Poe" in card(found, 6)
    assert "step 6, owner: none → Cy Poe" in found.one(".history").words
    told = service.get(f"/api/v1/plans/{ident}/steps/6").json()
    assert told["owner"]["name"] == "Cy Poe"
    assert "**Owner:** Cy Poe" in service.get(f"/api/v1/plans/{ident}.md").text


def test_a_plan_that_moved_on_is_not_overwritten(service: TestClient) -> None:
    ident = stored(service)
    change(service, ident, 6, version="1", collect="First words.")
    answer = change(service, ident, 6, version="1", collect="Second words.")
    assert answer.status_code == 409
    form = page(answer).one("#step-6 details[open]")
    assert "version 2 now, not 1" in form.one("[role=alert]").words
    assert form.one("[name=collect]").verbatim == "Second words."
    assert service.get(f"/api/v1/plans/{ident}").json()["version"] == 2


def test_a_threshold_cannot_be_moved_after_its_result(service: TestClient) -> None:
    ident = stored(service)
    change(service, ident, 6, step_status="done")
    change(service, ident, 9, given=RESULT)
    moved = {"threshold/at_most": "50", "threshold/unit": "percentage-point"}
    answer = change(service, ident, 9, given=moved)
    assert answer.status_code == 409
    assert "was fixed before its result and stays" in page(answer).one("[role=alert]").words


def test_the_checklist_has_every_step_and_lines_to_fill(service: TestClient) -> None:
    ident = stored(service)
    found = opened(service, f"/plans/{ident}?view=checklist")
    steps = service.get(f"/api/v1/plans/{ident}").json()["steps"]
    assert len(found.all("article")) == len(steps)
    assert set(found.texts(".box")) == {"☐", "☑"}
    assert found.has("article .blank")
    assert not found.has("main form")
    assert service.get(f"/plans/{ident}?view=cube").status_code == 400
    assert service.get(f"/plans/{ident}?moon=1").status_code == 400


def test_steps_and_methods_are_called_in_plain_words(service: TestClient) -> None:
    ident = stored(service)
    step = opened(service, f"/plans/{ident}").one("#step-12")
    assert step.one("h3").words == "12 Who decides"
    assert step.one("h3 + .sub").words == "decision mediation"
    for shown in (f"/plans/{ident}", f"/plans/{ident}?view=checklist"):
        words = card(opened(service, shown), 12)
        assert "Plan two arms (non-inferiority, two arms), with units per cluster" in words
        assert "cluster_size" not in words
    form = opened(service, "/plans")
    methods = form.one("select[name='sample/method']")
    assert "non-inferiority, two arms" in methods.texts("option")


def test_words_of_a_plan_stay_words(service: TestClient) -> None:
    nasty = "<script>alert(1)</script> \u202e" + "x" * 1000
    ident = stored(service, title=nasty, notes=nasty)
    assert change(service, ident, 6, collect=nasty).status_code == 303
    for path in (f"/plans/{ident}", f"/plans/{ident}?view=checklist", "/plans"):
        found = opened(service, path)
        assert found.injected() == []
        assert "<script>alert(1)</script>" in found.words


@pytest.mark.parametrize("path", ["/plans", "/plans/{plan}/steps/1"])
def test_a_form_without_a_token_takes_no_place_of_a_writer(service: TestClient, path: str) -> None:
    plan = stored(service)
    with no_place_for_writers(service):
        refused, waiting = (
            service.post(path.format(plan=plan), data={**DRAFT, "token": token}, headers=HERE)
            for token in ("none", TOKEN)
        )
    assert (refused.status_code, waiting.status_code) == (401, 503)


@contextmanager
def no_place_for_writers(service: TestClient) -> Iterator[None]:
    """Let every thread that writes wait in be taken."""
    assert isinstance(service.app, FastAPI)
    state = service.app.state
    threads, state.writing_threads = state.writing_threads, SimpleNamespace(available_tokens=0)
    yield
    state.writing_threads = threads


def test_no_such_plan(service: TestClient) -> None:
    assert service.get("/plans/none").status_code == 404
    assert change(service, "none", 1, step_status="done").status_code == 404
    assert change(service, stored(service), 99, step_status="done").status_code == 404


def test_a_plan_is_called_by_titles_and_counts_in_words(service: TestClient) -> None:
    ident = stored(service, **{"threshold/at_most": "1", "sample/effect": "2"})
    shown = opened(service, f"/plans/{ident}")
    use, benchmark = DRAFT["deployment"], DRAFT["card"].partition("/")[0]
    title = shown.one("h1").words
    assert title.startswith("Members of the public")
    assert use not in title and benchmark not in title and DRAFT["card"] not in title  # noqa: PT018
    words = card(shown, 9)
    assert "loss at most 1 percentage point " in words
    assert re.search(r"Sample size \d,\d{3}; ", words), words
