"""A service that is killed while it writes keeps what it has acknowledged (the long form: soak)."""

from collections.abc import Callable
from pathlib import Path

from tests.durability import rounds


def test_nothing_acknowledged_is_lost(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    book = rounds(tmp_path, 2, seed=13)
    record_property("tried", len(book.acknowledged))
    assert len(book.acknowledged) >= 6
    assert book.graphs
