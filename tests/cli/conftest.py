"""Runs the installed command as a user does, on a store of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store folder that holds the shipped data."""
    folder = tmp_path_factory.mktemp("seeded") / "store"
    command(folder, "import", os.devnull)
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs `evalgap` on an empty store in a temporary folder."""
    return lambda *args, **options: command(tmp_path / "store", *args, **options)


def command(
    store: Path, *args: object, stdin: str | None = None, seed: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `evalgap` with these arguments on this store."""
    return subprocess.run(
        [sys.executable, "-m", "service", *map(str, args)],
        env={
            **os.environ,
            "EVALGAP_STORE": str(store),
            "EVALGAP_SEED": str(seed),
            "COLUMNS": "200",
        },
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
