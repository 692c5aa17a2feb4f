"""Runs the command as a user does, on a store of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from service.cli.console import err, out
from service.cli.main import main

WIDTH = 200
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store folder that holds the shipped data."""
    folder = tmp_path_factory.mktemp("seeded") / "store"
    command(folder, "import", os.devnull)
    return folder


@pytest.fixture
def run(tmp_path: Path, seeded: Path) -> Run:
    """Return a function that runs `evalgap` on a store of its own, which holds the shipped data.

    With `seed=False` on its first call the store is empty.
    """
    store = tmp_path / "store"

    def on_own_store(*args: object, **options: Any) -> subprocess.CompletedProcess[str]:
        if options.get("seed", True) and not store.exists():
            shutil.copytree(seeded, store)
        return command(store, *args, **options)

    return on_own_store


def command(
    store: Path, *args: object, stdin: str | None = None, seed: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `evalgap` with these arguments on this store, in this process.

    A process of its own costs two seconds; `test_processes.py` has one for what only it shows.
    """
    words = [*map(str, args)]
    there = {"EVALGAP_STORE": str(store), "EVALGAP_SEED": str(seed)}
    with CliRunner().isolation(input=stdin, env=there) as (stdout, stderr, _):
        out.width = err.width = WIDTH
        try:
            main(words, whose=None)
        except SystemExit as end:
            code = end.code
        else:
            code = 0
        sys.stdout.flush()
        sys.stderr.flush()
        said = stdout.getvalue().decode(), stderr.getvalue().decode()
    assert isinstance(code, int)
    return subprocess.CompletedProcess(words, code, *said)


def process(
    store: Path, *args: object, stdin: str | None = None, seed: bool = True
) -> subprocess.CompletedProcess[str]:
    """Run `evalgap` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "service", *map(str, args)],
        env={
            **os.environ,
            "EVALGAP_STORE": str(store),
            "EVALGAP_SEED": str(seed),
            "COLUMNS": str(WIDTH),
        },
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
