"""`/health` says that the process lives, `/ready` whether it can do its work."""

from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from service.common.resources import VERSION
from service.web.dependencies import services

router = APIRouter(tags=["service"])
_JSON = "application/problem+json"
_AT_ONCE = 2
"""Requests for `/ready` that are answered at once; more wait without a thread."""


def ready_threads() -> CapacityLimiter:
    """Return the threads for `/ready`."""
    return CapacityLimiter(_AT_ONCE)


@router.get("/health")
async def health(request: Request) -> dict[str, Any]:
    """Say that the service lives; it needs no data and no thread.

    `confined` tells whether the system closes network and files to the processes that run
    queries and read what is sent; null until that is found out, some moments after the start.
    """
    own = services(request)
    held = own.readiness.confined
    return {
        "status": "ok",
        "version": VERSION,
        "read_only": own.settings.read_only,
        "confined": held and {"network": held.network, "files": held.files},
    }


@router.get("/ready", responses={503: {"description": "What fails", "content": {_JSON: {}}}})
async def ready(request: Request) -> Response:
    """Say whether the service can do its work: store, readers, validators and disks."""
    own = services(request).readiness
    found = await run_sync(own.problems, limiter=request.app.state.ready_threads)
    if not found:
        return JSONResponse({"status": "ready"})
    failing = [{"check": name, "message": problem.detail} for name, problem in found.items()]
    document = {
        "type": "https://w3id.org/evalgap/problem/not-ready",
        "title": "The service cannot do its work",
        "status": 503,
        "detail": " ".join(str(one["message"]) for one in failing),
        "failing": failing,
    }
    return JSONResponse(document, 503, media_type=_JSON)
