"""`/search`: everything that some words find."""

from fastapi import APIRouter, Request, Response

from service.common import parameters
from service.search.kinds import KINDS
from service.search.words import shortened
from service.web.dependencies import ServicesDep
from service.web.pages.layout import page
from service.web.pages.search import view
from service.web.thing_pages import claim_page, page_of

router = APIRouter(include_in_schema=False)


@router.get("/search")
def search(request: Request, services: ServicesDep) -> Response:
    """Show what the words of the address find, grouped by kind."""
    parameters.only(request.query_params, ("q", "kind", "page"), "This address")
    given = request.query_params
    number = parameters.number(given.get("page") or 1, "page")
    words = shortened(given.get("q", ""))
    shown = view.results(services.engine, words, given.get("kind", ""), number)
    kinds = {"shown": shown, "kinds": KINDS, "page_of": page_of, "claim_page": claim_page}
    return page(request, "pages/search/search.html", kinds)
