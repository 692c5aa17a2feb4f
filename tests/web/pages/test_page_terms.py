"""Terms: every one by scheme, a page for each, and its meaning at hand where it is used."""

import re

import pytest
from fastapi.testclient import TestClient

from tests.pages import BROWSER, opened, rows


def test_every_term_of_the_api_has_its_link_and_plain_names_come_first(client: TestClient) -> None:
    total = client.get("/api/v1/terms?limit=1").json()["total"]
    every = {row["id"]: row for row in rows(client.get("/api/v1/terms?format=csv"))}
    assert len(every) == total
    found = opened(client, "/terms")
    linked = {a.removeprefix("/terms/") for a in found.links() if a.startswith("/terms/")}
    assert linked == {ident for ident, row in every.items() if row["old"] == "False"}
    assert found.texts("dl.meanings dt a")[0] == "Who writes the question"
    assert "in the paper: query authorship" in found.words


def test_words_find_terms_by_name_and_by_definition(client: TestClient) -> None:
    found = opened(client, "/terms?q=people+decide")
    assert "/terms/dimension/decision-mediation" not in found.links()
    assert "/terms/decision-mediation/output-rated-as-advice" in found.links() or found.all("dt")
    assert "/terms/dimension/query-authorship" in opened(client, "/terms?q=who+writes").links()
    assert "No term has these words" in opened(client, "/terms?q=qqq").words
    assert client.get("/terms?absent=1").status_code == 400


def test_a_term_has_its_meaning_criteria_and_who_is_coded_so(client: TestClient) -> None:
    known = client.get("/api/v1/terms/interaction-type/single-turn").json()
    found = opened(client, "/terms/interaction-type/single-turn")
    assert known["definition"] == found.one(".lead").words
    assert known["criteria"][0]["text"].startswith("One input, one output")
    assert "One input, one output" in found.words
    assert any(c["text"].endswith("coded: single-turn".replace("single-turn", "`single-turn`"))
               for c in known["criteria"])  # fmt: skip
    assert known["entails"] == ["interaction-type/need-not-elicit"]
    for kind, many in (("benchmark", "benchmarks"), ("deployment", "deployments")):
        so = known["coded_so"][many]
        assert f"{so['total']} {many}" in found.words
        assert {f"/{many}/{ident}" for ident in so["first"]} <= set(found.links()), kind
        listed = opened(client, f"/{many}?interaction-type=single-turn").one("[role=status]")
        assert listed.words.startswith(f"{so['total']} of")
    assert known["records"]["card"] >= known["coded_so"]["benchmarks"]["total"]


def test_one_record_is_counted_as_one(client: TestClient) -> None:
    once = 0
    for row in rows(client.get("/api/v1/terms?format=csv")):
        found = client.get(f"/api/v1/terms/{row['id']}").json().get("records", {})
        if found.get("gap") == 1:
            once += 1
            assert "1 gap" in opened(client, f"/terms/{row['id']}").words
            assert "1 gaps" not in opened(client, f"/terms/{row['id']}").words
    assert once


RULE = re.compile(r"\b[A-Z][0-9]{1,2}\b")


def test_a_rule_that_a_term_cites_is_a_link_to_it(client: TestClient) -> None:
    codebook = opened(client, "/guides/codebook")
    anchors = {part["id"] for part in codebook.all("[id]")}
    defined = {
        part.words.split()[0] for part in codebook.all("li > strong[id], li > p > strong[id]")
    }
    assert {"A4", "B9", "K10", "P9", "V10"} <= defined
    seen = 0
    for row in rows(client.get("/api/v1/terms?format=csv")):
        known = client.get(f"/api/v1/terms/{row['id']}").json().get("criteria", ())
        cited = {rule for p in known for rule in RULE.findall(p["text"])} & defined
        if not cited:
            continue
        seen += 1
        asked = opened(client, f"/terms/{row['id']}").one("ul.asked")
        linked = {a.words: a["href"] for a in asked.all("a")}
        for rule in cited:
            assert linked[rule] == f"/guides/codebook#rule-{rule.lower()}", row["id"]
        assert {href.partition("#")[2] for href in linked.values()} <= anchors, row["id"]
    assert seen > 10


def test_a_rule_that_another_cites_is_a_link_in_the_codebook(client: TestClient) -> None:
    codebook = opened(client, "/guides/codebook")
    assert "#rule-e1" in codebook.values("a", "href")
    assert codebook.one("#rule-e1").words == "E1"


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("dimension/query-authorship", "In the paper and in the data: query authorship"),
        ("query-authorship/user-written", "An old term."),
        ("verdict/violated", "Named in"),
        ("verification/self-reported", "No current record names it."),
        ("domain/healthcare", "all benchmarks coded as healthcare"),
    ],
)
def test_each_kind_of_term_has_a_page(client: TestClient, term: str, words: str) -> None:
    found = opened(client, f"/terms/{term}")
    assert words in found.words
    assert f"/api/v1/terms/{term}" in found.links()
    for address in found.links():
        if address.startswith(("/terms/", "/api/v1/terms/", "/doc/")):
            assert client.get(address, headers=BROWSER).status_code == 200, address


def test_a_term_that_is_not_there_names_those_of_its_scheme(client: TestClient) -> None:
    answer = client.get("/api/v1/terms/verdict/absent")
    assert answer.status_code == 404
    assert "verdict/holds" in answer.json()["known"]
    assert client.get("/terms/no/such", headers=BROWSER).status_code == 404
    assert client.get("/api/v1/terms?scheme=no").json()["known"]


@pytest.mark.parametrize(
    ("path", "term"),
    [
        ("/benchmarks/medqa", "dimension/interaction-type"),
        ("/gaps/bean2026-gpt4o-recomputed", "code/verification/recomputed"),
        ("/deployments/public-self-assessment", "dimension/outcome-validity"),
    ],
)
def test_a_button_opens_the_meaning_of_a_term(client: TestClient, path: str, term: str) -> None:
    found = opened(client, path)
    ident = f"meaning-{term.replace('/', '-')}"
    assert found.has(f"button[type=button][popovertarget={ident}]")
    meaning = found.one(f"#{ident}[popover]")
    known = client.get(f"/api/v1/terms/{term.removeprefix('code/')}").json()
    assert known["definition"] in meaning.words
    assert meaning.one("a")["href"] == f"/terms/{known['id']}"
