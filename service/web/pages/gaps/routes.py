"""`/gaps`: measured gaps with filters, one gap, and numbers that were recomputed."""

from fastapi import APIRouter, Request, Response

from service.common import parameters
from service.common.csv_tables import csv_text
from service.common.negotiation import split_suffix
from service.common.problems import NotFound
from service.decomposition import ledger
from service.ontology.labels import definition, label
from service.records import flags
from service.store.port import Engine
from service.web.dependencies import ServicesDep
from service.web.linked_data.descriptions import base_of
from service.web.pages.gaps import gap as gap_view
from service.web.pages.gaps import list as gap_list
from service.web.pages.gaps import recomputed
from service.web.pages.gaps.gap import GapPage
from service.web.pages.gaps.overview import overview, picture_of_overview
from service.web.pages.gaps.picture import picture_of, titled
from service.web.pages.layout import page
from service.web.pages.shared import numbers, saved, structured

router = APIRouter(include_in_schema=False)


@router.get("/gaps")
def gaps_page(request: Request, services: ServicesDep) -> Response:
    """Show the gaps that pass the filters, as dots by assumption and as a table."""
    found = gap_list.listed(services.engine, request.query_params)
    context = {
        "found": found,
        "orders": gap_list.ORDERS,
        "plot": overview(services.engine, found.every),
        "studies": gap_view.studies,
    }
    return page(request, "pages/gaps/gaps.html", context)


@router.get("/gaps.csv")
def gaps_csv(request: Request, services: ServicesDep) -> Response:
    """Return the rows that the page with the same filters shows."""
    found = gap_list.listed(services.engine, request.query_params)
    rows = gap_list.rows(services.engine, found.every)
    return saved.table(csv_text(rows, gap_list.COLUMNS), services.engine)


@router.get("/gaps.{form}")
def gaps_drawn(form: str, request: Request, services: ServicesDep) -> Response:
    """Return the dots of the page with the same filters as SVG or PNG."""
    found = gap_list.listed(services.engine, request.query_params)
    drawn = picture_of_overview(overview(services.engine, found.every))
    return saved.answer(drawn, form, services.engine)


@router.get("/gaps/ledger")
def ledger_page(request: Request) -> Response:
    """Show published numbers beside the same numbers from item results."""
    parameters.only(request.query_params, (), "This page")
    rows = [recomputed.shown(row) for row in ledger.ledger()]
    agreeing = sum(row.agrees for row in rows)
    return page(request, "pages/gaps/ledger.html", {"rows": rows, "agreeing": agreeing})


@router.get("/gaps/{ident:path}")
def gap_page(ident: str, request: Request, services: ServicesDep) -> Response:
    """Show one gap: waterfalls, every number with its formula and source, what disagrees.

    `.csv` gives the numbers, `.svg` and `.png` the waterfall as a picture.
    """
    parameters.only(request.query_params, ("unit", "breakdown"), "This page")
    name, suffix = split_suffix(ident, saved.FORMS)
    shown = gap_view.shown(services.engine, name, request.query_params.get("unit"))
    if suffix == "csv":
        return saved.table(_csv(shown), services.engine)
    if suffix:
        return _drawn(shown, request.query_params.get("breakdown"), suffix, services.engine)
    context = {
        "shown": shown,
        "gap": shown.gap,
        "flags": flags.of_figure(services.engine, f"gap/{shown.gap.id}"),
        "label": label,
        "definition": definition,
        "is_drawn": picture_of(shown) is not None,
        "titled": titled,
        "structured": structured.gap(shown.gap, base_of(request)),
    }
    return page(request, "pages/gaps/gap.html", context)


def _drawn(shown: GapPage, breakdown: str | None, suffix: str, engine: Engine) -> Response:
    drawn = picture_of(shown, breakdown)
    if drawn is None:
        raise NotFound(
            f"Nothing of the gap {shown.gap.id!r} is drawn: it has no scores on a scale."
        )
    return saved.answer(drawn, suffix, engine)


def _csv(shown: GapPage) -> str:
    gap = shown.gap
    sources = "; ".join(f"{s.url} {s.locator or ''}".strip() for s in gap.sources)
    extra = {"gap": gap.id, "verification": gap.verification, "sources": sources}
    return csv_text(numbers.rows(shown.breakdowns, extra))
