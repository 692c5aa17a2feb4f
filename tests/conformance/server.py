"""A service as people run it: its own process, on a free port, over the shipped data."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 60
"""Seconds until a service that does not answer counts as broken."""


@contextmanager
def running(store: Path, token: str) -> Iterator[str]:
    """Serve a new store without a gate; yield the address of its SPARQL endpoint."""
    port = _free_port()
    command = ["serve", "--port", str(port), "--gate", "off"]
    env = {"EVALGAP_STORE": str(store), "EVALGAP_SEED": "true", "EVALGAP_TOKEN": token}
    with subprocess.Popen([sys.executable, "-m", "service", *command], env=os.environ | env) as run:
        try:
            _wait(run, port)
            yield f"http://127.0.0.1:{port}/sparql"
        finally:
            run.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Return as soon as somebody listens."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the service ended with exit code {process.returncode}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise TimeoutError(f"no service on port {port} within {PATIENCE} s")
