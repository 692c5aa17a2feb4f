"""A table of counts as a picture to save: the more there are in a square, the darker it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from textwrap import shorten, wrap

from service.web.pages.shared.picture import described

_LEFT, _HEAD, _ROW, _FOOT = 330, 270, 56, 90
_LEAST, _SQUARE = 1200, 128
"""Pixels: the least width of a picture, and the width of a square in it."""
_SHADES = ("#ffffff", "#e5eef6", "#cbdcec", "#b1cbe2", "#93b6d6", "#739fc8")
"""From nothing to the most, light enough for dark figures on each."""
SHADES = 5
"""How many steps of shade there are from the fewest in a square to the most."""
_STYLE = (
    "text{font-family:'Source Sans 3','Source Sans 3 ExtraLight',sans-serif;fill:#17202c}"
    ".title{font-size:36px;font-weight:700}.label{font-size:22px;font-weight:600}"
    ".count{font-size:25px;font-weight:700}.sub{font-size:20px;fill:#4b5666}"
    "rect.square{stroke:#dadfe6}"
)


@dataclass(frozen=True)
class HeatSquare:
    """A square: what stands in it, and its shade from 0 to 5."""

    words: str
    shade: int


@dataclass(frozen=True)
class HeatPicture:
    """Rows of squares under the heads of their columns, with a title and a line below."""

    title: str
    corner: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[HeatSquare]]]
    foot: str

    def table(self) -> list[Mapping[str, str]]:
        """Return the rows as a table, a column for each column of the picture."""
        return [
            {self.corner: name, **{c: s.words for c, s in zip(self.columns, squares, strict=True)}}
            for name, squares in self.rows
        ]


def shade(count: int, most: int) -> int:
    """Return the shade of a count in equal steps up to the largest one; 0 for nothing."""
    return ceil(SHADES * count / most) if count else 0


def heat_svg(picture: HeatPicture, about: str = "") -> str:
    """Return a picture as a file of its own; `about` stands in it and is not drawn."""
    width = max(_LEAST, _LEFT + len(picture.columns) * _SQUARE + 130)
    height = _HEAD + len(picture.rows) * _ROW + _FOOT
    size = f'width="{width}" height="{height}"'
    title = wrap(picture.title, width // 19, max_lines=2, placeholder=" …")
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size}>',
            f"<title>{escape(picture.title)}</title>{described(about)}<style>{_STYLE}</style>",
            f'<rect {size} fill="#fff"/>',
            *(_text(40, 60 + 44 * i, line, "title") for i, line in enumerate(title)),
            *_heads(picture.columns),
            *_squares(picture.rows),
            _text(40, height - 36, f"{picture.foot} EvalGap", "sub"),
            "</svg>",
        ]
    )


def _heads(columns: Sequence[str]) -> Iterator[str]:
    for i, name in enumerate(columns):
        x = _LEFT + i * _SQUARE + _SQUARE // 2
        turn = f'transform="translate({x} {_HEAD - 14}) rotate(-28)"'
        yield f'<text class="label" {turn}>{escape(shorten(name, 26, placeholder=" …"))}</text>'


def _squares(rows: Sequence[tuple[str, Sequence[HeatSquare]]]) -> Iterator[str]:
    for i, (name, squares) in enumerate(rows):
        y = _HEAD + i * _ROW
        yield _text(40, y + 36, shorten(name, 28, placeholder=" …"), "label")
        for j, square in enumerate(squares):
            x = _LEFT + j * _SQUARE
            box = f'x="{x}" y="{y}" width="{_SQUARE - 4}" height="{_ROW - 4}"'
            yield f'<rect class="square" {box} fill="{_SHADES[square.shade]}"/>'
            kind = "count" if square.words.isdecimal() else "sub"
            yield _text(x + (_SQUARE - 4) // 2, y + 35, square.words, kind, "middle")


def _text(x: int, y: int, words: str, kind: str, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'
