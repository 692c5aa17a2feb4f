"""The kind of content of a file, recognised by the content; its suffix only where that is open."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from loaders.contract import CardError, Raw, RecordProblem
from loaders.reading.depth import Syntax
from loaders.reading.encoding import decode, encoding_of, open_text
from loaders.reading.trees import parse_text, read_tree, too_large

Kind = Literal["tree", "markdown", "table", "workbook", "lines", "rdf"]
STREAMED = frozenset({"table", "lines", "rdf"})
"""Kinds that are read piece by piece, so that their size is not bounded."""
HEAD_BYTES = 2**16
"""How much of a file is looked at to tell its kind."""

_RDF_SUFFIXES: dict[str, Syntax] = {".ttl": "turtle", ".nt": "nt", ".nq": "nquads", ".trig": "trig"}
_RDF_XML = re.compile(r"<rdf:RDF\b|xmlns:\w+\s*=\s*.http://www\.w3\.org/1999/02/22-rdf-syntax-ns#")
_DIRECTIVE = re.compile(
    r"(?:\s++|#[^\n]*+\n)*+(?:@(?:prefix|base)|(?i:prefix\s++[^\s:]*+:|base)\s*+<)"
)
_STATEMENT = re.compile(
    r"(?:\s++|#[^\n]*+\n)*+(?:<[^<>\s:]++:[^<>\s]*+>|_:\w++)\s++<[^<>\s]++>\s++[<\"_]"
)
_FRONT = re.compile(r"\s*+---[ \t]*\r?\n(?P<front>.*?)(?:^|\n)---[ \t]*(?:\r?\n|$)", re.DOTALL)
_FIELD = re.compile(r"[\w\"' -]{1,80}:(?:\s|$)|- ")


@dataclass(frozen=True)
class Markdown:
    """A Markdown file: the tree of its YAML front matter, {} without one, and its body."""

    front: Any
    body: str


@dataclass(frozen=True)
class Content:
    """What a loader gets: a value by kind (see `loaders.contract`), and what was noticed."""

    kind: Kind
    value: Any
    warnings: list[RecordProblem] = field(default_factory=list)


def read_content(raw: Raw) -> Content:
    """Return the content of a file. Raises `CardError` where it cannot be had."""
    kind = kind_of(raw)
    if raw.stream and kind not in STREAMED:
        raise CardError(too_large())
    return _READERS[kind](raw)


def read_tree_content(raw: Raw) -> Content:
    """Return the tree of JSON or YAML bytes, whatever else they look like."""
    return Content("tree", *read_tree(raw))


def _markdown(raw: Raw) -> Content:
    words, warnings = decode(raw.data)
    match = _FRONT.match(words)
    given = match["front"] if match else ""
    front = parse_text(given, warnings) if given.strip() else {}
    return Content("markdown", Markdown(front, words[match.end() :] if match else words), warnings)


def _workbook(raw: Raw) -> Content:
    from loaders.reading.xlsx_guard import check_workbook  # noqa: PLC0415 - few files are one

    check_workbook(raw.data)
    return Content("workbook", raw)


def _rdf(raw: Raw) -> Content:
    if rdf_syntax(raw) == "xml":
        _check_xml(raw)
    return Content("rdf", raw)


def _check_xml(raw: Raw) -> None:
    if raw.stream:
        raise CardError(too_large())
    words = decode(raw.data)[0]
    if "<!DOCTYPE" in words or "<!ENTITY" in words:
        raise CardError(
            RecordProblem(
                "The XML declares a document type or entities, which can unfold without end or "
                "name other files.",
                mend="Save it as Turtle, or with the entities written out.",
            )
        )


def _table(raw: Raw) -> Content:
    stream, warnings = open_text(raw)
    stream.close()
    return Content("table", raw, warnings)


_READERS: dict[Kind, Callable[[Raw], Content]] = {
    "tree": read_tree_content,
    "markdown": _markdown,
    "workbook": _workbook,
    "rdf": _rdf,
    "table": _table,
    "lines": lambda raw: Content("lines", raw),
}


def kind_of(raw: Raw) -> Kind:
    """Return the kind of a file. Raises `CardError` for an empty one and for no text."""
    head = _head(raw)
    if head.startswith(b"PK\x03\x04"):
        return "workbook"
    words, suffix = _words(head), PurePosixPath(raw.name).suffix.lower()
    if not words.strip("\ufeff \t\r\n\0"):
        raise CardError(RecordProblem("The file is empty.", mend="Get the file again."))
    if _syntax(words, suffix):
        return "rdf"
    return next(kind for kind, fits in _SIGNS if fits(words.lstrip(), suffix))


def rdf_syntax(raw: Raw) -> Syntax | None:
    """Return the name of the RDF syntax: turtle, nt, nquads, trig or xml; None if it is none."""
    return _syntax(_words(_head(raw)), PurePosixPath(raw.name).suffix.lower())


def _syntax(words: str, suffix: str) -> Syntax | None:
    if words.lstrip().startswith("<") and _RDF_XML.search(words):
        return "xml"
    if suffix in _RDF_SUFFIXES:
        return _RDF_SUFFIXES[suffix]
    if _DIRECTIVE.match(words):
        return "trig" if "{" in words else "turtle"
    return "nquads" if _STATEMENT.match(words) else None


def _lines(words: str, suffix: str) -> bool:
    first, _, rest = words.partition("\n")
    return suffix in {".jsonl", ".ndjson"} or (
        first.startswith("{") and first.rstrip().endswith("}") and rest.lstrip().startswith("{")
    )


def _markup(words: str, suffix: str) -> bool:
    if suffix in {".md", ".markdown"}:
        return True
    return suffix not in {".yaml", ".yml"} and _FRONT.match(words) is not None


def _columns(words: str, suffix: str) -> bool:
    """Tell a table: two lines or more, the first with a separator and not a YAML field."""
    if suffix in {".csv", ".tsv"}:
        return True
    first, newline, _ = words.partition("\n")
    return bool(newline) and any(s in first for s in ",;\t") and not _FIELD.match(first)


_SIGNS: tuple[tuple[Kind, Callable[[str, str], bool]], ...] = (
    ("lines", _lines),
    (
        "tree",
        lambda words, suffix: words.startswith("{") or (words[:1] == "[" and suffix != ".csv"),
    ),
    ("markdown", _markup),
    ("tree", lambda _, suffix: suffix in {".yaml", ".yml", ".json", ".jsonld"}),
    ("table", _columns),
    ("tree", lambda *_: True),
)
"""Signs of each kind, in the order in which they are looked for."""


def _head(raw: Raw) -> bytes:
    if raw.stream is None:
        return raw.data[:HEAD_BYTES]
    with raw.open() as stream:
        return stream.read(HEAD_BYTES)


def _words(head: bytes) -> str:
    """Return the beginning of a text, roughly: a character cut in two does not matter here."""
    return head.decode(encoding_of([head]), "replace")
