"""`/reviews`: the list, the same as CSV, and one review in prose."""

from fastapi import APIRouter, Request, Response

from loaders.model import CORE_DIMENSIONS
from service.common import parameters
from service.common.csv_tables import csv_text
from service.ontology import labels
from service.web.dependencies import Services, ServicesDep
from service.web.pages.layout import page
from service.web.pages.reviews import index, view
from service.web.pages.reviews.index import ListedReview
from service.web.pages.shared.listing import Narrowed, narrowed

router = APIRouter(include_in_schema=False)
_WORDS = {"label": labels.label, "plain": labels.plain_name, "core": CORE_DIMENSIONS}


@router.get("/reviews")
def reviews(request: Request, services: ServicesDep) -> Response:
    """Show the reviews that the address asks for."""
    found = _found(request, services)
    return page(request, "pages/reviews/reviews.html", {"found": found, **_WORDS})


@router.get("/reviews.csv")
def reviews_csv(request: Request, services: ServicesDep) -> Response:
    """Return the reviews that the same address shows, on all its pages, as CSV."""
    rows = [index.csv_row(thing) for thing in _found(request, services).every]
    return Response(csv_text(rows), media_type="text/csv; charset=utf-8")


def _found(request: Request, services: Services) -> Narrowed[ListedReview]:
    given = index.today(services.engine, request.query_params.multi_items())
    return narrowed(services.engine, "review", index.index(services.engine), given)


@router.get("/reviews/{ident:path}")
def review(ident: str, request: Request, services: ServicesDep) -> Response:
    """Show one review."""
    parameters.only(request.query_params, (), "This address")
    found = view.review(services.engine, ident)
    return page(request, "pages/reviews/review.html", {"found": found, **_WORDS})
