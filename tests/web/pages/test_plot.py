"""Where the marks of a plot lie."""

from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from service.common.digits import MINUS
from service.web.pages.shared.plot import LITTLE_ROOM, axis
from tests.pages import opened


@pytest.mark.parametrize(
    ("values", "whole", "ticks"),
    [
        ((94.67, 34.0), 100.0, ["0", "20", "40", "60", "80", "100"]),
        ((-12.0, 30.2), None, [f"{MINUS}20", f"{MINUS}10", "0", "10", "20", "30", "40"]),
    ],
)
def test_an_axis_has_round_marks_and_holds_zero(
    values: tuple[float, ...], whole: float | None, ticks: list[str]
) -> None:
    found = axis(values, whole).ticks
    assert [t.words for t in found] == ticks
    assert [t.zero for t in found].count(True) == 1
    assert (found[0].at, found[0].anchor) == ("1%", "start")
    assert (found[-1].at, found[-1].anchor) == ("99%", "end")


def test_marks_lie_in_per_cent_of_the_column_whichever_end_comes_first() -> None:
    over = axis((0.0, 100.0), 100.0)
    bar = over.bar("task", 75.0, 25.0)
    assert (bar.x1, bar.width) == ("25.5%", "49%")
    line = over.line("thin", 25.0, 75.0, 80)
    assert (line.x1, line.x2, line.y1, line.y2) == ("25.5%", "74.5%", "80%", "80%")
    step = over.upright("step", 50.0, -8, 20)
    assert (step.x1, step.x2, step.y1, step.y2) == ("50%", "50%", "-8%", "20%")
    assert (over.dot("dot", 50.0).x1, over.dot("dot", 50.0, radius=4.5).r) == ("50%", "4.5")


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((-12.0, 2.0), ["-15", "-5", "0", "5"]),
        ((-20.0, 80.0), ["0", "20", "40", "60", "80"]),
        ((0.0, 40.0), ["0", "10", "20", "30", "40"]),
    ],
)
def test_words_that_would_run_into_others_are_left_out(
    values: tuple[float, ...], shown: list[str]
) -> None:
    ticks = axis(values, room=LITTLE_ROOM).ticks
    assert [t.words.replace(MINUS, "-") for t in ticks if not t.crowded] == shown


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "query",
    [
        "deployment=public-self-assessment",
        "query-authorship=natural-use&interaction-type=multi-turn&domain=healthcare",
    ],
)
def test_no_two_marks_of_the_figure_of_a_fit_run_together(client: TestClient, query: str) -> None:
    """The column has 22 signs beside the matrix, where it is narrowest."""
    texts = opened(client, f"/fit?{query}").all(".first thead text")
    ends = [_ends(t["x"], t["text-anchor"], t.words) for t in texts]
    assert len(ends) > 2
    assert all(left[1] < right[0] for left, right in pairwise(ends))


def _ends(x: str, anchor: str, words: str) -> tuple[float, float]:
    at, wide = float(x.rstrip("%")), len(words) * 100 / LITTLE_ROOM
    left = {"start": at, "end": at - wide}.get(anchor, at - wide / 2)
    return left, left + wide
