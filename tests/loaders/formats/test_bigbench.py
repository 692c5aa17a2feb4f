"""Tasks of BIG-bench: known by folder and file, since names repeat."""

from pathlib import Path
from typing import Any

from tests.loaders.reading import card, cards, formats, outcomes, put, real, silent, violations


def task(name: str) -> dict[str, Any]:
    return {
        "canary": "canary GUID 26b5",
        "name": name,
        "description": "Put things in order.",
        "keywords": ["logical reasoning", "zero-shot"],
        "metrics": ["multiple_choice_grade"],
        "preferred_score": "multiple_choice_grade",
        "append_choices_to_input": False,
        "examples": [{"input": "?", "target_scores": {"a": 1}}],
    }


def test_a_task_becomes_an_implementation(tmp_path: Path) -> None:
    found = card(put(tmp_path, {"snarks.json": task("snarks")}), "snarks.json")
    assert (found.title, found.harness) == ("snarks", "BIG-bench")
    assert found.metrics == ("multiple_choice_grade",)
    assert found.keywords == ("logical reasoning", "zero-shot")
    assert "append_choices_to_input = false" in found.settings
    assert silent(found)


def test_the_canary_stays_with_the_record(tmp_path: Path) -> None:
    assert "canary GUID 26b5" in card(put(tmp_path, {"t.json": task("t")}), "t.json").notes


def test_subtasks_of_one_name_stay_apart_and_can_be_told_apart(tmp_path: Path) -> None:
    files = {f"benchmark_tasks/{t}/three_objects/task.json": task("three_objects") for t in "ab"}
    found = cards(outcomes(put(tmp_path, files)))
    assert len({r.id for r in found}) == 2
    assert {r.title for r in found} == {
        "three_objects (a/three_objects)", "three_objects (b/three_objects)",
    }  # fmt: skip


def test_the_real_files_are_all_accounted_for() -> None:
    found = real("bigbench")
    assert formats(found) == {"bigbench": 15, "set aside": 1}
    assert len({r.id for r in cards(found)}) == 15
    assert violations(cards(found)) == []
