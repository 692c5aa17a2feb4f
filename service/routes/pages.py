"""The pages a person starts from: home, and the API documentation without any network."""

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates

from service import catalog, repository
from service.pictures import waterfall
from service.resources import VERSION, inside
from service.routes.deps import ServicesDep

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(directory=inside("templates"))

SHOWN_GAP = "bean2026-gpt4o-recomputed"
"""The gap drawn on the home page, when the store holds it."""


@router.api_route("/", methods=["GET", "HEAD"])
def home(request: Request, services: ServicesDep) -> Response:
    """Show what this is, what the graph holds, and where to go next."""
    counts = {
        name: len(repository.listing(services.engine, name, {}))
        for name in ("benchmarks", "cards", "deployments", "reviews", "gaps")
    }
    gaps = {g["id"] for g in repository.listing(services.engine, "gaps", {})}
    gap = repository.load(services.engine, "gap", SHOWN_GAP).record if SHOWN_GAP in gaps else None
    return templates.TemplateResponse(
        request,
        "home.html",
        {
            "counts": counts,
            "gap": gap,
            "bars": waterfall(gap, "sequential") if gap else None,
            "questions": catalog.questions().values(),
            "version": VERSION,
        },
    )


@router.api_route("/docs", methods=["GET", "HEAD"])
def docs(request: Request) -> Response:
    """Show the API documentation; everything it needs is served from here."""
    return templates.TemplateResponse(request, "docs.html", {})


@router.get("/health")
def health(services: ServicesDep) -> dict[str, str]:
    """Say that the service answers."""
    del services
    return {"status": "ok", "version": VERSION}
