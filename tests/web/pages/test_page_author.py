"""The author pages over HTTP: words beside terms, problems at their field, and rubbish."""

import base64
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from openpyxl import Workbook

from loaders.contract import Document, Raw
from loaders.registry import read
from tests.pages import Part, opened, page

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


def row(found: Part, question: str) -> Part:
    """Return the row of a question in the first table of words and terms, that of the card."""
    return found.all("table.beside")[0].holding("tbody tr", question)


def test_words_stand_beside_terms_with_their_basis_and_rule(client: TestClient) -> None:
    answer = paste(client, CARD)
    assert answer.status_code == 200
    shown = row(page(answer), "Interaction type")
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
    mediation = row(found, "Decision mediation").words
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
    shown = row(page(answer), "Interaction type").one("p.wrong").words
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
    for words in ("Name of the benchmark", "Origin", "Answer status", "Coded values"):
        assert words in found.words
    codes = set(found.values("*", "value"))
    assert {"third-party", "partly-answered", "single-turn", "in-review", "healthcare"} <= codes
    core = found.texts("form > fieldset > legend")
    assert len(core) == 7
    assert "Novelty" not in core
    assert "Novelty" in found.texts("form > details legend")


def test_a_written_card_is_a_file_that_reads_as_it_was_typed(client: TestClient) -> None:
    answer = fill(client, **{"novelty.answer": "New <think>"})
    assert answer.status_code == 200
    found = read(Raw("card.yaml", files(answer)["my-benchmark-jane-doe.yaml"].encode()))
    assert isinstance(found, Document)
    (card,) = found.records
    given = {a.dimension: a for a in card.assumptions}  # type: ignore[attr-defined]
    turns = given["interaction-type"]
    assert (turns.answer, turns.assumes) == ("One prompt\neach.", ("interaction-type/single-turn",))
    assert turns.sources[0].locator == "p. 3"
    assert [c.basis for c in turns.codings] == ["stated"]
    assert given["novelty"].answer == "New <think>"
    assert given["outcome-validity"].answer_status == "not-stated"
    assert "single-turn" in files(answer)["my-benchmark-jane-doe.authors.yaml"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", "", "Fill in benchmark_name"),
        ("benchmark", "", "benchmark/id"),
        ("benchmark", "My Benchmark", "not written as a code"),
        ("author", "", "needs exactly one author"),
        ("origin", "nobody", "is not known. Use one of: designer"),
        ("domains", "cooking", "not in the list of domains"),
        ("interaction-type.url", "example", "This is no web address"),
        ("interaction-type.value", "item-correct", "does not belong to the dimension"),
        ("interaction-type.basis", "derived", "names no rule"),
        ("interaction-type.status", "not-stated", "Remove the answer"),
        ("novelty.locator", "p. 1", "required"),
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
    assert found.one("[name=author]")["value"] == ("" if field == "author" else "jane-doe")


def test_a_stored_card_is_corrected_and_keeps_how_its_values_were_read(client: TestClient) -> None:
    found = opened(client, "/author/new?card=medqa/evalgap")
    assert "The chosen option is scored as it stands." in found.words
    assert found.has('[value="item-correct"][checked]')
    fields = {
        "card": "medqa/evalgap", "title": "MedQA, corrected", "benchmark": "medqa",
        "author": "evalgap", "author_name": "EvalGap maintainers", "origin": "third-party",
        "outcome-validity.value": "item-correct", "outcome-validity.answer": "The share.",
    }  # fmt: skip
    answer = client.post("/author/new", files=[(k, (None, v)) for k, v in fields.items()])
    assert answer.status_code == 200
    made = files(answer)["medqa-evalgap.yaml"]
    assert "MedQA, corrected" in made
    assert "rule: answer-key-scoring" in made
    assert "zh-Hans" in made
    assert "single-turn" not in made
