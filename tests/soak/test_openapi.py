"""Schemathesis at length: examples, boundary values and random requests for every operation."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conformance import schemathesis
from tests.servers import evalgap_server
from tests.tokens import TOKEN


@pytest.mark.parametrize("who", ["a stranger", "who holds the token"])
def test_schemathesis_finds_nothing(
    tmp_path: Path, who: str, record_property: Callable[[str, object], None]
) -> None:
    options = ["--phases", "examples,coverage,fuzzing", "--max-examples", "20"]
    with evalgap_server(tmp_path / "served", token=TOKEN) as url:
        done = schemathesis.run(url, tmp_path, *options, token=who != "a stranger")
    record_property("tried", done.generated)
    record_property("failed", done.generated - done.passed)
    assert done.generated > 1000, done.words
    assert done.generated == done.passed, done.words
