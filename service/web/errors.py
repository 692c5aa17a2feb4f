"""Errors as answers: problem+json (RFC 9457), and a page for those who prefer one."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service.common.negotiation import prefers_page
from service.common.problems import Abandoned, BadParameter, Problem
from service.store.faults import fault
from service.web.pages.layout import bare

_LOG = logging.getLogger(__name__)
_JSON = "application/problem+json"
_SENTENCES = {
    404: "There is nothing at {path}. Start from / or /docs.",
    405: "{path} does not take {method}; the Allow header says what it takes.",
}


def _answer(
    request: Request, document: Mapping[str, Any], headers: Mapping[str, str] | None = None
) -> Response:
    status = int(document["status"])
    if prefers_page(request.headers.get("accept"), _JSON):
        return bare(request, "pages/shared/problem.html", {"problem": document}, status, headers)
    return JSONResponse(document, status, headers, media_type=_JSON)


def problem_answer(request: Request, problem: Problem) -> Response:
    """Return a problem as the client prefers it."""
    return _answer(request, problem.document(), problem.headers)


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class only
    return problem_answer(request, error)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    phrase = HTTPStatus(error.status_code).phrase
    sentence = _SENTENCES.get(error.status_code, "{phrase}.")
    document = {
        "type": "about:blank",
        "title": phrase,
        "status": error.status_code,
        "detail": sentence.format(phrase=phrase, method=request.method, path=request.url.path),
    }
    return _answer(request, document, error.headers)


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
    answer.headers["Connection"] = "close"  # as the server does after an error
    return answer


def _gone(request: Request, error: Exception) -> Response:
    """Answer nobody: the client went before its request was there whole."""
    del error
    _LOG.info("the client went during the body of %s %s", request.method, request.url.path)
    return Response(status_code=Abandoned.status)


HANDLERS: Mapping[type[Exception], Callable[[Request, Exception], Response | Awaitable[Response]]]
HANDLERS = {
    Problem: _problem,
    HTTPException: _http_error,
    RequestValidationError: _invalid_request,
    ClientDisconnect: _gone,
    OSError: _system_error,
    sqlite3.Error: _system_error,
    Exception: _unforeseen,
}
"""Every kind of error that an application meets, with what answers it."""
