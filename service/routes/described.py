"""Self-description: VoID, example queries as RDF, and the dump of everything."""

import zlib
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from rdflib import Graph

from service import describe
from service.engines.base import Engine
from service.routes.answers import rdf_writers, respond
from service.routes.deps import ServicesDep

router = APIRouter(tags=["self-description"])


def base_of(request: Request) -> str:
    """Return the address under which this service is reached."""
    return str(request.base_url).rstrip("/")


def turtle_first(request: Request, graph: Graph, suffix: str | None = None) -> Response:
    """Return a graph in the form asked for, Turtle where the client is open."""
    forms = rdf_writers(lambda: graph)
    return respond(request, {"text/turtle": forms["text/turtle"], **forms}, suffix)


@router.get("/void")
@router.get("/.well-known/void", include_in_schema=False)
@router.get("/void.{suffix}", include_in_schema=False)
def void(request: Request, services: ServicesDep) -> Response:
    """Return the VoID description, with counts per class and property."""
    found = describe.void(base_of(request), services.engine)
    return turtle_first(request, found, request.path_params.get("suffix"))


@router.get("/examples")
@router.get("/examples.{suffix}", include_in_schema=False)
def examples(request: Request) -> Response:
    """Return the named questions as SHACL SPARQL executables."""
    found = describe.examples(base_of(request))
    return turtle_first(request, found, request.path_params.get("suffix"))


@router.get("/dump.nq.gz")
def dump(services: ServicesDep) -> Response:
    """Return the whole graph as gzipped N-Quads, streamed."""
    headers = {"Content-Disposition": 'attachment; filename="evalgap.nq.gz"'}
    return StreamingResponse(
        _gzipped(services.engine), media_type="application/gzip", headers=headers
    )


_GZIP = 31
"""What makes zlib write the gzip format (zlib manual, deflateInit2)."""


def _gzipped(engine: Engine) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=_GZIP)
    for chunk in engine.dump():
        yield packer.compress(chunk)
    yield packer.flush()
