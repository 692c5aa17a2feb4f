"""`/api/v1/sources`: the bibliography of what records cite, as JSON, tables, BibTeX and RIS."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_type_hints

from fastapi import APIRouter, Request, Response

from loaders.mapping.iris import bind
from loaders.mapping.json_types import list_of, object_type
from service.bibliography import citing, formats, listing, works
from service.common import parameters
from service.common.negotiation import RDF_FORMS, TABLE_FORMS, split_suffix
from service.common.problems import BadParameter
from service.records import repository
from service.records.json_types import RECORD_TYPES
from service.search import listed
from service.web.api import selection
from service.web.api.records import paged
from service.web.dependencies import Services, ServicesDep
from service.web.responses import Writers, json_text, rdf_writers, respond, table_writers, uri
from service.web.schemas import answers, page_type

router = APIRouter(prefix="/api/v1", tags=["sources"])
_PAGING = ("limit", "cursor", "format", "fields")
LIST_FORMS = ("application/json", *TABLE_FORMS, formats.BIBTEX, formats.RIS)
ITEM_FORMS = ("application/json", *RDF_FORMS, formats.BIBTEX, formats.RIS)
_PARAMETERS = {
    "parameters": [
        {"name": name, "in": "query", "description": about, "schema": {"type": "string"}}
        for name, about in {
            **listing.FILTERS,
            "described": "no: the addresses that no card describes, in place of all else",
            "limit": "the most items of a page; tables, BibTeX and RIS have all",
            "cursor": "where the page before ended",
        }.items()
    ]
    + [selection.FIELDS]
}

SourceList = page_type("SourceList", listing.CitedWorkItem | listing.UndescribedAddress)
SourceTypes = SourceList | selection.SparsePage
_WITHDRAWN: Mapping[str, Any] = {
    "id": str,
    "source_cards": list_of(RECORD_TYPES["source-card"]),
}
_DESCRIBED: Mapping[str, Any] = {
    **get_type_hints(listing.CitedWorkItem),
    **_WITHDRAWN,
    "@type": Literal["Source"],
    "cited_by": list[listing.CitingPlace],
}
SourceReport = object_type("SourceReport", _DESCRIBED) | object_type("WithdrawnSource", _WITHDRAWN)
"""A source with its cards and what cites it; one whose cards are withdrawn has these alone."""


@router.get("/sources", openapi_extra=_PARAMETERS)
@answers(SourceTypes)
def list_sources(request: Request, services: ServicesDep) -> Response:
    """Return the works that records cite: authors, year, title, venue, and how many rest on each.

    Filters: q, type, year. `cited_as` is the name under which pages show it, `not_seen` what no
    card gives. `described=no` asks for the addresses that no card describes instead.
    """
    return _list(request, services)


@router.get("/sources.{suffix}", include_in_schema=False)
def sources_as(suffix: str, request: Request, services: ServicesDep) -> Response:
    """Return the list in the form that the suffix names."""
    return _list(request, services, suffix)


def _list(request: Request, services: Services, suffix: str | None = None) -> Response:
    given = {k: v for k, v in request.query_params.items() if k not in _PAGING}
    if (described := given.pop("described", None)) is not None:
        _check_described(described, given)
        return _undescribed(request, services, suffix)
    found = listed.sources(services.engine, given)
    keys = selection.fields(request, get_type_hints(listing.CitedWorkItem))
    items = found.documents()
    as_json, links = _paged(request, items, "id", keys)
    writers: Writers = {
        "application/json": as_json,
        **table_writers(lambda: listing.table(items)),
        formats.BIBTEX: lambda: formats.bibtex(found.works),
        formats.RIS: lambda: formats.ris(found.works),
    }
    return respond(request, writers, suffix, **links)


def _check_described(described: str, others: Mapping[str, str]) -> None:
    """Raise `BadParameter` for any other word than no, and for filters beside it."""
    if described != "no":
        raise BadParameter(
            f"described is no, or left out, not {described[:200]!r}.",
            parameter="described",
            value=described[:200],
            known=["no"],
        )
    parameters.only(others, (), "The list of addresses that no card describes")


def _undescribed(request: Request, services: Services, suffix: str | None) -> Response:
    items = listing.undescribed(services.engine)
    as_json, links = _paged(request, items, "address")
    writers: Writers = {"application/json": as_json, **table_writers(lambda: items)}
    return respond(request, writers, suffix, **links)


def _paged(
    request: Request, items: Sequence[Mapping[str, Any]], key: str, keys: Sequence[str] = ()
) -> tuple[Callable[[], str], dict[str, str]]:
    """Return what writes the page that the address asks for, and the link to the next one."""
    page, following = paged(items, request, ordered=True, key=key)
    shown = [selection.sparse(item, keys) for item in page] if keys else page
    document = {"items": shown, "total": len(items), "next": following}
    links = {"Link": f'<{uri(following)}>; rel="next"'} if following else {}
    return lambda: json_text(request, document), links


@router.get("/sources/{ident}")
@answers(SourceReport)
def get_source(ident: str, request: Request, services: ServicesDep) -> Response:
    """Return a source: what its cards say, and each record that cites it, with its quotes."""
    name, suffix = split_suffix(ident, ITEM_FORMS)
    found = repository.described(services.engine, "source", name, "source-card")
    work = works.works(services.engine).get(name)
    writers: dict[str, Any] = {
        "application/json": lambda: json_text(request, _document(services, name, found)),
        **rdf_writers(lambda: bind(sum((s.graph for s in found[1:]), found[0].graph))),
    }
    if work:
        writers[formats.BIBTEX] = lambda: formats.bibtex([work])
        writers[formats.RIS] = lambda: formats.ris([work])
    return respond(request, writers, suffix)


def _document(
    services: Services, name: str, found: list[repository.StoredRecord]
) -> Mapping[str, Any]:
    """Return a source as JSON; one whose cards are all withdrawn has these alone."""
    work = works.works(services.engine).get(name)
    cards = [repository.as_json(services.engine, stored) for stored in found]
    if work is None:
        return {"id": name, "source_cards": cards}
    places = citing.of_work(services.engine, work)
    records = citing.counts(services.engine).get(name, 0)
    return {
        **listing.document(work, records),
        "@type": "Source",
        "source_cards": cards,
        "cited_by": listing.citations(places),
    }
