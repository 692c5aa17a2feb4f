"""All real cards, of which the suite takes one of ten: read, judged by the shapes, and stored."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, run, seeded
from tests.cli.test_commands import SOKOLANN, account_for
from tests.loaders.formats.test_other_formats import SOURCES, read_whole

__all__ = ["run", "seeded"]


def test_all_3820_sokolann_cards_are_accounted_for(run: Run, real_cards: Path) -> None:
    account_for(run, real_cards / SOKOLANN, 3820)


@pytest.mark.parametrize(("path", "count"), SOURCES.items())
def test_every_real_card_passes_the_shapes(real_cards: Path, path: str, count: int) -> None:
    read_whole(real_cards, path, count, every=1)
