"""`evalgap withdraw`, `reinstate` and `imports`: as on a store of one's own."""

import json
from pathlib import Path

from tests.cli.conftest import Run

CARD = """evalgap: 1
benchmark_name: {title}
benchmark: {{id: own}}
card: {{author: {{id: me, name: Me}}, origin: third-party}}
"""
BY = ("--by", "jane=Jane Doe", "--reason")


def test_a_record_is_withdrawn_and_counts_again(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(CARD.format(title="Own"), "utf-8")
    assert run("import", file, seed=False).returncode == 0
    done = run("withdraw", "card/own/me", *BY, "It is another one.", seed=False)
    assert done.stdout == "card/own/me is withdrawn from version 2 on\n", done.stderr
    again = run("withdraw", "card/own/me", *BY, "It is another one.", seed=False)
    assert again.returncode == 2
    assert "withdrawn already" in again.stderr
    file.write_text(CARD.format(title="Own, second edition"), "utf-8")
    kept = run("import", file, seed=False)
    assert "kept as a new version, still withdrawn" in kept.stdout + kept.stderr
    assert "egap:BenchmarkCard" not in run("query", "records-by-kind", seed=False).stdout
    shown = run("show", "card/own/me", seed=False).stdout
    assert "status: withdrawn" in shown
    assert "name: Jane Doe" in shown
    back = run("reinstate", "card/own/me", *BY, "It was the right one.", seed=False)
    assert back.stdout == "card/own/me is accepted from version 4 on\n", back.stderr
    assert run("withdraw", "own", *BY, "It is another one.", seed=False).returncode == 2


def test_imports_are_listed_shown_and_undone(run: Run, tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / "own.yaml").write_text(CARD.format(title=f"Own {number}"), "utf-8")
        assert run("import", "--replace", tmp_path / "own.yaml", seed=False).returncode == 0
    listed = run("imports", "list", "--json", seed=False).stdout.splitlines()
    second, first = map(json.loads, listed)
    assert (first["new"], first["revised"]) == (1, 0)
    assert (second["new"], second["revised"]) == (0, 1)
    assert str(tmp_path) in second["about"]
    shown = run("imports", "show", second["id"][:8], seed=False).stdout
    assert "card/own/me/2  revised version 1" in shown
    dry = run("imports", "undo", first["id"], "--dry-run", seed=False)
    assert dry.returncode == 1
    assert "rests on it: card/own/me (version 2, by the import" in dry.stdout
    assert run("imports", "undo", first["id"], seed=False).returncode == 2
    for number in (second["id"], first["id"]):
        assert run("imports", "undo", number, "--dry-run", seed=False).returncode == 0
        done = run("imports", "undo", number, seed=False)
        assert done.returncode == 0, done.stderr
    gone = run("show", "card/own/me", seed=False)
    assert gone.returncode == 2
    assert "is gone" in gone.stderr
    again = run("imports", "undo", first["id"], seed=False)
    assert (again.returncode, "undone already" in again.stderr) == (2, True)
    assert "undone 20" in run("imports", "list", seed=False).stdout
