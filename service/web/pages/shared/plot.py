"""Plots that are tables: where a number lies in the drawn column, in per cent of its width.

Words and numbers of such a plot are text in cells, and only the middle column is drawn. So it is
one markup for a phone, a desk, paper and a screen reader, and no word is ever scaled. The macros
`axis_row` and `plot_row` of `parts.html` write what is made here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from service.common.digits import printed
from service.web.pages.shared.waterfall_geometry import Scale, scale

_PAD = 1.0
"""Per cent of the column that stay free at either end, so that a line there is seen whole."""
ROOM, LITTLE_ROOM = 36, 22
"""Signs that stand side by side in a drawn column where it is narrowest: in most plots, and in one
that stands beside a table and has much to say in its other columns."""


@dataclass(frozen=True)
class Tick:
    """A number that is marked on an axis; `anchor` says how its words hang there.

    One that is `crowded` has a line and no words, which would run into others.
    """

    at: str
    words: str
    anchor: str
    zero: bool
    crowded: bool = False


@dataclass(frozen=True)
class Mark:
    """One shape in a row, in per cent of the drawn column: bar, line or dot (radius in pixels).

    `role` is the class that gives its colour: task, hatched, score, thin, thick, dot ...
    """

    shape: str
    role: str
    x1: str
    y1: str
    x2: str = ""
    y2: str = ""
    width: str = ""
    height: str = ""
    r: str = ""


@dataclass(frozen=True)
class Axis:
    """The horizontal scale of a plot; `room` is how many signs stand side by side in its column."""

    scale: Scale
    room: int = ROOM

    def per_cent(self, value: float) -> float:
        """Return where a number lies, in per cent of the drawn column."""
        return round(_PAD + self.scale.share(value) * (100 - 2 * _PAD), 2)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The round numbers that are marked; the outermost ones stay inside the column."""
        marked = self.scale.ticks
        anchors = {marked[0]: "start", marked[-1]: "end"}
        with_room: list[tuple[float, float]] = []
        crowded = set()
        # zero first, then the ends: the others are read off between them
        for t in sorted(marked, key=lambda t: (t != 0, t not in anchors)):
            left, right = self._extent(t, anchors.get(t, "middle"))
            if any(left < end and start < right for start, end in with_room):
                crowded.add(t)
            else:
                with_room.append((left, right))
        return tuple(
            Tick(_at(self.per_cent(t)), printed(t), anchors.get(t, "middle"), t == 0, t in crowded)
            for t in marked
        )

    def _extent(self, tick: float, anchor: str) -> tuple[float, float]:
        """Return from where to where the words of a mark reach, with half a sign free around."""
        sign = 100 / self.room
        wide, at = len(printed(tick)) * sign, self.per_cent(tick)
        left = {"start": at, "end": at - wide}.get(anchor, at - wide / 2)
        return left - sign / 2, left + wide + sign / 2

    def bar(self, role: str, start: float, end: float, top: float = 20, high: float = 44) -> Mark:
        """Return a bar between two numbers; `top` and `high` are per cent of the row's height."""
        x1, x2 = sorted((self.per_cent(start), self.per_cent(end)))
        return Mark("bar", role, _at(x1), _at(top), width=_at(x2 - x1), height=_at(high))

    def line(self, role: str, start: float, end: float, y: float) -> Mark:
        """Return a level line between two numbers, for an interval."""
        x1, x2 = sorted((self.per_cent(start), self.per_cent(end)))
        return Mark("line", role, _at(x1), _at(y), _at(x2), _at(y))

    def upright(self, role: str, at: float, top: float, bottom: float) -> Mark:
        """Return an upright line at a number, such as one that leads from a bar to the next."""
        x = _at(self.per_cent(at))
        return Mark("line", role, x, _at(top), x, _at(bottom))

    def dot(self, role: str, at: float, y: float = 50, radius: float = 6) -> Mark:
        """Return a dot at a number."""
        return Mark("dot", role, _at(self.per_cent(at)), _at(y), r=f"{radius:g}")


def axis(values: Iterable[float], whole: float | None = None, room: int = ROOM) -> Axis:
    """Return an axis with round marks that holds 0 and all values; `whole` is its usual top."""
    return Axis(scale(values, whole), room)


def _at(per_cent: float) -> str:
    return f"{round(per_cent, 2):g}%"
