"""RDF from strangers: parsed in every syntax, with nothing fetched and nothing unfolded."""

import json
from collections.abc import Mapping
from typing import Any

from rdflib import Graph
from rdflib.exceptions import ParserError

from service.problems import BadRequest, UnsupportedMedia

SYNTAXES = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}
"""Media types of RDF that are read, with rdflib's names for them."""


def parse(data: bytes, media: str, base: str) -> Graph:
    """Return the triples of a text; relative IRIs are resolved against `base`.

    Raises `UnsupportedMedia` for another syntax, `BadRequest` for text that does not parse,
    for a document type in RDF/XML, and for a JSON-LD context that would have to be fetched.
    """
    if media not in SYNTAXES:
        raise UnsupportedMedia(
            f"RDF is read as {', '.join(SYNTAXES)}, not as {media or 'nothing'!r}."
        )
    if media == "application/rdf+xml" and b"<!DOCTYPE" in data:
        raise BadRequest("The RDF/XML declares a document type. Entities are not expanded here.")
    if media == "application/ld+json":
        _refuse_remote(data)
    try:
        return Graph().parse(data=data, format=SYNTAXES[media], publicID=base)
    except (SyntaxError, ParserError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise BadRequest(
            f"The {media} does not parse: {' '.join(str(error).split())[:300]}"
        ) from error


def _refuse_remote(data: bytes) -> None:
    try:
        remote = _remote(json.loads(data))
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The JSON-LD does not parse: {error}.") from error
    if remote:
        raise BadRequest(f"The JSON-LD names the remote context {remote}. It is not fetched.")


def _remote(tree: Any) -> str | None:
    """Return the first context, at any depth, that a processor would fetch."""
    if isinstance(tree, list):
        return next((found for item in tree if (found := _remote(item))), None)
    if not isinstance(tree, Mapping):
        return None
    contexts = tree.get("@context", [])
    named = [
        c for c in (contexts if isinstance(contexts, list) else [contexts]) if isinstance(c, str)
    ]
    imported = tree.get("@import")
    return (
        next(iter(named), None)
        or (imported if isinstance(imported, str) else None)
        or _remote(list(tree.values()))
    )
