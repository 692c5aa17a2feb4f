"""What the bibliography shows: a page of it, and what rests on one source."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import ClassVar
from urllib.parse import urlencode

from loaders.mapping.iris import series_iri
from loaders.model import SourceCard
from service.bibliography import citing, listing, works
from service.bibliography.citing import Citing
from service.bibliography.listing import Listed
from service.bibliography.works import Work
from service.common import parameters
from service.records import repository
from service.records.repository import StoredRecord
from service.search import find
from service.search.words import shortened
from service.store.port import Engine
from service.web.pages.shared.paging import Paged
from service.web.pages.shared.tables import called

HOW = {
    "hasCitation": "rests on it",
    "hasEvidence": "gives it as evidence",
    "isReferencedBy": "names it as its publication",
    "seeAlso": "links to it",
    "lookedIn": "looked in it and found nothing",
    "contestedIn": "is contested in it",
    "inRegistry": "is listed in this registry",
}
"""By the property with which a record cites: in words, most telling first."""

_KINDS = ("gap", "card", "profile", "review", "study-card", "system-card")
_PAGES = {"gap": "gaps", "plan": "plans", "result": "results", "review": "reviews"}
_THINGS = {
    "card": "benchmarks",
    "profile": "deployments",
    "system-card": "systems",
    "study-card": "studies",
    "dataset-card": "datasets",
    "implementation-card": "implementations",
}


@dataclass(frozen=True)
class SourceList(Paged[Work]):
    """A page of the bibliography."""

    size: ClassVar[int] = 50

    listed: Listed
    number: int
    undescribed: int

    @property
    def every(self) -> tuple[Work, ...]:
        """The sources of all pages."""
        return self.listed.works

    def address(self, start: str = "/sources", **changed: str | int) -> str:
        """Return the address of this list with other parameters, or in another form."""
        kept = {**self.listed.chosen, **{k: str(v) for k, v in changed.items() if v}}
        return f"{start}?{urlencode(kept)}" if kept else start


def found(engine: Engine, given: Mapping[str, str]) -> SourceList:
    """Return a page of the bibliography. Raises `BadParameter` for a page that is not there."""
    filters = {n: shortened(v) if n == "q" else v for n, v in given.items() if n != "page"}
    number = parameters.number(given.get("page") or 1, "page")
    every = listing.listed(engine, filters, partial(find.ids, engine, "source"))
    return SourceList(every, number, len(citing.undescribed(engine))).checked()


@dataclass(frozen=True)
class CitingRecord:
    """A record that cites a source: where it is shown, and each place in it that cites."""

    kind: str
    ident: str
    title: str
    page: str
    places: tuple[Citing, ...]


@dataclass(frozen=True)
class SourcePage:
    """A source, its cards, and the records that cite it by their kind.

    `disputed` are the gaps that it contests, or that are disputed and rest on it.
    """

    work: Work
    cards: tuple[StoredRecord, ...]
    records: Mapping[str, tuple[CitingRecord, ...]]
    disputed: tuple[CitingRecord, ...]
    count: int


def shown(engine: Engine, ident: str) -> SourcePage:
    """Return a source. Raises `NotFound`, and for one that was withdrawn `NotFound` as well."""
    cards = repository.described(engine, "source", ident, "source-card")
    work = works.works(engine).get(ident) or _withdrawn(ident, cards)
    groups = [tuple(group) for _, group in groupby(citing.of_work(engine, work), _identity)]
    untitled = {_name(places[0]) for places in groups if not places[0].title}
    titles = called(untitled, engine)
    every = [_record(places, titles) for places in groups]
    kinds = sorted({r.kind for r in every}, key=lambda kind: (_rank(kind), kind))
    by_kind = {kind: tuple(r for r in every if r.kind == kind) for kind in kinds}
    disputed = _disputed_gaps(engine, by_kind.get("gap", ()))
    return SourcePage(work, tuple(cards), by_kind, disputed, len(every))


def _withdrawn(ident: str, cards: list[StoredRecord]) -> Work:
    """Return a source whose cards count nowhere, from the first of them."""
    (card, *_) = [stored.record for stored in cards if isinstance(stored.record, SourceCard)]
    return Work(
        ident, f"source-card/{card.id}", card.title, card.names, card.all_named, card.issued,
        card.venue, card.source_type, card.doi, card.arxiv, card.pmc, card.addresses,
    )  # fmt: skip


def _identity(place: Citing) -> tuple[str, str]:
    return place.kind, place.ident


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _name(place: Citing) -> str:
    return str(series_iri(place.kind, place.ident))


def _record(places: tuple[Citing, ...], titles: Mapping[str, str]) -> CitingRecord:
    first = places[0]
    title = first.title or titles[_name(first)]
    return CitingRecord(first.kind, first.ident, title, _page(first), places)


def _page(place: Citing) -> str:
    """Return the page that shows a record to readers, or else every statement of it."""
    if place.kind in _THINGS:
        return f"/{_THINGS[place.kind]}/{place.ident.partition('/')[0]}"
    if place.kind in _PAGES:
        return f"/{_PAGES[place.kind]}/{place.ident}"
    return f"/doc/id/{place.kind}/{place.ident}"


def _disputed_gaps(engine: Engine, gaps: tuple[CitingRecord, ...]) -> tuple[CitingRecord, ...]:
    status = {
        stored.record.id: stored.record.status
        for stored in repository.current(engine, "gap", [g.ident for g in gaps])
    }
    contested = {g.ident for g in gaps if any(p.how == "contestedIn" for p in g.places)}
    return tuple(g for g in gaps if g.ident in contested or status.get(g.ident) == "disputed")
