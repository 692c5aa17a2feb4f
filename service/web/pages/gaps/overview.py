"""Gaps at a glance: every difference in points as a dot, a row for each assumption that changed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from loaders.model import Gap
from service.common.digits import plural, printed, span
from service.ontology import graphs
from service.ontology.dimensions import dimensions
from service.ontology.labels import plain_name
from service.store.port import Engine
from service.web.pages.shared.gap_plot import SEEN, dot_role, fits, strip, values
from service.web.pages.shared.numbers import kind_of
from service.web.pages.shared.picture import PictureRow, PlotPicture
from service.web.pages.shared.plot import Axis, Mark, axis

TITLE = "Measured gaps by what changed, in percentage points"
SEVERAL = {
    "task": "Several task assumptions at once",
    "outcome": "Several outcome assumptions at once",
    "mixed": "Task and outcome assumptions at once",
    "other": "No assumption coded as changed",
}
"""What rows are called whose gaps changed more or less than one assumption, by the kinds."""


@dataclass(frozen=True)
class OverviewRow:
    """The gaps in which one assumption changed alone, or several of some kinds did.

    `dimension` is empty for several; `words` are the smallest and the largest figure.
    """

    name: str
    dimension: str
    gaps: int
    marks: tuple[Mark, ...]
    words: str


@dataclass(frozen=True)
class Overview:
    """Gaps on one axis by assumption; `apart` counts those that are no difference in points."""

    axis: Axis
    rows: tuple[OverviewRow, ...]
    drawn: int
    apart: int


def overview(engine: Engine, gaps: Sequence[Gap]) -> Overview:
    """Return the picture of some gaps, assumptions in the order of all pages."""
    drawn = [gap for gap in gaps if fits(gap, gap)]
    on = axis(float(value) for gap in drawn for value in values(gap))
    kinds = graphs.assumption_kinds()
    order = [*dimensions(engine), *SEVERAL]
    groups: defaultdict[str, list[Gap]] = defaultdict(list)
    for gap in drawn:
        alone = len(gap.varies) == 1
        groups[gap.varies[0] if alone else kind_of(gap.varies, kinds)].append(gap)
    known = sorted(groups, key=lambda n: (order.index(n) if n in order else len(order), n))
    rows = (_row(on, name, groups[name], kind_of(groups[name][0].varies, kinds)) for name in known)
    return Overview(on, tuple(rows), len(drawn), len(gaps) - len(drawn))


def picture_of_overview(found: Overview) -> PlotPicture | None:
    """Return the dots of some gaps as a picture; None where none is drawn."""
    if not found.rows:
        return None
    rows = [PictureRow(r.name, r.marks, r.words, plural(r.gaps, "gap", "gaps")) for r in found.rows]
    foot = "Points; right of zero is a loss. Hollow: the full text was not seen."
    return PlotPicture(TITLE, found.axis, "", rows, foot)


def _row(on: Axis, name: str, gaps: Sequence[Gap], kind: str) -> OverviewRow:
    found = [(value, gap) for gap in gaps for value in values(gap)]
    found.sort(key=lambda pair: (pair[0], pair[1].id))
    least, most = (printed(end[0]) for end in (found[0], found[-1]))
    least = most if found[0][0] == found[-1][0] else least  # 17 and 17.0 are one
    return OverviewRow(
        SEVERAL.get(name) or plain_name(name),
        "" if name in SEVERAL else name,
        len(gaps),
        tuple(
            strip(on, ((float(v), dot_role(kind, seen=g.verification in SEEN)) for v, g in found))
        ),
        span(least, most),
    )
