"""`POST /api/v1/decompose`: a gap taken apart from item results or from scores per condition."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from service import decomposing
from service.analysis.decompose import Decomposition
from service.analysis.tables import Sheet, rows_sheet, sheet
from service.ingest import ingest
from service.outcome import Outcome
from service.problems import BadParameter, BadRequest, Busy, Invalid, UnsupportedMedia
from service.routes.answers import json_text, respond
from service.routes.bodies import read_body, read_form
from service.routes.deps import Services, ServicesDep

router = APIRouter(prefix="/api/v1", tags=["analysis"])
MOST_RESAMPLES = 10_000
"""The most resamples that a request may ask for; the command line has no server to share."""
_AT_ONCE = BoundedSemaphore(2)
"""A decomposition of a large table takes some hundred MB and seconds of one core."""

_TABLES = ("text/csv", "application/vnd.apache.parquet", "application/octet-stream")
_EXAMPLE = {
    "scores": [
        {"rung": "expert", "score": 0.9467, "n": 600, "events": 568},
        {"rung": "final", "score": 0.34, "n": 600, "events": 204},
    ],
    "adds": {"final": "decision-mediation"},
}
_BODY = {
    "parameters": [
        {"name": name, "in": "query", "description": about, "schema": {"type": "string"}}
        for name, about in {
            "rungs": "conditions to compare in this order, joined by commas",
            "changed": "rung:dimensions that differ from the first rung; repeatable",
            "adds": "rung:dimensions that differ from the rung before; repeatable",
            "resamples": f"bootstrap resamples, up to {MOST_RESAMPLES}",
            "seed": "seed of the resampling",
            "unit": "of the scores: fraction or percent",
            "higher_is_better": "true or false",
        }.items()
    ],
    "requestBody": {
        "required": True,
        "description": "Columns rung, item, score, cluster, changed; or rung, score, n, events, "
        "changed. JSON has the rows under items or scores. For a gap record (Accept: "
        "application/yaml) send about as well, in the JSON or as a second part.",
        "content": {
            **{media: {"schema": {"type": "string", "format": "binary"}} for media in _TABLES},
            "application/json": {"schema": {"type": "object"}, "example": _EXAMPLE},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "about": {"type": "string"},
                    },
                }
            },
        },
    },
}


@dataclass(frozen=True)
class _Sent:
    """A request as it came: the table's bytes or rows, the options, what it is about."""

    data: bytes | list[Any]
    name: str
    options: Mapping[str, Any]
    about: Mapping[str, Any]


@router.post("/decompose", openapi_extra=_BODY)
async def decompose(request: Request, services: ServicesDep) -> Response:
    """Return contributions with intervals, subtotals, residual, flows, clusters and warnings.

    Nothing is stored. As YAML the answer is a gap record that the shapes have passed.
    """
    sent = await _sent(request, services.settings.max_body_bytes)
    return await run_in_threadpool(_answer, request, services, sent)


def _answer(request: Request, services: Services, sent: _Sent) -> Response:
    options = decomposing.options_of(sent.options)
    found = worked(services, _sheet(sent), options)
    return respond(
        request,
        {
            "application/json": lambda: json_text(request, decomposing.document(found)),
            "application/yaml": lambda: _gap(services, found, sent, options),
        },
    )


def worked(services: Services, table: Sheet, options: decomposing.Options) -> Decomposition:
    """Return the decomposition of a table, a few at once. Raises `Busy`, `BadRequest`."""
    if options.resamples > MOST_RESAMPLES:
        raise BadParameter(
            f"resamples is at most {MOST_RESAMPLES:,} here; evalgap decompose takes more.",
            parameter="resamples",
        )
    if not _AT_ONCE.acquire(timeout=services.settings.max_query_seconds):
        raise Busy("Too many decompositions at once; try again in a moment.", retry_after=5)
    try:
        return decomposing.run(table, options)
    finally:
        _AT_ONCE.release()


def _gap(
    services: Services, found: Decomposition, sent: _Sent, options: decomposing.Options
) -> bytes:
    document = decomposing.gap_file(found, sent.about, options)
    (outcome,) = ingest([document], services.engine, services.gate, dry_run=True)
    _check(outcome)
    return document.raw.data


def _check(outcome: Outcome) -> None:
    if outcome.problems:
        report = outcome.document()
        raise Invalid(
            f"The shapes refuse this as a gap: {outcome.problems[0].sentence()}",
            problems=report["problems"],
        )


def _sheet(sent: _Sent) -> Sheet:
    if isinstance(sent.data, bytes):
        return sheet(sent.data, sent.name)
    if not sent.data:
        raise BadRequest("There are no rows. Give them under items or scores.")
    return rows_sheet(sent.data, sent.name)


async def _sent(request: Request, limit: int) -> _Sent:
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "multipart/form-data":
        return await _parts(request, limit)
    data = await read_body(request.stream(), limit)
    if media == "application/json":
        return _from_json(data, _asked(request))
    if media in _TABLES:
        return _Sent(data, "the body", _asked(request), {})
    raise UnsupportedMedia(
        f"This takes {', '.join((*_TABLES, 'application/json', 'multipart/form-data'))}, "
        f"not {media or 'a body without a Content-Type'}."
    )


async def _parts(request: Request, limit: int) -> _Sent:
    found = await read_form(request, limit, files=2, fields=2)
    if "file" not in found:
        raise BadRequest("The form has no part called file. Send the table as that part.")
    about = decomposing.tree(found["about"], "about") if "about" in found else {}
    return _Sent(found["file"], "the file", _asked(request), about)


def _from_json(data: bytes, asked: Mapping[str, Any]) -> _Sent:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from error
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object. Give the rows under items or scores.")
    about = body.pop("about", {})
    given = [name for name in ("items", "scores") if isinstance(body.get(name), list)]
    if len(given) != 1 or not isinstance(about, dict):
        raise BadRequest(
            "Give a list of rows under items (item results) or scores (one per condition), and "
            "about, if at all, as an object."
        )
    return _Sent(body.pop(given[0]), given[0], {**asked, **_words(body)}, about)


def _words(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a JSON body; dimensions may be a list there."""
    found = dict(body)
    for name in ("changed", "adds"):
        if isinstance(found.get(name), dict):
            found[name] = {
                rung: " ".join(map(str, d)) if isinstance(d, list) else d
                for rung, d in found[name].items()
            }
    return found


def _asked(request: Request) -> dict[str, Any]:
    """Return the options of the address; `format` is about the answer."""
    params = request.query_params
    found: dict[str, Any] = {k: v for k, v in params.items() if k != "format"}
    if "rungs" in params:
        found["rungs"] = params["rungs"].split(",")
    for name in ("changed", "adds"):
        if name in params:
            found[name] = dict(pair(words, name) for words in params.getlist(name))
    return found


def pair(words: str, name: str) -> tuple[str, str]:
    """Return a rung and its dimensions from `rung:dimensions`. Raises `BadParameter`."""
    rung, colon, given = words.rpartition(":")
    if not colon:
        raise BadParameter(f"{name} is rung:dimensions, not {words!r}.", parameter=name)
    return rung, given
