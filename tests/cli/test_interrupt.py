"""Ctrl-C: whole records only, one sentence, exit code 130, and the same command goes on.

After a kill it does, too: `tests/soak/test_interrupt.py`.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import Run

CARDS = 3000
"""More than the first transactions store, so that an import is not done when it is stopped."""


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    """Return a file of more cards than one batch holds."""
    path = tmp_path / "cards.jsonl"
    cards = (json.dumps({"benchmark_details": {"name": f"Card {n}"}}) for n in range(CARDS))
    path.write_text("\n".join(cards) + "\n")
    return path


def interrupted(tmp_path: Path, lines: Path, signum: signal.Signals) -> tuple[int, str]:
    """Start an import in a process group of its own, stop all of it, return code and stderr."""
    report = tmp_path / "report.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "import", str(lines), "--report", str(report)],
        env={**os.environ, "EVALGAP_STORE": str(tmp_path / "store"), "EVALGAP_SEED": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while process.poll() is None and not (report.exists() and report.stat().st_size > 10):
        time.sleep(0.02)
    # a terminal sends Ctrl-C to the workers too; who ends a process names one process
    (os.kill if signum == signal.SIGTERM else os.killpg)(process.pid, signum)
    _, stderr = process.communicate(timeout=120)
    return process.returncode, stderr


@pytest.mark.parametrize(("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_import_says_so_and_goes_on_later(
    run: Run, tmp_path: Path, lines: Path, signum: signal.Signals, code: int
) -> None:
    returncode, stderr = interrupted(tmp_path, lines, signum)
    assert returncode == code, stderr
    assert "Traceback" not in stderr
    assert "Stopped after" in stderr.splitlines()[-1]
    report = json.loads((tmp_path / "report.json").read_text())
    # on a busy machine all may have been read by then, and what has been read is stored
    assert 0 < len(report) <= CARDS
    done = run("import", lines, "--report", tmp_path / "again.json", seed=False)
    assert done.returncode == 0, done.stderr
    again = json.loads((tmp_path / "again.json").read_text())
    states = [o["state"] for o in again]
    assert (states.count("unchanged"), len(states)) == (len(report), CARDS)
