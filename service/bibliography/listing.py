"""The bibliography as a list: narrowed by words, type and year, sorted, and its items as JSON."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any
from unicodedata import combining, normalize

from typing_extensions import TypedDict

from loaders.mapping.iris import BASE
from service.bibliography import addresses, citing
from service.bibliography.works import Work, works
from service.common import parameters
from service.common.json_types import Fields
from service.ontology import terms
from service.ontology.labels import label
from service.store.port import Engine

FILTERS: Mapping[str, str] = {
    "q": "words in title, authors, venue, DOI, arXiv id or address; the best match comes first",
    "type": "the type of source, such as preprint",
    "year": "the year of publication",
    "sort": "relevance, name, title, year or records",
}
"""The parameters of the list, each with what it is about."""
_TYPES = "source-type"
_YEAR = re.compile(r"[0-9]{4}")
RELEVANCE = "relevance"
"""The order of a search, the best match first; the usual one where there are words."""

_Named = TypedDict("_Named", {"@id": str, "id": str})


class CitedWorkItem(_Named):
    """A work that records cite: `cited_as` is how pages name it, `not_seen` what no card gives."""

    cited_as: str
    title: str
    authors: list[str]
    all_authors_named: bool
    issued: str | None
    venue: str | None
    type: str | None
    doi: str | None
    arxiv: str | None
    pmc: str | None
    addresses: list[str]
    not_seen: list[str]
    records: int
    cards: int


class UndescribedAddress(TypedDict):
    """An address that records cite and no card describes."""

    cited_as: str
    address: str
    records: int


CitingPlace = Annotated[dict[str, Any], Fields("CitingPlace", citing.Citing, None, **{"@id": str})]
"""A place where a record cites a work."""


ORDERS: Mapping[str, str] = {
    RELEVANCE: "best match",
    "name": "authors and year",
    "title": "title",
    "year": "newest first",
    "records": "most records first",
}
"""The orders to choose from, the first that of a search."""


@dataclass(frozen=True)
class Listed:
    """The works that pass the filters, in order, each with how many records rest on it."""

    works: tuple[Work, ...]
    records: Mapping[str, int]
    everything: int
    chosen: Mapping[str, str]
    sort: str
    orders: Mapping[str, str]
    types: tuple[tuple[str, int], ...]
    years: tuple[tuple[str, int], ...]

    def documents(self) -> list[CitedWorkItem]:
        """Return the works as JSON values."""
        return [document(work, self.records.get(work.id, 0)) for work in self.works]


def listed(
    engine: Engine, given: Mapping[str, str], having: Callable[[str], Sequence[str]]
) -> Listed:
    """Return the works that pass the filters; an empty filter is open.

    `having` gives the ids of the works that a search finds by some words, the best first.
    Raises `BadParameter` for a parameter that is not known, for a type or an order that is none,
    and for a year that is no number of four digits.
    """
    parameters.only(given, tuple(FILTERS), "The bibliography")
    chosen = {name: value.strip() for name, value in given.items() if value.strip()}
    every, records = works(engine), citing.counts(engine)
    _check(chosen, every.values())
    place = (
        {ident: n for n, ident in enumerate(having(words))} if (words := chosen.get("q")) else {}
    )
    orders = _orders(records, place)
    sort = chosen.get("sort") or (RELEVANCE if words else "name")
    parameters.order(sort, offered(words), [*orders])
    found = [
        work
        for work in every.values()
        if (not words or work.id in place)
        and chosen.get("type", work.type) == work.type
        and chosen.get("year", work.year) == work.year
    ]
    return Listed(
        tuple(sorted(found, key=orders[sort])),
        records,
        len(every),
        chosen,
        sort,
        offered(words),
        _counted(work.type for work in every.values()),
        tuple(reversed(_counted(work.year for work in every.values()))),
    )


def _check(chosen: Mapping[str, str], every: Iterable[Work]) -> None:
    """Raise `BadParameter` for a type that is none, and for what is no year."""
    kind, year = chosen.get("type"), chosen.get("year")
    if kind and f"{_TYPES}/{kind}" not in terms.known():
        codes = (name.partition("/")[2] for name in terms.known() if name.startswith(f"{_TYPES}/"))
        types = {code: label(f"code/{_TYPES}/{code}") for code in codes}
        raise parameters.choice(kind, "type", "Type", types)
    if year and not _YEAR.fullmatch(year):
        years = {year: year for year, _ in reversed(_counted(work.year for work in every))}
        raise parameters.choice(year, "year", "Year", years)


def offered(words: str | None) -> Mapping[str, str]:
    """Return the orders to choose from: that of a search only where there are words."""
    return {code: title for code, title in ORDERS.items() if words or code != RELEVANCE}


def _orders(
    records: Mapping[str, int], place: Mapping[str, int]
) -> Mapping[str, Callable[[Work], tuple[Any, ...]]]:
    return {
        RELEVANCE: lambda w: (place.get(w.id, 0), _folded(w.name), w.id),
        "name": lambda w: (_folded(w.name), w.id),
        "title": lambda w: (_folded(w.title), w.id),
        "year": lambda w: (-int(w.year or 0), _folded(w.name), w.id),
        "records": lambda w: (-records.get(w.id, 0), _folded(w.name), w.id),
    }


def _folded(text: str) -> str:
    """Return a text as it is sorted: without case, letters with marks among those without."""
    return "".join(c for c in normalize("NFKD", text) if not combining(c)).casefold()


def _counted(values: Iterable[str | None]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(Counter(v for v in values if v).items()))


def document(work: Work, records: int) -> CitedWorkItem:
    """Return a work as JSON; `records` is how many records cite it."""
    return {
        "@id": f"{BASE}id/source/{work.id}",
        "id": work.id,
        "cited_as": work.name,
        "title": work.title,
        "authors": list(work.authors),
        "all_authors_named": work.all_named,
        "issued": work.issued,
        "venue": work.venue,
        "type": work.type,
        "doi": work.doi,
        "arxiv": work.arxiv,
        "pmc": work.pmc,
        "addresses": list(work.links),
        "not_seen": list(work.not_seen),
        "records": records,
        "cards": work.others + 1,
    }


def undescribed(engine: Engine) -> list[UndescribedAddress]:
    """Return the addresses that records cite and no card describes, most cited first."""
    found: list[UndescribedAddress] = [
        {
            "cited_as": addresses.spoken(places[0].url),
            "address": places[0].url,
            "records": len({(place.kind, place.ident) for place in places}),
        }
        for places in citing.undescribed(engine).values()
    ]
    return sorted(found, key=lambda item: (-int(item["records"]), str(item["address"])))


def table(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return items as rows of CSV; names are parted by semicolons, all else by spaces."""
    return [{**item, "authors": "; ".join(item["authors"])} for item in found]


def citations(places: Iterable[citing.Citing]) -> list[dict[str, Any]]:
    """Return citations as JSON values, each with the record that cites."""
    return [{"@id": f"{BASE}id/{p.kind}/{p.ident}", **asdict(p)} for p in places]
