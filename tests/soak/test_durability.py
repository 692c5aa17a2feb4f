"""A service is killed while it writes, 30 times and more: what it acknowledged is there."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.durability import cards_after_kills, rounds

KILLS = int(os.environ.get("EVALGAP_SOAK_KILLS", "30"))


def test_nothing_acknowledged_is_lost(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    book = rounds(tmp_path, KILLS, seed=2026)
    record_property("tried", len(book.acknowledged))
    record_property("note", f"{KILLS} kills")
    assert len(book.acknowledged) > 2 * KILLS


def test_an_import_killed_twenty_times_leaves_only_whole_records(
    tmp_path: Path, real_cards: Path
) -> None:
    seen = cards_after_kills(tmp_path, real_cards / "sokolann/BenchmarkCards_JSON.tar.gz", 20)
    assert 0 < seen <= 3820
