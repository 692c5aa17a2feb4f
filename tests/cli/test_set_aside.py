"""What was set aside: kept byte for byte, listed, re-tried, exported, cleared once it goes in."""

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from service.ingest.pipeline import BATCH
from tests.cli.conftest import Run

GOOD = '{"benchmark_details": {"name": "Good"}}'
REVIEW = """evalgap: 1
reviews:
- {deployment: public-self-assessment, card: late/nobody, author: {id: a, name: A},
   verdicts: {interaction_type: {verdict: violated, rationale: It takes turns.}}}
"""
LATE = """evalgap: 1
benchmark_name: Late
benchmark: {id: late}
card: {author: {id: nobody, name: N}}
"""


MATCHES = """evalgap: 1
matches:
- {subject: benchmark/medqa, target: benchmark/late, relation: variant-of, reasons: [A test.]}
- {subject: benchmark/late, target: benchmark/medqa, relation: variant-of, reasons: [A test.]}
"""


def listed(run: Run) -> list[dict[str, Any]]:
    lines = run("set-aside", "list", "--json", seed=False).stdout.splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """Return a folder of one card that is good, one broken, and lines with one broken."""
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "good.json").write_text(GOOD)
    (folder / "broken.yaml").write_bytes(b"benchmark_name: [caf\xe9\r\n")
    (folder / "lines.jsonl").write_text(f'{GOOD}\n{{"oops": \n{GOOD.replace("Good", "Two")}\n')
    return folder


def test_a_record_is_kept_byte_for_byte_with_place_reason_and_mend(run: Run, cards: Path) -> None:
    run("import", cards, seed=False)
    entries = {Path(e["source"]).name: e for e in listed(run)}
    assert set(entries) == {"broken.yaml", "lines.jsonl"}
    assert entries["lines.jsonl"]["place"] == "line 2"
    problem = entries["broken.yaml"]["problems"][0]
    assert "line 2" in problem["message"]
    assert problem["mend"]
    run("set-aside", "export", cards.parent / "out", seed=False)
    with (cards.parent / "out/reasons.csv").open(encoding="utf-8", newline="") as file:
        files = {Path(row["source"]).name: row["file"] for row in csv.DictReader(file)}
    kept = (cards.parent / "out" / files["broken.yaml"]).read_bytes()
    assert kept == (cards / "broken.yaml").read_bytes()
    assert (cards.parent / "out" / files["lines.jsonl"]).read_bytes() == b'{"oops": \n'


def test_the_list_names_id_source_place_and_reason(run: Run, cards: Path) -> None:
    run("import", cards, seed=False)
    lines = run("set-aside", "list", "--all", seed=False).stdout.splitlines()
    assert len(lines) == 2
    assert f"{cards / 'lines.jsonl'}, line 2: The JSON breaks off" in lines[1]
    ident = lines[1].split()[0]
    assert run("set-aside", "show", ident, "--content", seed=False).stdout == '{"oops": \n'
    assert json.loads(run("set-aside", "show", ident, seed=False).stdout)["place"] == "line 2"


def test_the_same_twice_is_one_entry(run: Run, cards: Path) -> None:
    run("import", cards, seed=False)
    run("import", cards, seed=False)
    assert [e["times"] for e in listed(run)] == [2, 2]


def test_a_mended_record_is_cleared_by_its_import(run: Run, cards: Path) -> None:
    run("import", cards, seed=False)
    (cards / "broken.yaml").write_text(GOOD)
    mended = (cards / "lines.jsonl").read_text().replace('{"oops": ', GOOD.replace("Good", "One"))
    (cards / "lines.jsonl").write_text(mended)
    done = run("import", cards, seed=False)
    assert done.returncode == 0, done.stderr
    assert listed(run) == []


def test_a_dry_run_keeps_nothing(run: Run, cards: Path) -> None:
    assert run("import", "--dry-run", cards, seed=False).returncode == 1
    assert listed(run) == []
    assert '"Good"' not in run("export", seed=False).stdout


def test_a_retry_takes_in_what_only_lacked_another_record(run: Run, tmp_path: Path) -> None:
    (tmp_path / "review.yaml").write_text(REVIEW)
    (tmp_path / "late.yaml").write_text(LATE)
    assert run("import", tmp_path / "review.yaml").returncode == 1
    assert run("set-aside", "retry").returncode == 1
    (tmp_path / "review.yaml").unlink()
    assert run("import", tmp_path / "late.yaml").returncode == 0
    done = run("set-aside", "retry", listed(run)[0]["id"])
    assert done.returncode == 0, done.stderr
    assert listed(run) == []
    assert "It takes turns." in run("export").stdout


@pytest.mark.parametrize("early", [REVIEW, MATCHES])
def test_what_is_read_before_the_record_it_names_is_tried_again_after_all_others(
    run: Run, tmp_path: Path, early: str
) -> None:
    folder = tmp_path / "ordered"
    folder.mkdir()
    (folder / "a.yaml").write_text(early)
    lines = (f"{GOOD.replace('Good', str(n))}\n" for n in range(BATCH))
    (folder / "b.jsonl").write_text("".join(lines))
    (folder / "c.yaml").write_text(LATE)
    done = run("import", folder)
    assert done.returncode == 0, done.stderr + done.stdout
    assert not listed(run)


def test_what_names_a_record_that_is_set_aside_is_set_aside_too(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "together"
    folder.mkdir()
    (folder / "a.yaml").write_text(LATE.replace("N}}", "N}, domains: [none-such]}"))
    (folder / "b.yaml").write_text(REVIEW)
    (folder / "c.yaml").write_text(MATCHES)
    assert run("import", folder).returncode == 1
    told = {Path(e["source"]).name: e["problems"][0]["message"] for e in listed(run)}
    assert set(told) == {"a.yaml", "b.yaml", "c.yaml"}
    assert "not in the graph" in told["b.yaml"]
    assert "not a benchmark" in told["c.yaml"]


def test_a_retry_finds_a_line_at_its_old_place(run: Run, cards: Path) -> None:
    run("import", cards / "lines.jsonl", seed=False)
    done = run("set-aside", "retry", seed=False)
    assert done.returncode == 1
    assert f"{cards / 'lines.jsonl'}, line 2: The JSON breaks off" in done.stderr
    assert [e["times"] for e in listed(run)] == [2]


def test_a_retry_finds_what_a_file_of_an_archive_includes(run: Run, tmp_path: Path) -> None:
    archive = tmp_path / "tasks.zip"
    for base in ("repeats: [1", "dataset_path: owner/mended"):
        with zipfile.ZipFile(archive, "w") as made:
            made.writestr("deep/t.yaml", "task: t\ninclude: _base\n")
            made.writestr("deep/_base", base)
        if base.startswith("repeats"):
            assert run("import", archive).returncode == 1
    entry = next(e for e in listed(run) if e["source"].endswith("t.yaml"))
    done = run("set-aside", "retry", entry["id"])
    assert done.returncode == 0, done.stdout + done.stderr
    assert "huggingface:owner/mended" in run("export").stdout


def test_past_the_bound_reasons_are_kept_and_it_is_said(
    run: Run, cards: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALGAP_MAX_SET_ASIDE_BYTES", "12")
    done = run("import", cards, seed=False)
    assert "too many to be kept (set EVALGAP_MAX_SET_ASIDE_BYTES" in done.stderr
    kept = {Path(str(e["source"])).name: e["kept"] for e in listed(run)}
    assert kept == {"broken.yaml": False, "lines.jsonl": True}
    assert "bytes were not kept" in run("set-aside", "retry", seed=False).stderr


def test_forget_needs_an_id_that_is_there(run: Run, cards: Path) -> None:
    run("import", cards, seed=False)
    missing = run("set-aside", "forget", "zz", seed=False)
    assert (missing.returncode, len(listed(run))) == (2, 2)
    assert "Nothing is set aside under zz" in missing.stderr
    assert run("set-aside", "forget", listed(run)[0]["id"], seed=False).returncode == 0
    assert len(listed(run)) == 1


def test_the_file_may_stand_elsewhere_and_must_be_ours(
    run: Run, cards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALGAP_SET_ASIDE", str(tmp_path / "else/where.sqlite"))
    run("import", cards, seed=False)
    assert (tmp_path / "else/where.sqlite").exists()
    (tmp_path / "no.sqlite").write_text("not a database, and long enough to be seen as none " * 9)
    monkeypatch.setenv("EVALGAP_SET_ASIDE", str(tmp_path / "no.sqlite"))
    done = run("set-aside", "list", seed=False)
    assert done.returncode == 2
    assert "no file of set-aside records" in done.stderr


def test_formulas_are_guarded_and_names_cannot_leave_the_folder(run: Run, tmp_path: Path) -> None:
    done = run(
        "import", "-", "--name", "=../../evil", stdin='{"evalgap": 1, "=cmd()": 2}', seed=False
    )
    assert done.returncode == 1
    run("set-aside", "export", tmp_path / "out", seed=False)
    with (tmp_path / "out/reasons.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["source"], row["field"]) == ("'=../../evil", "'=cmd()")
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"reasons.csv", row["file"]}
    assert run("set-aside", "export", tmp_path / "out", seed=False).returncode == 2
