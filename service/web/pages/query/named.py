"""`/queries` and `/queries/{name}` for those who read: boxes to fill in, and tables."""

from typing import Any

from fastapi import Request, Response

from service.common import csv_tables
from service.queries import catalog
from service.queries.catalog import NamedQuery
from service.web.pages.layout import page
from service.web.pages.shared import tables

MOST = 500
"""The most rows of an answer that a page shows; the CSV has all of them."""


def index(request: Request) -> Response:
    """Show every named query with a box for each of its parameters."""
    return page(
        request, "pages/query/questions.html", {"questions": catalog.named_queries().values()}
    )


def answer(
    request: Request, query: NamedQuery, arguments: dict[str, str], found: list[dict[str, Any]]
) -> Response:
    """Show the answer to a question as a table, below the boxes that were filled in."""
    names = csv_tables.columns(found)
    shown = {
        "query": query,
        "arguments": arguments,
        "columns": names,
        "rows": tables.cells(found[:MOST], names),
        "total": len(found),
        "address": f"?{request.url.query}" if request.url.query else "",
    }
    return page(request, "pages/query/answer.html", shown)
