"""An import that is killed leaves whole records, and the same command goes on."""

import json
import signal
from pathlib import Path

from tests.cli import conftest, test_interrupt
from tests.cli.conftest import Run
from tests.cli.test_interrupt import CARDS, interrupted

seeded, run, lines = conftest.seeded, conftest.run, test_interrupt.lines


def test_a_killed_import_leaves_whole_records_and_goes_on(
    run: Run, tmp_path: Path, lines: Path
) -> None:
    returncode, _ = interrupted(tmp_path, lines, signal.SIGKILL)
    assert returncode == -signal.SIGKILL
    done = run("import", lines, "--report", tmp_path / "again.json", seed=False)
    assert done.returncode == 0, done.stderr
    states = [o["state"] for o in json.loads((tmp_path / "again.json").read_text())]
    assert states.count("unchanged") >= 1
    assert len(states) == CARDS
    rows = run("query", "coverage", seed=False).stdout.splitlines()
    assert sum(int(r.rsplit(",", 1)[1]) for r in rows if "decision-mediation" in r) == CARDS
