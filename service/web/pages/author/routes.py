"""The author pages: a card in any known format judged beside its words, and a form to write one."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, UploadFile

from loaders.contract import Document, Raw, RecordProblem
from loaders.model import Card
from loaders.registry import FORMATS
from service.common.problems import BadParameter, BadRequest
from service.ingest.checking import Deadline
from service.records import repository
from service.web.dependencies import Services, ServicesDep
from service.web.lines import LinesDep
from service.web.pages.author import draft, view
from service.web.pages.author import form as author_form
from service.web.pages.author.view import JudgedDocument
from service.web.pages.layout import page
from service.web.requests import check_form_size

router = APIRouter(include_in_schema=False)
_ECHOED = 200_000
"""Characters of a pasted text that are put back into the page."""
_FIELDS = 2_000


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
    found = judge(services, raw, deadline)
    return page(request, "pages/author/author.html", {**shown, **_summed(found)}, _status(found))


@router.get("/author/new")
def write(request: Request, services: ServicesDep) -> Response:
    """Show the form to write a card, or to correct the card that `card=` names."""
    _only(request, "card")
    ident = request.query_params.get("card", "").strip().strip("/")
    base = _card(services, ident)
    given = author_form.typed(base) if base else {}
    shown = {"card": ident, "kept": author_form.kept(base), **_filled(given, {})}
    return page(request, "pages/author/author_new.html", shown)


@router.post("/author/new")
async def written(request: Request, services: ServicesDep, lines: LinesDep) -> Response:
    """Judge what was typed; show each problem at its field, or the card as files."""
    line = lines.checks
    async with line.slot(request) as deadline:
        given = await line.read(deadline, _typed(request, services))
        return await line.work(request, deadline, _written, request, services, given)


async def _typed(request: Request, services: Services) -> author_form.Typed:
    async with _form(request, services) as form:
        return {name: [_lines(str(v)) for v in form.getlist(name)] for name in form}


def _begun(services: Services) -> dict[str, Any]:
    return {"formats": FORMATS, "limit": services.settings.max_body_bytes // 2**20}


def _written(
    request: Request, services: Services, given: author_form.Typed, deadline: Deadline
) -> Response:
    ident = "".join(given.get("card", ())[:1])
    base = _card(services, ident)
    tree = draft.tree(given, base)
    data = json.dumps(tree, ensure_ascii=False, default=str).encode(errors="replace")
    found = judge(services, Raw("form.json", data), deadline)
    problems = [p for one in found for p in one.outcome.problems]
    at = draft.placed(problems, tree, given)
    shown = {"card": ident, "kept": author_form.kept(base), **_filled(given, at), **_summed(found)}
    return page(request, "pages/author/author_new.html", shown, _status(found))


def judge(services: Services, raw: Raw, deadline: Deadline) -> list[JudgedDocument]:
    """Return what an import would make of every record of a file; nothing is stored."""
    read, outcomes = services.checking.judged(services.engine, raw, deadline)
    records = {id(d.raw): d.records for d in read if isinstance(d, Document)}
    whole = view.SHOWN
    return [
        view.judged(services.engine, o, records.get(id(o.raw), ()) if index < whole else ())
        for index, o in enumerate(outcomes)
    ]


def _summed(found: list[JudgedDocument]) -> dict[str, Any]:
    valid = sum(one.valid for one in found)
    return {"found": found, "valid": valid, "whole": view.SHOWN}


def _status(found: list[JudgedDocument]) -> int:
    return 200 if found and all(one.valid for one in found) else 422


def _filled(given: author_form.Typed, at: Mapping[str, Sequence[RecordProblem]]) -> dict[str, Any]:
    return {
        "given": given,
        "head": author_form.head(),
        "parts": author_form.parts(),
        "questions": author_form.questions(),
        "at": at,
        "opened": author_form.opened(given, at),
        "called": {name: author_form.called(name) for name in at if name},
    }


def _card(services: Services, ident: str) -> Card | None:
    """Return the stored card that is to be corrected. Raises `NotFound`."""
    if not ident:
        return None
    record = repository.load(services.engine, "card", ident).record
    assert isinstance(record, Card)  # noqa: S101 - what the store holds under card/
    return record


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
