"""A gap as a picture to save and share: the rows of its waterfall."""

from loaders.model import Gap
from service.common.amounts import figure
from service.ontology.labels import plain_name
from service.web.pages.gaps.gap import GapPage
from service.web.pages.shared.fall import FallRow, fall
from service.web.pages.shared.numbers import Breakdown
from service.web.pages.shared.picture import PictureRow, PlotPicture

_AXIS = {"percent": "%", "percentage-point": "%"}


def picture_of(shown: GapPage) -> PlotPicture | None:
    """Return a gap as a picture, taken apart where it is; None where nothing of it is drawn."""
    by_key = {b.key: b for b in shown.breakdowns}
    breakdown = by_key.get("sequential") or shown.breakdowns[0]
    rows = fall(breakdown, shown.units)
    if rows is None:
        return None
    return PlotPicture(
        shown.gap.title,
        rows.axis,
        _AXIS.get(breakdown.scores[0].unit, ""),
        [_row(row, breakdown) for row in rows.rows],
        _foot(shown.gap),
    )


def _row(row: FallRow, breakdown: Breakdown) -> PictureRow:
    number = row.number
    if number in breakdown.scores:
        return PictureRow(number.words, row.marks, number.text, row.interval)
    changed = ", ".join(plain_name(d).lower() for d in number.dimensions)
    label = f"{changed[:1].upper()}{changed[1:]}" or number.words
    return PictureRow(label, row.marks, row.words, row.interval)


def _foot(gap: Gap) -> str:
    size = f"n = {gap.n}. " if gap.n is not None else ""
    return f"{figure(gap)}. {size}Gap {gap.id}, {gap.verification.replace('-', ' ')}."
