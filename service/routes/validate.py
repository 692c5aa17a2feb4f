"""`POST /api/v1/validate`: a card in any known format, judged as an import would judge it."""

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from loaders.base import Raw
from loaders.registry import FORMATS, read
from service.ingest import ingest
from service.outcome import Outcome, Tally
from service.problems import BadRequest, Invalid
from service.routes.answers import json_text
from service.routes.bodies import read_body
from service.routes.deps import Services, ServicesDep

router = APIRouter(prefix="/api/v1", tags=["validate"])

_BODY = {
    "requestBody": {
        "required": True,
        "description": f"A card as a file would hold it: {', '.join(FORMATS)}.",
        "content": {
            "application/yaml": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}


@router.post("/validate", openapi_extra=_BODY)
async def validate(request: Request, services: ServicesDep) -> Response:
    """Judge a card and say in plain words what is wrong; nothing is stored.

    Answers 200 with the report of a valid card, 422 with the same report otherwise.
    """
    data = await read_body(request.stream(), services.settings.max_body_bytes)
    if not data.strip():
        raise BadRequest("The request has no body. Send the card as the body of the request.")
    source = request.query_params.get("source", "upload.yaml")
    outcome = await run_in_threadpool(_judge, services, Raw(source, data))
    report = _report(outcome)
    if outcome.state == "set aside":
        count = len(outcome.problems)
        raise Invalid(
            f"{count} problem{'s' if count > 1 else ''}: {outcome.problems[0].sentence()}", **report
        )
    return Response(json_text(request, report), media_type="application/json")


def _judge(services: Services, raw: Raw) -> Outcome:
    return next(iter(ingest([read(raw)], services.engine, services.gate, dry_run=True)))


def _report(outcome: Outcome) -> dict[str, Any]:
    tally = Tally()
    tally.add(outcome)
    found = outcome.document()
    return {
        "valid": outcome.state != "set aside",
        "already_stored": outcome.state == "unchanged",
        "format": found["format"],
        "problems": found["problems"],
        "warnings": found["warnings"],
        "records": found["records"],
        "coverage": next(iter(tally.document()["coverage"].values()), {}),
    }
