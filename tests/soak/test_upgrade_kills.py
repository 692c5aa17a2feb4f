"""An upgrade is killed at any moment: the store is the old one or the new one, never between."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

from service.ingest.seeding import stored_version
from service.ontology import releases
from service.store.oxigraph.store import open_store
from tests.cli.conftest import command
from tests.ingest.test_upgrade import lines, unpacked

KILLS = int(os.environ.get("EVALGAP_SOAK_KILLS", "20"))


def version(store: Path) -> str | None:
    with closing(open_store(store, read_only=True)) as engine:
        return stored_version(engine)


def test_a_killed_upgrade_leaves_the_store_as_it_was_or_done(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    store = unpacked(tmp_path)
    before = lines(store)
    whole = timed(store)
    store.rename(tmp_path / "done")
    done, chance, states = lines(tmp_path / "done"), Random(), set()  # noqa: S311 - any moment will do
    for number in range(KILLS):
        store = unpacked(tmp_path / str(number))
        start(store, chance.uniform(0.3 * whole, 1.1 * whole))
        found = version(store)
        states.add(found)
        now = lines(store)
        assert now == before if found == "0.1.0" else len(now) == len(done)
        assert command(store, "upgrade", seed=False).returncode == 0
        assert version(store) == releases.current()
        assert before <= lines(store)
        assert not store.with_name("store.upgrading").exists()
    record_property("note", f"{KILLS} kills left {sorted(map(str, states))}")


def timed(store: Path) -> float:
    """Upgrade a store as a process of its own; return how many seconds that takes."""
    begun = time.monotonic()
    start(store, 300)
    return time.monotonic() - begun


def start(store: Path, seconds: float) -> None:
    """Upgrade a store as a process of its own, and kill that after some seconds."""
    environment = {**os.environ, "EVALGAP_STORE": str(store), "EVALGAP_SEED": "false"}
    words = [sys.executable, "-m", "service", "upgrade"]
    with subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
