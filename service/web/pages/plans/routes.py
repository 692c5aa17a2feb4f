"""`/plans`: staged plans, previews of new ones, and forms that change a step with the token."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from loaders.model import DESCRIBED
from loaders.reading.cleaning import slug
from service.access import Caller, Scope
from service.common import parameters
from service.common.problems import BadParameter, OnPage, Problem
from service.fit import own
from service.ingest import alone
from service.ontology import scheme_queries
from service.ontology.labels import in_sentence
from service.plans import commands
from service.plans.changes import StepChange
from service.plans.commands import PlanRequest
from service.queries import lists
from service.web.api.plans import change as change_plan
from service.web.api.plans import create as create_plan
from service.web.cancellation import in_writing_thread
from service.web.dependencies import Services, ServicesDep
from service.web.pages.layout import page
from service.web.pages.plans import candidates, form_fields
from service.web.pages.plans import view as plan_view
from service.web.requests import read_form

router = APIRouter(include_in_schema=False)
VIEWS = {"board": "Board", "checklist": "Checklist"}
COMPANIONS = frozenset(
    {"threshold/unit", "sample/method", "result/after/unit", "result/before/unit",
     "result/metric/higher_is_better", "result/intervals/0/level",
     "result/intervals/0/interval_method"}
)  # fmt: skip
"""Fields that are always chosen; they say nothing unless another field of their group is filled."""
_NEW = ("deployment", "card", "domain", "use", "license", "title", "notes",
        "threshold/at_most", "threshold/at_least", "threshold/unit", "threshold/level",
        "sample/method", "sample/margin",
        "sample/expected_loss", "sample/effect", "sample/baseline", "sample/discordant",
        "sample/power", *DESCRIBED)  # fmt: skip
_MOST_FIELDS = 80
_MOST_BYTES = 2**18
"""Bytes of a form, which is read before its token is."""
_SCHEMES = ("test-method", "interval-method", "sample-size-method")


@router.get("/plans")
def plans_page(request: Request, services: ServicesDep) -> Response:
    """Show the plans, and the draft of a new one for a benchmark's card and a deployment."""
    known = (*_NEW, *scheme_queries.schemes(services.engine))
    parameters.only(request.query_params, known, "This page")
    return _list(request, services, dict(request.query_params))


@router.post("/plans")
async def create(request: Request, services: ServicesDep) -> Response:
    """Store a plan as it was drafted; needs the token in the form."""
    typed = await _typed(request)
    try:
        caller = await _admitted(request, services, typed)
    except Problem as problem:
        return await run_in_threadpool(_list, request, services, typed, problem)
    return await in_writing_thread(request, _created, request, services, caller, typed)


async def _admitted(request: Request, services: Services, typed: Mapping[str, str]) -> Caller:
    """Return who sent a form, before it takes a thread that writes wait in."""
    token = typed.get("token", "")
    return await run_in_threadpool(services.access.admit_form, request, token, Scope.WRITE)


def _created(
    request: Request, services: Services, caller: Caller, typed: Mapping[str, str]
) -> Response:
    try:
        tree = _described(services, _tree(typed, "author"))
        made = create_plan(services, caller, alone.form(tree, PlanRequest))
    except Problem as problem:
        return _list(request, services, typed, problem)
    return RedirectResponse(f"/plans/{made.plan.id}", 303)


def _list(
    request: Request,
    services: Services,
    typed: Mapping[str, str],
    problem: Problem | None = None,
) -> Response:
    draft = possible = None
    described = _characteristics(services, typed)
    try:
        possible = candidates.candidates(services.engine, typed)
        if possible and typed.get("card"):
            draft = _draft(services, typed)
    except Problem as found:
        problem = problem or found
    use = typed.get("use") or "the described deployment"
    shown = {
        "plans": lists.listing(services.engine, "plans", {}),
        "cards": plan_view.cards(services.engine),
        "draft": draft,
        "candidates": possible,
        "names": plan_view.names(services.engine, draft.plan, use) if draft else None,
        "described": described,
        "licences": own.LICENCES,
        **_form(typed, problem),
    }
    if problem and problem.extra.get("parameter") == "card" and problem.extra.get("known"):
        shown["authors"] = plan_view.authors(services.engine, problem.extra["known"])
        problem = None  # a benchmark with several cards: the page asks which, nothing is wrong
    return _page(request, "pages/plans/plans.html", shown, problem)


def _draft(services: Services, typed: Mapping[str, str]) -> plan_view.PlanPage:
    known = (*_NEW, *scheme_queries.schemes(services.engine))
    given = {name: value for name, value in typed.items() if name in known}
    nobody = {"id": "draft", "author": {"id": "nobody", "name": "nobody yet"}}
    tree = _described(services, {**_tree(given, "author"), **nobody})
    requested = alone.form(tree, PlanRequest)
    return plan_view.page_of(commands.drafted(services.engine, requested))


def _characteristics(services: Services, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what an address or a form says of a deployment that is described, by dimension."""
    dimensions = scheme_queries.schemes(services.engine)
    return {n: v for n, v in typed.items() if n in dimensions and v.strip()}


def _described(services: Services, tree: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a plan with the dimensions of a described deployment together."""
    found = _characteristics(services, {n: v for n, v in tree.items() if isinstance(v, str)})
    given = {name: value for name, value in tree.items() if name not in {*found, "domain"}}
    if not found:
        return given
    domains = [tree["domain"]] if tree.get("domain") else []
    return {**given, "characteristics": found, "domains": domains}


@router.get("/plans/{ident}")
def plan_page(request: Request, services: ServicesDep, ident: str) -> Response:
    """Show a plan as a board, or as a checklist to print."""
    parameters.only(request.query_params, ("view",), "This page")
    return _plan(request, services, ident)


@router.post("/plans/{ident}/steps/{position}")
async def change_step(
    request: Request, services: ServicesDep, ident: str, position: int
) -> Response:
    """Change a step as `PATCH /api/v1/plans/{id}/steps/{n}` does; needs the token in the form."""
    typed = await _typed(request)
    step = ident, position
    try:
        caller = await _admitted(request, services, typed)
    except Problem as problem:
        refused = _Refused(position, typed, problem)
        return await run_in_threadpool(_plan, request, services, ident, refused)
    return await in_writing_thread(request, _changed, request, services, caller, step, typed)


def _changed(
    request: Request,
    services: Services,
    caller: Caller,
    step: tuple[str, int],
    typed: Mapping[str, str],
) -> Response:
    ident, position = step
    try:
        change_plan(services, caller, step, alone.form(_tree(typed, "by"), StepChange))
    except Problem as problem:
        return _plan(request, services, ident, _Refused(position, typed, problem))
    return RedirectResponse(f"/plans/{ident}#step-{position}", 303)


@dataclass(frozen=True)
class _Refused:
    """A change of a step that was not made: what was typed, and why."""

    position: int
    typed: Mapping[str, str]
    problem: Problem


def _plan(
    request: Request, services: Services, ident: str, refused: _Refused | None = None
) -> Response:
    view = request.query_params.get("view") or "board"
    if view not in VIEWS:
        raise BadParameter(
            f"view is board or checklist, not {view!r}.",
            on_page=OnPage(f"There is no view {view!r}.", view, tuple(VIEWS), titles=VIEWS),
            parameter="view",
            value=view,
            known=list(VIEWS),
        )
    shown = {
        "shown": plan_view.shown(services.engine, ident),
        "open": refused.position if refused else None,
        "writable": services.access.writable,
        **(_form(refused.typed, refused.problem) if refused else _form({}, None)),
    }
    return _page(
        request, f"pages/plans/plan_{view}.html", shown, refused.problem if refused else None
    )


def _page(
    request: Request, template: str, shown: Mapping[str, Any], problem: Problem | None
) -> Response:
    answer = page(request, template, shown, problem.status if problem else 200)
    answer.headers.update(problem.headers if problem else {})
    return answer


def _form(typed: Mapping[str, str], problem: Problem | None) -> dict[str, Any]:
    """Return what a form shows again: what was typed but the token, and sentences by field."""
    document = problem.page_document() if problem else {}
    found = document.get("problems", [])
    return {
        "typed": {name: value for name, value in typed.items() if name != "token"},
        "problem": document,
        "wrong": {str(p["field"]): _sentence(p) for p in found},
        "codes": {name: _choices(name) for name in _SCHEMES},
    }


def _choices(scheme: str) -> list[tuple[str, str]]:
    """Return codes with their words, as a list to choose from."""
    return [(code, in_sentence(f"code/{scheme}/{code}")) for code in plan_view.codes(scheme)]


def _sentence(problem: Mapping[str, Any]) -> str:
    return " ".join(str(problem[name]) for name in ("message", "mend") if problem.get(name))


def _tree(typed: Mapping[str, str], person: str) -> dict[str, Any]:
    """Return the fields of a form as the API takes them; people and metrics get ids by name."""
    given = form_fields.filled({k: v for k, v in typed.items() if k != "token"}, COMPANIONS)
    for name in (f"{person}/name", "owner/name", "result/metric/name", "result/systems/0/name"):
        if name in given:
            given[name.removesuffix("name") + "id"] = slug(given[name]) or "unnamed"
    return form_fields.nested(given)


async def _typed(request: Request) -> dict[str, str]:
    parts = await read_form(request, _MOST_BYTES, files=0, fields=_MOST_FIELDS)
    return {name: value.decode(errors="replace") for name, value in parts.items()}
