"""The suite's test of hidden calls in updates, with 5,000 of them (`EVALGAP_SOAK_CALLS`)."""

import os
import subprocess
import sys


def test_no_update_of_many_reaches_out() -> None:
    count = os.environ.get("EVALGAP_SOAK_CALLS", "5000")
    env = os.environ | {"EVALGAP_HIDDEN_CALLS": count, "EVALGAP_SEED_OF_CALLS": "31"}
    command = [sys.executable, "-m", "pytest", "-q", "tests/hostile/test_hidden_updates.py"]
    assert subprocess.run(command, env=env, check=False).returncode == 0
