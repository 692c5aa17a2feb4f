"""What the OpenAPI document says of routes alike: how they may refuse, and in which forms.

Routes say what is theirs alone; what all of a kind have in common stands here once.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from service.common import problems
from service.common.negotiation import RDF_FORMS, SUFFIXES, TABLE_FORMS
from service.common.problems import Problem
from service.common.resources import inside
from service.queries import catalog
from service.records import exports
from service.web.schemas import PLACE, Schema, schemas, type_of
from service.web.sparql.request import GRAPHS, RESULTS

_EVERY = (
    problems.BadRequest,
    problems.NotFound,
    problems.NotAcceptable,
    problems.RequestTimeout,
    problems.AddressTooLong,
    problems.Misdirected,
    problems.TooManyRequests,
    problems.HeaderTooLarge,
    problems.StoreUnavailable,
    problems.Busy,
    problems.WorkTimeout,
)
_WITH_BODY = (problems.TooLarge, problems.UnsupportedMedia, problems.Invalid)
_OF_DOCUMENTS = (problems.Gone, problems.TooLarge)
_OF_CHANGES = (problems.Conflict,)
_TITLES = {
    401: "No token, or none that is valid",
    403: "The token does not allow it",
    405: "Not a method of this address",
    422: "What was sent does not satisfy the shapes",
    503: "Too many at once, or the store cannot be used; Retry-After may say for how long",
    504: "Past the time that this may take",
}
_DOCUMENT = (
    *(SUFFIXES[s] for s in ("ttl", "jsonld", "nt", "rdf", "trig", "nq", "json")),
    "text/html",
)
_ANSWERED: Mapping[str, Sequence[str]] = {
    r"/sparql": (*RESULTS, *GRAPHS),
    r"/rdf-graph-store|/void|/catalog|/shapes(?:/.*)?|/queries\.ttl": RDF_FORMS,
    r"/dump\.nq\.gz": ("application/gzip",),
    r"/dump\.trig": ("application/trig",),
    r"/queries": ("application/json", "text/html"),
    r"/queries/.*": ("application/json", *TABLE_FORMS, "application/sparql-query", "text/html"),
    r"/(ontology|graph|doc|id|scheme|value|code|dimension|problem)(/.*)?": _DOCUMENT,
    r"/mappings(/.*)?": (SUFFIXES["tsv"], *RDF_FORMS),
    r"/api/v1/(cards|gaps|results|reviews|flags|plans|matches)/\{ident\}": (
        "application/json", *RDF_FORMS, *exports.FORMS,
    ),
    r"/api/v1/(benchmarks|datasets|implementations|systems|deployments|studies)/\{ident\}": (
        "application/json", *RDF_FORMS, *exports.FORMS,
    ),
    r"/api/v1/assumptions/\{ident\}": ("application/json", *RDF_FORMS),
    r"/api/v1/assumptions": ("application/json", *RDF_FORMS),
    r"/api/v1/(benchmarks|cards|datasets|deployments|gaps|implementations|matches)": (
        "application/json", *RDF_FORMS, *TABLE_FORMS,
    ),
    r"/api/v1/(flags|plans|results|reviews|studies|systems)": (
        "application/json", *RDF_FORMS, *TABLE_FORMS,
    ),
    r"/api/v1/sources": (
        "application/json", *TABLE_FORMS, SUFFIXES["bib"], SUFFIXES["ris"],
    ),
    r"/api/v1/sources/\{ident\}": (
        "application/json", *RDF_FORMS, SUFFIXES["bib"], SUFFIXES["ris"],
    ),
    r"/api/v1/(fit|coverage|claims/check|deployments/.*)": ("application/json", *TABLE_FORMS),
    r"/api/v1/(evidence(/.*)?|ledger)": ("application/json", *TABLE_FORMS),
    r"/api/v1/writes": ("application/json", "text/csv"),
    r"/api/v1/(matches/proposals|decompose)": ("application/json", "application/yaml"),
    r"/api/v1/measure": (
        "application/json", "application/yaml", "text/csv", "text/markdown", "application/xml",
        "application/sarif+json", "text/plain",
    ),
    r"/api/v1/imports/.*/events": ("text/event-stream",),
    r"/api/v1/imports/.*/(report|set-aside)": ("application/json", "text/csv", "text/html"),
    r"/metrics": ("text/plain",),
    r"/api/v1/terms": ("application/json", *RDF_FORMS, *TABLE_FORMS),
    r"/api/v1/terms/.*": ("application/json", *RDF_FORMS),
    r"/api/v1/search": ("application/json", *TABLE_FORMS),
    r"/api/v1/(stats|agreement)": ("application/json", "text/markdown"),
}  # fmt: skip
"""The media types of answers by the address of a route; JSON where none is listed."""
_BY_ADDRESS = tuple((re.compile(pattern), forms) for pattern, forms in _ANSWERED.items())


TAGS: Mapping[str, str] = {
    "fit": "Which benchmarks fit a deployment, what breaks there, and what was measured for that.",
    "claims": "What a claimed score assumed, and what of it breaks in a use.",
    "queries": "Named questions, each with its SPARQL.",
    "search": "Anything that some words find.",
    "benchmarks": "Benchmarks, each with all cards that describe it.",
    "cards": "What authors say that a benchmark assumes, with sources.",
    "deployments": "Contexts of use, each with its profiles, reviews and gaps.",
    "gaps": "Measured differences between two conditions, with n, interval and source.",
    "evidence": "What studies of one assumption give together, and numbers that were recomputed.",
    "coverage": "Which combinations of conditions have benchmarks, and which have none.",
    "analysis": "A gap from your own item results or scores.",
    "reviews": "Verdicts of assessors on a benchmark for a deployment.",
    "flags": "What somebody questions in a figure.",
    "plans": "Staged evaluation plans, step by step.",
    "systems": "Models and products that were evaluated or deployed.",
    "studies": "Studies in which gaps were measured.",
    "datasets": "Data sets, as hubs hold them.",
    "implementations": "How harnesses run an evaluation.",
    "results": "Results of evaluation runs, with their scores.",
    "sources": "The bibliography: works that records cite.",
    "assumptions": "The taxonomy: dimensions and their coded values.",
    "terms": "The terms that records are coded with, and what each means.",
    "embed": "Figures for pages of others.",
    "stats": "Figures of the corpus, and how well two coders agree.",
    "validate": "A card judged as an import would judge it; nothing is stored.",
    "proposals": "Records sent for review without a token, and decisions on them.",
    "imports": "Uploads of any size, imported in the background.",
    "matches": "What seems to belong together, and what somebody decided about it.",
    "records": "Records withdrawn and reinstated.",
    "writes": "The log of who wrote what.",
    "sparql": "The SPARQL 1.1 Protocol.",
    "graph store": "The SPARQL 1.1 Graph Store Protocol.",
    "vocabulary": "Names that lead to what they name, the ontology and the shapes.",
    "self-description": "The dataset described in RDF, and its dumps.",
    "service": "Whether the service lives and works.",
}
"""What the operations of a tag are about, in the order in which they are shown."""


def complete(app: FastAPI, routers: Iterable[APIRouter]) -> None:
    """Make the application's OpenAPI document name every status, form and type of its answers."""
    made: Callable[[], dict[str, Any]] = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(made(), routers)
        return app.openapi_schema

    app.openapi = whole  # type: ignore[method-assign]  # as FastAPI says to do it


def _completed(document: dict[str, Any], routers: Iterable[APIRouter]) -> dict[str, Any]:
    components = document.setdefault("components", {})
    shapes, parts = _shapes(routers)
    shown = json.loads(inside("web", "examples.json").read_text(encoding="utf-8"))
    components["schemas"] = {**parts, **_OF_ALL}
    components["responses"] = {
        str(status): _refusal(title) for status, title in _refusals().items()
    } | {"304": _UNCHANGED}
    document["tags"] = [{"name": name, "description": said} for name, said in TAGS.items()]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            first = operation["description"].partition("\n")[0].split(" Filters:")[0]
            operation["summary"] = first.replace("`", "")  # shown as it is, not as Markdown
            _complete(path, method, operation["responses"])
            if path == "/queries/{name}":
                operation["parameters"] += _arguments()
            if "304" in operation["responses"]:
                operation.setdefault("parameters", []).append(_IF_CHANGED)
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter.setdefault("description", _PLACES[parameter["name"]])
            if operation["operationId"] in shapes:
                shape = shapes[operation["operationId"]]
                _promise(operation["responses"], shape, shown.get(operation["operationId"]))
    return document


def _arguments() -> list[dict[str, Any]]:
    """Return the parameters of the named questions, each with the questions that take it."""
    taken: dict[str, list[str]] = {}
    for query in catalog.named_queries().values():
        for parameter in (*query.params.values(), *query.on_request):
            taken.setdefault(parameter.name, []).append(query.name)
    return [
        {
            "name": name,
            "in": "query",
            "description": f"of {', '.join(questions)}",
            "schema": {"type": "string"},
        }
        for name, questions in sorted(taken.items())
    ]


def operation_id(route: APIRoute) -> str:
    """Return the id of an operation: the name of the function that answers, a verb with an object.

    It stays whatever becomes of the address: clients are generated with it as a name.
    """
    return route.operation_id or route.name


def _shapes(routers: Iterable[APIRouter]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """Return the schema of the JSON answers by operation, and the parts to which they refer."""
    typed = [
        (route, shape)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.include_in_schema
        if (shape := type_of(route.endpoint)) is not None
    ]
    shapes, parts = schemas({operation_id(route): shape for route, shape in typed})
    for route, _ in typed:
        shape = shapes[operation_id(route)]
        for whole in (shape, *shape.get("anyOf", ())) if route.path.startswith(_OWN) else ():
            _add_notes(parts[whole["$ref"].removeprefix(PLACE)] if "$ref" in whole else whole)
    return shapes, parts


def _add_notes(shape: Schema) -> None:
    """Add what `json_text` adds to a document."""
    if "properties" in shape:
        shape["properties"].setdefault("left_out", _LEFT_OUT)
        shape.setdefault("patternProperties", {})["^@context$"] = {"type": "string"}


def _promise(responses: dict[str, Any], shape: Schema, example: Any) -> None:
    """State the schema of the JSON of every answer that succeeds, and an example of one."""
    said = {"schema": shape} if example is None else {"schema": shape, "example": example}
    for status, response in responses.items():
        if status.startswith("2"):
            content = response.setdefault("content", {})
            rest = {media: said for media, said in content.items() if media != _JSON}
            response["content"] = {_JSON: {**content.get(_JSON, {}), **said}, **rest}


def _refusals() -> dict[int, str]:
    kinds = (*_EVERY, *_WITH_BODY, *_OF_DOCUMENTS, *_OF_CHANGES)
    return {kind.status: kind.title for kind in kinds} | _TITLES


def _complete(path: str, method: str, responses: dict[str, Any]) -> None:
    responses.pop("422", None)  # FastAPI's own, which is answered with 400 here
    for status in sorted({kind.status for kind in _may_refuse(path, method)}):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
    if "200" in responses and method in {"get", "post"}:
        content = responses["200"].setdefault("content", {})
        forms = _answers(path)
        if _JSON not in forms:  # which FastAPI takes for granted
            content.pop(_JSON, None)
        for media in forms:
            if not content.get(media, {}).get("schema"):
                content[media] = content.get(media, {}) | _said_of(media)
        if method == "get" and not _UNTAGGED.fullmatch(path):
            responses["304"] = {"$ref": "#/components/responses/304"}
            responses["200"].setdefault("headers", {})["ETag"] = _TAG


def _may_refuse(path: str, method: str) -> Iterator[type[Problem]]:
    yield from _EVERY
    if method == "get":
        yield from _OF_DOCUMENTS
    else:
        yield from (*_WITH_BODY, *_OF_CHANGES)
    if path == "/sparql":
        yield problems.TooLarge


def _answers(path: str) -> Sequence[str]:
    for address, forms in _BY_ADDRESS:
        if address.fullmatch(path):
            return forms
    return ("application/json",)


def _refusal(title: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    forms = {"application/problem+json": {"schema": schema}, "text/html": _said_of("text/html")}
    return {"description": f"{title}.", "content": forms}


def _said_of(media: str) -> dict[str, Any]:
    """Return what is said of an answer that has no type: JSON-LD, text or bytes."""
    if media in _LINKED_FORMS:
        return {"schema": {"$ref": f"{PLACE}LinkedData"}}
    return {"schema": {"type": "string", **({"format": "binary"} if media in _BYTES else {})}}


_JSON = "application/json"
_OWN = ("/api/v1/", "/queries")
"""Where JSON is written by `json_text`."""
_LINKED_FORMS = frozenset({_JSON, "application/ld+json"})
"""What has no type of its own is JSON-LD: an object, or a list of them."""
_UNTAGGED = re.compile(
    r"/(health|ready|metrics|sparql|(id|scheme|value|code|dimension)/.*)"
    r"|/api/v1/(imports|proposals|writes)(/.*)?"
)
"""What is read and has no ETag: it changes by itself, is not kept, or leads elsewhere."""
_TAG = {
    "description": "of these bytes: another one as soon as anything in the answer has changed",
    "schema": {"type": "string"},
}
_IF_CHANGED = {
    "name": "If-None-Match",
    "in": "header",
    "description": "ETags that the client has; 304 where the answer has one of them",
    "schema": {"type": "string"},
}
_PLACES: Mapping[str, str] = {
    "ident": "the id, as lists give it; of a record with `/` and a number, that version",
    "position": "the number of the step",
    "dimension": "a dimension, such as interaction-type",
    "scheme": "a dimension, `dimension` itself, or a list of codes such as verdict",
    "code": "the code, such as multi-turn",
    "name": "the name of the question; with .csv, .rq or .html in that form",
    "version": "the number of a version, such as 0.1.0",
    "path": "the rest of the name",
    "slug": "the last part of `type` in an answer that fails, such as not-found",
}
"""What stands in an address."""
_BYTES = frozenset(
    {"application/gzip", "application/octet-stream", SUFFIXES["parquet"], SUFFIXES["xlsx"]}
)
_UNCHANGED = {
    "description": "The client has this already (If-None-Match); nothing follows.",
    "content": {"text/plain": {"schema": {"type": "string", "maxLength": 0}}},
}
"""An empty text: of an answer without any content generators make one that may be anything."""
_LEFT_OUT = {
    "description": "records that could not be read, and so are not in the answer",
    "type": "array",
    "items": {"$ref": f"{PLACE}LeftOutRecord"},
}
_SCHEMA = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457): a sentence for people, members for programs.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_OF_ALL = {
    "Problem": _SCHEMA,
    "LinkedData": {
        "title": "LinkedData",
        "description": "JSON-LD, expanded or with a context.",
        "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
    },
    "LeftOutRecord": {
        "title": "LeftOutRecord",
        "description": "A record that could not be read, and why.",
        "type": "object",
        "required": ["record", "why"],
        "properties": {"record": {"type": "string"}, "why": {"type": "string"}},
    },
}
