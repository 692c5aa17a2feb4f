"""How answers are written: JSON, RDF and CSV, with the headers that belong to them."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import StringIO
from typing import Any

from fastapi import Request, Response
from rdflib import Graph

from service.negotiate import RDF_FORMS, choose

CONTEXT_PATH = "/ontology/context.jsonld"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Writers = Mapping[str, Callable[[], str | bytes]]
"""Media type to a function that writes the answer in it; the first is the default."""


def respond(
    request: Request, writers: Writers, suffix: str | None = None, **headers: str
) -> Response:
    """Return the answer in the form that the client prefers. Raises `NotAcceptable`."""
    wanted = suffix or request.query_params.get("format")
    media = choose(request.headers.get("accept"), list(writers), wanted)
    text_like = media.startswith("text/")
    return Response(
        writers[media](),
        media_type=f"{media}; charset=utf-8" if text_like else media,
        headers={"Vary": "Accept", **headers},
    )


def rdf_writers(graph: Callable[[], Graph]) -> Writers:
    """Return a writer for each RDF form; the graph is fetched only when one is called."""

    def writer(name: str) -> Callable[[], str]:
        compact = name == "json-ld"  # other serialisers refuse the option
        return lambda: (
            graph().serialize(format=name, auto_compact=True)
            if compact
            else graph().serialize(format=name)
        )

    return {media: writer(name) for media, name in RDF_FORMS.items()}


def json_text(request: Request, document: Mapping[str, Any]) -> str:
    """Return a document as JSON with the address of its JSON-LD context."""
    context = str(request.base_url).rstrip("/") + CONTEXT_PATH
    return json.dumps({"@context": context, **document}, ensure_ascii=False, indent=1)


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return rows as CSV with one header row; an empty cell is not stated.

    A text that a spreadsheet would run as a formula gets a leading apostrophe.
    """
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(c)) for c in columns])
    return buffer.getvalue()


def cell(value: Any) -> Any:
    """Return a value as a cell of CSV; a text that would run as a formula is made a text."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = " ".join(str(v) for v in value)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
