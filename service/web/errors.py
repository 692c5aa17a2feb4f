"""Errors as answers: problem+json (RFC 9457), and a page for those who prefer one."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Message

from service.common.http_headers import CAREFUL
from service.common.negotiation import prefers_page
from service.common.problems import Abandoned, BadParameter, NotFound, Problem, Renamed
from service.search import missing
from service.store.faults import fault
from service.web.dependencies import services as services_of
from service.web.pages.layout import bare
from service.web.spoken_problems import SpokenProblem, spoken

_LOG = logging.getLogger(__name__)
_JSON = "application/problem+json"
LOWEST = 400
"""From this status on an answer is a refusal."""

_SENTENCES = {
    404: "There is nothing at {path}.",
    405: "{path} does not take {method}; the Allow header says what it takes.",
    416: "{path} has none of these bytes; the Content-Range header says how many it has.",
}
_ON_PAGE = {
    404: SpokenProblem("Nothing is at this address", "There is nothing at {path}."),
    405: SpokenProblem(
        "This address is not a page to open",
        "{path} takes what a form or a program sends. Go back to the form, and send it from there.",
    ),
}
"""What a page says where the framework has no sentence: in other words than those for programs."""


def _answer(
    request: Request,
    document: Mapping[str, Any],
    headers: Mapping[str, str] | None,
    on_page: SpokenProblem,
) -> Response:
    status = int(document["status"])
    if prefers_page(request.headers.get("accept"), _JSON):
        shown = {"problem": document, "spoken": on_page}
        return bare(request, "pages/shared/problem.html", shown, status, headers)
    return JSONResponse(document, status, headers, media_type=_JSON)


def problem_answer(request: Request, problem: Problem) -> Response:
    """Return a problem as the client prefers it."""
    return _answer(request, problem.document(), problem.headers, spoken(request, problem))


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class only
    return problem_answer(request, error)


def _not_found(request: Request, error: Exception) -> Response:
    """Answer for what is not here, with what may be meant."""
    assert isinstance(error, NotFound)  # noqa: S101 - registered for this class only
    with suppress(Problem):  # of a store that cannot be read
        return problem_answer(request, missing.suggesting(services_of(request).engine, error))
    return problem_answer(request, error)


def _renamed(request: Request, error: Exception) -> Response:
    """Lead from an address with an old name to the same address with the new one."""
    assert isinstance(error, Renamed)  # noqa: S101 - registered for this class only
    (kind, _, old), (new_kind, _, new) = error.before.partition("/"), error.now.partition("/")
    before, found, after = str(request.scope["path"]).rpartition(f"/{old}")
    same = bool(found) and kind == new_kind
    path = f"{before}/{new}{after}" if same else f"/id/{error.now}"
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{quote(path)}{query}", Renamed.status)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    return _of_status(request, error.status_code, "", error.headers)


def of_framework(request: Request, start: Message, text: str) -> Response:
    """Return what the framework refuses in plain text as a problem, with its other fields."""
    kept = [field for field in start["headers"] if not field[0].startswith(b"content-")]
    kept += [field for field in start["headers"] if field[0] == b"content-range"]
    fields = {name.decode("latin-1"): value.decode("latin-1") for name, value in kept}
    return _of_status(request, start["status"], text and f"{text}.", fields)


def _of_status(
    request: Request, status: int, sentence: str, headers: Mapping[str, str] | None
) -> Response:
    phrase = HTTPStatus(status).phrase
    sentence = sentence or _SENTENCES.get(status, "{phrase}.").format(
        phrase=phrase, method=request.method, path=request.url.path
    )
    document = {"type": "about:blank", "title": phrase, "status": status, "detail": sentence}
    on_page = _ON_PAGE.get(status, SpokenProblem(phrase, sentence))
    shown = replace(on_page, sentence=on_page.sentence.replace("{path}", request.url.path))
    return _answer(request, document, headers, shown)


def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    first = error.errors()[0]
    name = str(first["loc"][-1])
    return _problem(request, BadParameter(f"{name}: {first['msg']}.", parameter=name))


def _system_error(request: Request, error: Exception) -> Response:
    """Answer for a full disk, wherever it is met; every other error is not foreseen."""
    found = fault(error, "the files of this service")
    return _problem(request, found) if found else _unforeseen(request, error)


def _unforeseen(request: Request, error: Exception) -> Response:
    _LOG.error("unforeseen error at %s", request.url.path, exc_info=error)
    answer = _problem(
        request, Problem("The service met an error it did not foresee; it is logged.")
    )
    # comes from before what adds fields to all answers; the server closes after an error
    answer.headers.update({**CAREFUL, "Connection": "close"})
    return answer


def _gone(request: Request, error: Exception) -> Response:
    """Answer nobody: the client went before its request was there whole."""
    del error
    _LOG.info("the client went during the body of %s %s", request.method, request.url.path)
    return Response(status_code=Abandoned.status)


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Response | Awaitable[Response]]]
HANDLERS = {
    Problem: _problem,
    Renamed: _renamed,
    NotFound: _not_found,
    HTTPException: _http_error,
    RequestValidationError: _invalid_request,
    ClientDisconnect: _gone,
    OSError: _system_error,
    sqlite3.Error: _system_error,
    Exception: _unforeseen,
}
"""Every kind of error that an application meets, with what answers it."""
