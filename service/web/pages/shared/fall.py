"""A gap as a waterfall that reads downwards: a plot with a row for each score and each change."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.common.amounts import interval
from service.web.pages.shared.numbers import Breakdown, Number
from service.web.pages.shared.plot import Axis, Mark, axis
from service.web.pages.shared.waterfall import WHOLE, bars_of
from service.web.pages.shared.waterfall_geometry import Bar

_FILLS = {"outcome": "hatched"}
"""The class of a bar, where it is not the kind of its number."""
_TOP, _HIGH, _BELOW = 18.0, 46.0, 84.0
"""Where a bar begins, its height, and where its intervals lie, in per cent of the row."""


@dataclass(frozen=True)
class FallRow:
    """A row: its number, in words as the bar has it, its widest interval in words, its marks."""

    number: Number
    words: str
    interval: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Fall:
    """Rows from the first score to the last over one axis.

    `units` are the sampling units of the intervals: the wide, thin one and the narrow, heavy one.
    """

    axis: Axis
    rows: tuple[FallRow, ...]
    units: tuple[str, ...]


def fall(breakdown: Breakdown, units: Sequence[str]) -> Fall | None:
    """Return a breakdown as rows, with intervals over up to two units; None where none is drawn.

    An unexplained remainder of nothing has no row.
    """
    if breakdown.drawn is None:
        return None
    shown = [n for n in breakdown.numbers if n.role in {"contribution", "residual"}]
    ends = breakdown.scores[0], breakdown.scores[-1]
    numbers = (ends[0], *shown, ends[1])
    over = [bars_of(breakdown.numbers, u, breakdown.higher_is_better) for u in (*units[:2], None)]
    reached = (v for bars in over for b in bars for v in (b.start, b.end, *(b.whisker or ())))
    scale = axis(reached, WHOLE.get(ends[0].unit))
    rows = [
        FallRow(n, bars[0].number, _widest(n), _marks(scale, bars, first=i == 0, last=n is ends[1]))
        for i, (n, *bars) in enumerate(zip(numbers, *over, strict=True))
        if n.role != "residual" or n.value
    ]
    return Fall(scale, tuple(rows), tuple(units[:2]))


def _widest(number: Number) -> str:
    return interval(number.intervals[0]) if number.intervals else ""


def _marks(scale: Axis, bars: Sequence[Bar], *, first: bool, last: bool) -> tuple[Mark, ...]:
    bar = bars[0]
    fill = _FILLS.get(bar.kind, bar.kind)
    marks = [scale.bar(fill, bar.start, bar.end, _TOP, _HIGH)]
    if not first:
        marks.append(scale.upright("step", bar.end if last else bar.start, -8, _TOP))
    if not last:
        marks.append(scale.upright("step", bar.end, _TOP + _HIGH, 108))
    tone = " o" if bar.kind == "outcome" else ""
    for weight, one in zip(("w-thin", "w-thick"), bars, strict=False):
        if one.whisker and bar.kind != "score":
            marks.append(scale.line(f"{weight}{tone}", *one.whisker, _BELOW))
    return tuple(marks)
