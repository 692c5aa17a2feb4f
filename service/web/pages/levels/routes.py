"""`/datasets`, `/implementations`, `/results`, `/systems`: lists with filters; a page for each.

The page of a system has a folder of its own.
"""

from fastapi import APIRouter, Request, Response

from service.common import parameters
from service.common.csv_tables import csv_text
from service.ontology import labels
from service.web.dependencies import ServicesDep
from service.web.pages.benchmark import measured_gaps
from service.web.pages.layout import page
from service.web.pages.levels import index, view
from service.web.pages.levels.index import LEVELS, Level, LevelCount
from service.web.pages.shared import saved

router = APIRouter(include_in_schema=False)
_WORDS = {
    "label": labels.label,
    "value": measured_gaps.value,
    "size": measured_gaps.size,
    "intervals": measured_gaps.intervals,
}


def add(level: Level) -> None:
    """Add the addresses of a list: its page, its rows as CSV, and a page for each item."""

    def listed(request: Request, services: ServicesDep) -> Response:
        found = index.find(services.engine, level, request.query_params)
        current = LevelCount(level.name, level.title, found.address(), found.total)
        counts = index.levels(services.engine, found.words, current)
        return page(request, "pages/levels/levels.html", {"found": found, "levels": counts})

    def as_csv(request: Request, services: ServicesDep) -> Response:
        found = index.find(services.engine, level, request.query_params)
        return saved.table(csv_text(index.rows(found)), services.engine)

    def one(ident: str, request: Request, services: ServicesDep) -> Response:
        parameters.only(request.query_params, (), "This address")
        shown = view.item(services.engine, level, ident)
        return page(request, "pages/levels/level.html", {"found": shown, "level": level, **_WORDS})

    router.add_api_route(f"/{level.name}", listed, name=f"{level.name}_page")
    router.add_api_route(f"/{level.name}.csv", as_csv, name=f"{level.name}_csv")
    if level.name != "systems":
        router.add_api_route(f"/{level.name}/{{ident:path}}", one, name=f"{level.name}_item")


for _level in LEVELS.values():
    add(_level)
