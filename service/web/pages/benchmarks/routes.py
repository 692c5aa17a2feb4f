"""The catalogue: every benchmark, narrowed by words and facets, as a page and as CSV."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from loaders.model import CORE_DIMENSIONS
from service.catalogue import index as benchmark_index
from service.common.csv_tables import csv_text
from service.ontology.labels import label
from service.queries.cache import cached_per_state
from service.search.find import search
from service.store.port import Engine
from service.web.dependencies import ServicesDep
from service.web.pages.benchmarks import filters
from service.web.pages.layout import page
from service.web.pages.levels.index import LevelCount, levels
from service.web.pages.shared import saved

router = APIRouter(include_in_schema=False)
_LONGEST_PUSHED = 4_000
"""Characters of an address that stands in a header field: proxies refuse large heads."""


@router.get("/benchmarks")
def benchmarks(request: Request, services: ServicesDep) -> Response:
    """Show the benchmarks that the address asks for."""
    index = benchmark_index.index(services.engine)
    chosen = filters.parse(services.engine, request.query_params.multi_items())
    found = filters.find(index, chosen)
    current = LevelCount("benchmarks", "Benchmarks", chosen.address(), found.total)
    shown = {
        "found": found,
        "sorts": filters.offered(chosen.words),
        "core": CORE_DIMENSIONS,
        "label": label,
        "meant": None if found.total or not chosen.words else _meant(services.engine, chosen.words),
        "rows": filters.ROWS,
        "levels": levels(services.engine, chosen.words, current),
    }
    answer = page(request, "pages/benchmarks/benchmarks.html", shown)
    address = chosen.address()
    if len(address) <= _LONGEST_PUSHED:
        answer.headers["HX-Push-Url"] = address
    return answer


def _meant(engine: Engine, words: str) -> str | None:
    """Return what may be meant by words that no benchmark has."""
    return search(engine, words, ["benchmark"], 1).meant


@router.get("/benchmarks.csv")
def benchmarks_csv(request: Request, services: ServicesDep) -> Response:
    """Return the benchmarks that the same address shows, on all its pages, as CSV."""
    index = benchmark_index.index(services.engine)
    chosen = filters.parse(services.engine, request.query_params.multi_items())
    header, lines = _csv(services.engine)
    found = (lines[entry.id] for entry in filters.entries(index, chosen))
    return saved.table(header + "".join(found), services.engine)


@cached_per_state
def _csv(engine: Engine) -> tuple[str, Mapping[str, str]]:
    """Return the header of the CSV, and the line of every benchmark by its id."""
    entries = benchmark_index.index(engine).entries
    rows = filters.rows(entries)
    columns = list(rows[0]) if rows else ["id"]
    header = csv_text([], columns)
    lines = {row["id"]: csv_text([row], columns).removeprefix(header) for row in rows}
    return header, lines
