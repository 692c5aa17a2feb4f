"""What the command says as a process of its own is what it says in the process of the tests."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import command, process

CARD = '{"benchmark_details": {"name": "A card"}}\n'


@pytest.mark.parametrize(
    ("words", "stdin", "code"),
    [
        (["query", "records-by-kind"], None, 0),
        (["import", "-", "--dry-run"], CARD, 0),
        (["validate", "-"], '{"oops": ', 1),
        (["import", "nowhere/at-all.json"], None, 2),
        (["fit", "no-such-deployment"], None, 2),
        (["serve", "--gate", "perhaps"], None, 2),
    ],
)
def test_a_process_answers_the_same(
    seeded: Path, words: list[str], stdin: str | None, code: int
) -> None:
    here = command(seeded, *words, stdin=stdin)
    there = process(seeded, *words, stdin=stdin)
    assert (here.returncode, there.returncode) == (code, code)
    assert timeless(here.stdout) == timeless(there.stdout)
    assert timeless(here.stderr) == timeless(there.stderr)


def timeless(said: str) -> str:
    """Return the text without how long it took."""
    return re.sub(r"\r|in [\d.,]+ s.*", "", said)
