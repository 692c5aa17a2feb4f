"""A gap as a picture to save and share: the rows of its waterfall."""

from loaders.model import Gap
from service.common.amounts import figure
from service.common.problems import BadParameter, OnPage
from service.ontology.labels import plain_name
from service.web.pages.gaps.gap import GapPage
from service.web.pages.shared.fall import FallRow, fall
from service.web.pages.shared.numbers import Breakdown
from service.web.pages.shared.picture import PictureRow, PlotPicture

_AXIS = {"percent": "%", "percentage-point": "%"}


def picture_of(shown: GapPage, key: str | None = None) -> PlotPicture | None:
    """Return a gap as a picture, decomposed where it is; None where nothing of it is drawn.

    `key` names another breakdown. Raises `BadParameter` for one that the gap does not have.
    """
    by_key = {b.key: b for b in shown.breakdowns}
    if key and key not in by_key:
        raise BadParameter(
            f"breakdown is one of {', '.join(by_key)}, not {key[:40]!r}.",
            on_page=OnPage(
                f"This gap is not decomposed as {key[:40]!r}.",
                key,
                tuple(by_key),
                titles={name: name.replace("-", " ") for name in by_key},
            ),
            parameter="breakdown",
            known=list(by_key),
        )
    breakdown = by_key[key] if key else by_key.get("sequential") or shown.breakdowns[0]
    rows = fall(breakdown, shown.units)
    if rows is None:
        return None
    return PlotPicture(
        titled(shown.gap, breakdown.key),
        rows.axis,
        _AXIS.get(breakdown.scores[0].unit, ""),
        [_row(row, breakdown) for row in rows.rows],
        _foot(shown.gap),
    )


def titled(gap: Gap, key: str) -> str:
    """Return what a picture of a gap is called: which breakdown, if there are several."""
    spoken = key.replace("-", " ")
    return f"{gap.title}, {spoken}" if len(gap.decompositions) > 1 else gap.title


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
