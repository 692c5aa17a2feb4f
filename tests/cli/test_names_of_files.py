"""Cards that only the name of their file tells apart: none becomes a version of another."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Run

FORMS = {
    "authors": "benchmark_name: {}\ntask: {{query_authorship: {{answer: Experts.}}}}\n",
    "sokolann": '{{"benchmark_details": {{"name": "{}"}}}}',
    "auto": '{{"benchmark_card": {{"card_info": {{}}, "benchmark_details": {{"name": "{}"}}}}}}',
}


def put(folder: Path, name: str, title: str, form: str = "sokolann") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(FORMS[form].format(title))
    return path


def imported(run: Run, tmp_path: Path, *paths: Path | str) -> list[dict[str, Any]]:
    report = tmp_path / "report.json"
    run("import", *paths, "--report", report, seed=False)
    found: list[dict[str, Any]] = json.loads(report.read_text())
    return found


def series(outcome: dict[str, Any]) -> str:
    (iri, *_) = outcome["records"]
    return str(iri).rpartition("/")[0]


def states(outcomes: list[dict[str, Any]]) -> list[str]:
    return [outcome["state"] for outcome in outcomes]


@pytest.mark.parametrize("form", FORMS)
def test_files_of_one_name_in_several_folders_are_cards_of_their_own(
    run: Run, tmp_path: Path, form: str
) -> None:
    folder = tmp_path / "in"
    for name in ("health", "law", "school/law"):
        put(folder, f"{name}/card.yaml", name, form)
    first = imported(run, tmp_path, folder)
    assert states(first) == ["new"] * 3
    assert len({series(o) for o in first}) == 3
    again = imported(run, tmp_path, folder)
    assert (states(again), [series(o) for o in again]) == (
        ["unchanged"] * 3,
        [series(o) for o in first],
    )
    for outcome, name in zip(first, ("health", "law", "school/law"), strict=True):
        (alone,) = imported(run, tmp_path, folder / f"{name}/card.yaml")
        assert (alone["state"], series(alone)) == ("unchanged", series(outcome))


def test_a_folder_that_sorts_before_takes_no_key_away(run: Run, tmp_path: Path) -> None:
    (first,) = imported(run, tmp_path, put(tmp_path / "in", "law/card.json", "Law"))
    put(tmp_path / "in", "health/card.json", "Health")
    health, law = imported(run, tmp_path, tmp_path / "in")
    assert (law["state"], series(law)) == ("unchanged", series(first))
    assert series(health) != series(first)
    assert series(health).rpartition("/")[0].rpartition("-")[0].endswith("health-card")


def test_a_copy_or_a_moved_file_is_the_same_card(run: Run, tmp_path: Path) -> None:
    (first,) = imported(run, tmp_path, put(tmp_path, "a/qa.json", "QA"))
    (moved,) = imported(run, tmp_path, put(tmp_path, "b/qa.json", "QA"))
    assert (moved["state"], series(moved)) == ("unchanged", series(first))


def test_a_new_title_in_the_same_file_takes_replace(run: Run, tmp_path: Path) -> None:
    (first,) = imported(run, tmp_path, put(tmp_path, "a/qa.json", "QA"))
    mended = put(tmp_path, "a/qa.json", "QA, mended")
    (refused,) = imported(run, tmp_path, mended)
    assert refused["state"] == "set aside"
    assert "'QA'" in refused["problems"][0]["mend"]
    (second,) = imported(run, tmp_path, mended, "--replace")
    assert (second["state"], series(second)) == ("revised", series(first))
    assert second["records"][0].endswith("/2")
    assert "another title" in second["warnings"][0]["message"]


def test_lines_of_files_of_one_name_are_told_apart_too(run: Run, tmp_path: Path) -> None:
    for name in ("a", "b"):
        lines = (f'{{"benchmark_details": {{"name": "{name}{n}"}}}}\n' for n in range(2))
        put(tmp_path, f"in/{name}/x.jsonl", "").write_text("".join(lines))
    found = imported(run, tmp_path, tmp_path / "in")
    assert states(found) == ["new"] * 4
    assert len({series(o) for o in found}) == 4


def test_a_file_that_no_folder_tells_apart_is_set_aside_with_the_mend(
    run: Run, tmp_path: Path
) -> None:
    imported(run, tmp_path, put(tmp_path, "a/card.json", "Stored"))
    text = FORMS["sokolann"].format("Another")
    done = run("import", "-", "--name", "card.json", stdin=text, seed=False)
    assert done.returncode == 1
    assert "another title" in done.stderr + done.stdout
    assert "rename the file" in done.stderr + done.stdout
    assert run("import", "-", "--name", "other.json", stdin=text, seed=False).returncode == 0
