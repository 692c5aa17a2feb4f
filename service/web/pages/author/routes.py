"""The author pages: a card judged beside its words, and a form to write, check and store one."""

from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from loaders.contract import Raw
from loaders.registry import FORMATS
from service.access import Caller, Scope, refuse_other_sites
from service.common.problems import BadParameter, BadRequest, Problem
from service.ingest.checking import Deadline
from service.web.api import proposals
from service.web.cancellation import in_writing_thread
from service.web.dependencies import Services, ServicesDep
from service.web.dependencies import services as services_of
from service.web.lines import LinesDep
from service.web.pages.author import draft, judging, view, written
from service.web.pages.author import form as author_form
from service.web.pages.author.view import JudgedDocument
from service.web.pages.author.written import WrittenCard
from service.web.pages.layout import page
from service.web.requests import check_form_size

router = APIRouter(include_in_schema=False)
_ECHOED = 200_000
"""Characters of a pasted text that are put back into the page."""
_FIELDS = 2_000
_AUTHOR: author_form.Typed = {
    "author": [],
    "author_name": [],
    "origin": ["designer"],
    "status": [draft.UNDECIDED],
}
"""What a card is opened with that its benchmark's author takes over."""


@router.get("/author")
def start(request: Request, services: ServicesDep) -> Response:
    """Show where a card is pasted or chosen, and the way to the form."""
    _only(request)
    return page(request, "pages/author/author.html", _begun(services))


@router.post("/author")
async def check(request: Request, services: ServicesDep, lines: LinesDep) -> Response:
    """Judge what was pasted or chosen, and show its words beside the terms; nothing is stored."""
    line = lines.checks
    async with line.slot(request) as deadline:
        raw, text = await line.read(deadline, _posted(request, services))
        return await line.work(request, deadline, _checked, request, services, raw, text)


async def _posted(request: Request, services: Services) -> tuple[Raw, str]:
    async with _form(request, services) as form:
        return await _sent(form)


def _checked(
    request: Request, services: Services, raw: Raw, text: str, deadline: Deadline
) -> Response:
    echoed = {"text": text if len(text) <= _ECHOED else "", "name": raw.source}
    shown = {**_begun(services), **echoed}
    if not raw.data.strip():
        shown["missing"] = "Paste a card, or choose a file."
        return page(request, "pages/author/author.html", shown, BadRequest.status)
    found, _ = judging.judge(services, raw, deadline)
    return page(request, "pages/author/author.html", {**shown, **_summed(found)}, _status(found))


@router.get("/author/new")
def write(request: Request, services: ServicesDep) -> Response:
    """Show the form to write a card, or to correct the card that `card=` names.

    With `as=author` it is for the author of the benchmark, whose card stands beside that one.
    """
    _only(request, "card", "as")
    ident = request.query_params.get("card", "").strip().strip("/")
    base = written.opened(services.engine, ident)
    given = author_form.typed(base) if base else {"status": [draft.UNDECIDED]}
    if request.query_params.get("as") == "author":
        theirs = {n: v for n, v in given.items() if not n.endswith((".confirmed", "checked"))}
        given = {**theirs, **_AUTHOR}
    return _shown(request, written.begun(given, base))


@router.post("/author/new")
async def judged(request: Request, services: ServicesDep, lines: LinesDep) -> Response:
    """Judge what was typed; show each problem at its field, or the card as files."""
    line = lines.checks
    async with line.slot(request) as deadline:
        given = await line.read(deadline, _typed(request, services))
        card = await line.work(request, deadline, written.judged, services, given)
        return await run_in_threadpool(_shown, request, card)


@router.post("/author/store")
async def store(request: Request, services: ServicesDep, lines: LinesDep) -> Response:
    """Store a card as it was written; needs the token in the form."""
    line = lines.checks
    async with line.slot(request) as deadline:
        given = await line.read(deadline, _typed(request, services))
        try:
            caller = await run_in_threadpool(
                services.access.admit_form, request, author_form.one(given, "token"), Scope.IMPORT
            )
        except Problem as problem:
            return await run_in_threadpool(_refused, request, services, given, problem)
        card = await line.work(request, deadline, written.judged, services, given)
    if not card.valid:
        return await run_in_threadpool(_shown, request, card)
    return await in_writing_thread(request, _stored, request, services, caller, card)


def _stored(request: Request, services: Services, caller: Caller, card: WrittenCard) -> Response:
    try:
        ident = written.store(services, caller, card)
    except Problem as problem:
        return _shown(request, card, problem)
    return RedirectResponse(f"/author/stored?card={quote(ident)}", 303)


@router.post("/author/send")
async def send(request: Request, services: ServicesDep, lines: LinesDep) -> Response:
    """Send a card for review, where the operators take that: it waits outside the graph."""
    proposals.refuse_where_closed(services)
    refuse_other_sites(request)
    line = lines.checks
    async with line.slot(request) as deadline:
        given = await line.read(deadline, _typed(request, services))
        # how it was checked who the sender is, says who decides
        given = {**given, "status": [draft.UNDECIDED], "checked": []}
        card = await line.work(request, deadline, written.judged, services, given)
        if not card.valid:
            return await run_in_threadpool(_shown, request, card)
        return await run_in_threadpool(_sent_for_review, request, services, card)


def _sent_for_review(request: Request, services: Services, card: WrittenCard) -> Response:
    try:
        key = proposals.send(request, services, written.proposal(card))
    except Problem as problem:
        return _shown(request, card, problem)
    return RedirectResponse(f"/proposals/state/{key}", 303)


@router.get("/author/stored")
def stored(request: Request, services: ServicesDep) -> Response:
    """Show that a card was stored, and where it is; the draft in the browser is done with."""
    _only(request, "card")
    card = written.opened(services.engine, request.query_params.get("card", ""))
    if card is None:
        raise BadParameter("card is missing. Name the card that was stored.", parameter="card")
    return page(request, "pages/author/author_stored.html", {"card": card})


def _refused(
    request: Request, services: Services, given: author_form.Typed, problem: Problem
) -> Response:
    """Show the form again with what was typed, but for the token, and the problem."""
    base = written.opened(services.engine, author_form.one(given, "card"))
    return _shown(request, written.begun(given, base), problem)


def _shown(request: Request, card: WrittenCard, problem: Problem | None = None) -> Response:
    shown = {
        "card": card.base.id if card.base else "",
        "kept": author_form.kept(card.base),
        "given": {name: said for name, said in card.given.items() if name != "token"},
        "head": author_form.head(),
        "parts": author_form.parts(),
        "questions": author_form.questions(),
        "at": card.at,
        "opened": author_form.opened(card.given, card.at),
        "called": {name: author_form.called(name) for name in card.at if name},
        "names": author_form.CALLED,
        "problem": problem,
        "same": card.same,
        "checked": card.checked,
        "takes_proposals": proposals.is_open(services_of(request)),
        "card_valid": card.valid,
        **_summed(list(card.found)),
    }
    status = problem.status if problem else 200 if card.valid or not card.checked else 422
    answer = page(request, "pages/author/author_new.html", shown, status)
    answer.headers.update(problem.headers if problem else {})
    return answer


async def _typed(request: Request, services: Services) -> author_form.Typed:
    async with _form(request, services) as form:
        return {name: [_lines(str(v)) for v in form.getlist(name)] for name in form}


def _begun(services: Services) -> dict[str, Any]:
    return {"formats": FORMATS, "limit": services.settings.max_body_bytes // 2**20}


def _summed(found: list[JudgedDocument]) -> dict[str, Any]:
    valid = sum(one.valid for one in found)
    return {"found": found, "valid": valid, "whole": view.SHOWN}


def _status(found: list[JudgedDocument]) -> int:
    return 200 if found and all(one.valid for one in found) else 422


def _only(request: Request, *names: str) -> None:
    for name in request.query_params:
        if name not in names:
            raise BadParameter(
                f"This page has no parameter {name!r}.", parameter=name, known=list(names)
            )


def _form(request: Request, services: Services) -> AbstractAsyncContextManager[FormData]:
    """Return the posted form, to be entered. Raises `TooLarge` before a large one is read."""
    limit = services.settings.max_body_bytes
    check_form_size(request, limit, "Import a larger file: evalgap import FILE.")
    return request.form(max_files=1, max_fields=_FIELDS, max_part_size=limit)


def _lines(text: str) -> str:
    """Return a text with the line ends of this machine: forms send those of another."""
    return text.replace("\r\n", "\n")


async def _sent(form: FormData) -> tuple[Raw, str]:
    """Return what was sent, a chosen file before a pasted text, and the text to show again."""
    file, text = form.get("file"), form.get("text")
    pasted = _lines(text) if isinstance(text, str) else ""
    if isinstance(file, UploadFile) and file.filename:
        return Raw(file.filename.replace("\\", "/").rpartition("/")[2], await file.read()), pasted
    return Raw("upload.yaml", pasted.encode(errors="replace")), pasted
