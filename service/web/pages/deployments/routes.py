"""`/deployments`: the list, the same as CSV, and the page of one."""

from fastapi import APIRouter, Request, Response

from loaders.model import CORE_DIMENSIONS
from service.common import parameters
from service.common.csv_tables import csv_text
from service.ontology import labels
from service.web.dependencies import Services, ServicesDep
from service.web.pages.benchmark import measured_gaps
from service.web.pages.deployments import index, view
from service.web.pages.deployments.index import DeploymentRow
from service.web.pages.layout import page
from service.web.pages.shared.listing import Narrowed, narrowed

router = APIRouter(include_in_schema=False)
_WORDS = {
    "label": labels.label,
    "definition": labels.definition,
    "plain": labels.plain_name,
    "core": CORE_DIMENSIONS,
    "stage_words": index.stage_words,
    "intervals": measured_gaps.intervals,
    "size": measured_gaps.size,
}


@router.get("/deployments")
def deployments(request: Request, services: ServicesDep) -> Response:
    """Show the deployments that the address asks for."""
    found = _found(request, services)
    return page(request, "pages/deployments/deployments.html", {"found": found, **_WORDS})


@router.get("/deployments.csv")
def deployments_csv(request: Request, services: ServicesDep) -> Response:
    """Return the deployments that the same address shows, on all its pages, as CSV."""
    rows = [index.csv_row(thing) for thing in _found(request, services).every]
    return Response(csv_text(rows), media_type="text/csv; charset=utf-8")


def _found(request: Request, services: Services) -> Narrowed[DeploymentRow]:
    given = request.query_params.multi_items()
    return narrowed(services.engine, "deployment", index.index(services.engine), given)


@router.get("/deployments/{ident}")
def deployment(ident: str, request: Request, services: ServicesDep) -> Response:
    """Show one deployment."""
    parameters.only(request.query_params, (), "This address")
    found = view.deployment(services.engine, ident)
    return page(request, "pages/deployments/deployment.html", {"found": found, **_WORDS})
