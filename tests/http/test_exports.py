"""Cards come back as the files that people keep, word for word."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from ruamel.yaml import YAML
from typer.testing import CliRunner

from loaders.base import Raw
from loaders.registry import read
from service.app import create_app
from service.cli import app
from service.config import Settings

CARD = """benchmark_name: "Demo & <b>co</b>"
citation: "demo2026"
version: "v2"
intended_use_case:
  answer: "Naming *the* diagnosis."
  deployment_context: >
    Patients ask a chatbot.
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
    holds_at_deployment: "Yes"
notes: "= a note"
"""


def flat(text: str) -> dict[str, str]:
    """Return every text of a YAML file by its path, trimmed; what is empty is not there."""

    def walk(node: object, path: str) -> dict[str, str]:
        if isinstance(node, dict):
            return {k: v for key in node for k, v in walk(node[key], f"{path}/{key}").items()}
        return {path: str(node).strip()} if node not in (None, "") else {}

    return walk(YAML(typ="safe").load(text), "")


def imported(text: str, folder: Path) -> TestClient:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    store = folder / "store"
    done = CliRunner().invoke(app, ["import", str(folder / "mine.yaml"), "--store", str(store)])
    assert done.exit_code == 0, done.output
    return TestClient(create_app(Settings(store=store)))


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
    with imported(CARD, tmp_path) as client:
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
        with imported(text, folder) as client:
            assert flat(authors(client)) == given


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
    with imported(CARD, tmp_path) as client:
        (ident,) = (
            c["id"]
            for c in client.get("/api/v1/cards?limit=100").json()["items"]
            if c["id"].startswith("authors-")
        )
        text = client.get(f"/api/v1/cards/{ident}.md").text
    assert "# Demo &amp; \\<b\\>co\\</b\\>" in text
    assert "Naming \\*the\\* diagnosis." in text
    assert "*Not stated.*" in text


def test_a_review_that_is_not_there_is_refused_with_those_that_are(client: TestClient) -> None:
    answer = client.get("/api/v1/cards/medqa/evalgap.authors?deployment=nowhere")
    assert answer.status_code == 400
    assert "public-self-assessment" in answer.json()["known"]
    other = client.get("/api/v1/cards/medqa/evalgap.authors?deployment=legal-research-tools")
    assert other.status_code == 404
    assert "legal-research-tools" in other.json()["detail"]
