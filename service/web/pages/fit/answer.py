"""The answer of the page of fit: the matrix, what to test first, and benchmarks that are alike."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from loaders.model import interval_words
from service.common.digits import printed
from service.evidence.figures import FigureInterval
from service.evidence.first_tests import FirstTest, Spread, first_tests, points
from service.evidence.relevance import RelevantFigure
from service.fit.request import FitAnswer
from service.fit.summary import COLUMNS, FitSummary, VerdictPattern
from service.ontology.dimensions import Dimension
from service.ontology.plain_names import VERDICTS
from service.store.port import Engine
from service.web.pages.shared.heat import HeatPicture, HeatSquare, shade
from service.web.pages.shared.picture import PictureRow, PlotPicture, brief
from service.web.pages.shared.plot import LITTLE_ROOM, Axis, Mark, axis

_SOME, _MUCH = 0.1, 0.4
"""Shares of the counted benchmarks from which a number of the matrix has more colour."""
NAMED, MOST = 8, 100
"""How many benchmarks of a pattern are named at once, and how many in all."""


@dataclass(frozen=True)
class MatrixCell:
    """How many benchmarks have a verdict: the verdict, the number, and how deep its colour is."""

    verdict: str
    number: int
    depth: int
    alarm: bool


@dataclass(frozen=True)
class MatrixRow:
    """A dimension with its counts; `other` are the benchmarks on which it does not apply."""

    dimension: Dimension
    stated: bool
    cells: tuple[MatrixCell, ...]
    other: int


def matrix(words: Mapping[str, Dimension], of: FitSummary) -> tuple[MatrixRow, ...]:
    """Return the rows of the matrix, one a dimension that counts."""
    return tuple(
        MatrixRow(
            words[name],
            name in of.stated,
            tuple(_cell(of, name, verdict, counted[verdict]) for verdict in COLUMNS),
            of.answering - sum(counted.values()),
        )
        for name, counted in of.matrix.items()
    )


def _cell(of: FitSummary, name: str, verdict: str, number: int) -> MatrixCell:
    share = number / of.answering if number else 0
    depth = 1 + (share >= _SOME) + (share >= _MUCH) if number else 0
    return MatrixCell(verdict, number, depth, verdict == COLUMNS[0] and name in of.never)


@dataclass(frozen=True)
class TestRow:
    """An assumption to test: marks on the axis, and what was measured, in words.

    `interval` is the widest of the figure that was measured here, `beside` the other dimensions
    that changed in it. `spreads` are where figures for the assumption alone come from, how many,
    their ends in words, and the two figures at the ends.
    """

    test: FirstTest
    dimension: Dimension
    marks: tuple[Mark, ...]
    here: RelevantFigure | None
    interval: str
    beside: tuple[str, ...]
    spreads: tuple[tuple[str, int, str, RelevantFigure, RelevantFigure], ...]

    @property
    def figure(self) -> str:
        """The loss that was measured here: `18.67 points lost`."""
        return _lost(self.here) if self.here else ""

    @property
    def roles(self) -> set[str]:
        """How its marks are drawn."""
        return {mark.role for mark in self.marks}


@dataclass(frozen=True)
class TestPlot:
    """What to test first, on one axis of points lost; None where nothing is drawn."""

    axis: Axis | None
    rows: tuple[TestRow, ...]

    @property
    def here(self) -> bool:
        """Whether something was measured for this very deployment."""
        return any(row.here for row in self.rows)

    @property
    def roles(self) -> set[str]:
        """How the marks of its rows are drawn."""
        return {role for row in self.rows for role in row.roles}


def test_plot(engine: Engine, words: Mapping[str, Dimension], found: FitAnswer) -> TestPlot:
    """Return what to test first as the page shows it."""
    tests = first_tests(engine, found)
    drawn = [end for test in tests for end in _extent(test)]
    on = axis(drawn, room=LITTLE_ROOM) if drawn else None
    return TestPlot(on, tuple(_row(on, words, test) for test in tests))


def picture_of_tests(plot: TestPlot, title: str) -> PlotPicture | None:
    """Return what to test first as a picture; None where nothing was measured in points."""
    if plot.axis is None:
        return None
    rows = [
        PictureRow(
            row.dimension.plain,
            row.marks,
            row.figure or (row.spreads[0][2] if row.spreads else "not measured alone"),
            brief(row.interval) if row.here else (row.spreads[0][0] if row.spreads else ""),
        )
        for row in plot.rows
    ]
    foot = "Points lost when this was changed; 95 % intervals. No forecast."
    return PlotPicture(f"What to test first: {title}", plot.axis, "", rows, foot)


def picture_of_matrix(rows: Sequence[MatrixRow], title: str) -> HeatPicture:
    """Return how many benchmarks hold as a picture and a table."""
    counts = [c.number for row in rows for c in row.cells]
    most = max(counts, default=0)
    return HeatPicture(
        f"How many benchmarks hold: {title}",
        "assumption",
        [VERDICTS[v] for v in COLUMNS],
        [
            (
                row.dimension.plain,
                [HeatSquare(str(c.number), shade(c.number, most)) for c in row.cells],
            )
            for row in rows
        ],
        "Benchmarks that state something on these assumptions.",
    )


def _extent(test: FirstTest) -> list[float]:
    """Return the numbers that the row of a test needs on the axis."""
    shown = [*_dots(test)[1], *([test.here] if test.here else [])]
    ends = [float(e) for i in _bands(test.here) for e in (i.lower, i.upper)]
    return [value for item in shown if (value := points(item)) is not None] + ends


def _row(on: Axis | None, words: Mapping[str, Dimension], test: FirstTest) -> TestRow:
    bands = _bands(test.here)
    spreads = (("in the same field", test.same_domain), ("in other fields", test.elsewhere))
    return TestRow(
        test,
        words[test.dimension],
        tuple(_marks(on, test)) if on else (),
        test.here,
        _interval(bands[0]) if bands else "no interval reported",
        tuple(words[n].plain if n in words else n.replace("-", " ") for n in sorted(test.beside)),
        tuple(_spread(name, spread) for name, spread in spreads if spread.figures),
    )


def _marks(on: Axis, test: FirstTest) -> Iterable[Mark]:
    outcome = test.needs_people
    role, figures = _dots(test)
    for item in figures:
        value = points(item)
        if value is not None:
            yield on.dot(role, value, radius=4)
    if not figures and test.here is None:
        yield on.bar("void", on.scale.low, on.scale.high, 28, 44)
    for band, role in zip(_bands(test.here), ("w-thin", "w-thick"), strict=False):
        yield on.line(f"{role} o" if outcome else role, band.lower, band.upper, 50)
    if test.here and (value := points(test.here)) is not None:
        yield on.dot("dot o" if outcome else "dot", value)


def _dots(test: FirstTest) -> tuple[str, tuple[RelevantFigure, ...]]:
    """Return the figures of a test that are drawn as dots, and how.

    Those of the same field; of others only where that has none and nothing was measured here.
    """
    if test.same_domain.figures or test.here:
        return "hollow" if test.needs_people else "hollow t", test.same_domain.figures
    return "hollow x", test.elsewhere.figures


def _bands(item: RelevantFigure | None) -> tuple[FigureInterval, ...]:
    """Return the widest interval of a figure in points and, of several, the narrowest."""
    if item is None or item.figure.unit != "percentage-point":
        return ()
    wide = sorted(item.figure.intervals, key=lambda i: i.lower - i.upper)
    return (*wide[:1], *wide[1:][-1:])


def _interval(found: FigureInterval) -> str:
    by = f"over each {found.unit}" if found.unit else None
    return interval_words(printed(found.lower), printed(found.upper), found.level, by)


def _lost(item: RelevantFigure) -> str:
    value = points(item) or 0.0
    return f"{printed(abs(round(value, 2)))} points {'gained' if value < 0 else 'lost'}"


def _spread(name: str, spread: Spread) -> tuple[str, int, str, RelevantFigure, RelevantFigure]:
    least, most = spread.ends
    first, last = _lost(least), _lost(most)
    if first == last:
        return name, len(spread.figures), first, least, most
    if first.split(" ")[1:] == last.split(" ")[1:]:  # the words once: `4.61 to 13.09 points gained`
        if last.endswith("gained"):
            (least, first), (most, last) = (most, last), (least, first)
        first = first.partition(" ")[0]
    return name, len(spread.figures), f"{first} to {last}", least, most


@dataclass(frozen=True)
class NamedPattern:
    """A pattern with the benchmarks that are named at once, and those that are folded away.

    Both are (id, title); `more` are neither.
    """

    pattern: VerdictPattern
    first: tuple[tuple[str, str], ...]
    rest: tuple[tuple[str, str], ...]
    more: int

    @property
    def number(self) -> int:
        """How many benchmarks have it."""
        return len(self.pattern.fits)


def named(pattern: VerdictPattern) -> NamedPattern:
    """Return a pattern with the titles of its benchmarks, in the order of these."""
    titles = sorted(
        ((f.benchmark, f.title or f.benchmark) for f in pattern.fits),
        key=lambda pair: pair[1].lower(),
    )
    cut = NAMED if len(titles) > NAMED + 2 else len(titles)
    more = max(len(titles) - MOST, 0)
    return NamedPattern(pattern, tuple(titles[:cut]), tuple(titles[cut:MOST]), more)
