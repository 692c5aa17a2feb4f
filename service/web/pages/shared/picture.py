"""A plot as one picture that can be saved and shared: SVG, and from it PNG.

The rows are those that a page draws with `plot.py`; here words stand in the picture as well, since
a saved one has no page around it. It is drawn in the light colours of `tokens.css`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from struct import pack
from textwrap import wrap
from zlib import crc32

import resvg_py

from service.common.digits import percent
from service.common.resources import inside
from service.evidence.pooling import LEVEL
from service.web.pages.shared.plot import Axis, Mark

WIDTH, LEAST_HEIGHT = 1200, 630
"""Pixels; networks show pictures of links in this shape."""
MOST_ROWS = 40
"""A picture has no more rows than these; it says how many it leaves out."""
_LABEL, _PLOT, _RESULT = 60, 470, 930
_ROW, _HEAD = 74, 56
_LINE = 1.25
_WORD = 0.5
"""About how wide a letter of the typeface is, in parts of its size."""

# the second name is what the file calls itself, since it names its lightest weight
_STYLE = (
    "text{font-family:'Source Sans 3','Source Sans 3 ExtraLight',sans-serif;fill:#17202c}"
    ".title{font-size:40px;font-weight:700}.label{font-size:25px;font-weight:600}"
    ".sub{font-size:22px;fill:#4b5666}.name{font-size:30px;font-weight:700}.score{fill:#8b96a5}.task{fill:#3f83cc}.outcome,.hatched{fill:#1d4379}"
    ".mixed{fill:#7fa5d8}.other{fill:#737e8f}.residual{fill:#e4e8ee;stroke:#737e8f}"
    ".band{fill:#dfe9f6}.dot{fill:#3f83cc}.dot.o{fill:#1d4379}.dot.x{fill:#17202c}"
    ".void{fill:#e4e8ee}.hollow{fill:#fff;stroke:#1d4379;stroke-width:2.5}.hollow.t{stroke:#3f83cc}"
    ".hollow.x{stroke:#17202c}.thin,.w-thin{stroke:#17202c;stroke-width:2}"
    ".thick,.w-thick{stroke:#17202c;stroke-width:6}.step{stroke:#4b5666;stroke-dasharray:3 4}"
    ".grid{stroke:#dfe3e9}.zero{stroke:#4b5666;stroke-width:1.5}"
)


@dataclass(frozen=True)
class PictureRow:
    """A row of a plot: what it is, its marks, its figure, and the interval of that in words."""

    label: str
    marks: tuple[Mark, ...]
    result: str
    interval: str = ""


@dataclass(frozen=True)
class PlotPicture:
    """A plot with its title, the unit of its axis, and the line below it that names the source."""

    title: str
    axis: Axis
    unit: str
    rows: Sequence[PictureRow]
    foot: str

    def table(self) -> list[dict[str, str]]:
        """Return the rows as a table; a row without marks and figure is the head of a group."""
        found, group = [], ""
        for row in self.rows:
            if row.marks or row.result:
                said = {"group": group, "row": row.label, "figure": row.result}
                found.append({**said, "note": row.interval})
            else:
                group = row.label
        return found


def brief(interval: str) -> str:
    """Return an interval in few words: of the usual level its ends alone; the foot says the level.

    What it is over stands with the figure itself.
    """
    return interval.partition(" (")[0].removeprefix(_USUAL)


_USUAL = f"{percent(LEVEL)} CI "


def described(about: str) -> str:
    """Return what an SVG says of itself beside its title; nothing for nothing."""
    return f"<desc>{escape(about)}</desc>" if about else ""


def svg(picture: PlotPicture, about: str = "") -> str:
    """Return a picture as a file of its own, at least of the shape in which links are shown.

    `about` stands in it and is not drawn.
    """
    title = _lines(picture.title, 40, WIDTH - 2 * _LABEL, 2)
    top = 70 + len(title) * 50 + _HEAD
    rows = picture.rows[:MOST_ROWS]
    height = max(LEAST_HEIGHT, top + len(rows) * _ROW + 90)
    more = len(picture.rows) - len(rows)
    foot = f"{picture.foot}{f' {more} more rows are left out.' if more else ''}"
    size = f'width="{WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {size}>',
        f"<title>{escape(picture.title)}</title>{described(about)}<style>{_STYLE}</style>",
        f'<rect {size} fill="#fff"/>',
        *(_text(_LABEL, 80 + i * 50, line, "title") for i, line in enumerate(title)),
        *_axis(picture, top, len(rows)),
        *(part for i, row in enumerate(rows) for part in _row(row, top + i * _ROW)),
        _text(_LABEL, height - 36, _lines(foot, 22, 880, 1)[0], "sub"),
        _mark(height),
        "</svg>",
    ]
    return "".join(parts)


@lru_cache(maxsize=64)
def png(drawn: str, about: str = "") -> bytes:
    """Return a picture as PNG, drawn with the typeface of the pages and no other.

    `about` becomes its text `Source`, which viewers show among the properties of a file.
    """
    font = str(inside("web", "static", "fonts", "source-sans-3-latin.ttf"))
    points = bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawn,
            skip_system_fonts=True,
            font_files=[font],
            sans_serif_family="Source Sans 3",
        )
    )
    return points[:_PNG_HEAD] + _text_chunk("Source", about) + points[_PNG_HEAD:]


_PNG_HEAD = 33
"""Bytes of the signature of a PNG and of its first chunk, after which a text may stand."""


def _text_chunk(keyword: str, words: str) -> bytes:
    """Return a text of a PNG (section 11.3.3.2 of its specification); nothing for no words."""
    data = b"tEXt" + keyword.encode("latin-1") + b"\0" + words.encode("latin-1", "replace")
    return pack(">I", len(data) - 4) + data + pack(">I", crc32(data)) if words else b""


@lru_cache(maxsize=1)
def icon() -> bytes:
    """Return the mark as PNG, 48 pixels wide."""
    mark = inside("web", "static", "icon.svg").read_text(encoding="utf-8")
    return bytes(resvg_py.svg_to_bytes(svg_string=mark, skip_system_fonts=True, width=48))


def _axis(picture: PlotPicture, top: int, rows: int) -> Iterable[str]:
    for i, tick in enumerate(picture.axis.ticks):
        x = _x(tick.at)
        kind = "zero" if tick.zero else "grid"
        words = f"{tick.words} {picture.unit}" if i == 0 else tick.words
        yield (
            f'<line class="{kind}" x1="{x}" x2="{x}" '
            f'y1="{top - 10}" y2="{top + rows * _ROW - 10}"/>'
        )
        yield _text(x, top - 22, words, "sub", tick.anchor)


def _row(row: PictureRow, y: int) -> Iterable[str]:
    for i, line in enumerate(_lines(row.label, 25, _PLOT - _LABEL - 20, 2)):
        yield _text(_LABEL, y + 24 + i * 28, line, "label")
    yield from (_drawn(mark, y) for mark in row.marks)
    yield _text(_RESULT + 20, y + 26, _lines(row.result, 24, WIDTH - _RESULT - 40, 1)[0], "label")
    yield _text(_RESULT + 20, y + 52, _lines(row.interval, 21, WIDTH - _RESULT - 20, 1)[0], "sub")


def _drawn(mark: Mark, y: int) -> str:
    x, top = _x(mark.x1), y + _y(mark.y1)
    match mark.shape:
        case "bar":
            wide, high = _share(mark.width) * (_RESULT - _PLOT), _y(mark.height)
            box = f'x="{x}" y="{top:g}" width="{wide:.1f}" height="{high:g}"'
            return f'<rect class="{mark.role}" {box}/>'
        case "dot":
            return f'<circle class="{mark.role}" cx="{x}" cy="{top:g}" r="9"/>'
    x2, bottom = _x(mark.x2), y + _y(mark.y2)
    return f'<line class="{mark.role}" x1="{x}" x2="{x2}" y1="{top:g}" y2="{bottom:g}"/>'


def _mark(height: int) -> str:
    """Return the mark and name of the project, low on the right."""
    x, y = WIDTH - 210, height - 62
    return (
        f'<g transform="translate({x} {y}) scale(1.4)"><path d="M2 2h8v20H2z" fill="#17202c"/>'
        '<path d="M15 13V3h6v10" fill="none" stroke="#1b4f9b" stroke-width="2"/>'
        '<path d="M14 13h8v9h-8z" fill="#1b4f9b"/></g>'
        + _text(x + 46, height - 34, "EvalGap", "name")
    )


def _text(x: float, y: float, words: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'


def _lines(words: str, size: int, width: int, most: int) -> list[str]:
    """Return words in at most so many lines; what does not fit is cut, and three dots say so."""
    return wrap(words, int(width / (size * _WORD)), max_lines=most, placeholder=" …") or [""]


def _share(per_cent: str) -> float:
    return float(per_cent.removesuffix("%")) / 100


def _x(per_cent: str) -> float:
    return round(_PLOT + _share(per_cent) * (_RESULT - _PLOT), 1)


def _y(per_cent: str) -> float:
    return round(_share(per_cent) * (_ROW - 12), 1)
