"""`/sources` and `/sources/{id}`: the bibliography of what records cite."""

from fastapi import APIRouter, Request, Response

from service.bibliography import formats
from service.common import parameters
from service.ontology.labels import label
from service.web.dependencies import ServicesDep
from service.web.pages.layout import page
from service.web.pages.sources import view

router = APIRouter(include_in_schema=False)


@router.get("/sources")
def sources_page(request: Request, services: ServicesDep) -> Response:
    """Show a page of the bibliography."""
    found = view.found(services.engine, request.query_params)
    return page(request, "pages/sources/sources.html", {"found": found, "label": label})


@router.get("/sources/{ident}")
def source_page(ident: str, request: Request, services: ServicesDep) -> Response:
    """Show one source: its facts, every record that cites it, and how to cite it."""
    parameters.only(request.query_params, (), "This page")
    shown = view.shown(services.engine, ident)
    context = {
        "shown": shown, "work": shown.work, "label": label, "how": view.HOW,
        "bibtex": formats.bibtex([shown.work]), "ris": formats.ris([shown.work]),
    }  # fmt: skip
    return page(request, "pages/sources/source.html", context)
