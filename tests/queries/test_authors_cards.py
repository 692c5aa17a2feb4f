"""The authors' own cards answer the mission's query after an import alone, in an empty store."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.web.app import create_app
from tests.cli.conftest import command
from tests.loaders.test_labels import used_by_readers
from tests.measured_rules import RULES
from tests.pages import rows

CARD = """benchmark_name: {name}
citation: made-up
intended_use_case: {{answer: Sorts calls., {context}: A ward}}
{task}:
  interaction_type:
    question: Single or multi-turn?
    answer: "{answer}"
    holds_at_deployment: "{holds}"
  query_authorship: {{question: q, answer: Two nurses.}}
"""
NO = "No. Deployment features multi-turn interactions."
CARDS = (
    CARD.format(name="One", task="contextual", context="holds_at_deployment",
                answer="Single-shot prompts only.", holds=NO),
    CARD.format(name="Two", task="task", context="deployment_context", answer="single-shot",
                holds="No. Deployment features multi-turn interactions between nurses and it."),
    CARD.format(name="Three", task="task", context="deployment_context", answer="Single turn",
                holds=NO),
    CARD.format(name="Other", task="task", context="deployment_context", answer="It depends.",
                holds="Yes. It does."),
)  # fmt: skip
"""Cards as the authors write theirs, in both generations, and one whose turns are only words."""
MISSION = "dimension=interaction-type&assumed=single-turn&deployed=multi-turn"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, str]]:
    """Return a service that has these cards and nothing else, and what their import printed."""
    folder: Path = tmp_path_factory.mktemp("authors")
    for number, text in enumerate(CARDS):
        (folder / f"card-{number}.yaml").write_text(text, encoding="utf-8")
    done = command(folder / "store", "import", *sorted(folder.glob("*.yaml")), seed=False)
    assert done.returncode == 0, done.stderr
    with TestClient(create_app(Settings(store=folder / "store", seed=False))) as client:
        yield client, done.stdout + done.stderr


def test_the_missions_query_finds_each_card_and_marks_it_as_claimed(
    alone: tuple[TestClient, str],
) -> None:
    found = rows(alone[0].get(f"/queries/assumed-vs-deployed.csv?{MISSION}"))
    assert sorted(r["benchmarkTitle"] for r in found) == ["One", "Three", "Two"]
    assert {r["claimed"] for r in found} == {"True"}
    assert all(r["deploymentTitle"] == "A ward" for r in found)


def test_coverage_tells_words_from_codes(alone: tuple[TestClient, str]) -> None:
    client, printed = alone
    assert "claimed, claimed in words" in " ".join(printed.split())
    assert "queries by value will not find it" in printed
    counted = {
        (r["dimension"].rpartition("/")[2], r["standing"]): r["answers"]
        for r in rows(client.get("/queries/coverage.csv"))
    }
    assert counted["interaction-type", "claimed"] == "3"
    assert counted["interaction-type", "claimed in words"] == "1"
    assert counted["query-authorship", "claimed in words"] == "4"


def test_every_rule_of_a_reader_can_be_looked_up(alone: tuple[TestClient, str]) -> None:
    client, _ = alone
    names = {rule.name for rule in RULES} | used_by_readers()
    assert "template-other-turns@1" in names
    for name in names:
        found = client.get(f"/doc/code/derivation-rule/{name.replace('@', '-v')}.ttl")
        assert found.status_code == 200, name
        assert f'"{name}"' in found.text
        assert "Measured on labels" in found.text or "needs no sample" in found.text
