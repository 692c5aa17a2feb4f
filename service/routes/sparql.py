"""`/sparql` and `/update`: the SPARQL 1.1 Protocol."""

from collections.abc import Iterator
from dataclasses import replace
from typing import IO

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, QueryParams

from service import describe, writes
from service.access import Caller, Scope
from service.engines.base import Dataset, Limits, Stop, Update
from service.engines.terms import absolute
from service.negotiate import RDF_FORMS, prefers_page
from service.problems import BadRequest, UnsupportedMedia
from service.routes.awaited import in_writing_thread, while_awaited
from service.routes.bodies import read_body
from service.routes.deps import REFUSALS, Services, ServicesDep, WriterDep, writing
from service.routes.described import base_of, turtle_first
from service.sparql_request import asked, check_length, content_type, seconds

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
_CHUNK = 2**20
_LOGGED = 500
"""Characters of an update that the log of writes shows."""

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
async def sparql_get(request: Request, services: ServicesDep) -> Response:
    """Answer a SPARQL 1.1 query given as `query=`; without one, describe the service."""
    params = request.query_params
    if not params:
        return await run_in_threadpool(_description, request, services)
    return await _while_awaited(request, services, _only(params, "query"), params)


async def _while_awaited(
    request: Request, services: Services, text: str, params: Params
) -> Response:
    most = seconds(
        {"timeout": [str(v) for v in params.getlist("timeout")]}, _limits(services).seconds
    )
    return await while_awaited(request, _answer, services, text, params, seconds=most)


def _limits(services: Services) -> Limits:
    settings = services.settings
    return Limits(settings.max_query_seconds, settings.max_rows, settings.max_result_bytes)


def _description(request: Request, services: Services) -> Response:
    if prefers_page(request.headers.get("accept"), *RDF_FORMS):
        return RedirectResponse("/query", 303, {"Vary": "Accept"})
    settings = services.settings
    found = describe.service_description(
        base_of(request),
        services.engine,
        updates=services.access.writable,
        limits=_limits(services),
        max_query_chars=settings.max_query_chars,
    )
    return turtle_first(request, found)


@router.post(
    "/sparql",
    responses={200: {"description": "The result"}, 204: {"description": "Done"}, **REFUSALS},
    openapi_extra={"security": [{}, {"token": [Scope.WRITE.word]}]},
)
async def sparql_post(request: Request, services: ServicesDep) -> Response:
    """Answer a query or, with the token, run an update; as a form or as the body itself."""
    text, params, changes = await _operation(request, services)
    if changes:
        caller = await run_in_threadpool(services.access.admit, request, Scope.WRITE)
        return await in_writing_thread(request, _update, request, services, caller, text, params)
    return await _while_awaited(request, services, text, params)


@router.post("/update", status_code=204, responses=REFUSALS)
async def update_post(request: Request, services: ServicesDep, caller: WriterDep) -> Response:
    """Run a SPARQL 1.1 update."""
    text, params, changes = await _operation(request, services)
    if not changes:
        raise BadRequest("This address takes updates: update=… or application/sparql-update.")
    return await in_writing_thread(request, _update, request, services, caller, text, params)


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


def _answer(
    request: Request, services: Services, text: str, params: Params, stop: Stop
) -> Response:
    settings = services.settings
    check_length(text, settings.max_query_chars)
    dataset = _dataset(params, "default-graph-uri", "named-graph-uri")
    accept = request.headers.get("accept")
    given = {name: [str(v) for v in params.getlist(name)] for name in ("format", "timeout")}
    ask = asked(text, given, accept, _base(request), _limits(services))
    result = services.engine.answer(replace(ask, dataset=dataset), stop)
    first, headers = result.read(_CHUNK), {"Vary": "Accept"}
    media = content_type(ask.media)
    if len(first) < _CHUNK:
        result.close()
        return Response(first, media_type=media, headers=headers)
    return StreamingResponse(_chunks(first, result), media_type=media, headers=headers)


def _base(request: Request) -> str:
    """Return what relative IRIs are resolved against: the address of the endpoint."""
    return str(request.url.replace(query=""))


def _chunks(first: bytes, result: IO[bytes]) -> Iterator[bytes]:
    yield first
    with result:
        while chunk := result.read(_CHUNK):
            yield chunk


def _update(
    request: Request, services: Services, caller: Caller, text: str, params: Params
) -> Response:
    given = {"timeout": [str(v) for v in params.getlist("timeout")]}
    limit = seconds(given, services.settings.max_update_seconds)
    using = _dataset(params, "using-graph-uri", "using-named-graph-uri")
    asked = Update(text, using, _base(request), limit)
    about = " ".join(text[:_LOGGED].split())
    with writing(services, caller, "SPARQL update", about) as write:
        writes.update(services.door, asked, write)
    return Response(status_code=204)
