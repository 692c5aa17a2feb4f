"""The pages a person starts from: home, and the API documentation without any network."""

from fastapi import APIRouter, Request, Response

from service import catalog, repository
from service.content import PerContent
from service.engines.base import Engine
from service.pages import gaps
from service.resources import VERSION
from service.routes.deps import ServicesDep
from service.routes.pages.frame import page

router = APIRouter(include_in_schema=False)

SHOWN_GAP = "bean2026-gpt4o-recomputed"
"""The gap drawn on the home page, when the store holds it."""


@router.get("/")
def home(request: Request, services: ServicesDep) -> Response:
    """Show what this is, what the graph holds, and where to go next."""
    held = SHOWN_GAP in gaps.gaps(services.engine)
    return page(
        request,
        "home.html",
        {
            "counts": _counts(services.engine),
            "shown": gaps.shown(services.engine, SHOWN_GAP) if held else None,
            "questions": catalog.questions().values(),
        },
    )


@PerContent
def _counts(engine: Engine) -> dict[str, int]:
    """Return how many there are of what the lists of the API hold."""
    names = ("benchmarks", "cards", "deployments", "reviews", "gaps")
    return {name: len(repository.listing(engine, name, {})) for name in names}


@router.get("/docs")
def docs(request: Request) -> Response:
    """Show the API documentation; everything it needs is served from here."""
    return page(request, "docs.html", {})


@router.get("/health")
def health(services: ServicesDep) -> dict[str, str]:
    """Say that the service answers."""
    del services
    return {"status": "ok", "version": VERSION}
