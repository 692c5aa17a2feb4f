"""The authors' template: which answers are values, which are words, and what a verdict says."""

from typing import Any

import pytest

from loaders.contract import Document, Raw
from loaders.formats.card_template import INTERACTION_WORDS, YES_WORDS
from loaders.model import Profile
from loaders.registry import read
from tests.loaders.reading import on, reasons, violations

CARD = """benchmark_name: Ward calls
citation: made-up
task:
  information_completeness: {{question: q, answer: {complete}}}
  interaction_type: {{question: q, answer: {turns}, holds_at_deployment: {holds}}}
outcome:
  decision_mediation: {{question: q, answer: {decides}}}
"""


def card(**answers: str) -> Document:
    """Return a card with these answers; the others are not given."""
    given = {"complete": "null", "turns": "null", "holds": "null", "decides": "null"}
    quoted = {name: f'"{words}"' for name, words in answers.items()}
    found = read(Raw("card.yaml", CARD.format(**given | quoted).encode()))
    assert isinstance(found, Document)
    return found


def values(record: Any, dimension: str) -> set[str]:
    return {c.code.rpartition("/")[2] for c in on(record, dimension).codings}


@pytest.mark.parametrize(
    ("answer", "turns"),
    [
        ("single-shot", {"single-turn"}),
        ("Single turn", {"single-turn"}),
        ("Single-Shot prompts only.", {"single-turn"}),
        ("single", {"single-turn"}),
        ("single-turn only", {"single-turn"}),
        ("Multi turn", {"multi-turn"}),
        ("multi-turn (up to 5)", {"multi-turn"}),
        ("Multi-turn, up to 10 turns", {"multi-turn"}),
        ("both", {"single-turn", "multi-turn"}),
        ("Both.", {"single-turn", "multi-turn"}),
        ("single-turn and multi-turn", {"single-turn", "multi-turn"}),
        ("single-shot / multi-turn / both", set()),
        ("Not single-turn", set()),
        ("single-turn, mostly", set()),
        ("multi-turn (5)", set()),
        ("It depends.", set()),
    ],
)
def test_whole_answers_on_turns_are_values_and_others_warned_of(
    answer: str, turns: set[str]
) -> None:
    found = card(turns=answer)
    assert values(found.records[0], "interaction-type") == turns
    said = reasons(found)
    assert ("kept as words; queries by value will not find it" in said) is not bool(turns)
    assert ("Write one of: single-turn, single-shot, multi-turn, both." in said) is not bool(turns)
    assert on(found.records[0], "interaction-type").answer == answer


@pytest.mark.parametrize(
    ("answer", "read_as"),
    [
        ("Yes", True),
        ("Yes. All facts are there.", True),
        ("True", True),
        ("Complete", True),
        ("Yes, all.", True),
        ("Yes, but the age is missing.", False),
        ("Yes. However, the age is missing.", False),
        ("Yes, mostly", False),
        ("No.", False),
        ("Yesterday's cases are.", False),
    ],
)
def test_yes_is_read_where_it_is_the_whole_first_sentence(answer: str, read_as: bool) -> None:  # noqa: FBT001
    found = card(complete=answer)
    coded = on(found.records[0], "information-completeness").codings
    assert [(c.code, c.rule) for c in coded] == (
        [("information-completeness/complete", "template-first-word-yes@1")] if read_as else []
    )
    assert ("Of this question Yes alone is read" in reasons(found)) is not read_as


@pytest.mark.parametrize(
    ("answer", "holds", "turns"),
    [
        ("single-shot", "No. Deployment features multi-turn interactions.", "multi-turn"),
        ("Single turn", "No. Nurses and the system talk over several turns.", "multi-turn"),
        ("single-shot", "No: real use is multi-turn, with patients who ask back.", "multi-turn"),
        ("multi-turn", "No. Each call is single-shot.", "single-turn"),
        ("single-shot", "Yes. Deployment features multi-turn interactions.", None),
        ("single-shot", "Partially. Deployment features multi-turn interactions.", None),
        ("single-shot", "No. Deployment never features multi-turn interactions.", None),
        ("single-shot", "No. Deployment may feature multi-turn interactions.", None),
        ("single-shot", "No. Single-turn and multi-turn interactions occur.", None),
        ("single-shot", "No. Nurses decide.", None),
        ("both", "No. Deployment features multi-turn interactions.", None),
        ("It depends.", "No. Deployment features multi-turn interactions.", None),
        ("multi-turn", "No. Deployment features multi-turn interactions.", None),
    ],
)
def test_a_verdict_that_names_the_other_turns_says_how_the_deployment_is(
    answer: str, holds: str, turns: str | None
) -> None:
    found = card(turns=answer, holds=holds)
    (profile,) = (r for r in found.records if isinstance(r, Profile))
    if turns is None:
        assert profile.characteristics == ()
        return
    (one,) = profile.characteristics
    (coding,) = one.codings
    assert one.observed == (coding.code,) == (f"interaction-type/{turns}",)
    assert (coding.basis, coding.rule) == ("derived", "template-other-turns@1")
    assert coding.source_text == one.answer == holds
    assert one.claimed
    assert violations([r for r in found.records if r.kind != "review"]) == []


def test_the_manual_gives_the_tables_that_are_read() -> None:
    from tests.manual import page  # noqa: PLC0415 - imports the whole service

    text = page("import")
    for answer in [*INTERACTION_WORDS, *(w for _, words in YES_WORDS.values() for w in words)]:
        assert f"`{answer}`" in text, answer
