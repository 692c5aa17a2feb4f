"""The pages a person starts from: home, and the API documentation without any network."""

from fastapi import APIRouter, Request, Response

from service import catalog, repository
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
    lists = {
        name: repository.listing(services.engine, name, {})
        for name in ("benchmarks", "cards", "deployments", "reviews", "gaps")
    }
    held = any(g["id"] == SHOWN_GAP for g in lists["gaps"])
    return page(
        request,
        "home.html",
        {
            "counts": {name: len(items) for name, items in lists.items()},
            "shown": gaps.shown(services.engine, SHOWN_GAP) if held else None,
            "questions": catalog.questions().values(),
        },
    )


@router.get("/docs")
def docs(request: Request) -> Response:
    """Show the API documentation; everything it needs is served from here."""
    return page(request, "docs.html", {})


@router.get("/health")
def health(services: ServicesDep) -> dict[str, str]:
    """Say that the service answers."""
    del services
    return {"status": "ok", "version": VERSION}
