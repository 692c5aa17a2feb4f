"""Measured gaps on one axis, as rows of a plot.

Only what is a length on one scale is drawn: differences in percentage points, a loss to the right.
Everything else stands beside it as it is, since a ratio has no place on that axis.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from loaders.model import PAIR, Gap, Interval, interval_words
from service.common.amounts import QUALIFIERS
from service.common.digits import printed
from service.ontology import graphs
from service.web.pages.shared.numbers import kind_of
from service.web.pages.shared.plot import Axis, Mark, axis

UNIT, KIND = "percentage-point", "absolute-difference"
"""The unit and the kind of gap of everything that is drawn."""
SEEN = frozenset({"full-text", "recomputed"})
"""Levels of verification of figures that were seen whole; others have a hollow dot."""
ROLES = {"task": ("dot", "hollow t"), "outcome": ("dot o", "hollow")}
"""Classes of a dot, full and hollow, by what changed; anything else is drawn in ink."""


@dataclass(frozen=True)
class PlottedGap:
    """A gap as a row: its marks, its figure, and the intervals that are drawn, in words.

    `kind` says what changed: task, outcome, mixed or other. `seen` tells that the figure was seen
    in the full text or recomputed.
    """

    gap: Gap
    kind: str
    seen: bool
    marks: tuple[Mark, ...]
    figure: str
    intervals: tuple[str, ...]


@dataclass(frozen=True)
class GapPlot:
    """Gaps on one axis, the largest loss first; `apart` are those that are on another scale."""

    axis: Axis
    rows: tuple[PlottedGap, ...]
    apart: tuple[Gap, ...]


def gap_plot(gaps: Sequence[Gap]) -> GapPlot:
    """Return gaps on one axis; those on another scale stand apart, in the order given."""
    drawn = sorted(filter(_fits, gaps), key=lambda gap: (-max(_values(gap)), gap.id))
    ends = [float(end) for gap in drawn for end in (*_values(gap), *_bounds(gap))]
    on, kinds = axis(ends), graphs.assumption_kinds()
    rows = tuple(_row(on, gap, kinds) for gap in drawn)
    return GapPlot(on, rows, tuple(gap for gap in gaps if not _fits(gap)))


def _fits(gap: Gap) -> bool:
    pair = gap.comparison in {None, PAIR}
    return pair and gap.unit == UNIT and gap.gap_kind == KIND and bool(_values(gap))


def _values(gap: Gap) -> tuple[Decimal, ...]:
    given = (gap.value,) if gap.value is not None else (gap.lowest, gap.highest)
    return tuple(value for value in given if value is not None)


def _bounds(gap: Gap) -> Iterable[Decimal]:
    return (end for i in gap.intervals for end in (i.lower, i.upper))


def _row(on: Axis, gap: Gap, kinds: Mapping[str, str]) -> PlottedGap:
    kind, seen = kind_of(gap.varies, kinds), gap.verification in SEEN
    full, hollow = ROLES.get(kind, ("dot x", "hollow x"))
    drawn = _drawn(gap)
    lines = [
        on.line(weight, float(i.lower), float(i.upper), 50)
        for i, weight in zip(drawn, ("thin", "thick"), strict=False)
    ]
    dots = [on.dot(full if seen else hollow, float(value)) for value in _values(gap)]
    words = tuple(_interval(gap, i) for i in drawn)
    return PlottedGap(gap, kind, seen, (*lines, *dots), _figure(gap), words)


def _drawn(gap: Gap) -> tuple[Interval, ...]:
    """Return the widest interval and, where there are several, the narrowest."""
    widest = sorted(gap.intervals, key=lambda i: i.lower - i.upper)
    return (*widest[:1], *widest[1:][-1:])


def _interval(gap: Gap, found: Interval) -> str:
    by = f"by {found.sampling_unit}" if found.sampling_unit else None
    lower, upper = (printed(end, gap.precision) for end in (found.lower, found.upper))
    return interval_words(lower, upper, found.level, by)


def _figure(gap: Gap) -> str:
    """Return the figure in the unit of the axis: `at least 60.4`."""
    said = " to ".join(printed(value, gap.precision) for value in _values(gap))
    return " ".join(filter(None, (QUALIFIERS.get(gap.qualifier or "", ""), said)))
