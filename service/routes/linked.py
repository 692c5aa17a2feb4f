"""The vocabulary and the names: ontology, shapes, JSON-LD context, and where an id leads."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from rdflib import Graph

from service import shacl
from service.mapping.context import context
from service.problems import NotFound
from service.routes.answers import rdf_writers, respond
from service.vocab import bind

router = APIRouter(tags=["vocabulary"])

_PLACES = {
    "benchmark": "benchmarks",
    "card": "cards",
    "deployment": "deployments",
    "gap": "gaps",
    "review": "reviews",
    "plan": "plans",
}


@router.get("/ontology/context.jsonld", include_in_schema=False)
def json_ld_context() -> Response:
    """Return the JSON-LD context of the API's answers."""
    return JSONResponse(context(), media_type="application/ld+json")


@router.get("/ontology")
@router.get("/ontology.{suffix}", include_in_schema=False)
def ontology(request: Request) -> Response:
    """Return the ontology with its schemes."""
    return _graph(request, shacl.taxonomy())


@router.get("/shapes")
@router.get("/shapes.{suffix}", include_in_schema=False)
def shapes(request: Request) -> Response:
    """Return the SHACL shapes that every record has to satisfy."""
    return _graph(request, shacl.shapes())


def _graph(request: Request, graph: Graph) -> Response:
    copy = bind(Graph())
    copy += graph
    forms = rdf_writers(lambda: copy)
    turtle_first = {"text/turtle": forms["text/turtle"], **forms}
    return respond(request, turtle_first, request.path_params.get("suffix"))


@router.get("/id/{kind}/{ident:path}")
def dereference(kind: str, ident: str) -> Response:
    """Lead from the name of a thing or record to what is known of it (303 See Other)."""
    if kind not in _PLACES:
        raise NotFound(f"Names of the kind {kind!r} have no page of their own.")
    return RedirectResponse(f"/api/v1/{_PLACES[kind]}/{ident}", status_code=303)
