"""`/evidence`: what was measured for each assumption, and for one of them all of it."""

from fastapi import APIRouter, Request, Response

from loaders.model import CORE_DIMENSIONS
from service.common import parameters
from service.evidence import synthesis_report
from service.web.dependencies import ServicesDep
from service.web.lines import ANALYSED
from service.web.pages.evidence import view
from service.web.pages.layout import page

router = APIRouter(include_in_schema=False, dependencies=[ANALYSED])


@router.get("/evidence")
def index(request: Request, services: ServicesDep) -> Response:
    """Show each dimension with how much was measured, which way, and whether it is summed up."""
    parameters.only(request.query_params, (), "This address")
    every = [
        (dimension, synthesis_report.overview(found.syntheses))
        for dimension, found in view.every(services.engine)
    ]
    return page(request, "pages/evidence/evidence.html", {"every": every, "core": CORE_DIMENSIONS})


@router.get("/evidence/{dimension}")
def of_dimension(dimension: str, request: Request, services: ServicesDep) -> Response:
    """Show the measured figures of one dimension on one axis, and what they give together."""
    parameters.only(request.query_params, (), "This address")
    shown = view.shown(services.engine, dimension)
    return page(request, "pages/evidence/evidence_dimension.html", {"shown": shown})
