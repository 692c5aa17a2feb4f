"""Which formats there are, and the one function that reads a record in any of them."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from pydantic import ValidationError

from loaders.base import CardError, Document, Loader, Problem, Raw, Rejected, problems_of
from loaders.parse import parse
from loaders.text import clean_tree

FORMATS = {
    "evalgap": "loaders.evalgap_yaml",
    "authors-yaml": "loaders.authors_yaml",
    "sokolann-json": "loaders.sokolann",
}
"""Format name to module, in the order in which formats are tried."""

LOADER_VERSION = "1"
"""Raised when a loader reads the same bytes differently; stands in every record's provenance."""


def read(raw: Raw) -> Document | Rejected:
    """Read one record in whatever known format it is; a bad record is returned, not raised."""
    try:
        return _read(raw)
    except CardError as error:
        return Rejected(raw, error.problems)
    except ValidationError as error:
        return Rejected(raw, problems_of(error))


def _read(raw: Raw) -> Document:
    tree, touched = clean_tree(parse(raw.data))
    loader = _loader(tree)
    records, warnings = loader.load(raw, tree)
    return Document(raw, loader.name, tuple(records), tuple(_cleaned(touched) + warnings))


def _cleaned(touched: list[str]) -> list[Problem]:
    return [
        Problem("Characters that RDF cannot carry were removed from the text.", field)
        for field in touched
    ]


def _loader(tree: Any) -> Loader:
    if not isinstance(tree, Mapping):
        raise CardError(
            Problem("The file holds no card: named fields are expected at its top.", mend=_KNOWN)
        )
    if "@context" in tree:
        raise CardError(_json_ld(tree["@context"]))
    for name, module in FORMATS.items():
        code = import_module(module)
        if code.detects(tree):
            return Loader(name, code.detects, code.load)
    raise CardError(
        Problem(
            "This is none of the known card formats.",
            value=f"fields {', '.join(str(k) for k in tree)}",
            mend=_KNOWN,
        )
    )


_KNOWN = (
    "Known are EvalGap's own card (evalgap: 1), the authors' card (benchmark_name, task, "
    "outcome) and SokolAnn BenchmarkCards (benchmark_details)."
)


def _json_ld(context: Any) -> Problem:
    if remote := _remote(context):
        return Problem(
            "The JSON-LD names a remote context. EvalGap never fetches one.",
            "@context",
            remote,
            "Send a card in a known format instead.",
        )
    return Problem("JSON-LD is not read as a card.", "@context", mend=_KNOWN)


def _remote(context: Any) -> str | None:
    """Return the first address that a JSON-LD processor would fetch for this context."""
    if isinstance(context, list):
        return next((found for c in context if (found := _remote(c))), None)
    if isinstance(context, Mapping):
        return _remote(context.get("@import"))
    return context if isinstance(context, str) else None
