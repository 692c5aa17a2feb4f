"""Where the marks of a plot lie."""

import pytest

from service.common.digits import MINUS
from service.web.pages.shared.plot import axis


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
