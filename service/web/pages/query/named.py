"""`/queries` and `/queries/{name}` for those who read: choices to make, and tables."""

from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from service.common.problems import BadParameter
from service.queries import catalog
from service.queries.catalog import READERS, NamedQuery
from service.store.port import Engine
from service.web.pages.layout import page
from service.web.pages.query.choices import boxes
from service.web.pages.shared import tables

MOST = 500
"""The most rows of an answer that a page shows; the CSV has all of them."""


FEW = 3
"""So many values of one cell stand open; the others are folded."""


def index(request: Request) -> Response:
    """Show every named question, grouped by who asks it most."""
    shown = {"groups": groups(), "total": len(catalog.named_queries())}
    return page(request, "pages/query/questions.html", shown)


def groups() -> list[tuple[str, str, list[NamedQuery]]]:
    """Return the kinds of reader, each with a heading and the questions that it asks most."""
    every = catalog.named_queries().values()
    return [
        (code, words, [q for q in every if q.reader == code]) for code, words in READERS.items()
    ]


def answer(
    request: Request,
    engine: Engine,
    query: NamedQuery,
    arguments: dict[str, str],
    found: list[dict[str, Any]],
) -> Response:
    """Show the answer to a question as a table, below the choices that were made."""
    shown = {
        "query": query,
        "boxes": boxes(query, arguments, engine),
        "answer": tables.in_words(found[:MOST], engine),
        "few": FEW,
        "total": len(found),
        "address": f"?{request.url.query}" if request.url.query else "",
    }
    return page(request, "pages/query/answer.html", shown)


def unanswered(
    request: Request,
    engine: Engine,
    query: NamedQuery,
    given: dict[str, str],
    problem: BadParameter,
) -> Response:
    """Show the choices again, with what keeps the question from being answered.

    Without any choice the example of the question is answered.
    """
    if not given:
        return RedirectResponse(f"?{urlencode(query.examples)}", 303)
    own = {name: value for name, value in given.items() if name in query.params}
    shown = {
        "query": query,
        "boxes": boxes(query, own, engine),
        "problem": problem,
    }
    return page(request, "pages/query/answer.html", shown, problem.status)
