"""The command line: what it prints, what it stores, and how it exits."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Run, command
from tests.durability import slice_of

ROOT = Path(__file__).parents[2]
CARD = ROOT / "data/cards/medqa.yaml"
SOKOL = {
    "benchmark_details": {
        "name": "Tiny <MASK> Bench",
        "domains": ["Healthcare"],
        "resources": ["https://github.com/user/repo", "https://doi.org/10.1000/182"],
    },
    "data": {"annotation": "Labels by two nurses.", "source": "N/A"},
    "methodology": {"metrics": ["accuracy"], "validation": "Not specified"},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with one good card, one bad card and one file that is no card."""
    found = tmp_path / "cards"
    found.mkdir()
    (found / "tiny.json").write_text(json.dumps(SOKOL), "utf-8")
    (found / "broken.yaml").write_text("benchmark_name: [x\n", "utf-8")
    (found / "notes.txt").write_text("hello", "utf-8")
    return found


def test_import_accounts_for_every_file_and_prints_the_coverage(run: Run, folder: Path) -> None:
    done = run("import", folder, seed=False)
    assert done.returncode == 1
    assert "set aside" in done.stdout
    assert "With warnings" in done.stdout
    assert "Coverage, card (1)" in done.stdout
    assert re.search(r"\d records in \d+\.\d s \(\d+ a second\)", done.stdout)
    assert "broken.yaml" in done.stderr
    assert "hold no card: 1 .txt" in done.stdout


def test_what_a_card_does_not_state_is_not_stated(run: Run, folder: Path) -> None:
    run("import", folder, seed=False)
    answer = run("query", "coverage", seed=False).stdout.splitlines()
    rows = dict(line.split("/")[-1].split(",", 1) for line in answer[1:])
    assert rows["query-authorship"] == "hinted,1"
    assert rows["decision-mediation"] == "not stated,1"


def test_the_same_import_twice_changes_nothing(run: Run, folder: Path) -> None:
    run("import", folder / "tiny.json", seed=False)
    before = run("export", seed=False).stdout
    again = run("import", folder / "tiny.json", seed=False)
    assert again.returncode == 0
    assert "unchanged" in again.stdout
    assert sorted(run("export", seed=False).stdout.splitlines()) == sorted(before.splitlines())


def test_a_changed_card_becomes_a_new_version_and_the_old_one_stays(run: Run, folder: Path) -> None:
    run("import", folder / "tiny.json", seed=False)
    changed = {**SOKOL, "data": {"annotation": "Labels by three nurses."}}
    (folder / "tiny.json").write_text(json.dumps(changed), "utf-8")
    run("import", folder / "tiny.json", seed=False)
    graph = run("export", seed=False).stdout
    assert "three nurses" in graph
    assert "two nurses" in graph
    replaced = [line for line in graph.splitlines() if "graph/provenance" in line]
    assert sum("isReplacedBy>" in line for line in replaced) == 1
    rows = run("query", "missing-answers", "--param", "dimension=query-authorship", seed=False)
    assert len(rows.stdout.splitlines()) == 2


def test_dry_run_stores_nothing(run: Run, folder: Path) -> None:
    run("import", "--dry-run", folder / "tiny.json", seed=False)
    assert "Tiny" not in run("export", seed=False).stdout


def test_the_report_holds_every_outcome(run: Run, folder: Path, tmp_path: Path) -> None:
    run("import", folder, "--report", tmp_path / "report.json", seed=False)
    report = {Path(o["source"]).name: o for o in json.loads((tmp_path / "report.json").read_text())}
    assert report["tiny.json"]["state"] == "new"
    assert "github.com/user/repo" in report["tiny.json"]["warnings"][0]["value"]
    assert report["broken.yaml"]["problems"][0]["mend"]


def test_validate_exits_0_for_good_1_for_bad_2_for_nothing(run: Run, folder: Path) -> None:
    assert run("validate", CARD).returncode == 0
    assert run("validate", folder / "broken.yaml").returncode == 1
    missing = run("validate", folder / "absent.yaml")
    assert missing.returncode == 2
    assert "does not exist" in missing.stderr
    assert run("validate").returncode == 2


def test_validate_needs_and_leaves_no_store(tmp_path: Path) -> None:
    assert command(tmp_path / "store", "validate", CARD).returncode == 0
    assert not (tmp_path / "store").exists()


def test_the_whole_shipped_data_is_valid(run: Run) -> None:
    files = [*(ROOT / "data").rglob("*.yaml")]
    done = run("validate", *files)
    assert done.returncode == 0, done.stderr


def test_a_card_comes_through_stdin(run: Run) -> None:
    assert run("validate", "-", stdin=CARD.read_text("utf-8")).returncode == 0


def test_query_prints_csv(seeded: Path) -> None:
    params = ("dimension=interaction-type", "assumed=single-turn", "deployed=multi-turn")
    flags = [f for p in params for f in ("--param", p)]
    lines = command(seeded, "query", "assumed-vs-deployed", *flags).stdout.splitlines()
    assert lines[0].startswith("benchmark,")
    assert any("bean2026-scenarios" in line for line in lines[1:])
    assert any("hager2024-licensing-exams" in line for line in lines[1:])


def test_query_without_a_name_lists_the_questions(seeded: Path) -> None:
    assert "assumed-vs-deployed" in command(seeded, "query").stdout


@pytest.mark.parametrize("args", [("nonsense",), ("what-breaks",), ("what-breaks", "--param", "x")])
def test_a_wrong_query_is_one_sentence_and_exit_2(seeded: Path, args: tuple[str, ...]) -> None:
    done = command(seeded, "query", *args)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_export_gives_the_whole_graph_back(seeded: Path, tmp_path: Path) -> None:
    command(seeded, "export", tmp_path / "all.nq")
    lines = (tmp_path / "all.nq").read_text("utf-8").splitlines()
    assert len(lines) > 5000
    assert any("graph/gap/bean2026-gpt4o-recomputed/1" in line for line in lines)


def test_a_damaged_archive_is_named_and_the_rest_is_imported(run: Run, folder: Path) -> None:
    shutil.make_archive(str(folder / "all"), "gztar", folder, "tiny.json")
    whole = (folder / "all.tar.gz").read_bytes()
    (folder / "all.tar.gz").write_bytes(whole[: len(whole) // 2])
    done = run("import", folder / "all.tar.gz", folder / "tiny.json", seed=False)
    assert "cannot be read to its end" in done.stderr
    assert "new" in done.stdout


def test_real_cards_of_the_authors_are_all_accounted_for(
    run: Run, real_cards: Path, tmp_path: Path
) -> None:
    done = run("import", real_cards / "naveenr414", "--report", tmp_path / "r.json", seed=False)
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "r.json").read_text("utf-8"))
    files = [p for p in (real_cards / "naveenr414").rglob("*") if p.is_file()]
    assert len(report) == len(files)
    imported = [o for o in report if o["state"] != "passed over"]
    assert {Path(o["source"]).name for o in imported} == {"bean2026.yaml", "hager2024.yaml"}
    assert all(o["problems"] for o in report if o["state"] == "set aside")


def test_every_sokolann_card_is_accounted_for(run: Run, real_cards: Path, tmp_path: Path) -> None:
    account_for(run, slice_of(real_cards / SOKOLANN, tmp_path, every=10), 3820 // 10)


SOKOLANN = "sokolann/BenchmarkCards_JSON.tar.gz"


def account_for(run: Run, archive: Path, number: int) -> None:
    done = run("import", "--quiet", archive, seed=False)
    assert done.returncode == 0, done.stderr
    rows = run("query", "coverage", seed=False).stdout.splitlines()
    assert sum(int(line.rsplit(",", 1)[1]) for line in rows if "information-comp" in line) == number
    coded = [line for line in rows if ",stated," in line or ",derived," in line]
    # they answer nothing of ours; a rule reads answer keys off their metrics
    assert [line.partition(",")[0].rpartition("/")[2] for line in coded] == ["outcome-validity"]


def test_a_card_is_shown_in_the_authors_template(seeded: Path) -> None:
    shown = command(
        seeded, "show", "card/bean2026-scenarios/raman-et-al", "--as", "authors",
        "--deployment", "public-self-assessment",
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "holds_at_deployment: No." in shown.stdout
    thing = command(seeded, "show", "deployment/public-self-assessment", "--as", "json")
    assert json.loads(thing.stdout)["profiles"][0]["deployment"]["id"] == "public-self-assessment"
    assert "\nname: Violated\n" in command(seeded, "show", "term/verdict/violated").stdout
    assert command(seeded, "show", "term/verdict/absent").returncode == 2
    assert command(seeded, "show", "card/nothing/here").returncode == 2
    assert command(seeded, "show", "gap/bean2026-gpt4o-reported", "--as", "md").returncode == 2


def test_sources_are_named(seeded: Path) -> None:
    shown = command(seeded, "show", "gap/bean2026-gpt4o-recomputed").stdout
    assert "\n# Bean et al. 2026, Nature Medicine: https://doi.org/10.1038/s41591" in shown
    summed = command(seeded, "evidence", "interaction-type").stdout
    assert "; from " in summed
    assert "doi.org" not in summed


def test_matches_are_printed_as_a_file_that_is_imported_again(run: Run, tmp_path: Path) -> None:
    cards = tmp_path / "cards"
    cards.mkdir()
    for name in ("a", "b"):
        card = {
            "benchmark_details": {"name": "Same", "resources": ["https://arxiv.org/abs/2101.00001"]}
        }
        card["benchmark_details"]["overview"] = name
        (cards / f"{name}.json").write_text(json.dumps({**card, "targeted_risks": {}}))
    assert run("import", cards, seed=False).returncode == 0
    made = run("match", seed=False)
    assert "Both name the paper arxiv:2101.00001." in made.stdout
    file = tmp_path / "matches.yaml"
    file.write_text(
        made.stdout.replace(
            "decision: propose", "decision: confirm\n    author: {id: ann, name: Ann}"
        )
    )
    stored = run("import", file, seed=False)
    assert stored.returncode == 0, stored.stderr
    assert "matches: []" in run("match", seed=False).stdout


def test_the_table_template_is_filled_in_and_imported(run: Run, tmp_path: Path) -> None:
    for name in ("cards.csv", "cards.xlsx"):
        file = tmp_path / name
        assert run("template", file).returncode == 0
        assert run("template", file).returncode == 2
    text = (tmp_path / "cards.csv").read_text("utf-8-sig")
    (tmp_path / "cards.csv").write_text(text + "Mine" + "," * text.count(",") + "\n", "utf-8-sig")
    assert run("import", tmp_path / "cards.csv", seed=False).returncode == 0
