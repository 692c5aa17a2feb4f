"""A command that reads documents of others has no network, unless its store is a server."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.sandbox import probe

HELD = probe()
CARD = '{"benchmark_details": {"name": "A card"}}\n'
pytestmark = pytest.mark.skipif(not HELD.network, reason=" ".join(HELD.gaps()))


def filters(process: int) -> str:
    """Return what the kernel says of seccomp filters: 2 where one is on."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(line.split()[1] for line in lines if line.startswith("Seccomp:"))


@pytest.mark.parametrize("command", ["import", "validate"])
def test_the_network_is_closed_before_a_document_is_read(command: str, tmp_path: Path) -> None:
    environment = {**os.environ, "EVALGAP_STORE": str(tmp_path / "store"), "EVALGAP_SEED": "false"}
    with subprocess.Popen(
        [sys.executable, "-m", "service", command, "-", "--quiet"],
        env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        end = time.monotonic() + 60
        while filters(process.pid) != "2" and time.monotonic() < end:
            time.sleep(0.05)
        assert filters(process.pid) == "2"
        _, said = process.communicate(CARD)
    assert process.returncode == 0, said
