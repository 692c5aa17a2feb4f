"""What to say of content that no format knows."""

from collections.abc import Mapping
from typing import Any

from loaders.contract import CardError, RecordProblem
from loaders.reading.content import Content
from loaders.reading.json_ld import inlined

MEND = "The manual lists the formats that are read: /guides/manual/import in a running service."


def unknown(content: Content) -> RecordProblem:
    """Return the problem of content of any kind."""
    if content.kind == "tree":
        return _tree(content.value)
    return RecordProblem(f"No format reads this kind of file ({_KINDS[content.kind]}).", mend=MEND)


_KINDS = {
    "markdown": "Markdown",
    "table": "a table",
    "workbook": "a workbook",
    "lines": "JSON lines",
    "rdf": "RDF",
}


def _tree(tree: Any) -> RecordProblem:
    if not isinstance(tree, Mapping):
        return RecordProblem(
            "The file holds no card: named fields are expected at its top.", mend=MEND
        )
    if "@context" in tree:
        return _json_ld(tree)
    fields = f"fields {', '.join(tree)}"
    return RecordProblem("This is none of the known card formats.", value=fields, mend=MEND)


def _json_ld(tree: Any) -> RecordProblem:
    try:
        inlined(tree)
    except CardError as error:
        return error.problems[0]
    return RecordProblem("JSON-LD is not read as a card.", "@context", mend=MEND)
