"""Waterfalls drawn on the server: from bars on a scale of scores to marks of a picture.

One picture has columns, for wide places, the other has rows, for narrow ones; both show the same
bars. Lengths are those of the picture's own `viewBox`, which is as large as it is shown at most.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import ceil, floor, log10
from textwrap import wrap

from service.common.digits import printed

MOST_COLUMNS = 12
"""With more bars than this a waterfall has rows only, so that its words stay readable."""
_THINNEST = 0.01
"""A bar of no length is drawn as a line; a rectangle without any height would not be drawn."""
_TICKS = 5
_LINES = 6
_LINE = 17
"""Between two lines of words, which are 15 high."""


@dataclass(frozen=True)
class Bar:
    """One bar between two scores; `whisker` holds the ends of an interval, as scores.

    `kind` is score, task, outcome, mixed, other or residual. `number` is printed as it is, `note`
    below it. `together` marks a bar of several changes that no result tells apart.
    """

    words: str
    kind: str
    number: str
    start: float
    end: float
    whisker: tuple[float, float] | None = None
    note: str = ""
    together: bool = False


@dataclass(frozen=True)
class Rect:
    """A rectangle, filled by its kind."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    together: bool


@dataclass(frozen=True)
class PictureLine:
    """A straight line; `role` is grid, link or whisker."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: str


@dataclass(frozen=True)
class Label:
    """Words at a place; `anchor` is start, middle or end, `role` number, note, axis or tick."""

    x: float
    y: float
    anchor: str
    role: str
    words: str


@dataclass(frozen=True)
class Picture:
    """The marks of a picture, those behind first."""

    width: float
    height: float
    lines: tuple[PictureLine, ...]
    rects: tuple[Rect, ...]
    whiskers: tuple[PictureLine, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Scale:
    """A linear scale from a lowest to a highest score, with the scores that are marked on it."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def share(self, score: float) -> float:
        """Return where a score lies between the lowest (0) and the highest (1)."""
        return (score - self.low) / (self.high - self.low)


def scale(scores: Iterable[float], whole: float | None = None) -> Scale:
    """Return a scale with round marks that holds 0 and all scores; `whole` is its usual top."""
    found = [0.0, *scores]
    low, high = min(found), max(found)
    if whole is not None and low >= 0 and high <= whole:
        high = whole
    step = _step((high - low) or 1.0)
    first, last = floor(low / step + 1e-9), max(ceil(high / step - 1e-9), 1)
    ticks = tuple(round(i * step, 10) for i in range(first, last + 1))
    return Scale(ticks[0], ticks[-1], ticks)


def _step(span: float) -> float:
    """Return a round number (1, 2 or 5 times a power of ten) that parts a span into about five."""
    power = 10.0 ** floor(log10(span / _TICKS))
    return next(power * m for m in (1, 2, 5, 10) if power * m * _TICKS >= span * 0.999)


def fitted(bars: Sequence[Bar], whole: float | None = None) -> Scale:
    """Return the scale of a waterfall, whiskers and all."""
    return scale((v for b in bars for v in (b.start, b.end, *(b.whisker or ()))), whole)


def columns(bars: Sequence[Bar], over: Scale) -> Picture:
    """Return a waterfall of columns, the first bar at the left."""
    left, top, plot, pitch, thick = 40.0, 40.0, 220.0, 100.0, 64.0

    def y(score: float) -> float:
        return round(top + plot * (1 - over.share(score)), 2)

    def x(index: int) -> float:
        return left + 8 + index * pitch

    words = [_words(b.words, 12) for b in bars]
    depth = max(len(w) for w in words)
    width = left + 8 + len(bars) * pitch
    rects = tuple(
        Rect(x(i), min(y(b.start), y(b.end)), thick, _length(y, b), b.kind, b.together)
        for i, b in enumerate(bars)
    )
    links = (
        PictureLine(x(i) + thick, y(a.end), x(i + 1), y(a.end), "link")
        for i, (a, _) in enumerate(pairwise(bars))
    )
    grid = (PictureLine(left, y(t), width, y(t), "grid") for t in over.ticks)
    whiskers = (_upright(x(i) + thick / 2, *map(y, ends)) for i, ends in _whiskered(bars))
    tops = [min(y(v) for v in (b.start, b.end, *(b.whisker or ()))) for b in bars]
    labels = [Label(left - 6, y(t) + 4, "end", "tick", printed(t)) for t in over.ticks]
    for i, bar in enumerate(bars):
        middle = x(i) + thick / 2
        labels += _above(middle, tops[i], bar)
        labels += _stacked(middle, top + plot + 18, "middle", words[i])
    return Picture(
        width,
        top + plot + 12 + _LINE * depth,
        (*grid, *links),
        rects,
        tuple(line for three in whiskers for line in three),
        tuple(labels),
    )


def rows(bars: Sequence[Bar], over: Scale) -> Picture:
    """Return a waterfall of rows, the first bar at the top, for a place 320 units wide."""
    left, plot, thick, width = 6.0, 308.0, 20.0, 320.0

    def x(score: float) -> float:
        return round(left + plot * over.share(score), 2)

    words = [_words(f"{b.words} ({b.note})" if b.note else b.words, 32) for b in bars]
    heights = [_LINE * len(w) + thick + 20 for w in words]
    tops = list(accumulate(heights, initial=4.0))
    bottom = tops[-1]
    at = [top + _LINE * len(w) + 5 for top, w in zip(tops, words, strict=False)]
    rects = tuple(
        Rect(min(x(b.start), x(b.end)), at[i], _length(x, b), thick, b.kind, b.together)
        for i, b in enumerate(bars)
    )
    links = (
        PictureLine(x(a.end), at[i] + thick, x(a.end), at[i + 1], "link")
        for i, (a, _) in enumerate(pairwise(bars))
    )
    grid = (PictureLine(x(t), 4, x(t), bottom, "grid") for t in over.ticks)
    whiskers = (_level(at[i] + thick / 2, *map(x, ends)) for i, ends in _whiskered(bars))
    labels = [Label(x(t), bottom + 17, _side(t, over), "tick", printed(t)) for t in over.ticks]
    for i, bar in enumerate(bars):
        labels += _stacked(left, tops[i] + 14, "start", words[i])
        labels.append(Label(width - 6, tops[i] + 14, "end", "number", bar.number))
    return Picture(
        width,
        bottom + 26,
        (*grid, *links),
        rects,
        tuple(line for three in whiskers for line in three),
        tuple(labels),
    )


def _length(at: Callable[[float], float], bar: Bar) -> float:
    return max(abs(at(bar.start) - at(bar.end)), _THINNEST)


def _words(words: str, width: int) -> list[str]:
    """Return words as few short lines; what is longer is cut, and stands whole in the table."""
    return wrap(words, width, max_lines=_LINES, placeholder=" …") or [""]


def _side(tick: float, over: Scale) -> str:
    """Return the anchor of a mark below rows: the outer ones stay inside the picture."""
    return {over.low: "start", over.high: "end"}.get(tick, "middle")


def _whiskered(bars: Sequence[Bar]) -> Iterator[tuple[int, tuple[float, float]]]:
    return ((i, b.whisker) for i, b in enumerate(bars) if b.whisker is not None)


def _upright(x: float, first: float, second: float) -> tuple[PictureLine, ...]:
    ends = (PictureLine(x - 6, y, x + 6, y, "whisker") for y in (first, second))
    return (PictureLine(x, first, x, second, "whisker"), *ends)


def _level(y: float, first: float, second: float) -> tuple[PictureLine, ...]:
    ends = (PictureLine(x, y - 5, x, y + 5, "whisker") for x in (first, second))
    return (PictureLine(first, y, second, y, "whisker"), *ends)


def _above(x: float, y: float, bar: Bar) -> list[Label]:
    if not bar.note:
        return [Label(x, y - 7, "middle", "number", bar.number)]
    return [
        Label(x, y - 22, "middle", "number", bar.number),
        Label(x, y - 6, "middle", "note", bar.note),
    ]


def _stacked(x: float, y: float, anchor: str, lines: Sequence[str]) -> list[Label]:
    return [Label(x, y + _LINE * i, anchor, "axis", line) for i, line in enumerate(lines)]


Drawn = tuple[Picture | None, Picture]
"""A waterfall as columns (none where there are too many bars) and as rows."""


def drawn(bars: Sequence[Bar], whole: float | None = None) -> Drawn:
    """Return both pictures of a waterfall; `whole` is the usual top of its scale."""
    over = fitted(bars, whole)
    wide = columns(bars, over) if len(bars) <= MOST_COLUMNS else None
    return wide, rows(bars, over)
