"""`/sparql`: SPARQL 1.1 queries by GET and POST, read-only."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, QueryParams

from service.engines.base import Dataset
from service.negotiate import RDF_FORMS, choose
from service.problems import BadRequest, TooLarge, UnsupportedMedia
from service.routes.deps import Services, ServicesDep

RESULTS = [
    "application/sparql-results+json",
    "application/json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
]
BOOLEANS = RESULTS[:3]
GRAPHS = ["text/turtle", *[m for m in RDF_FORMS if m != "text/turtle"]]
_SHORT = {
    "json": RESULTS[0], "srj": RESULTS[0], "xml": RESULTS[2], "srx": RESULTS[2],
    "csv": RESULTS[3], "tsv": RESULTS[4],
    "ttl": GRAPHS[0], "turtle": GRAPHS[0], "jsonld": "application/ld+json",
    "nt": "application/n-triples", "rdf": "application/rdf+xml",
}  # fmt: skip

router = APIRouter(tags=["sparql"])

_DOC = {
    "parameters": [
        {
            "name": "query",
            "in": "query",
            "required": True,
            "schema": {"type": "string"},
            "example": "SELECT ?b WHERE { ?b a <https://w3id.org/evalgap/ontology#Benchmark> }",
        }
    ]
}


@router.get("/sparql", openapi_extra=_DOC)
def sparql_get(request: Request, services: ServicesDep) -> Response:
    """Answer a SPARQL 1.1 query given as `query=`."""
    params = request.query_params
    return _answer(request, services, params.getlist("query"), _dataset(params))


@router.post("/sparql")
async def sparql_post(request: Request, services: ServicesDep) -> Response:
    """Answer a SPARQL 1.1 query posted as a form or as `application/sparql-query`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/sparql-query":
        text = (await request.body()).decode("utf-8")
        asked, dataset = [text], _dataset(request.query_params)
    elif kind == "application/x-www-form-urlencoded":
        form = await request.form()
        asked = [str(v) for v in form.getlist("query")]
        dataset = _dataset(form)
    else:
        raise UnsupportedMedia(
            "A query is posted as application/sparql-query or as a form, "
            f"not as {kind or 'nothing'!r}."
        )
    return await run_in_threadpool(_answer, request, services, asked, dataset)


def _dataset(params: QueryParams | FormData) -> Dataset:
    return Dataset(
        default=tuple(str(v) for v in params.getlist("default-graph-uri")),
        named=tuple(str(v) for v in params.getlist("named-graph-uri")),
    )


def _answer(request: Request, services: Services, asked: list[str], dataset: Dataset) -> Response:
    if len(asked) != 1:
        raise BadRequest(f"Exactly one query is expected; {len(asked)} were given.")
    _check_size(asked[0], services.settings.max_query_chars)
    accept = request.headers.get("accept")
    wanted = request.query_params.get("format")
    suffix = _SHORT.get(wanted, wanted) if wanted else None
    media = services.engine.kind(asked[0])
    offered = {"bindings": RESULTS, "boolean": BOOLEANS, "graph": GRAPHS}[media]
    chosen = choose(accept, offered, suffix)
    body = services.engine.answer(
        asked[0],
        RESULTS[0] if chosen == "application/json" else chosen,
        dataset,
        services.settings.max_result_bytes,
    )
    return Response(body, media_type=chosen, headers={"Vary": "Accept"})


def _check_size(text: str, limit: int) -> None:
    if len(text) > limit:
        raise TooLarge(
            f"The query has {len(text):,} characters; the limit is {limit:,}.", limit=limit
        )
