"""The page of coverage: which combinations benchmarks cover, and which are empty."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from service.common import parameters
from service.ontology import dimensions, scheme_queries
from service.web.dependencies import Services, ServicesDep
from service.web.lines import ANALYSED
from service.web.pages.coverage import view
from service.web.pages.coverage.view import COLUMNS, ROWS, Grid
from service.web.pages.layout import page
from service.web.pages.levels.index import levels
from service.web.pages.shared import saved

router = APIRouter(include_in_schema=False, dependencies=[ANALYSED])
_PARAMETERS = ("rows", "columns", "domain", "cell")


@router.get("/coverage")
def heatmap(request: Request, services: ServicesDep) -> Response:
    """Show two dimensions crossed, how many benchmarks lie where, and what is needed."""
    names, grid = _grid(request, services)
    at = {"rows": names[0], "columns": names[1], "domain": grid.domain}
    shown = {
        "grid": grid,
        "empty": view.EMPTY,
        "drawn": view.picture_of(grid),
        "at": at,
        "choices": view.choices(services.engine),
        "domains": dimensions.terms(scheme_queries.domain_scheme(services.engine)),
        "levels": levels(services.engine),
        "here": "/coverage?" + urlencode({k: v for k, v in at.items() if v}),
        "data": {"dimensions": ",".join(names), **({"domain": grid.domain} if grid.domain else {})},
    }
    return page(request, "pages/coverage/coverage.html", shown)


@router.get("/coverage.{form}")
def drawn(form: str, request: Request, services: ServicesDep) -> Response:
    """Return the counts of the page with the same parameters as SVG, PNG or CSV."""
    return saved.answer(view.picture_of(_grid(request, services)[1]), form, services.engine)


def _grid(request: Request, services: Services) -> tuple[tuple[str, str], Grid]:
    """Return the dimensions that an address crosses, and their cross-tab."""
    parameters.only(request.query_params, _PARAMETERS, "This address")
    given = {name: value for name, value in request.query_params.items() if value.strip()}
    names = given.get("rows", ROWS), given.get("columns", COLUMNS)
    return names, view.grid(services.engine, names, given.get("domain"), given.get("cell"))
