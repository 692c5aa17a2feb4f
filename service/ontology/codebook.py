"""What the codebook says of a coded value: its steps, rules and cases, by dimension and code.

The codebook (`data/codebook.md`) is Markdown. A section is about the dimension that its heading
names; a passage is a point of a list or a row of a table, and is about the codes that it has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from loaders.mapping.iris import BASE, EGAP
from service.common.resources import resource
from service.ontology import graphs

_CODE = re.compile(r"`([a-z0-9-]+)`")
_POINT = re.compile(r"(?:- |\d{1,2}\. |\| )")
_CASES = "Boundary cases"


@dataclass(frozen=True)
class Passage:
    """A passage as Markdown, the heading it stands under, and the codes it has.

    `dimension` is None where the section is about none, as the table of boundary cases.
    """

    dimension: str | None
    heading: str
    text: str
    codes: frozenset[str]


def criteria(dimension: str, code: str) -> tuple[Passage, ...]:
    """Return the passages about a value, in the order of the codebook."""
    return tuple(p for p in passages() if p.dimension in {dimension, None} and code in p.codes)


@cache
def passages() -> tuple[Passage, ...]:
    """Return every passage of the codebook that names a code."""
    return tuple(_passages(resource("data", "codebook.md").read_text(encoding="utf-8")))


def _passages(text: str) -> Iterator[Passage]:
    section, heading, columns = "", "", [""]
    for line in _points(text):
        codes = frozenset(_CODE.findall(line))
        if line.startswith("| ") and not codes:
            columns = _cells(line)
        elif line.startswith("## "):
            section = heading = line[3:]
        elif line.startswith("### "):
            heading = line[4:]
        elif codes:
            dimension = section.lower().replace(" ", "-")
            known = dimension in _dimensions()
            beside = next((c for c in _CODE.findall(line) if c in _dimensions()), None)
            if known or beside or section == _CASES:
                yield Passage(dimension if known else beside, heading, _plain(line, columns), codes)


def _points(text: str) -> Iterator[str]:
    """Yield headings, points and rows of tables, each in one line."""
    held = ""
    for line in text.splitlines():
        if line.startswith("#") or _POINT.match(line) or not line.strip():
            yield from filter(None, (held,))
            held = line
        elif held and not held.startswith("#"):
            held += f" {line.strip()}"
    yield from filter(None, (held,))


def _plain(line: str, columns: list[str]) -> str:
    """Return a point without its mark, and a row of a table as its cells under their heads."""
    if not line.startswith("|"):
        return _POINT.sub("", line, count=1)
    first, *others = _cells(line)
    said = (f"{name}: {cell}" for name, cell in zip(columns[1:], others, strict=False))
    return "; ".join((first, *said))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("| ").split("|")]


@cache
def _dimensions() -> frozenset[str]:
    found = graphs.taxonomy().objects(None, EGAP.valuesOf)
    return frozenset(str(iri).removeprefix(f"{BASE}dimension/") for iri in found)
