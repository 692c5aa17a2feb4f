"""What the suite does some times with queries and readers, done very often."""

import os
from pathlib import Path

import pytest

from tests.hostile.test_hidden_calls import (
    Listener,
    asked,
    asked_on_one_connection,
    listener,
    opened_in,
    queries,
    url,
)
from tests.store.test_reader_ends import end_hard, kill_on_the_way, service

__all__ = ["listener", "service", "url"]
TIMES = float(os.environ.get("EVALGAP_SOAK", "1"))
"""How much of the usual number is done: 0.1 is a tenth."""


def test_no_answer_is_cut_short_in_a_thousand_kills(service: tuple[int, str]) -> None:
    kill_on_the_way(service, round(1_000 * TIMES))


def test_nothing_is_left_of_a_hundred_hard_ends(tmp_path: Path) -> None:
    end_hard(tmp_path, round(100 * TIMES))


@pytest.mark.parametrize("part", range(10))
def test_no_query_of_thousands_reaches_out(
    url: str,
    listener: Listener,
    tmp_path: Path,
    part: int,
) -> None:
    each = round(250 * TIMES)
    (tmp_path / "secret.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    with opened_in(tmp_path) as found:
        texts = queries(listener.url, each, part)
        texts += queries(f"file://{tmp_path}/secret.ttl", each, 100 + part)
        statuses = asked(url, texts) + asked_on_one_connection(url, texts)
    assert (listener.hits, found) == ([], [])
    assert set(statuses) == {200, 400}
    assert sum(statuses.values()) == 4 * each
