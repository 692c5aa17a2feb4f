"""Answers of named questions as tables for people: links with short names in place of IRIs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.linked_data.presentation import address, curie

_WEB = ("http://", "https://", "urn:")


@dataclass(frozen=True)
class CellText:
    """One value in a cell; `href` where a link leads, if anywhere, and `whole` its full name."""

    text: str
    href: str | None = None
    whole: str | None = None


Cell = tuple[CellText, ...]
"""The values of one cell; none where the answer leaves it open."""


def cells(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> list[list[Cell]]:
    """Return a cell per row and column."""
    return [[_cell(row.get(name)) for name in names] for row in rows]


def _cell(value: Any) -> Cell:
    if value is None:
        return ()
    words = str(value)
    if words.startswith(_WEB):  # a list of IRIs is one text with spaces between them
        return tuple(_link(part) for part in words.split())
    return (CellText(words),)


def _link(iri: str) -> CellText:
    return CellText(_short(curie(iri)), address(iri), iri)


def _short(name: str) -> str:
    """Return a name without what only says its kind, or how it is fetched."""
    return re.sub(r"^(?:(?:id|code|value)/[^/]+/|dimension/|https?://)", "", name)
