"""`/robots.txt`, `/sitemap.xml`, `/favicon.ico` and `/share.png`."""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from service.common.problems import NotFound
from service.queries import lists
from service.queries.cache import cached_per_state
from service.store.port import Engine
from service.web.dependencies import ServicesDep
from service.web.linked_data.descriptions import base_of
from service.web.pages.gaps.picture import picture_of
from service.web.pages.home import view as home
from service.web.pages.layout import INDEX
from service.web.pages.shared import picture, saved

router = APIRouter(include_in_schema=False)

MOST = 50_000
"""The most addresses that one sitemap may have (sitemaps.org)."""
_LISTED = ("benchmarks", "deployments", "gaps", "studies", "systems", "reviews", "datasets")
"""The lists whose items have a page each, at the address of the list and the id."""
_KEPT_OUT = ("/api/", "/sparql", "/query?", "/rdf-graph-store", "/update", "/fit?", "/plans?")
"""What a robot has no use for, or what costs the service more than it gives."""


@router.get("/robots.txt")
def robots(request: Request) -> Response:
    """Say what robots may read, and where the map of the site is."""
    prefix = request.scope.get("root_path", "")
    kept_out = "".join(f"Disallow: {prefix}{path}\n" for path in _KEPT_OUT)
    text = f"User-agent: *\n{kept_out}Sitemap: {base_of(request)}/sitemap.xml\n"
    return Response(text, media_type="text/plain; charset=utf-8")


@router.get("/sitemap.xml")
def sitemap(request: Request, services: ServicesDep) -> Response:
    """List the address of every page about one thing, and of every page of the index."""
    base = base_of(request)
    every = (f"<url><loc>{escape(base + path)}</loc></url>" for path in _paths(services.engine))
    body = "".join(every)
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</urlset>'
    )
    return Response(text, media_type="application/xml")


@cached_per_state
def _paths(engine: Engine) -> tuple[str, ...]:
    pages = ("/", *(address for group in INDEX.values() for address, _ in group))
    return tuple(dict.fromkeys((*pages, *_items(engine))))[:MOST]


def _items(engine: Engine) -> Iterable[str]:
    for name in _LISTED:
        for item in lists.listing(engine, name, {}):
            yield f"/{name}/{quote(str(item['id']))}"


@router.get("/favicon.ico")
def favicon() -> Response:
    """Return the mark as a picture of points, for what asks for no other."""
    return Response(picture.icon(), media_type="image/png")


@router.get("/share.png")
def share(services: ServicesDep) -> Response:
    """Return the picture that links to this site are shown with: the gap of the home page."""
    shown = home.front(services.engine).shown
    drawn = picture_of(shown.page) if shown else None
    if drawn is None:
        raise NotFound("The store does not hold the gap that the home page shows.")
    return saved.answer(drawn, "png", services.engine)
