"""`/sparql` and `/update`: the SPARQL 1.1 Protocol."""

from collections.abc import Iterator
from typing import IO

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, QueryParams

from service import describe, writes
from service.engines.base import Ask, Dataset, Limits
from service.engines.sparql_text import query_kind
from service.engines.terms import absolute
from service.negotiate import choose
from service.problems import BadParameter, BadRequest, TooLarge, UnsupportedMedia
from service.routes.bodies import read_body
from service.routes.deps import Services, ServicesDep, check_token
from service.routes.described import base_of, turtle_first

RESULTS = [
    "application/sparql-results+json",
    "application/json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
]
GRAPHS = [
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
    "application/trig",
    "application/n-quads",
]
OFFERED = {"bindings": RESULTS, "boolean": RESULTS[:3], "graph": GRAPHS}
_SHORT = {
    "json": [RESULTS[0], GRAPHS[2]], "srj": [RESULTS[0]],
    "xml": [RESULTS[2], GRAPHS[3]], "srx": [RESULTS[2]],
    "csv": [RESULTS[3]], "tsv": [RESULTS[4]],
    "ttl": [GRAPHS[0]], "turtle": [GRAPHS[0]], "n3": [GRAPHS[0]], "nt": [GRAPHS[1]],
    "jsonld": [GRAPHS[2]], "json-ld": [GRAPHS[2]], "rdf": [GRAPHS[3]], "rdf+xml": [GRAPHS[3]],
    "trig": [GRAPHS[4]], "nq": [GRAPHS[5]],
}  # fmt: skip
"""The media types that a short name stands for, of which a kind of answer offers one at most."""
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_CHUNK = 2**16

router = APIRouter(tags=["sparql"])
Params = QueryParams | FormData

_PARAMETERS = [
    {
        "name": name,
        "in": "query",
        "description": about,
        "schema": {"type": "string"},
        "example": example,
    }
    for name, about, example in (
        ("query", "SPARQL 1.1 query", "SELECT * WHERE { ?s ?p ?o } LIMIT 10"),
        ("default-graph-uri", "graph to query; may be repeated", None),
        ("named-graph-uri", "named graph to query; may be repeated", None),
        ("timeout", "seconds, to lower the limit", "5"),
        ("format", "json, xml, csv, tsv, ttl, nt, jsonld, rdf, trig, nq", "csv"),
    )
]


@router.get("/sparql", openapi_extra={"parameters": _PARAMETERS})
def sparql_get(request: Request, services: ServicesDep) -> Response:
    """Answer a SPARQL 1.1 query given as `query=`; without one, describe the service."""
    params = request.query_params
    if not params:
        return _description(request, services)
    return _answer(request, services, _only(params, "query"), params)


def _description(request: Request, services: Services) -> Response:
    settings = services.settings
    found = describe.service_description(
        base_of(request),
        services.engine,
        updates=settings.token is not None,
        limits=Limits(settings.max_query_seconds, settings.max_rows, settings.max_result_bytes),
        max_query_chars=settings.max_query_chars,
    )
    return turtle_first(request, found)


@router.post(
    "/sparql", responses={200: {"description": "The result"}, 204: {"description": "Done"}}
)
async def sparql_post(request: Request, services: ServicesDep) -> Response:
    """Answer a query or, with the token, run an update; as a form or as the body itself."""
    text, params, changes = await _operation(request, services)
    run = _update if changes else _answer
    return await run_in_threadpool(run, request, services, text, params)


@router.post("/update", status_code=204)
async def update_post(request: Request, services: ServicesDep) -> Response:
    """Run a SPARQL 1.1 update; needs the token."""
    text, params, changes = await _operation(request, services)
    if not changes:
        raise BadRequest("This address takes updates: update=… or application/sparql-update.")
    return await run_in_threadpool(_update, request, services, text, params)


async def _operation(request: Request, services: Services) -> tuple[str, Params, bool]:
    """Return the text of a posted operation, its parameters, and whether it is an update."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {QUERY, UPDATE}:
        data = await read_body(request.stream(), services.settings.max_body_bytes)
        return _text(data), request.query_params, kind == UPDATE
    if kind != FORM:
        raise UnsupportedMedia(
            f"An operation is posted as {QUERY}, as {UPDATE} or as a form ({FORM}), "
            f"not as {kind or 'nothing'!r}."
        )
    form = await request.form()
    changes = "update" in form
    return _only(form, "update" if changes else "query"), form, changes


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The text is not UTF-8 (byte {error.start}).") from error


def _only(params: Params, name: str) -> str:
    other = "query" if name == "update" else "update"
    given = [str(v) for v in params.getlist(name)]
    if len(given) != 1 or other in params:
        count = len(given) + len(params.getlist(other))
        raise BadRequest(f"Exactly one operation is expected as {name}=…; {count} were given.")
    return given[0]


def _dataset(params: Params, default: str, named: str) -> Dataset:
    return Dataset(
        default=tuple(absolute(str(v)) for v in params.getlist(default)),
        named=tuple(absolute(str(v)) for v in params.getlist(named)),
    )


def _answer(request: Request, services: Services, text: str, params: Params) -> Response:
    settings = services.settings
    if len(text) > settings.max_query_chars:
        limit = settings.max_query_chars
        raise TooLarge(
            f"The query has {len(text):,} characters; {limit:,} are allowed.", limit=limit
        )
    offered = OFFERED[query_kind(text)]
    media = choose(request.headers.get("accept"), offered, _wanted(params, offered))
    dataset = _dataset(params, "default-graph-uri", "named-graph-uri")
    limits = Limits(
        _seconds(params, settings.max_query_seconds), settings.max_rows, settings.max_result_bytes
    )
    result = services.engine.answer(Ask(text, media, dataset, limits, _base(request)))
    first, headers = result.read(_CHUNK), {"Vary": "Accept"}
    if len(first) < _CHUNK:
        result.close()
        return Response(first, media_type=_typed(media), headers=headers)
    return StreamingResponse(_chunks(first, result), media_type=_typed(media), headers=headers)


def _wanted(params: Params, offered: list[str]) -> str | None:
    """Return the media type that `format=` asks for; of several, the first that is offered."""
    given = [part for value in params.getlist("format") for part in str(value).split(",") if part]
    named = [_SHORT.get(part, [part]) for part in given]
    fitting = [media for medias in named for media in medias if media in offered]
    return next(iter([*fitting, *given]), None)


def _base(request: Request) -> str:
    """Return what relative IRIs are resolved against: the address of the endpoint."""
    return str(request.url.replace(query=""))


def _typed(media: str) -> str:
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


def _chunks(first: bytes, result: IO[bytes]) -> Iterator[bytes]:
    yield first
    with result:
        while chunk := result.read(_CHUNK):
            yield chunk


def _seconds(params: Params, limit: float) -> float:
    """Return the time for a query: what `timeout=` asks for, and never more than the limit."""
    given = params.get("timeout")
    if given is None:
        return limit
    try:
        wanted = float(str(given))
    except ValueError:
        wanted = 0.0
    if not wanted > 0:
        raise BadParameter(
            f"timeout must be a number of seconds above 0, not {given!r}.", parameter="timeout"
        )
    return min(wanted, limit)


def _update(request: Request, services: Services, text: str, params: Params) -> Response:
    check_token(request, services)
    with services.writing:
        gate = services.gate if services.settings.gate else None
        using = _dataset(params, "using-graph-uri", "using-named-graph-uri")
        writes.update(services.engine, gate, text, using, _base(request))
    return Response(status_code=204)
