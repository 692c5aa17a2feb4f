"""`/api/v1/stats`: figures of the corpus, each with the named question that it comes from."""

from fastapi import APIRouter, Request, Response

from service.queries import corpus_report
from service.web.dependencies import ServicesDep
from service.web.responses import json_text, respond

router = APIRouter(prefix="/api/v1", tags=["stats"])


@router.get("/stats")
@router.get("/stats.json", include_in_schema=False)
def get_stats(request: Request, services: ServicesDep) -> Response:
    """Return how much the graph holds, how well it is verified, and what is still open."""
    engine = services.engine
    writers = {
        "application/json": lambda: json_text(request, corpus_report.document(engine)),
        "text/markdown": lambda: corpus_report.as_text(engine),
    }
    return respond(request, writers)
