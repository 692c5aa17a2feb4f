"""What an import says of the fields of its sources, on the terminal and in its report."""

import json
from pathlib import Path

from tests.cli.conftest import Run
from tests.loaders.formats.samples import SOKOLANN

TASK = {"name": "t", "canary": "c", "contact": "me", "examples": [{"input": "?"}]}


def test_fields_are_counted_as_read_kept_and_left_out(run: Run, tmp_path: Path) -> None:
    folder, report = tmp_path / "cards", tmp_path / "report.json"
    folder.mkdir()
    (folder / "a.json").write_text(json.dumps(SOKOLANN))
    (folder / "t.json").write_text(json.dumps(TASK))
    for more in (["--dry-run"], ["--report", report]):
        said = run("import", folder, *more, seed=False).stdout
        assert "sokolann-json: fields: 15 read, 17 kept as text, 0 left out" in said
        assert "bigbench: fields: 2 read, 1 kept as text, 1 left out (examples 1)" in said
    card, task = json.loads(report.read_text())
    assert card["fields"] == {"read": 15, "kept": 17, "left_out": []}
    assert task["fields"]["left_out"] == ["examples"]
