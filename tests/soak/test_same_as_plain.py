"""Batches give what plain pySHACL gives: every example, every real card, 500 broken records."""

import os
import subprocess
import sys

from tests.conftest import ROOT

WHOLE = "tests/validation/test_same_as_plain.py"


def test_batches_and_plain_pyshacl_agree_on_everything() -> None:
    environment = {**os.environ, "EVALGAP_DIFFERENTIAL": "all"}
    command = [sys.executable, "-m", "pytest", "-q", WHOLE]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0
