"""POST /api/v1/validate: good cards, bad cards and rubbish."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

FROZEN = Path(__file__).with_name("frozen")
"""Shipped files as they stood on 2026-11-29, so that what is added to them changes no test."""
GAP = (FROZEN / "bean2026-reported.yaml").read_text(encoding="utf-8")
CARD = (FROZEN / "medqa.yaml").read_text(encoding="utf-8")


def post(client: TestClient, body: str | bytes) -> dict[str, object]:
    """Post a card and return the problem document; the store must not have changed."""
    before = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) {?s ?p ?o}"}).text
    answer = client.post("/api/v1/validate", content=body)
    assert answer.status_code in {400, 413, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert (
        before == client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) {?s ?p ?o}"}).text
    )
    found: dict[str, object] = answer.json()
    return found


def test_a_good_card_is_valid_and_not_stored(client: TestClient) -> None:
    body = CARD.replace("id: medqa", "id: medqa-copy")
    report = client.post("/api/v1/validate", content=body).json()
    assert (report["valid"], report["format"], report["problems"]) == (True, "evalgap", [])
    assert report["coverage"]["interaction-type"]["derived"] == 1
    assert client.get("/api/v1/benchmarks/medqa-copy").status_code == 404


def test_contributions_that_do_not_add_up(client: TestClient) -> None:
    report = post(client, GAP.replace("value: 19,", "value: 25,"))
    assert "add up to 67, but the gap is 61" in str(report["problems"])


def test_a_gap_that_is_not_the_difference(client: TestClient) -> None:
    report = post(client, GAP.replace("value: 61", "value: 70"))
    assert "70, but 95 minus 34 is 61" in str(report["problems"])


def test_an_unknown_value_comes_with_the_values_there_are(client: TestClient) -> None:
    report = post(client, CARD.replace("[single-turn]", "[one-shot]"))
    assert "one-shot" in str(report["detail"])
    assert "single-turn" in str(report["detail"])
    assert "interaction-type" in str(report["detail"])


def test_a_value_of_another_dimension(client: TestClient) -> None:
    report = post(client, CARD.replace("[single-turn]", "[item-correct]"))
    assert "does not belong to the dimension interaction-type" in str(report["detail"])


def test_a_value_that_is_no_code(client: TestClient) -> None:
    report = post(client, CARD.replace("[single-turn]", '["Single turn!"]'))
    assert "lower-case words" in str(report["detail"])


def test_a_derived_value_without_its_rule(client: TestClient) -> None:
    body = CARD.replace("rule:", "#rule:", 1)
    assert "names no rule" in str(post(client, body)["problems"])


def test_a_misspelt_field_is_named(client: TestClient) -> None:
    report = post(client, CARD.replace("benchmark_name:", "benchmark_nmae:"))
    assert "benchmark_nmae" in str(report["detail"])


def test_an_answer_under_not_stated(client: TestClient) -> None:
    body = "evalgap: 1\nbenchmark_name: X\nbenchmark: {id: x}\ncard: {author: {id: a, name: A}}\n"
    body += "task: {interaction_type: {answer: One prompt., status: not-stated}}\n"
    assert "not-applicable but has an answer" in str(post(client, body)["problems"])


def test_a_review_of_a_card_that_is_not_there(client: TestClient) -> None:
    body = "evalgap: 1\nreviews:\n- {deployment: public-self-assessment, card: none/nobody,\n"
    body += "   author: {id: a, name: A}, verdicts: {interaction_type: {verdict: violated}}}\n"
    assert "none/nobody" in str(post(client, body)["detail"])


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        ("evalgap: 1\n a: b: c\n", "line 2"),
        ('{"benchmark_details": {"name": "x",', "line 1"),
        ("just words", "holds no card"),
        ("[1, 2]", "holds no card"),
        ("a: 1", "none of the known card formats"),
        ("evalgap: 2\n", "This version reads format 1"),
        ("evalgap: 1\n", "holds no card"),
        ('{"@context": "https://schema.org/", "@type": "Dataset"}', "remote context"),
        ('{"@context": ["https://schema.org/", {}], "@type": "Dataset"}', "remote context"),
        ('{"@context": {"@import": "https://schema.org/"}}', "remote context"),
        ("a: &x [1]\nb: *x\n", "alias"),
        ("a: !!python/object/apply:os.system [ls]\n", "YAML"),
        ('{"a":' * 5000, "deep"),
        ("[" * 100_000, "deep"),
        ("- " * 500 + "x", "deep"),
        (b"\xff\xfe\x00e", "holds no card"),
        (b"\x89PNG\r\n\x00\x1a\xff", "UTF-8"),
        ("   ", "no body"),
        ('{"benchmark_details": {"name": "N/A"}}', "names no benchmark"),
        ('{"benchmark_details": ["x"]}', "Named fields"),
        ('{"evalgap": 1, "gaps": [{"value": NaN}]}', "NaN"),
        ("evalgap: 1\ngaps: 3\n", "list of records"),
    ],
)
def test_rubbish_gets_a_sentence(client: TestClient, body: str | bytes, fragment: str) -> None:
    assert fragment in str(post(client, body)["detail"])


def test_fifty_megabytes_are_refused(client: TestClient) -> None:
    assert "10 MB" in str(post(client, b"a" * 50_000_000)["detail"])


def test_control_characters_are_removed_and_reported(client: TestClient) -> None:
    body = '{"benchmark_details": {"name": "A\\u0000B \\ud800 <think>"}}'
    report = client.post("/api/v1/validate?source=x.json", content=body).json()
    assert report["valid"] is True
    assert "removed" in report["warnings"][0]["message"]


def test_every_record_of_a_body_is_judged(client: TestClient) -> None:
    good, bad = '{"benchmark_details": {"name": "A"}}', '{"benchmark_details": {"name": "N/A"}}'
    report = post(client, f"{good}\n{bad}\n{good}\n{bad}\n")
    assert [p["place"] for p in report["problems"]] == ["line 2", "line 4"]  # type: ignore[attr-defined]
    answer = client.post("/api/v1/validate", content=f"[{good}, {good}]").json()
    assert (answer["valid"], len(answer["records"])) == (True, 2)


WITH_FURTHER = CARD.replace("id: medqa", "id: medqa-copy").replace(
    "\ndimensions:\n",
    """
dimensions:
  novelty:
    answer: Public for years.
    values: [VALUE]
    source: {url: "https://doi.org/10.48550/arXiv.2009.13081"}
""",
)


def test_a_further_dimension_takes_its_own_values(client: TestClient) -> None:
    body = WITH_FURTHER.replace("VALUE", "possibly-seen")
    report = client.post("/api/v1/validate", content=body).json()
    assert (report["valid"], report["problems"]) == (True, [])


def test_a_further_dimension_refuses_the_values_of_another(client: TestClient) -> None:
    report = post(client, WITH_FURTHER.replace("VALUE", "every-trial"))
    assert "every-trial" in str(report["detail"])
    assert "known-seen, possibly-seen, unseen" in str(report["detail"])


def test_where_lower_is_better_a_loss_is_changed_minus_evaluation(client: TestClient) -> None:
    report = post(client, GAP.replace("higher_is_better: true", "higher_is_better: false"))
    assert "61, but 34 minus 95 is -61" in str(report["problems"])


def test_an_unverified_gap_may_not_hide_numbers_in_its_scores(client: TestClient) -> None:
    report = post(client, GAP.replace("verification: full-text", "verification: unverified"))
    assert "carries a number that a query could pick up" in str(report["problems"])


def test_silence_about_an_interval_is_noticed(client: TestClient) -> None:
    silent = GAP.replace("    not_given: interval-not-reported\n", "").replace(
        "4o-reported", "4o-silent"
    )
    report = client.post("/api/v1/validate", content=silent).json()
    assert report["valid"]
    assert "without an interval and does not say why" in str(report)
