"""`evalgap claim` as a user runs it."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import command

CLAIM = ("claim", "--benchmark", "medqa", "--score", "95", "--use", "public-self-assessment")
CARD = """evalgap: 1
benchmark_name: Quiz
benchmark: {id: quiz, abbreviation: QZ, description: Made up., domains: [law]}
card: {author: {id: tester, name: A tester}}
task:
  interaction_type:
    {answer: One question., values: [single-turn], source: {url: "https://example.org/quiz"}}
"""
USE = """characteristics: {interaction-type: multi-turn}
domains: [law]
title: Advice over a counter
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder without a store: the shipped records are read into memory."""
    return tmp_path_factory.mktemp("claim") / "none"


def test_it_says_what_the_page_says(store: Path) -> None:
    said = command(store, *CLAIM, "--model", "GPT-4o")
    assert said.returncode == 0, said.stderr
    for words in (
        "“95 % on MedQA” rests on five assumptions. All five are violated here.",
        "95 has no unit and is read as per cent.",
        "How many turns (interaction type): violated",
        "11.83 (95 % CI 0.63 to 23.04 (by scenario)): Who writes the question + How much is told;",
        "How much is told; accuracy of one answer: 25.22 to 35.31, 2 figures, 1 study",
        "What is counted, alone: not measured",
        "88.14 %, Accuracy, n 1,273: gap/afrimedqa2025-gpt4o",
    ):
        assert words in said.stdout
    found = json.loads(command(store, *CLAIM, "--format", "json").stdout)
    assert found["ladders"][0]["total"] == 60.67


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--score", "195 %"), "a score in per cent lies between 0 and 100"),
        (("--benchmark", "mdeqa"), "Did you mean medqa"),
        (("--use", "nowhere"), "There is no deployment 'nowhere' here."),
    ],
)
def test_what_cannot_be_checked_ends_with_2(
    store: Path, changed: tuple[str, str], said: str
) -> None:
    found = command(store, *CLAIM, *changed)
    assert found.returncode == 2
    assert said in found.stderr


def test_where_nothing_was_measured_it_says_so_and_that_this_is_no_sign(tmp_path: Path) -> None:
    card, use, store = tmp_path / "quiz.yaml", tmp_path / "use.yaml", tmp_path / "store"
    card.write_text(CARD)
    use.write_text(USE)
    assert command(store, "import", card, seed=False).returncode == 0
    claim = ("claim", "--benchmark", "QZ", "--score", "80 %", "--use", use)
    said = command(store, *claim, seed=False)
    assert said.returncode == 0, said.stderr
    assert "Nothing was measured for what breaks here." in said.stdout
    assert "How many turns, alone: not measured" in said.stdout
    assert "How many turns: what is lost through it. Nothing was measured." in said.stdout
    found = json.loads(command(store, *claim, "--format", "json", seed=False).stdout)
    assert (found["losses"], found["not_measured"]) == ([], ["interaction-type"])
