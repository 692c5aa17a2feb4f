"""Old codes in files that are imported, and in the shipped files."""

import pytest
from fastapi.testclient import TestClient

from loaders.contract import Document, Raw
from loaders.model import Card
from loaders.registry import documents
from service.ingest.current_codes import in_current_codes
from service.ontology.old_codes import dimension_and_code, successors
from tests.recode import recoded
from tests.shipped import statements

CARD = """
evalgap: 1  # a comment stays
benchmark_name: Old codes
benchmark: {id: old-codes}
card: {author: {id: a, name: A}}
task:
  query_authorship:
    answer: Questions of boards, and of people.
    values: [examination-item, user-written, expert-written]  # three
    basis: derived
    rule: practice-questions-count-as-examination-items
    source: {url: "https://example.org", locator: p. 3}
outcome:
  outcome_validity: {answer: A share., values: [item-correctness], basis: stated}
"""


def test_what_says_the_same_is_stored_and_what_is_ambiguous_kept(client: TestClient) -> None:
    report = client.post("/api/v1/validate", content=CARD).json()
    assert report["valid"]
    warnings = [w for w in report["warnings"] if "is old" in w["message"]]
    told = {w["value"]: f"{w['message']} {w['mend']}" for w in warnings}
    assert told == {
        "examination-item": "The code examination-item is old: expert and examination together say "
        "the same. That is what is stored.",
        "expert-written": "The code expert-written is old: expert and written-for-evaluation "
        "together say the same. That is what is stored.",
        "item-correctness": "The code item-correctness is old: item-correct says the same. "
        "That is what is stored.",
        "user-written": "The code user-written is old and may mean asked-for-by-study or "
        "natural-use. It is kept as it is, to be recoded.",
    }


def test_each_new_coding_has_basis_rule_and_sources_of_the_old_one() -> None:
    (read,) = documents(Raw("card.yaml", CARD.encode()))
    assert isinstance(read, Document)
    card = in_current_codes(read.records[0])
    assert isinstance(card, Card)
    who = next(a for a in card.assumptions if a.dimension == "query-authorship")
    codes = {"expert", "examination", "user-written", "written-for-evaluation"}
    assert sorted(c.code for c in who.codings) == sorted(who.assumes)
    assert set(who.assumes) == {f"query-authorship/{code}" for code in codes}
    rule = "practice-questions-count-as-examination-items"
    assert {(c.basis, c.rule) for c in who.codings} == {("derived", rule)}
    assert [s.locator for s in who.sources] == ["p. 3"]


def test_a_file_is_moved_without_touching_anything_else() -> None:
    new = recoded(CARD)
    assert new == CARD.replace(
        "[examination-item, user-written, expert-written]",
        "[expert, examination, user-written, written-for-evaluation]",
    ).replace("[item-correctness]", "[item-correct]")
    assert recoded(new) == new
    assert recoded("condition: {query_authorship: expert-written}\n") == (
        "condition: {query_authorship: [expert, written-for-evaluation]}\n"
    )


@pytest.mark.parametrize("text", [
    "query_authorship: {values: [{value: expert-written}]}\n",
    "query_authorship:\n  values:\n  - expert-written\n",
])  # fmt: skip
def test_a_form_that_cannot_be_moved_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expert-written"):
        recoded(text)


def test_the_shipped_files_have_no_code_that_another_says_exactly() -> None:
    used = {c.code for _, s in statements() for c in s.codings}
    assert {code for code in used if successors(*dimension_and_code(code))} == set()
