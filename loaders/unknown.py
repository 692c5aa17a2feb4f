"""What to say of content that no format knows."""

from collections.abc import Mapping
from typing import Any

from loaders.base import Problem
from loaders.kinds import Content

MEND = "README lists the formats that are read, under 'Bring your own cards'."


def unknown(content: Content) -> Problem:
    """Return the problem of content of any kind."""
    if content.kind == "tree":
        return _tree(content.value)
    return Problem(f"No format reads this kind of file ({_KINDS[content.kind]}).", mend=MEND)


_KINDS = {
    "markdown": "Markdown",
    "table": "a table",
    "workbook": "a workbook",
    "lines": "JSON lines",
    "rdf": "RDF",
}


def _tree(tree: Any) -> Problem:
    if not isinstance(tree, Mapping):
        return Problem("The file holds no card: named fields are expected at its top.", mend=MEND)
    if "@context" in tree:
        return _json_ld(tree["@context"])
    fields = f"fields {', '.join(tree)}"
    return Problem("This is none of the known card formats.", value=fields, mend=MEND)


def _json_ld(context: Any) -> Problem:
    if address := remote(context):
        return Problem(
            "The JSON-LD names a remote context. EvalGap never fetches one.",
            "@context",
            address,
            "Send a card in a known format instead.",
        )
    return Problem("JSON-LD is not read as a card.", "@context", mend=MEND)


def remote(context: Any) -> str | None:
    """Return the first address that a JSON-LD processor would fetch for this context."""
    if isinstance(context, list):
        return next((found for c in context if (found := remote(c))), None)
    if isinstance(context, Mapping):
        return remote(context.get("@import"))
    return context if isinstance(context, str) else None
