"""`/api/v1/search`: anything that some words find, the best match first."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service.common import parameters
from service.common.problems import BadParameter
from service.search import find
from service.search.answer import SearchAnswer
from service.search.kinds import KINDS
from service.web.dependencies import ServicesDep
from service.web.requests import only_params
from service.web.responses import json_text, respond, table_writers
from service.web.schemas import answers
from service.web.thing_pages import claim_page, page_of

router = APIRouter(prefix="/api/v1", tags=["search"])
MOST = 100
"""The most things that one answer holds."""


_PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "q",
        "in": "query",
        "required": True,
        "description": "words, a name, a DOI, a number of arXiv or an address",
        "schema": {"type": "string"},
        "example": "medical examination",
    },
    {
        "name": "kind",
        "in": "query",
        "description": "one kind, or several joined by commas",
        "schema": {"type": "string"},
        "example": "benchmark",
    },
    {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": MOST}},
    {"name": "offset", "in": "query", "schema": {"type": "integer"}},
]


@router.get("/search", openapi_extra={"parameters": _PARAMETERS})
@router.get("/search.{suffix}", include_in_schema=False)
@answers(SearchAnswer)
def search_everything(request: Request, services: ServicesDep) -> Response:
    """Return what some words find among all things, terms and questions, the best match first.

    Names come first, then what has all words; where little has, what is nearly so, or has some.
    """
    only_params(request, ("q", "kind", "limit", "offset", "format"))
    given = request.query_params
    words = parameters.words(given.get("q"), "q")
    limit = parameters.number(given.get("limit", 20), "limit")
    if not 1 <= limit <= MOST:
        raise BadParameter(f"limit is a number from 1 to {MOST}.", parameter="limit", value=limit)
    offset = parameters.number(given.get("offset", 0), "offset")
    chosen = kinds(given.get("kind", ""))
    found = find.search(services.engine, words, chosen, limit, offset)
    document = found.document()
    for item, hit in zip(document["items"], found.hits, strict=True):
        item["page"] = page_of(hit)
    if found.score:
        document["score"]["page"] = claim_page(found.score)
    writers = {
        "application/json": lambda: json_text(request, document),
        **table_writers(lambda: document["items"]),
    }
    return respond(request, writers, request.path_params.get("suffix"))


def kinds(given: str) -> tuple[str, ...]:
    """Return the kinds that a parameter names; none: all. Raises `BadParameter`."""
    names = tuple(name for name in given.replace(",", " ").split())
    for name in names:
        if name not in KINDS:
            raise BadParameter(
                f"kind is one of {', '.join(KINDS)}, not {name!r}.",
                parameter="kind",
                value=name,
                known=list(KINDS),
            )
    return names
