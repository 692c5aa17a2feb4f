"""`/gaps/decompose/logs`: measure a gap from logs that a reader sends; nothing is stored."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request, Response

from loaders.reading.cleaning import slug
from service.common import parameters
from service.common.problems import Abandoned, Problem
from service.ingest.checking import Deadline
from service.measurement.result import GapMeasurement
from service.measurement.sent import SMALLER
from service.measurement.written.as_words import drawn_from
from service.ontology import graphs
from service.web.api.measure import MOST_FILES, record_of, sent_of, worked, wrote
from service.web.dependencies import Services, ServicesDep
from service.web.lines import LinesDep
from service.web.pages.decompose.breakdown import breakdown_of
from service.web.pages.decompose.routes import saved_figure_of
from service.web.pages.layout import page
from service.web.pages.shared import numbers
from service.web.requests import FormFile, read_files

router = APIRouter(include_in_schema=False)
_LINES = ("condition", "adds", "value")
"""Fields that hold one option a line."""
_FIELDS = (
    *_LINES, "score", "id", "cluster", "threshold", "epochs", "errors", "higher_is_better", "scale",
    "by", "allow", "as",
)  # fmt: skip
_MOST_ALLOWED = 6
_DEFAULTS: Mapping[str, Sequence[str]] = {"epochs": ("mean",), "errors": ("drop",)}
_ALLOWED = {
    "partial": "logs that ended early, or share few items",
    "versions": "versions",
    "generation": "other settings of the model",
    "scorers": "other scorers",
    "models": "other models (a comparison, no gap)",
    "targets": "other right answers",
}
_MEDIA = {
    "csv": "text/csv",
    "junit": "application/xml",
    "markdown": "text/markdown",
    "evalgap": "application/yaml",
}


@dataclass(frozen=True)
class _LogForm:
    """What was typed, all texts of each field, and the files that were chosen."""

    typed: Mapping[str, Sequence[str]] = field(default_factory=lambda: _DEFAULTS)
    files: tuple[FormFile, ...] = ()

    def one(self, name: str) -> str:
        return "".join(self.typed.get(name, ())[:1]).strip()


@router.get("/gaps/decompose/logs")
def logs_page(request: Request) -> Response:
    """Show the empty form."""
    parameters.only(request.query_params, (), "This page")
    return _page(request, _LogForm())


@router.post("/gaps/decompose/logs")
async def logs_form(request: Request, services: ServicesDep, lines: LinesDep) -> Response:
    """Measure and show what came of it, or what is wrong with the logs."""
    limit, line = services.settings.max_body_bytes, lines.decompositions
    async with line.slot(request) as deadline:
        parts = await line.read(
            deadline,
            read_files(
                request,
                limit,
                files=MOST_FILES,
                fields=len(_FIELDS) + _MOST_ALLOWED,
                advice=SMALLER,
            ),
        )
        typed: dict[str, list[str]] = {}
        for part in parts:
            if part.name != "log":
                typed.setdefault(part.name, []).append(part.data.decode(errors="replace"))
        form = _LogForm(typed, tuple(p for p in parts if p.name == "log" and p.filename))
        return await line.work(request, deadline, _answer, request, services, form)


def _answer(request: Request, services: Services, form: _LogForm, deadline: Deadline) -> Response:
    try:
        parameters.only(dict.fromkeys(form.typed, ""), _FIELDS, "This form")
        sent = sent_of([*form.files, *_about(form)], _options(form))
        made = worked(services, sent, deadline)
        if (form_name := form.one("as")) in _MEDIA:
            text = (
                record_of(services, made, deadline)
                if form_name == "evalgap"
                else wrote(services, made, form_name, deadline)
            )
            return Response(text, media_type=f"{_MEDIA[form_name]}; charset=utf-8")
    except Abandoned:
        raise
    except Problem as problem:
        return _page(request, form, status=problem.status, problem=problem.document())
    return _result(request, form, made.found)


def _about(form: _LogForm) -> list[FormFile]:
    """Return what a record says beside its numbers, as a part of the form would say it."""
    name = form.one("by")
    if not name:
        return []
    about = {"author": {"id": slug(name) or "author", "name": name}}
    return [FormFile("about", None, json.dumps(about).encode())]


def _options(form: _LogForm) -> dict[str, list[str]]:
    """Return all texts of each option; of the fields of lines, each line is one."""
    own = {name: list(texts) for name, texts in form.typed.items() if name not in {"as", "by"}}
    for name in _LINES:
        given = "\n".join(own.get(name, ()))
        own[name] = [line.strip() for line in given.splitlines() if line.strip()]
    return own


def _result(request: Request, form: _LogForm, found: GapMeasurement) -> Response:
    estimate = found.decomposition
    drawn = tuple(dict.fromkeys(i.unit for i in estimate.total.intervals))
    judged = found.total.judged.interval
    unit = judged.unit if judged else next(iter(drawn), None)
    breakdown = breakdown_of(
        estimate, graphs.assumption_kinds(), unit, higher_is_better=found.higher_is_better
    )
    saved = saved_figure_of(breakdown, numbers.sampling_units(breakdown.numbers))
    values = [value for rung in found.rungs for value in rung.values]
    shown: dict[str, Any] = {
        "found": found,
        "breakdown": breakdown,
        "unit": unit,
        "saved": saved,
        "assumed": tuple(dict.fromkeys(value.dimension for value in values)),
        "rules": sorted({value.rule for value in values if value.rule}),
    }
    return _page(request, form, **shown)


def _page(request: Request, form: _LogForm, status: int = 200, **shown: Any) -> Response:
    typed = {name: "\n".join(texts) for name, texts in form.typed.items() if name != "allow"}
    typed_all = {**typed, "allow": form.typed.get("allow", ())}
    given = {"typed": typed_all, "allowed": _ALLOWED, "drawn_from": drawn_from}
    return page(
        request,
        "pages/decompose/logs.html",
        {**given, "problem": None, "found": None, **shown},
        status,
    )
