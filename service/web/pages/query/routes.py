"""The SPARQL page: a query in the address, its answer as a table."""

from collections.abc import Mapping
from secrets import token_urlsafe

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from service.common.http_headers import content_policy
from service.common.problems import Problem
from service.store.port import CancellationToken, Limits
from service.web.cancellation import while_awaited
from service.web.dependencies import Services, ServicesDep
from service.web.linked_data.descriptions import base_of
from service.web.pages.layout import page
from service.web.pages.query import completion, guide, named, view
from service.web.sparql.request import check_length, parse_query

router = APIRouter(include_in_schema=False)
_OWN = {"query", "question", "timeout"}


@router.get("/query/terms.json")
def terms(request: Request) -> Response:
    """Return the vocabulary that the editor completes."""
    text, tag = completion.terms()
    headers = {"ETag": tag, "Cache-Control": "public, max-age=3600"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(text, media_type="application/json", headers=headers)


@router.get("/query/guide")
def sparql_guide(request: Request) -> Response:
    """Show how the graph is laid out, the prefixes, and worked queries."""
    shown = {"prefixes": completion.PREFIXES, "worked": guide.worked_queries()}
    return page(request, "pages/query/guide.html", shown)


@router.get("/query")
async def query(request: Request, services: ServicesDep) -> Response:
    """Show the editor, a question to start from, and the answer of the query in the address."""
    if not request.query_params.get("query"):
        return await run_in_threadpool(_page, request, services, CancellationToken())
    return await while_awaited(
        request, _page, services, seconds=services.settings.max_query_seconds
    )


def _page(request: Request, services: Services, stop: CancellationToken) -> Response:
    params = request.query_params
    given = {name: value for name, value in params.items() if name not in _OWN}
    start = view.start(params.get("question") or None, given, services.engine)
    text = (params.get("query") or start.text).replace("\r\n", "\n")
    answer: view.ShownAnswer | None = None
    wrong: Problem | None = start.problem
    if params.get("query"):
        answer, wrong = _tried(request, services, text, stop)
    document = {
        "start": start,
        "text": text,
        "answer": answer,
        "wrong": wrong.document() if wrong else None,
        "copies": None if wrong else _copies(request, text, params),
        "groups": named.groups(),
        "limits": services.settings,
        "timeout": params.get("timeout", ""),
        "most": view.ROWS,
        "nonce": (nonce := token_urlsafe(16)),
    }
    answered = page(request, "pages/query/query.html", document, wrong.status if wrong else 200)
    # the editor writes style sheets of its own into the page
    answered.headers["Content-Security-Policy"] = content_policy(f"'nonce-{nonce}'")
    return answered


def _copies(request: Request, text: str, params: Mapping[str, str]) -> dict[str, object]:
    endpoint = f"{base_of(request)}/sparql"
    return {
        "downloads": view.downloads(text, params.get("timeout", "")),
        "curl": view.as_curl(endpoint, text),
        "python": view.as_python(endpoint, text),
    }


def _tried(
    request: Request, services: Services, text: str, stop: CancellationToken
) -> tuple[view.ShownAnswer | None, Problem | None]:
    """Return the answer to a query, or what is wrong with it: the page shows either."""
    settings = services.settings
    most = Limits(settings.max_query_seconds, settings.max_rows, settings.max_result_bytes)
    timeout = request.query_params.get("timeout")
    given = {"timeout": [timeout]} if timeout else {}
    endpoint = f"{base_of(request)}/sparql"
    try:
        check_length(text, settings.max_query_chars)
        return view.run(
            text,
            lambda media: services.engine.answer(
                parse_query(text, given, media, endpoint, most), stop
            ),
        ), None
    except Problem as problem:
        return None, problem
