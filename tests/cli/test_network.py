"""A command that reads documents of others has no network, unless its store is a server."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.sandbox import probe
from tests.conftest import seccomp_filters

HELD = probe()
CARD = '{"benchmark_details": {"name": "A card"}}\n'
pytestmark = pytest.mark.skipif(not HELD.network, reason=" ".join(HELD.gaps()))


@pytest.mark.parametrize("command", ["import", "validate"])
def test_the_network_is_closed_before_a_document_is_read(command: str, tmp_path: Path) -> None:
    environment = {**os.environ, "EVALGAP_STORE": str(tmp_path / "store"), "EVALGAP_SEED": "false"}
    held = seccomp_filters()
    with subprocess.Popen(
        [sys.executable, "-m", "service", command, "-", "--quiet"],
        env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        end = time.monotonic() + 60
        while seccomp_filters(process.pid) == held and time.monotonic() < end:
            time.sleep(0.05)
        assert seccomp_filters(process.pid) > held
        _, said = process.communicate(CARD)
    assert process.returncode == 0, said
