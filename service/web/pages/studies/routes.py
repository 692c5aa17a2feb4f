"""`/studies`: the list, the same as CSV, and one study."""

from fastapi import APIRouter, Request, Response

from service.common import parameters
from service.common.csv_tables import csv_text
from service.ontology import labels
from service.web.dependencies import Services, ServicesDep
from service.web.pages.benchmark import measured_gaps
from service.web.pages.layout import page
from service.web.pages.shared.listing import Narrowed, narrowed
from service.web.pages.studies import index, view
from service.web.pages.studies.index import ListedStudy

router = APIRouter(include_in_schema=False)
_WORDS = {
    "label": labels.label,
    "value": measured_gaps.value,
    "size": measured_gaps.size,
    "intervals": measured_gaps.intervals,
}


@router.get("/studies")
def studies(request: Request, services: ServicesDep) -> Response:
    """Show the studies that the address asks for."""
    found = _found(request, services)
    return page(request, "pages/studies/studies.html", {"found": found, **_WORDS})


@router.get("/studies.csv")
def studies_csv(request: Request, services: ServicesDep) -> Response:
    """Return the studies that the same address shows, on all its pages, as CSV."""
    rows = [index.csv_row(thing) for thing in _found(request, services).every]
    return Response(csv_text(rows), media_type="text/csv; charset=utf-8")


def _found(request: Request, services: Services) -> Narrowed[ListedStudy]:
    given = index.today(services.engine, request.query_params.multi_items())
    return narrowed(services.engine, "study", index.index(services.engine), given)


@router.get("/studies/{ident}")
def study(ident: str, request: Request, services: ServicesDep) -> Response:
    """Show one study."""
    parameters.only(request.query_params, (), "This address")
    found = view.study(services.engine, ident)
    return page(request, "pages/studies/study.html", {"found": found, **_WORDS})
