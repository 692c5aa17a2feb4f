"""The pages of deployment fit: the form, the result, a print of it, and what was measured."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from loaders.model import CORE_DIMENSIONS
from loaders.reading.cleaning import slug
from service.access import Caller, Scope
from service.common.csv_tables import csv_text
from service.common.problems import BadParameter, OnPage, Problem
from service.evidence import risk as risks
from service.evidence.relevance import SENTENCE
from service.evidence.risk import Risk
from service.fit import from_graph, report
from service.fit.own import LICENCES, OwnDeployment
from service.fit.request import ALL, UNNAMED
from service.fit.summary import COLUMNS, NAMED
from service.ingest import alone
from service.ontology import dimensions, scheme_queries
from service.web.api.fit import write
from service.web.api.own import keep_own
from service.web.api.risk import write_risk
from service.web.cancellation import in_writing_thread
from service.web.dependencies import Services, ServicesDep
from service.web.lines import ANALYSED
from service.web.pages.fit import address, answer, measured, view
from service.web.pages.fit.address import API_PARAMETERS, SHOWN, FitAddress, FitInputs
from service.web.pages.layout import page
from service.web.pages.shared import saved
from service.web.requests import read_form

_MOST_FIELDS, _MOST_BYTES = 40, 2**14
"""Fields and bytes of a form, which is read before its token is."""
WHOLE = 5
"""How many of the nearest benchmarks an annex has in full."""
GROUPS = 6
"""How many groups of benchmarks stand open; the others are folded."""
router = APIRouter(include_in_schema=False, dependencies=[ANALYSED])


def _address(request: Request, services: Services) -> FitAddress:
    return address.parse(
        request.query_params.multi_items(), scheme_queries.schemes(services.engine)
    )


def _case(at: FitAddress, services: Services) -> FitInputs:
    found = address.case(services.engine, at)
    if found is None:
        raise BadParameter(
            "No deployment is described. Start at /fit, or give a dimension with its value, such "
            "as ?interaction-type=multi-turn.",
            on_page=OnPage(
                "Choose a deployment, or describe yours, on the page of the fit.",
                heading="No deployment is chosen",
            ),
            parameter="deployment",
        )
    return found


@router.get("/fit")
def form_and_result(request: Request, services: ServicesDep) -> Response:
    """Show the form, and below it the benchmarks for what is described or chosen.

    An address with empty or repeated fields, as forms send them, leads to the short one.
    """
    at = _address(request, services)
    if len(at.given) < len(request.query_params.multi_items()):
        return RedirectResponse(at.link(), status_code=303)
    if "compare" in at.given:
        return RedirectResponse(
            at.without("whatif", "verdict").link("/fit/compare"), status_code=303
        )
    case = address.case(services.engine, at)
    shown = view.shown(services.engine, case) if case else None
    template = "fit_benchmark" if "benchmark" in at.given and shown else "fit"
    return page(request, f"pages/fit/{template}.html", _values(services, at, shown))


@router.get("/fit/compare")
def compared(request: Request, services: ServicesDep) -> Response:
    """Show two to four benchmarks side by side; an address of a form leads to the short one."""
    at = _address(request, services)
    if len(at.given) < len(request.query_params.multi_items()):
        return RedirectResponse(at.link("/fit/compare"), status_code=303)
    case = _case(at, services)
    if case.request.compare is None:
        raise BadParameter(
            "compare is missing. Name two to four benchmarks, such as compare=medqa,craft-md.",
            on_page=OnPage(
                "Mark two to four benchmarks in the list of the fit, and compare these.",
                heading="No benchmarks are chosen",
            ),
            parameter="compare",
        )
    shown = view.shown(services.engine, case)
    return page(request, "pages/fit/fit_compare.html", _values(services, at, shown))


@router.post("/fit/keep")
async def keep(request: Request, services: ServicesDep) -> Response:
    """Store what an address describes, as its author's own; needs the token in the form."""
    parts = await read_form(request, _MOST_BYTES, files=0, fields=_MOST_FIELDS)
    typed = {name: value.decode(errors="replace") for name, value in parts.items()}
    try:
        caller = await run_in_threadpool(
            services.access.admit_form, request, typed.get("token", ""), Scope.WRITE
        )
    except Problem as problem:
        return await run_in_threadpool(_not_kept, request, services, typed, problem)
    return await in_writing_thread(request, _kept, request, services, caller, typed)


def _kept(
    request: Request, services: Services, caller: Caller, typed: Mapping[str, str]
) -> Response:
    at = _described_at(services, typed)
    schemes = scheme_queries.schemes(services.engine)
    name = typed.get("author", "").strip()
    given = {
        "title": at.given.get("title", UNNAMED),
        "domains": [d for d in [at.given.get("domain", "")] if d and d != ALL],
        "characteristics": {n: v for n, v in at.given.items() if n in schemes},
        "author": {"id": slug(name) or "unnamed", "name": name},
        "license": typed.get("license"),
    }
    try:
        ident = keep_own(services, caller, alone.form(given, OwnDeployment))
    except Problem as problem:
        return _not_kept(request, services, typed, problem)
    return RedirectResponse(f"/fit?deployment={ident}", 303)


def _described_at(services: Services, typed: Mapping[str, str]) -> FitAddress:
    said = [(n, v) for n, v in typed.items() if n not in {"author", "license", "token"}]
    return address.parse(said, scheme_queries.schemes(services.engine))


def _not_kept(
    request: Request, services: Services, typed: Mapping[str, str], problem: Problem
) -> Response:
    """Show the page again with what was typed, but for the token, and the problem.

    Raises the problem where nothing is described that a page could show.
    """
    at = _described_at(services, typed)
    case = address.case(services.engine, at)
    if case is None:
        raise problem
    shown = view.shown(services.engine, case)
    again = {name: typed.get(name, "") for name in ("author", "license")}
    values = {**_values(services, at, shown), "problem": problem.page_document(), "typed": again}
    again_shown = page(request, "pages/fit/fit.html", values, problem.status)
    again_shown.headers.update(problem.headers)
    return again_shown


def _values(services: Services, at: FitAddress, shown: view.ShownFit | None) -> dict[str, Any]:
    """Return what every page of the fit shows; `deployment` only where there is one."""
    words = dimensions.dimensions(services.engine)
    return {
        "at": at,
        "shown": shown,
        "most": SHOWN,
        "most_groups": GROUPS,
        "most_named": NAMED,
        "columns": COLUMNS,
        "licences": LICENCES,
        "problem": None,
        "typed": {},
        "evidence_fields": ("deployment", "domain", "title", "dimensions", *words),
        "pictures": _pictures(shown) if shown else {},
        "plan": _plan(at, shown) if shown else None,
        "note": report.NOTE,
        "dimensions": words,
        "core": CORE_DIMENSIONS,
        "all_domains": ALL,
        "domains": dimensions.terms(scheme_queries.domain_scheme(services.engine)),
        "deployments": from_graph.deployments(services.engine),
        "downloads": _downloads(at),
        "profiles": view.profiles(services.engine, at.given.get("deployment")),
        "like": address.as_description(shown.deployment) if shown else None,
    }


def _plan(at: FitAddress, shown: view.ShownFit) -> str:
    """Return where the tests are planned: the deployment, and the benchmark that is looked at.

    Where none is, the first of those whose tests are planned first.
    """
    first = next((f.benchmark for f in shown.summary.to_plan), None)
    kept = at.without("title", *(name for name in API_PARAMETERS if name != "domain"))
    kept = kept.without("domain") if at.given.get("deployment") else kept
    name = {"use": at.given["title"]} if "title" in at.given else {}
    return kept.link("/plans", **name, card=at.given.get("benchmark", first))


def _downloads(at: FitAddress) -> dict[str, str]:
    """Return the addresses of the page as data; a table holds the fit, the moves or the pair."""
    return {
        "json": _data(at, "json"),
        "csv": _data(at.without("whatif", "compare"), "csv"),
        "moves": _data(at.without("compare"), "csv"),
        "pair": _data(at.without("whatif"), "csv"),
    }


def _data(at: FitAddress, form: str) -> str:
    """Return the address of a fit as data: that of the API for a stored deployment."""
    deployment = at.given.get("deployment")
    if deployment is None:
        return at.link(f"/fit.{form}")
    path = f"/api/v1/deployments/{deployment}/fit"
    return at.only(*API_PARAMETERS).link(path, format=form)


def _evidence_data(at: FitAddress, form: str) -> str:
    """Return the address of the evidence as data."""
    deployment = at.given.get("deployment")
    if deployment is None:
        return at.link(f"/fit/evidence.{form}")
    path = f"/api/v1/deployments/{deployment}/risk"
    return at.only("benchmark", "dimensions").link(path, format=form)


@router.get("/fit.{form}")
def data(form: str, request: Request, services: ServicesDep) -> Response:
    """Give the same answer as CSV or JSON."""
    found = _case(_address(request, services), services).answer()
    return write(request, services.engine, found, form)


@router.get("/fit/evidence.{form}")
def evidence_data(form: str, request: Request, services: ServicesDep) -> Response:
    """Give the same evidence as CSV or JSON."""
    found = _risk(_case(_address(request, services), services), services)
    return write_risk(request, found, form)


@router.get("/fit/evidence/{name}.{form}")
def evidence_drawn(name: str, form: str, request: Request, services: ServicesDep) -> Response:
    """Give a plot of the evidence as SVG or PNG, or its rows as CSV."""
    found = _risk(_case(_address(request, services), services), services)
    words = dimensions.dimensions(services.engine)
    plots, here = measured.shown(services.engine, found), measured.here(services.engine, found)
    drawn = measured.pictures(words, plots, here.plot, _called(found))
    return saved.answer(saved.one_of(drawn, name), form, services.engine)


def _called(found: Risk) -> str:
    return found.fit.title or found.fit.benchmark


_TABLES = {"matrix": report.matrix_rows, "patterns": report.pattern_rows}
"""Parts of an answer as tables of their own, from what its JSON says of them."""


@router.get("/fit/{name}.csv")
def table(name: str, request: Request, services: ServicesDep) -> Response:
    """Give the matrix, the groups of benchmarks, or the rows of a figure as CSV."""
    case = _case(_address(request, services), services)
    if name not in _TABLES:
        figures = _pictures(view.shown(services.engine, case))
        return saved.answer(saved.one_of(figures, name), "csv", services.engine)
    rows = _TABLES[name](case.answer().summary)
    return saved.table(csv_text(rows), services.engine)


@router.get("/fit/{name}.{form}")
def drawn(name: str, form: str, request: Request, services: ServicesDep) -> Response:
    """Give a figure of the result as SVG or PNG."""
    shown = view.shown(services.engine, _case(_address(request, services), services))
    return saved.answer(saved.one_of(_pictures(shown), name), form, services.engine)


def _pictures(shown: view.ShownFit) -> dict[str, saved.Picture]:
    """Return the figures of a result by their names."""
    title = shown.deployment.title
    found: dict[str, saved.Picture] = {"matrix": answer.picture_of_matrix(shown.matrix, title)}
    if shown.tests and (tests := answer.picture_of_tests(shown.tests, title)):
        found["tests"] = tests
    return found


@router.get("/fit/print")
def printed(request: Request, services: ServicesDep) -> Response:
    """Show the result with everything open and nothing to click, for an audit file.

    In full are the benchmarks that come nearest, or as many as `limit` asks for; all others stand
    in a table.
    """
    at = _address(request, services)
    shown = view.shown(services.engine, _case(at, services))
    if "limit" not in at.given:
        nearest = min(max(len(shown.summary.nearest), 1), WHOLE)
        shown = replace(shown, rows=shown.rows[:nearest])
    values = {"today": datetime.now(UTC).date().isoformat(), "most_whole": WHOLE}
    return page(request, "pages/fit/fit_print.html", {**_values(services, at, shown), **values})


@router.get("/fit/evidence")
def evidence(request: Request, services: ServicesDep) -> Response:
    """Show what was measured for the assumptions of a benchmark that may not hold."""
    at = _address(request, services)
    case = _case(at, services)
    found = _risk(case, services)
    words = dimensions.dimensions(services.engine)
    plots, here = measured.shown(services.engine, found), measured.here(services.engine, found)
    shown = {
        "at": at,
        "risk": found,
        "row": view.row(words, found.fit),
        "dimensions": words,
        "deployment": case.deployment,
        "note": SENTENCE,
        "shown": plots,
        "here": here,
        "pictures": measured.pictures(words, plots, here.plot, _called(found)),
        "downloads": {form: _evidence_data(at, form) for form in ("csv", "json")},
    }
    return page(request, "pages/fit/fit_evidence.html", shown)


def _risk(case: FitInputs, services: Services) -> Risk:
    if case.request.benchmark is None:
        raise BadParameter(
            "benchmark is missing. Name one, such as benchmark=medqa; see /benchmarks.",
            on_page=OnPage(
                "Open a benchmark in the list of the fit, and from there its evidence.",
                heading="No benchmark is chosen",
            ),
            parameter="benchmark",
        )
    request = replace(case.request, domain=None, compare=None, change=None, min_answered=None)
    return risks.risk_at(services.engine, case.deployment, case.every, request)
