"""SokolAnn/BenchmarkCards in Markdown: the cards that authors of benchmarks have approved.

The same sections and fields as the JSON, under headings and bold names, so the text is read into
the tree of the JSON and that format makes the card. A card that stands there in both forms is two
records, since neither names the other.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from loaders.contract import FoundFields, Key, Raw, RecordProblem
from loaders.formats import sokolann
from loaders.model import Record
from loaders.reading.content import Markdown

SOURCE = sokolann.SOURCE
_SECTION = re.compile(r"##\s++(.+)")
_FIELD = re.compile(r"\*\*([^*:]++)\*\*\s*+:\s*+(.*)")
_ITEM = re.compile(r"[-*]\s++(.+)")
_LINK = re.compile(r"\[[^\[\]]*+\]\((.*)\)")
_RISK = re.compile(r"\*\*([^*]++)\*\*\s*+:?\s*+(.*)")
_LETTERS = re.compile(r"[^a-z]++")
_NAMES = {"target_audience": "audience", "potential_harm": "harm"}
"""Fields that the JSON calls otherwise."""
_NOWHERE = "text"
"""The section and the field of what stands in none."""
_EMPTY = ("", "None", "Not Applicable", "No specific atlas risks defined")
"""What stands where the JSON has nothing, or "N/A"."""
_HEAD = 4_000
"""How many characters are looked at to recognise a card."""


def detects(content: Markdown) -> bool:
    """Recognise a card by its first section and the name in it."""
    if content.front or "Benchmark Details" not in content.body[:_HEAD]:
        return False
    return "name" in _tree(content.body[:_HEAD]).get("benchmark_details", {})


def fields(content: Markdown) -> FoundFields:
    """Return what becomes of each field of a card."""
    return sokolann.fields(_tree(content.body))


def key(raw: Raw, content: Markdown) -> Key:
    """Return the name of the file with its suffix: the JSON of a card may have the same name."""
    del content
    return Key(raw.name, given=False)


def load(raw: Raw, content: Markdown) -> tuple[list[Record], list[RecordProblem]]:
    """Return one card, as the JSON of the same card would give it."""
    return sokolann.load(raw, _tree(content.body))


def _tree(body: str) -> dict[str, dict[str, Any]]:
    """Return the sections as the JSON has them, field by field."""
    tree: dict[str, dict[str, Any]] = {}
    for section, name, lines in _fields(body):
        known, fields = _NAMES.get(name, name), tree.setdefault(section, {})
        value = _value(known, lines)
        again = f" {len(fields)}" if known in fields else ""
        fields[f"{known}{again}"] = None if value in _EMPTY else value
    title = tree.get("benchmark_details", {}).get("name")
    if tree.get(_NOWHERE) == {_NOWHERE: f"# {title}"}:
        del tree[_NOWHERE]
    return tree


def _fields(body: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield section, field and lines of each field, and of what stands in none."""
    section, name, lines = _NOWHERE, _NOWHERE, list[str]()
    for line in [*body.splitlines(), "## end"]:
        heading, found = _SECTION.match(line), _FIELD.match(line)
        if not heading and not found:
            lines.append(line)
            continue
        if name != _NOWHERE or any(map(str.strip, lines)):
            yield section, name, lines
        name, lines = _NOWHERE, []
        if heading:
            section = _snake(heading[1])
        elif found:
            name, lines = _snake(found[1]), [found[2]]


def _value(name: str, lines: list[str]) -> Any:
    said = [line for line in lines if line.strip()]
    items = [found[1].strip() for line in said if (found := _ITEM.match(line))]
    if not items or len(items) < len(said):
        return "\n".join(lines).strip()
    if name == "atlas_risks":
        return {"risks": [_risk(item) for item in items]}
    return [_address(item) for item in items] if name == "resources" else items


def _address(item: str) -> str:
    found = _LINK.fullmatch(item)
    return found[1] if found else item


def _risk(item: str) -> Mapping[str, Any]:
    found = _RISK.match(item)
    if not found:
        return {"category": item, "subcategory": []}
    kinds = [kind.strip() for kind in found[2].split(",") if kind.strip()]  # no name has a comma
    return {"category": found[1].strip(), "subcategory": kinds}


def _snake(heading: str) -> str:
    return _LETTERS.sub("_", heading.lower()).strip("_")
