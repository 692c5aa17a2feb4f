"""The addresses of a form: to open it, check what was typed, store it, or send it for review."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from loaders.model import Record
from service.access import Caller, Scope, refuse_other_sites
from service.common import parameters
from service.common.problems import BadParameter, OnPage, Problem
from service.web.api import proposals
from service.web.cancellation import in_writing_thread
from service.web.dependencies import Services, ServicesDep
from service.web.dependencies import services as services_of
from service.web.lines import LinesDep
from service.web.pages.forms import statements, view, written
from service.web.pages.forms.fields import Typed, one, opened, questions
from service.web.pages.forms.form import UNDECIDED, RecordForm, author_of
from service.web.pages.forms.view import JudgedDocument
from service.web.pages.forms.written import WrittenRecord
from service.web.pages.layout import page
from service.web.requests import check_form_size

_FIELDS = 2_000
_PRIVATE = {"token"}
"""What is never put back into the page."""


def add(router: APIRouter, form: RecordForm) -> None:
    """Add the addresses of a form: its own, and those below it.

    Without a script and without a token nothing is stored: a form is checked as often as one likes.
    """
    made = _Endpoints(form)
    for below, endpoint, method, about in (
        ("", made.open, "GET", "Show the form to write {}, or to correct one."),
        ("", made.check, "POST", "Judge what was typed; show each problem at its field."),
        ("/file", made.file, "POST", "Return {} as it was written as a file; nothing is stored."),
        ("/store", made.store, "POST", "Store {} as it was written; needs a token."),
        ("/send", made.send, "POST", "Send {} for review: it waits outside the graph."),
        ("/stored", made.stored, "GET", "Show that {} was stored, and where it is."),
    ):
        router.add_api_route(
            f"{form.address}{below}",
            endpoint,
            methods=[method],
            name=f"{form.kind}_form{below}",
            description=about.format(form.about),
            include_in_schema=False,
        )


class _Endpoints:
    """The endpoints of one form."""

    def __init__(self, form: RecordForm) -> None:
        self._form = form

    def open(self, request: Request, services: ServicesDep) -> Response:
        form = self._form
        parameters.only(request.query_params, (form.kind, *form.takes), "This page")
        ident = request.query_params.get(form.kind, "").strip().strip("/")
        base = written.opened(services.engine, form.kind, ident)
        requested = {n: request.query_params.getlist(n) for n in form.takes}
        given = form.begun(services.engine, requested)
        given = {**(form.as_typed(base) if base else {"status": [UNDECIDED]}), **given}
        return self._shown(request, WrittenRecord(given, base))

    async def check(self, request: Request, services: ServicesDep, lines: LinesDep) -> Response:
        line = lines.checks
        async with line.slot(request) as deadline:
            given = await line.read(deadline, _typed(request, services))
            found = await line.work(request, deadline, written.judged, self._form, services, given)
            return await run_in_threadpool(self._shown, request, found)

    async def file(self, request: Request, services: ServicesDep, lines: LinesDep) -> Response:
        line = lines.checks
        async with line.slot(request) as deadline:
            given = await line.read(deadline, _typed(request, services))
            found = await line.work(request, deadline, written.judged, self._form, services, given)
            files = {f.form: f for made in found.found for r in made.reads for f in r.files}
            requested = files.get(request.query_params.get("as", ""))
            if requested is None or not found.valid:
                return await run_in_threadpool(self._shown, request, found)
        named = {"Content-Disposition": f'attachment; filename="{requested.name}"'}
        return Response(requested.text, 200, named, media_type=f"{requested.media}; charset=utf-8")

    async def store(self, request: Request, services: ServicesDep, lines: LinesDep) -> Response:
        line = lines.checks
        async with line.slot(request) as deadline:
            given = await line.read(deadline, _typed(request, services))
            token = one(given, "token")
            try:
                caller = await run_in_threadpool(
                    services.access.admit_form, request, token, Scope.IMPORT
                )
            except Problem as problem:
                return await run_in_threadpool(self._refused, request, services, given, problem)
            found = await line.work(request, deadline, written.judged, self._form, services, given)
        if not found.valid:
            return await run_in_threadpool(self._shown, request, found)
        return await in_writing_thread(request, self._stored, request, services, caller, found)

    def _stored(
        self, request: Request, services: Services, caller: Caller, found: WrittenRecord
    ) -> Response:
        try:
            ident = written.store(self._form, services, caller, found)
        except Problem as problem:
            return self._shown(request, found, problem)
        form = self._form
        return RedirectResponse(f"{form.address}/stored?{form.kind}={quote(ident)}", 303)

    async def send(self, request: Request, services: ServicesDep, lines: LinesDep) -> Response:
        proposals.refuse_where_closed(services)
        refuse_other_sites(request)
        line = lines.checks
        async with line.slot(request) as deadline:
            given = await line.read(deadline, _typed(request, services))
            # how it was checked who the sender is, says who decides
            given = {**given, "status": [UNDECIDED], "checked": []}
            found = await line.work(request, deadline, written.judged, self._form, services, given)
            if not found.valid:
                return await run_in_threadpool(self._shown, request, found)
            return await run_in_threadpool(self._sent, request, services, found)

    def _sent(self, request: Request, services: Services, found: WrittenRecord) -> Response:
        try:
            key = proposals.send(request, services, written.proposal(self._form, found))
        except Problem as problem:
            return self._shown(request, found, problem)
        return RedirectResponse(f"/proposals/state/{key}", 303)

    def stored(self, request: Request, services: ServicesDep) -> Response:
        kind = self._form.kind
        parameters.only(request.query_params, (kind,), "This page")
        record = written.opened(services.engine, kind, request.query_params.get(kind, ""))
        if record is None:
            raise BadParameter(
                f"{kind} is missing. Name what was stored.",
                on_page=OnPage(
                    "This page shows what a form has stored, and its address names nothing.",
                    heading="Nothing is named here",
                ),
                parameter=kind,
            )
        return page(request, "pages/forms/stored.html", _named(self._form, record))

    def _refused(
        self, request: Request, services: Services, given: Typed, problem: Problem
    ) -> Response:
        """Show the form again with what was typed, but for the token, and the problem."""
        base = written.opened(services.engine, self._form.kind, one(given, self._form.kind))
        return self._shown(request, WrittenRecord(given, base), problem)

    def _shown(
        self, request: Request, found: WrittenRecord, problem: Problem | None = None
    ) -> Response:
        form, services = self._form, services_of(request)
        shown = {
            "form": form,
            "base": found.base,
            "record": found.base.id if found.base else "",
            "given": {name: v for name, v in found.given.items() if name not in _PRIVATE},
            "parts": statements.parts(),
            "questions": questions(),
            "at": found.at,
            "opened": opened(found.at),
            "problem": problem,
            "checked": found.checked,
            "takes_proposals": proposals.is_open(services),
            "record_valid": found.valid,
            **summed(list(found.found)),
            **form.shown(services.engine, found.given, found.base),
        }
        status = problem.status if problem else 200 if found.valid or not found.checked else 422
        answer = page(request, form.template, shown, status)
        answer.headers.update(problem.headers if problem else {})
        return answer


def _named(form: RecordForm, record: Record) -> dict[str, Any]:
    address, words = form.home(record)
    return {
        "form": form,
        "record": record,
        "title": form.title(form.as_typed(record)),
        "author": author_of(record),
        "home": address,
        "see": words,
        "file": f"/api/v1/{form.listed}/{record.id}.yaml" if form.listed else "",
    }


async def _typed(request: Request, services: Services) -> Typed:
    """Return what was typed. Raises `TooLarge` before a large form is read."""
    limit = services.settings.max_body_bytes
    check_form_size(request, limit, "Import a larger file: evalgap import FILE.")
    async with request.form(max_files=1, max_fields=_FIELDS, max_part_size=limit) as form:
        return {name: [with_our_lines(str(v)) for v in form.getlist(name)] for name in form}


def with_our_lines(text: str) -> str:
    """Return a text with the line ends of this machine: forms send those of another."""
    return text.replace("\r\n", "\n")


def summed(found: list[JudgedDocument]) -> dict[str, Any]:
    """Return judged documents as `judged.html` shows them."""
    valid = sum(one.valid for one in found)
    return {"found": found, "valid": valid, "whole": view.SHOWN}
