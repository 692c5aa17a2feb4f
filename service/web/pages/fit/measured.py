"""What was measured for assumptions: for the deployment itself, then for each at a glance."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from loaders.model import Gap
from service.common.digits import plural, printed, span
from service.evidence.relevance import DimensionEvidence, RelevantFigure
from service.evidence.risk import Risk
from service.ontology.dimensions import Dimension
from service.store.port import Engine
from service.web.pages.gaps import gap as gap_pages
from service.web.pages.shared.gap_plot import (
    GapPlot,
    Measured,
    PlotGroup,
    axis_of,
    dot_role,
    fits,
    measured,
    picture_of_plot,
    plotted,
    strip,
    together_with,
    values,
)
from service.web.pages.shared.numbers import named_plainly
from service.web.pages.shared.picture import PictureRow, PlotPicture
from service.web.pages.shared.plot import Axis, Mark

HERE = "Measured for this deployment"
_GROUPS = (
    HERE,
    "In the same domain, nothing else changed",
    "In other domains, nothing else changed",
)
"""The groups of what changed the assumption alone, or was measured for the deployment."""
TOGETHER = "Together with other changes, measured elsewhere"


@dataclass(frozen=True)
class FigureBeside:
    """A figure that is on another scale, and whether it was measured for the deployment."""

    measured: Measured
    here: bool


@dataclass(frozen=True)
class DotRow:
    """Figures that were measured equally near, as dots of one row, with the ends in words."""

    name: str
    figures: int
    marks: tuple[Mark, ...]
    words: str


@dataclass(frozen=True)
class MeasuredHere:
    """What was measured for the deployment for any of the assumptions, each figure once."""

    plot: GapPlot
    beside: tuple[FigureBeside, ...]


@dataclass(frozen=True)
class ShownEvidence:
    """The evidence for one assumption: all its dots by nearness, and each figure with its words.

    `open` has what was measured for the deployment, whatever changed with it, or else the nearest
    of what changed nothing else; `farther` the rest of that, `mixed` what changed more. All are
    plots; `beside` are figures on other scales.
    """

    axis: Axis
    dots: tuple[DotRow, ...]
    open: GapPlot
    farther: GapPlot
    mixed: GapPlot
    beside: tuple[FigureBeside, ...]
    mixed_beside: tuple[FigureBeside, ...]
    here: int


def shown(engine: Engine, found: Risk) -> dict[str, ShownEvidence]:
    """Return the evidence for each assumption, as its part of the page shows it."""
    gaps = {gap.id: gap for gap in gap_pages.records(engine)}
    return {e.dimension: _shown(gaps, e) for _, e in found.evidence}


def here(engine: Engine, found: Risk) -> MeasuredHere:
    """Return what was measured for the deployment, whatever changed, the largest loss first."""
    gaps = {gap.id: gap for gap in gap_pages.records(engine)}
    every: dict[tuple[str, str | None], Measured] = {}
    for _, evidence in found.evidence:
        for item in (*evidence.same_domain, *evidence.elsewhere, *evidence.confounded):
            if item.here and not item.copy_of:
                figure = item.figure
                note = f"changed: {named_plainly(sorted(figure.dimensions | figure.changed))}"
                every.setdefault((figure.gap, figure.part), measured(gaps, figure, note))
    read = list(every.values())
    drawn = [m for m in read if fits(m.gap, m.estimate)]
    rest = (FigureBeside(m, here=True) for m in read if not fits(m.gap, m.estimate))
    return MeasuredHere(_plot([("", drawn)]), tuple(rest))


def pictures(
    words: Mapping[str, Dimension], shown: Mapping[str, ShownEvidence], here: GapPlot, of: str
) -> dict[str, PlotPicture]:
    """Return the plots of the evidence as pictures, by their names on the page.

    `of` is the benchmark for whose assumptions it is.
    """
    found = {}
    if drawn := picture_of_plot(here, f"Measured for this deployment, for {of}: points lost"):
        found[HERE_NAME] = drawn
    for name, part in shown.items():
        title = f"{words[name].plain}: points lost when it changed, for {of}"
        if part.dots:
            found[name + DOTS] = _picture_of_dots(part, title)
        plots = {"": part.open, FARTHER: part.farther, MIXED: part.mixed}
        for more, plot in plots.items():
            if drawn := picture_of_plot(plot, title + _MORE.get(more, "")):
                found[name + more] = drawn
    return found


def _picture_of_dots(part: ShownEvidence, title: str) -> PlotPicture:
    rows = [
        PictureRow(row.name, row.marks, row.words, plural(row.figures, "figure", "figures"))
        for row in part.dots
    ]
    foot = "Points; right of zero is a loss. Hollow: the full text was not seen."
    return PlotPicture(f"{title}, all figures", part.axis, "", rows, foot)


HERE_NAME = "here"
"""The name of the plot of what was measured for the deployment."""
DOTS, FARTHER, MIXED = "-all", "-farther", "-mixed"
"""What the names of plots of an assumption end in, but for that of the nearest figures."""
_MORE = {FARTHER: ", measured farther away", MIXED: ", together with others"}


def _shown(gaps: Mapping[str, Gap], found: DimensionEvidence) -> ShownEvidence:
    alone = (*found.same_domain, *found.elsewhere)
    here = [i for i in (*alone, *found.confounded) if i.here]
    groups = (
        here,
        *([i for i in part if not i.here] for part in (found.same_domain, found.elsewhere)),
    )
    rest = [i for i in found.confounded if not i.here]
    drawn = [g for g in _drawn(gaps, found.dimension, zip(_GROUPS, groups, strict=True)) if g[1]]
    mixed = _plot(_drawn(gaps, found.dimension, [("", rest)]))
    opened, farther = _plot(drawn[:1]), _plot(drawn[1:])
    together = [PlotGroup(TOGETHER, mixed.rows)] if mixed.rows else []
    read = [*opened.groups, *farther.groups, *together]
    on = axis_of(row.measured for group in read for row in group.rows)
    return ShownEvidence(
        on,
        tuple(_dots(on, group) for group in read),
        opened,
        farther,
        mixed,
        tuple(_beside(gaps, found.dimension, [i for group in groups for i in group])),
        tuple(_beside(gaps, found.dimension, rest)),
        sum(not i.copy_of for i in here),
    )


def _dots(on: Axis, group: PlotGroup) -> DotRow:
    found = [(value, row) for row in group.rows for value in values(row.measured.estimate)]
    least, most = (printed(end(value for value, _ in found)) for end in (min, max))
    dots = ((float(value), dot_role(row.kind, seen=row.seen)) for value, row in found)
    words = span(least, most)
    return DotRow(group.heading, len(group.rows), tuple(strip(on, dots)), words)


def _read(
    gaps: Mapping[str, Gap], dimension: str, items: Iterable[RelevantFigure]
) -> Iterator[tuple[RelevantFigure, Measured]]:
    """Yield each figure once, with what changed beside the assumption."""
    for item in items:
        if not item.copy_of:
            more = together_with(dimension, item.figure)
            note = f"together with {named_plainly(more)}" if more else ""
            yield item, measured(gaps, item.figure, note)


def _drawn(
    gaps: Mapping[str, Gap],
    dimension: str,
    groups: Iterable[tuple[str, Sequence[RelevantFigure]]],
) -> Iterator[tuple[str, list[Measured]]]:
    """Yield what of each group is a difference in points, under its heading."""
    for name, items in groups:
        yield name, [m for _, m in _read(gaps, dimension, items) if fits(m.gap, m.estimate)]


def _plot(groups: Iterable[tuple[str, Sequence[Measured]]]) -> GapPlot:
    read = list(groups)
    on = axis_of(m for _, drawn in read for m in drawn)
    return GapPlot(on, tuple(PlotGroup(name, plotted(on, drawn)) for name, drawn in read if drawn))


def _beside(
    gaps: Mapping[str, Gap], dimension: str, items: Iterable[RelevantFigure]
) -> Iterator[FigureBeside]:
    for item, found in _read(gaps, dimension, items):
        if not fits(found.gap, found.estimate):
            yield FigureBeside(found, item.here)
