"""The page of a claimed score: the form, the result, and every figure behind it."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from loaders.model import CORE_DIMENSIONS
from service.bibliography import works
from service.common.problems import BadParameter, NotFound, Problem
from service.fit import from_graph
from service.ontology import dimensions, scheme_queries
from service.score_claims import check
from service.score_claims import request as claims
from service.score_claims.model import ScoreCheck
from service.search import missing
from service.web.api.score_claims import write
from service.web.dependencies import Services, ServicesDep
from service.web.lines import ANALYSED
from service.web.pages.claim import address, sheet, view
from service.web.pages.claim.address import ClaimAddress
from service.web.pages.layout import page
from service.web.pages.shared import saved

router = APIRouter(include_in_schema=False, dependencies=[ANALYSED])


def _address(request: Request, services: Services) -> ClaimAddress:
    return address.parse(
        request.query_params.multi_items(), scheme_queries.schemes(services.engine)
    )


def _checked(services: Services, at: ClaimAddress) -> ScoreCheck:
    return check.check(services.engine, claims.read(services.engine, at.request()))


@router.get("/claim")
def form_and_result(request: Request, services: ServicesDep) -> Response:
    """Show the form, or what a claim means; what cannot be checked is said above the form.

    An address with empty or repeated fields, as forms send them, leads to the short one.
    """
    at = _address(request, services)
    if len(at.given) < len(request.query_params.multi_items()):
        return RedirectResponse(at.link(), status_code=303)
    if at.missing:
        return page(request, "pages/claim/claim.html", _form(services, at))
    try:
        found = _checked(services, at)
    except (BadParameter, NotFound) as refusal:
        problem = _suggesting(services, refusal)
        shown = {**_form(services, at), "problem": problem, "near": _near(at, problem)}
        return page(request, "pages/claim/claim.html", shown, problem.status)
    whole = view.shown(services.engine, found)
    named = partial(works.name_of, services.engine)
    result = sheet.fitted(whole, named, str(request.url))
    shown = {**_form(services, at), "shown": result, "pictures": view.pictures(result)}
    return page(request, "pages/claim/claim_result.html", shown)


def _suggesting(services: Services, refusal: Problem) -> Problem:
    """Return a refusal, with what may have been meant where something is not here."""
    if isinstance(refusal, NotFound):
        return missing.suggesting(services.engine, refusal)
    return refusal


_FIELD_OF = {"benchmark": "benchmark", "deployment": "use"}
"""The parameter that names a thing, by its kind."""


def _near(at: ClaimAddress, problem: Problem) -> list[tuple[str, str]]:
    """Return the things that may have been meant, each with the same claim about it."""
    field = _FIELD_OF.get(str(problem.extra.get("kind")))
    meant = problem.extra.get("did_you_mean", ()) if field else ()
    titles = problem.on_page.titles if problem.on_page else {}
    return [(titles.get(name, name), at.link(**{str(field): str(name)})) for name in meant]


def _form(services: Services, at: ClaimAddress) -> dict[str, Any]:
    """Return what both pages show: the fields, their choices, and addresses."""
    words = dimensions.dimensions(services.engine)
    return {
        "at": at,
        "core": [words[name] for name in CORE_DIMENSIONS],
        "deployments": from_graph.deployments(services.engine),
        "domains": dimensions.terms(scheme_queries.domain_scheme(services.engine)),
    }


@router.get("/claim/figures")
def figures(request: Request, services: ServicesDep) -> Response:
    """Show every figure behind a result, one by one, with what was left out and why."""
    at = _address(request, services)
    found = _checked(services, at)
    shown = {"at": at, "check": found, "groups": view.headed(services.engine, found)}
    return page(request, "pages/claim/claim_figures.html", shown)


@router.get("/claim/{name}.{form}")
def drawn(name: str, form: str, request: Request, services: ServicesDep) -> Response:
    """Give one figure of a result as SVG or PNG, or its rows as CSV."""
    page_of = view.shown(services.engine, _checked(services, _address(request, services)))
    return saved.answer(saved.one_of(view.pictures(page_of), name), form, services.engine)


@router.get("/claim.{form}")
def data(form: str, request: Request, services: ServicesDep) -> Response:
    """Give the same as JSON, or its figures as CSV."""
    return write(request, _checked(services, _address(request, services)), form)
