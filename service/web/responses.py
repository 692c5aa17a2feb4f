"""How answers are written: JSON, RDF and tables, with the headers that belong to them."""

import json
from collections.abc import Callable, Mapping, Sequence
from email.utils import mktime_tz, parsedate_tz
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from rdflib import Graph

from service.common.csv_tables import csv_text
from service.common.negotiation import RDF_FORMS, TABLE_FORMS, choose
from service.common.problems import Problem
from service.common.typed_tables import jsonl_text, parquet_bytes, xlsx_bytes
from service.common.unread import noted
from service.ingest.seeding import stored_release
from service.store.rdf_input import write
from service.web.dependencies import services

CONTEXT_PATH = "/ontology/context.jsonld"
RELEASE = "EvalGap-Release"
"""The field of an answer with the day and digest of the shipped records."""

Writers = Mapping[str, Callable[[], str | bytes]]
"""Media type to a function that writes the answer in it; the first is the default."""


def respond(
    request: Request, writers: Writers, suffix: str | None = None, **headers: str
) -> Response:
    """Return the answer in the form that the client prefers, or 304 where it has that one.

    Its ETag is a weak one: the same answer may go out compressed. Raises `NotAcceptable`.
    """
    form = suffix or request.query_params.get("format")
    media = choose(request.headers.get("accept"), list(writers), form)
    written = writers[media]()
    content = written.encode() if isinstance(written, str) else written
    fields = {"Vary": "Accept", **release_headers(request), **headers}
    if request.method == "GET":
        tag = sha256(media.encode() + b"\n" + content).hexdigest()
        fields |= {"ETag": f'W/"{tag}"', "Cache-Control": "no-cache"}
        if has_already(request, fields):
            return Response(status_code=304, headers=fields)
    text_like = media.startswith("text/")
    return Response(
        content, media_type=f"{media}; charset=utf-8" if text_like else media, headers=fields
    )


def release_headers(request: Request) -> dict[str, str]:
    """Return the field that says which shipped records an answer comes from, if from any.

    What does not need the store is answered without it, too.
    """
    try:
        found = stored_release(services(request).engine)
    except Problem:
        return {}
    return {RELEASE: found.short} if found else {}


def has_already(request: Request, headers: Mapping[str, str]) -> bool:
    """Tell whether the client says that it has this already (RFC 9110, section 13)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        given = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
        return bool(given & {"*", headers["ETag"].removeprefix("W/")})
    since = parsedate_tz(request.headers.get("if-modified-since", ""))
    made = parsedate_tz(headers.get("Last-Modified", ""))
    return bool(since and made and mktime_tz(since) >= mktime_tz(made))


def uri(iri: str) -> str:
    """Return an IRI as the URI that header fields carry (RFC 3987, section 3.1)."""
    return quote(iri, safe="%:/?#[]@!$&'()*+,;=~")


def rdf_writers(graph: Callable[[], Graph]) -> Writers:
    """Return a writer for each RDF form; the graph is fetched only when one is called."""
    return {media: partial(_written, graph, media) for media in RDF_FORMS}


def table_writers(
    rows: Callable[[], Sequence[Mapping[str, Any]]],
    header: Sequence[str] | None = None,
    types: Mapping[str, Any] | None = None,
) -> Writers:
    """Return a writer for each form of a table; all have the same rows and columns.

    `header` and `types` are as in `csv_text` and `parquet_bytes`.
    """
    makers: Sequence[Callable[[], str | bytes]] = (
        lambda: csv_text(rows(), header),
        lambda: jsonl_text(rows(), header),
        lambda: parquet_bytes(rows(), header, types),
        lambda: xlsx_bytes(rows(), header),
    )
    return dict(zip(TABLE_FORMS, makers, strict=True))


def _written(graph: Callable[[], Graph], media: str) -> bytes:
    return write(graph(), media)


def json_text(request: Request, document: Mapping[str, Any]) -> str:
    """Return a document as JSON with the address of its JSON-LD context.

    Records that could not be read, and so are not in it, stand under `left_out`.
    """
    context = str(request.base_url).rstrip("/") + CONTEXT_PATH
    notes = [{"record": record, "why": why} for record, why in sorted(noted().items())]
    whole = {"@context": context, **document, **({"left_out": notes} if notes else {})}
    return json.dumps(whole, ensure_ascii=False, indent=1)
