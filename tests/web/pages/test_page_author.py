"""The author pages over HTTP: words beside terms, problems at their field, and rubbish."""

import base64
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from openpyxl import Workbook
from pydantic import SecretStr

from loaders.contract import Document, Raw
from loaders.registry import read
from service.common.settings import Settings
from service.web.app import create_app
from tests.pages import Part, opened, page
from tests.tokens import TOKEN

HERE = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
ROOT = Path(__file__).parents[3]
CARD = (ROOT / "data/cards/medqa.yaml").read_text(encoding="utf-8")
AUTHORS = """
benchmark_name: Scenarios
citation: "2026"
intended_use_case: {answer: "To test.", deployment_context: "At home."}
task:
  query_authorship: {question: "Who?", answer: "Doctors <b>wrote</b> them."}
  information_completeness: {question: "All?", answer: "All facts."}
  interaction_type: {question: "How?", answer: "single-turn"}
outcome:
  decision_mediation: {question: "Who decides?", answer: ""}
  outcome_validity: {question: "What counts?", answer: "A match."}
"""
NEW = {
    "title": "My benchmark",
    "benchmark": "my-benchmark",
    "author": "jane-doe",
    "author_name": "Jane Doe",
    "origin": "designer",
    "interaction-type.answer": "One prompt\r\neach.",
    "interaction-type.value": "single-turn",
    "interaction-type.url": "https://example.org/paper",
    "interaction-type.locator": "p. 3",
}


def paste(client: TestClient, text: str) -> Response:
    return client.post("/author", files={"text": (None, text)})


def upload(client: TestClient, name: str, data: bytes) -> Response:
    return client.post("/author", files={"file": (name, data), "text": (None, "")})


def fill(client: TestClient, **fields: str) -> Response:
    parts = [(name, (None, value)) for name, value in {**NEW, **fields}.items()]
    return client.post("/author/new", files=parts)


def files(answer: Response) -> dict[str, str]:
    """Return the files that a page carries, by name."""
    links = page(answer).all('a[href^="data:"][download]')
    return {a["download"]: base64.b64decode(a["href"].partition(",")[2]).decode() for a in links}


def saved(client: TestClient, suffix: str, fields: list[tuple[str, str]]) -> str:
    """Return the file that the button of the form gives, which stores nothing."""
    parts = [(name, (None, value)) for name, value in fields]
    buttons = page(client.post("/author/new", files=parts)).values("[form]", "formaction")
    answer = client.post(f"/author/new/file?as={suffix}", files=parts)
    assert f"/author/new/file?as={suffix}" in buttons
    assert answer.headers["content-disposition"].startswith("attachment; filename=")
    return answer.text


def row(found: Part, question: str) -> Part:
    """Return the row of a question in the first table of words and terms, that of the card."""
    return found.all("table.beside")[0].holding("tbody tr", question)


def test_words_stand_beside_terms_with_their_basis_and_rule(client: TestClient) -> None:
    answer = paste(client, CARD)
    assert answer.status_code == 200
    shown = row(page(answer), "(interaction type)")
    assert "Each question with its options is put once and one option is scored." in shown.words
    assert shown.one('a[href="/value/interaction-type/single-turn"]').words == "Single turn"
    assert "derived" in shown.words
    assert "one request per item" in shown.words
    rule = shown.one('li a[href*="derivation-rule"]')
    assert client.get(rule["href"]).status_code == 303


def test_a_card_of_the_authors_is_read_and_nothing_is_added(client: TestClient) -> None:
    answer = paste(client, AUTHORS)
    assert answer.status_code == 200
    found = page(answer)
    assert "read as authors-yaml" in found.words
    assert "Doctors <b>wrote</b> them." in found.words
    mediation = row(found, "(decision mediation)").words
    assert "not stated" in mediation
    assert "no words" in mediation
    assert "claimed, no source" in found.words


def test_verdicts_of_the_authors_stand_in_a_review_of_their_own(client: TestClient) -> None:
    held = 'answer: "single-turn", holds_at_deployment: "No, people go back and forth."'
    answer = paste(client, AUTHORS.replace('answer: "single-turn"', held))
    assert answer.status_code == 200
    card, *_, review = page(answer).texts("table.beside")
    assert "violated" not in card
    assert "No, people go back and forth." in review
    assert "verdict:" in review
    assert "violated" in review


def test_files_of_a_card_are_read_again_as_the_same_card(client: TestClient) -> None:
    made = files(paste(client, CARD))
    assert set(made) == {f"medqa-evalgap{s}" for s in (".yaml", ".authors.yaml", ".md", ".ttl")}
    before, after = (read(Raw("card.yaml", t.encode())) for t in (CARD, made["medqa-evalgap.yaml"]))
    assert isinstance(before, Document)
    assert isinstance(after, Document)
    assert before.records == after.records
    assert "egap:BenchmarkCard" in made["medqa-evalgap.ttl"]


def test_nothing_is_stored(client: TestClient) -> None:
    paste(client, CARD.replace("id: medqa", "id: medqa-page"))
    fill(client)
    for name in ("medqa-page", "my-benchmark"):
        assert client.get(f"/api/v1/benchmarks/{name}").status_code == 404


def test_a_problem_stands_at_its_row_with_what_was_read(client: TestClient) -> None:
    answer = paste(client, CARD.replace("[single-turn]", "[item-correct]"))
    assert answer.status_code == 422
    shown = row(page(answer), "(interaction type)").one("p.wrong").words
    assert "does not belong to the dimension interaction-type" in shown
    assert files(answer) == {}


def test_a_field_that_cannot_be_read_is_named_with_value_and_mend(client: TestClient) -> None:
    answer = paste(client, CARD.replace("[single-turn]", '["Single turn!"]'))
    assert answer.status_code == 422
    problems = page(answer).one("#result .problems").words
    assert "codings/0/code" in problems
    assert "Single turn!" in problems
    assert "lower-case words" in problems


def test_warnings_stand_apart(client: TestClient) -> None:
    answer = paste(client, CARD.replace("  origin: third-party\n", ""))
    assert answer.status_code == 200
    assert "Noticed, and no reason to refuse it (1)" in page(answer).texts("summary")


def test_several_records_of_one_file_are_listed(client: TestClient) -> None:
    lines = [f'{{"benchmark_details": {{"name": "Card {n}"}}}}' for n in range(60)]
    answer = upload(client, "cards.jsonl", "\n".join([*lines, "{rubbish"]).encode())
    assert answer.status_code == 422
    found = page(answer)
    assert "61 entries in it, 60 valid, 1 not" in found.words
    assert len(found.all(".card.outcome")) == 50
    assert "The first 50 are shown" in found.words


def test_a_workbook_is_read(client: TestClient) -> None:
    book, data = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append(["benchmark_id", "benchmark_name", "author_id", "author_name"])
    sheet.append(["b", "B", "a", "A"])
    book.save(data)
    assert upload(client, "cards.xlsx", data.getvalue()).status_code in {200, 422}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("card.yaml", b"\x89PNG\r\n\x1a\n\x00\x00\xff\xfe" * 1000),
        ("card.yaml", b"a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"),
        ("card.yaml", b"[" * 100_000),
        ("card.json", b'{"a": ' * 50_000),
        ("card.xlsx", b"PK\x03\x04 no workbook"),
        ("<script>.yaml", b"just words"),
        ("../../etc/passwd", b"\xff\xfe\x00"),
        ("card.yaml", b"x" * 9 * 2**20),
    ],
)
def test_rubbish_gets_a_sentence(client: TestClient, name: str, data: bytes) -> None:
    answer = upload(client, name, data)
    if answer.status_code == 400:
        assert "500 levels" in answer.json()["detail"]
        return
    assert answer.status_code == 422
    found = page(answer)
    assert found.has(".problems")
    assert found.injected() == []


def test_more_than_ten_megabytes_are_refused(client: TestClient) -> None:
    answer = upload(client, "card.yaml", b"x" * (10 * 2**20))
    assert answer.status_code == 413
    assert "evalgap import" in answer.json()["detail"]


def test_an_empty_form_is_told_so(client: TestClient) -> None:
    answer = paste(client, "  \r\n ")
    assert answer.status_code == 400
    assert page(answer).one("[role=alert]").words == "Paste a card, or choose a file."


def test_a_parameter_that_is_none_is_refused(client: TestClient) -> None:
    assert client.get("/author?colour=red").status_code == 400
    assert client.get("/author/new?card=no/body").status_code == 404


def test_the_form_has_the_fields_and_codes_of_the_shapes(client: TestClient) -> None:
    found = opened(client, "/author/new")
    for words in ("Name of the benchmark", "In what capacity", "Answer status", "What fits"):
        assert words in found.words
    codes = set(found.values("*", "value"))
    assert {"third-party", "partly-answered", "single-turn", "in-review", "healthcare"} <= codes
    core = found.texts("form > fieldset > legend")
    assert len(core) == 8
    assert "Novelty" not in core
    assert "Novelty" in found.texts("form > details legend")


def test_a_written_card_is_a_file_that_reads_as_it_was_typed(client: TestClient) -> None:
    typed = [*NEW.items(), ("novelty.answer", "New <think>")]
    found = read(Raw("card.yaml", saved(client, "yaml", typed).encode()))
    assert isinstance(found, Document)
    (card,) = found.records
    given = {a.dimension: a for a in card.assumptions}  # type: ignore[attr-defined]
    turns = given["interaction-type"]
    assert (turns.answer, turns.assumes) == ("One prompt\neach.", ("interaction-type/single-turn",))
    assert turns.sources[0].locator == "p. 3"
    assert [c.basis for c in turns.codings] == ["stated"]
    assert given["novelty"].answer == "New <think>"
    assert given["outcome-validity"].answer_status == "not-stated"
    assert "single-turn" in saved(client, "authors", typed)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Give the name of the benchmark"),
        ("author_name", "", "Give your name"),
        ("origin", "nobody", "is not known. Use one of: designer"),
        ("domains", "cooking", "not in the list of domains"),
        ("interaction-type.url", "example", "This is no web address"),
        ("interaction-type.value", "item-correct", "does not belong to the dimension"),
        ("interaction-type.basis", "derived", "names no rule"),
        ("interaction-type.status", "not-stated", "Remove the answer"),
        ("novelty.locator", "p. 1", "Give the address of the source, too"),
        ("publications", "nowhere", "This is no web address"),
    ],
)
def test_a_problem_stands_at_its_field_and_what_was_typed_is_kept(
    client: TestClient, field: str, value: str, said: str
) -> None:
    answer = fill(client, **{field: value})
    assert answer.status_code == 422
    found = page(answer)
    assert said in found.one("[role=alert] li").words
    problem = found.one("form p.wrong")
    assert said in problem.words
    assert problem["id"].removeprefix("wrong-").startswith(field.partition(".")[0])
    assert found.has(f'[aria-describedby~="{problem["id"]}"][aria-invalid=true]')
    assert found.one('[name="interaction-type.answer"]').verbatim == "One prompt\neach."
    assert found.one("[name=author]")["value"] == "jane-doe"


def test_a_stored_card_is_corrected_and_keeps_how_its_values_were_read(client: TestClient) -> None:
    found = opened(client, "/author/new?card=medqa/evalgap")
    assert "The chosen option is scored as it stands." in found.words
    assert found.has('[value="item-correct"][checked]')
    fields = {
        "card": "medqa/evalgap", "title": "MedQA, corrected", "benchmark": "medqa",
        "author": "evalgap", "author_name": "EvalGap maintainers", "origin": "third-party",
        "outcome-validity.value": "item-correct", "outcome-validity.answer": "The share.",
    }  # fmt: skip
    made = saved(client, "yaml", list(fields.items()))
    assert "MedQA, corrected" in made
    assert "rule: answer-key-scoring" in made
    assert "medical examination" in made
    assert "single-turn" not in made


@pytest.mark.parametrize("card", ["medqa/evalgap", "agentclinic/evalgap"])
def test_a_card_that_is_opened_and_sent_unchanged_is_unchanged(
    client: TestClient, card: str
) -> None:
    fields = opened(client, f"/author/new?card={card}").one("main form").typed()
    answer = client.post("/author/new", files=[(k, (None, v)) for k, v in fields])
    assert answer.status_code == 200
    assert "The graph holds exactly this already." in page(answer).words


def test_the_form_says_what_is_answered(client: TestClient) -> None:
    found = opened(client, "/author/new?card=medqa/evalgap").one("nav.contents")
    assert "of 5 questions answered" in found.words
    assert "0 of 5 questions answered" in opened(client, "/author/new").one("nav.contents").words
    assert {"#interaction-type", "#store"} <= set(found.values("a", "href"))


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    """Return a client of an empty service that takes a token."""
    settings = Settings(store=None, seed=False, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=HERE, follow_redirects=False) as client:
        yield client


def send(service: TestClient, to: str = "store", **fields: str) -> Response:
    parts = {"title": "Ward (7)", "author_name": "Ann Öz", "token": TOKEN, **fields}
    return service.post(f"/author/new/{to}", files=[(k, (None, v)) for k, v in parts.items()])


def test_a_card_is_stored_under_names_made_of_those_that_were_typed(service: TestClient) -> None:
    answer = send(service, **{"interaction-type.value": "single-turn"})
    assert answer.status_code == 303, page(answer).words
    assert answer.headers["location"] == "/author/new/stored?card=ward-7/ann-oz"
    found = opened(service, answer.headers["location"])
    assert "What Ann Öz says of Ward (7) is stored, as in review" in found.words
    stored = service.get("/api/v1/cards/ward-7/ann-oz").json()
    assert (stored["status"], stored["version"]) == ("in-review", 1)
    assert service.get("/benchmarks/ward-7").status_code == 200


def test_who_names_a_benchmark_that_is_here_says_that_it_is_the_same(service: TestClient) -> None:
    send(service, title="Twice", benchmark="first")
    answer = send(service, title="TWICE", author_name="Bo")
    assert answer.status_code == 422
    found = page(answer)
    assert "A benchmark of this name is here already" in found.one("[role=alert]").words
    assert found.one("[name=benchmark]")["value"] == "first"
    assert send(service, title="TWICE", author_name="Bo", benchmark="first").status_code == 303
    assert send(service, title="Twice upon", author_name="Bo", benchmark="twice").status_code == 303


def test_the_card_of_another_author_is_not_replaced_by_chance(service: TestClient) -> None:
    send(service, title="Mine", benchmark="mine")
    answer = send(service, title="Mine", benchmark="mine", description="Other")
    assert answer.status_code == 422
    said = page(answer).one("[role=alert]").words
    assert "has described this benchmark already" in said
    again = send(service, title="Mine", benchmark="mine", description="New", card="mine/ann-oz")
    assert again.status_code == 303
    assert service.get("/api/v1/cards/mine/ann-oz").json()["version"] == 2
    # another person whose name is written alike in an address gets one of their own
    other = send(service, title="Mine", benchmark="mine", author_name="Ann Oz")
    assert other.headers["location"].endswith("mine/ann-oz-2")


def test_a_confirmed_row_says_who_confirms_it_and_how_that_was_checked(
    service: TestClient,
) -> None:
    row = {"interaction-type.value": "single-turn", "interaction-type.confirmed": "yes"}
    send(service, title="Sure", checked="By <b>mail</b>.", **row)
    found = opened(service, "/benchmarks/sure").one("#interaction-type .confirmed")
    assert "Confirmed by Ann Öz on " in found.words
    assert "How it was checked who that is: By <b>mail</b>." in found.words
    assert not opened(service, "/benchmarks/sure").has("#novelty .confirmed")
    again = opened(service, "/author/new?card=sure/ann-oz")
    assert again.has('[name="interaction-type.confirmed"][checked]')
    # another author takes over the words of the card, and confirms nothing by that
    mine = opened(service, "/author/new?card=sure/ann-oz&as=author")
    assert not mine.has('[name$=".confirmed"][checked]')
    assert mine.one("[name=checked]")["value"] == ""
    unchecked = {"title": "Unsure", **row}
    send(service, **unchecked)
    said = opened(service, "/benchmarks/unsure").one("#interaction-type .confirmed").words
    assert "Nobody has said that it was checked who that is." in said


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [({}, "", 401), ({}, "a-wrong-one", 401), ({"Origin": "https://evil.example"}, TOKEN, 403),
     ({"Sec-Fetch-Site": "cross-site"}, TOKEN, 403)],
)  # fmt: skip
def test_nothing_is_stored_without_a_token_or_from_another_site(
    service: TestClient, headers: dict[str, str], token: str, status: int
) -> None:
    parts = {"title": "No <b>", "author_name": "N", "token": token, "notes": "kept"}
    fields = [(k, (None, v)) for k, v in parts.items()]
    answer = service.post("/author/new/store", files=fields, headers=headers)
    assert answer.status_code == status
    found = page(answer)
    assert found.has("[role=alert]")
    assert found.one("[name=notes]").verbatim == "kept"
    assert found.injected() == []
    assert not token or token not in answer.text
    assert service.get("/api/v1/benchmarks/no-b").status_code == 404


def test_the_author_opens_the_form_with_the_card_and_a_name_of_their_own(
    client: TestClient,
) -> None:
    link = opened(client, "/benchmarks/medqa").holding("a", "I am the author")
    found = opened(client, link["href"])
    assert "The chosen option is scored as it stands." in found.words
    assert found.one("[name=author_name]")["value"] == ""
    assert found.one("[name=origin] [selected]")["value"] == "designer"
    assert found.one("[name=status] [selected]")["value"] == "in-review"


def test_values_are_those_of_today_in_their_parts_and_the_order_of_their_hierarchy(
    client: TestClient,
) -> None:
    found = opened(client, "/author/new")
    who, turns, decides = (
        found.values(f'[name="{dimension}.value"]', "value")
        for dimension in ("query-authorship", "interaction-type", "decision-mediation")
    )
    assert "user-written" not in who
    assert who.index("model") + 1 == who.index("simulated-user")
    assert decides.index("human-between") < decides.index("human-decides")
    assert turns.index("agentic") < turns.index("need-not-elicit")
    assert found.texts("#interaction-type .choices > strong") == ["Turns", "Inquiry"]
    assert found.texts("#decision-mediation .choices > strong") == []


def test_an_old_value_stands_in_the_form_only_where_it_was_given(client: TestClient) -> None:
    found = page(fill(client, **{"query-authorship.value": "user-written"}))
    old = found.one('[name="query-authorship.value"][value="user-written"]')
    assert "checked" in old.attributes
    assert "old term" in found.one("#query-authorship .choices").words
    assert not found.has('[value="crowd-written"]')
