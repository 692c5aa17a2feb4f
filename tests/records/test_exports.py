"""Cards come back as the files that people keep, word for word."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from ruamel.yaml import YAML

from loaders.contract import Document, Raw, Rejected
from loaders.registry import documents, read
from service.ingest.versioning import hash_of
from tests.services import service_with

CARD = """benchmark_name: "Demo & <b>co</b>"
citation: "demo2026"
version: "v2"
intended_use_case:
  answer: "Naming *the* diagnosis."
  deployment_context: >
    Patients ask a chatbot.
  evidence: One study.
task:
  query_authorship:
    question: "Who wrote it?"
    answer: |
      Seven physicians: "experts".
        Indented, with # and ünïcode.

      A last line.
    holds_at_deployment: "No. Nobody else writes."
  information_completeness:
    question: "Is it complete?"
    answer: "Yes. All of it."
    holds_at_deployment: "Hard to say, it depends: on the day."
  interaction_type:
    question: "Turns?"
    answer: "Single-shot prompts only."
    holds_at_deployment: "Nothing is said."
outcome:
  decision_mediation:
    question: "Final?"
    answer:
    holds_at_deployment: "Partially. Users decide."
  outcome_validity:
    question: "Outcome?"
    answer: "- not: a list"
    confidence: "0.90"
    holds_at_deployment: "Yes"
  colour: {answer: blue, "a/b": "x: y"}
notes: "= a note"
contact: jane@site.test
"""


def flat(text: str) -> dict[str, str]:
    """Return every text of a YAML file by its path, trimmed; what is empty is not there."""

    def walk(node: object, path: str) -> dict[str, str]:
        if isinstance(node, dict):
            return {k: v for key in node for k, v in walk(node[key], f"{path}/{key}").items()}
        return {path: str(node).strip()} if node not in (None, "") else {}

    return walk(YAML(typ="safe").load(text), "")


def authors(client: TestClient) -> str:
    (card,) = (
        c["id"]
        for c in client.get("/api/v1/cards?limit=100").json()["items"]
        if c["id"].startswith("authors-")
    )
    context = f"{card.partition('/')[0]}-context"
    answer = client.get(f"/api/v1/cards/{card}.authors", params={"deployment": context})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/vnd.evalgap.authors+yaml")
    return answer.text


def test_the_authors_yaml_comes_back_word_for_word(tmp_path: Path) -> None:
    with service_with(tmp_path, CARD) as client:
        assert flat(authors(client)) == flat(CARD)


def test_the_authors_own_cards_come_back_word_for_word(real_cards: Path, tmp_path: Path) -> None:
    for path in sorted(real_cards.glob("naveenr414/v2-*/cards/*.yaml")):
        text = path.read_text(encoding="utf-8")
        use = "/intended_use_case/"
        given = {
            k.replace(f"{use}holds_at_deployment", f"{use}deployment_context"): v
            for k, v in flat(text).items()
        }
        folder = tmp_path / path.stem
        folder.mkdir()
        with service_with(folder, text) as client:
            assert flat(authors(client)) == given


@pytest.mark.one_engine
def test_every_shipped_card_comes_back_as_the_same_record(client: TestClient) -> None:
    for item in client.get("/api/v1/cards?limit=100").json()["items"]:
        first = client.get(f"/api/v1/cards/{item['id']}.yaml").text
        document = read(Raw("card.yaml", first.encode()))
        (record,) = document.records  # type: ignore[union-attr]
        again = client.get(f"/api/v1/cards/{item['id']}").json()
        assert record.id == item["id"]
        assert {a.dimension: a.answer for a in record.assumptions} == {  # type: ignore[union-attr]
            a["dimension"]: a.get("answer") for a in again["assumptions"]
        }


@pytest.mark.parametrize("kind", ["gaps", "reviews", "plans"])
def test_other_records_come_back_as_evalgap_yaml(client: TestClient, kind: str) -> None:
    for item in client.get(f"/api/v1/{kind}?limit=3").json()["items"]:
        text = client.get(
            f"/api/v1/{kind}/{item['id']}", headers={"Accept": "application/yaml"}
        ).text
        document = read(Raw("record.yaml", text.encode()))
        assert [r.id for r in document.records] == [item["id"]]  # type: ignore[union-attr]


def test_markdown_keeps_text_as_text(tmp_path: Path) -> None:
    with service_with(tmp_path, CARD) as client:
        (ident,) = (
            c["id"]
            for c in client.get("/api/v1/cards?limit=100").json()["items"]
            if c["id"].startswith("authors-")
        )
        text = client.get(f"/api/v1/cards/{ident}.md").text
    assert text.splitlines()[0] == "# Demo &amp; \\<b\\>co\\</b\\>"
    assert "Naming \\*the\\* diagnosis." in text
    assert "*Not stated.*" in text


def test_a_review_that_is_not_there_is_refused_with_those_that_are(client: TestClient) -> None:
    answer = client.get("/api/v1/cards/medqa/evalgap.authors?deployment=nowhere")
    assert answer.status_code == 400
    assert "public-self-assessment" in answer.json()["known"]
    other = client.get("/api/v1/cards/medqa/evalgap.authors?deployment=legal-research-tools")
    assert other.status_code == 404
    assert "legal-research-tools" in other.json()["detail"]


def test_a_card_of_another_source_has_no_form_of_it(client: TestClient) -> None:
    assert client.get("/api/v1/cards/medqa/evalgap.source").status_code == 406


@pytest.mark.parametrize("suffix", ["ttl", "nt", "rdf", "jsonld", "json"])
def test_what_is_served_as_rdf_is_read_as_the_same_record(client: TestClient, suffix: str) -> None:
    path = "/api/v1/cards/bean2026-scenarios/raman-et-al"
    text = client.get(f"{path}.{suffix}").text
    (document,) = documents(Raw(f"card.{suffix}", text.encode()))
    assert isinstance(document, Document)
    assert not document.warnings
    (yaml,) = documents(Raw("card.yaml", client.get(f"{path}.yaml").content))
    assert isinstance(yaml, Document)
    # a graph has no order of values, so what is the same is what a hash of the record says
    (one,), (other,) = document.records, yaml.records
    assert hash_of(one) == hash_of(other)
    assert one.model_dump(exclude={"assumptions"}) == other.model_dump(exclude={"assumptions"})


@pytest.mark.one_engine
def test_every_kind_of_record_comes_back_from_turtle(client: TestClient) -> None:
    for kind in ("gaps", "reviews", "cards"):
        for item in client.get(f"/api/v1/{kind}?limit=5").json()["items"]:
            text = client.get(f"/api/v1/{kind}/{item['id']}.ttl").text
            (document,) = documents(Raw("x.ttl", text.encode()))
            assert [r.id for r in document.records] == [item["id"]]  # type: ignore[union-attr]


CARD_TTL = """@prefix egap: <https://w3id.org/evalgap/ontology#> .
<{iri}> a egap:BenchmarkCard ; <http://purl.org/dc/terms/title> "Own" ;
  <http://www.w3.org/ns/prov#wasAttributedTo> <https://w3id.org/evalgap/id/agent/ann> ;
  egap:describesBenchmark <https://w3id.org/evalgap/id/benchmark/own> ; <urn:odd> "kept?" ;
  egap:hasAssumption [ a egap:Assumption ;
    egap:onDimension <https://w3id.org/evalgap/dimension/interaction-type> ;
    egap:answerText "One turn." ] .
<https://w3id.org/evalgap/id/agent/ann> a <http://www.w3.org/ns/prov#Agent> ;
  <https://schema.org/name> "Ann" .
<https://w3id.org/evalgap/id/benchmark/own> a egap:Benchmark .
"""


def test_rdf_written_by_hand_is_read_with_blank_nodes_and_a_warning() -> None:
    text = CARD_TTL.format(iri="https://w3id.org/evalgap/id/card/own/ann/1")
    (document,) = documents(Raw("x.ttl", text.encode()))
    assert isinstance(document, Document), document
    assert [(a.dimension, a.answer) for a in document.records[0].assumptions] == [  # type: ignore[attr-defined]
        ("interaction-type", "One turn.")
    ]
    assert [w.field for w in document.warnings] == ["urn:odd"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("x.ttl", CARD_TTL.format(iri="urn:x"), "not named as its kind"),
        ("x.ttl", "@prefix e: <https://w3id.org/evalgap/> . e:a e:b <unclosed", "cannot be read"),
        ("x.ttl", "<https://w3id.org/evalgap/a> a <urn:c> .", "no record"),
        ("x.ttl", "<urn:a> <urn:b> <urn:c> .", "No format reads"),
        (
            "x.json",
            '{"@context": ["https://x.invalid/c", {"e": "https://w3id.org/evalgap/"}]}',
            "remote",
        ),
        ("x.json", '{"@context": "https://x.invalid/c"}', "remote context"),
    ],
)
def test_rdf_that_is_no_record_is_set_aside(name: str, text: str, words: str) -> None:
    (found,) = documents(Raw(name, text.encode()))
    assert isinstance(found, Rejected)
    assert words in found.problems[0].sentence()
