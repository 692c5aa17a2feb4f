"""What a reader asks of the catalogue: read from the address, answered, written back into it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from loaders.mapping.iris import BASE, last_segment
from service.catalogue.index import (
    BEST,
    ORDERS,
    SORTS,
    BenchmarkIndex,
    Facet,
    IndexEntry,
)
from service.catalogue.index import index as benchmark_index
from service.common import parameters
from service.common.aliases import current_sort
from service.ontology.old_codes import current
from service.ontology.plain_names import plain
from service.search import find as searching
from service.search.words import shortened
from service.store.port import Engine
from service.web.pages.shared.listing import ListChoice, ShownChoices
from service.web.pages.shared.paging import check_page, page_count

ROWS = 25
"""How many benchmarks one page shows."""
MOST = 40
"""The most choices that one facet shows; of more, those that leave most."""
_DEFAULT = next(iter(SORTS))
"""The order of the rows where none is asked for."""
DESCENDING = frozenset({"answered", "gaps", "year", "items"})
"""The orders in which the largest comes first."""
_OWN = ("q", "sort", "page")


@dataclass(frozen=True)
class Filters:
    """The whole state of the catalogue: words to find, choices by facet, order, page from 1.

    `found` are the places of the benchmarks that have the words, the best first.
    """

    words: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    given_sort: str = ""
    page: int = 1
    found: tuple[int, ...] = ()

    @property
    def sort(self) -> str:
        """The order of the rows: the one that was asked for, or the one that fits what was."""
        return self.given_sort or (BEST if self.words else _DEFAULT)

    def address(self, path: str = "/benchmarks") -> str:
        """Return the address that shows this state; what is at its default is left out."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(name, value) for name, values in self.chosen.items() for value in values]
        pairs += [("sort", self.given_sort)] if self.given_sort else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def without(self, name: str, value: str | None = None) -> "Filters":
        """Return the first page without one choice, a whole facet, or the words (`q`)."""
        if name == "q":
            return replace(self, words="", found=(), page=1)
        left = tuple(v for v in self.chosen[name] if value not in {None, v})
        chosen = {n: left if n == name else values for n, values in self.chosen.items()}
        return replace(self, chosen={n: v for n, v in chosen.items() if v}, page=1)

    def turned(self, pages: int) -> str:
        """Return the address of the page that is so many further on."""
        return replace(self, page=self.page + pages).address()

    def sorted_by(self, name: str) -> str:
        """Return the address of the first page in the order of a column; again: turned round."""
        given = f"-{name}" if self.sort == name else name
        return replace(self, given_sort=given, page=1).address()

    def direction(self, name: str) -> str | None:
        """Return how the list is sorted by a column, as `aria-sort` says it; None: not by it."""
        descends = name in DESCENDING
        if self.sort.lstrip("-") != name:
            return None
        return "descending" if descends != self.sort.startswith("-") else "ascending"

    def active(self) -> tuple[str, ...]:
        """Return the names of what narrows the list."""
        return (*(["q"] if self.words else []), *self.chosen)


@dataclass(frozen=True)
class ShownFacet(ShownChoices):
    """A facet of the catalogue; `group` is the heading that it stands under."""

    group: str = ""


@dataclass(frozen=True)
class FilterStep:
    """A filter in words, the address without it, and how many benchmarks there would be."""

    words: str
    address: str
    count: int


@dataclass(frozen=True)
class BenchmarksPage:
    """What the catalogue shows: the rows of a page, the facets, and what narrows the list.

    Of all that are found, `unanswered` have none of the five questions answered. `relax` are the
    filters whose removal alone leaves something; only where nothing is left.
    """

    filters: Filters
    total: int
    everything: int
    unanswered: int
    rows: tuple[IndexEntry, ...]
    pages: int
    facets: tuple[ShownFacet, ...]
    chosen: tuple[FilterStep, ...]
    relax: tuple[FilterStep, ...]


def parse(engine: Engine, given: Iterable[tuple[str, str]]) -> Filters:
    """Return the filters in the parameters of an address; an empty one filters nothing.

    Raises `BadParameter` for a name or value that is not known, with those that are.
    """
    index = benchmark_index(engine)
    pairs = [(name, value.strip()) for name, value in given]
    known = (*_OWN, *index.facets)
    parameters.only([name for name, _ in pairs], known, "This address")
    last = {name: value for name, value in pairs if value}
    chosen = {
        name: tuple(dict.fromkeys(c for n, v in pairs if n == name and v for c in _codes(facet, v)))
        for name, facet in index.facets.items()
    }
    words = shortened(last.get("q", ""))
    # without words nothing is searched, and the index of the search need not be there yet
    found = map(index.places.get, searching.ids(engine, "benchmark", words) if words else ())
    return Filters(
        words,
        {name: values for name, values in chosen.items() if values},
        _sort(current_sort(last.get("sort", "")), words),
        parameters.number(last.get("page", 1), "page"),
        tuple(place for place in found if place is not None),
    )


def _codes(facet: Facet, given: str) -> tuple[str, ...]:
    """Return a choice of a facet; the codes of the ontology may be given as whole names.

    Old codes lead to those that say the same, of which any will do, as of all choices of a facet.
    """
    code = last_segment(given) if given.startswith(BASE) else given
    codes = current(facet.name, [code])
    if all(c in facet.labels for c in codes):
        return codes
    raise parameters.choice(given, facet.name, plain(facet.name, facet.label), facet.labels)


def offered(words: str) -> Mapping[str, str]:
    """Return the orders to choose from: that of a search only where there are words."""
    return {code: title for code, title in SORTS.items() if words or code != BEST}


def _sort(given: str, words: str) -> str:
    """Return the order that was requested; nothing where it is the one that would be anyway."""
    if not given or given == (BEST if words else _DEFAULT):
        return ""
    parameters.order(given, offered(words), ORDERS)
    return given if given != BEST else ""


def entries(index: BenchmarkIndex, filters: Filters) -> tuple[IndexEntry, ...]:
    """Return every benchmark that the filters leave, in order, whatever the page."""
    left = _all_of(index, _masks(index, filters).values())
    bits = bin(left)[:1:-1]
    order = filters.found if filters.sort == BEST else index.orders[filters.sort]
    return tuple(index.entries[i] for i in order if bits[i : i + 1] == "1")


def find(index: BenchmarkIndex, filters: Filters) -> BenchmarksPage:
    """Return what the catalogue shows. Raises `BadParameter` for a page that is not there."""
    masks = _masks(index, filters)
    every = entries(index, filters)
    pages = page_count(len(every), ROWS)
    check_page(filters.page, pages)
    start = (filters.page - 1) * ROWS
    facets = (_shown(index, facet, masks, filters) for facet in index.facets.values())
    chosen = tuple(_steps(index, filters))
    return BenchmarksPage(
        filters, len(every), len(index.entries), sum(not entry.answered for entry in every),
        every[start : start + ROWS], pages, tuple(facets), chosen,
        () if every else tuple(_relaxed(index, filters, masks)),
    )  # fmt: skip


def _masks(index: BenchmarkIndex, filters: Filters) -> dict[str, int]:
    """Return, for each filter, the benchmarks that pass it: any choice of one facet will do."""
    masks = {
        name: _any_of(index.facets[name].have[code] for code in codes)
        for name, codes in filters.chosen.items()
    }
    return masks | ({"q": _any_of(1 << i for i in filters.found)} if filters.words else {})


def _any_of(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _all_of(index: BenchmarkIndex, masks: Iterable[int]) -> int:
    found = index.everyone
    for mask in masks:
        found &= mask
    return found


def _others(index: BenchmarkIndex, masks: Mapping[str, int], name: str) -> int:
    return _all_of(index, (mask for n, mask in masks.items() if n != name))


def _shown(
    index: BenchmarkIndex, facet: Facet, masks: Mapping[str, int], filters: Filters
) -> ShownFacet:
    """Return a facet; its counts are those of what the other filters leave."""
    left = _others(index, masks, facet.name)
    chosen = filters.chosen.get(facet.name, ())
    choices = [
        ListChoice(code, words, (facet.have[code] & left).bit_count(), code in chosen)
        for code, words in facet.labels.items()
    ]
    if len(choices) > MOST:
        choices.sort(key=lambda c: (not c.checked, -c.count))
    more = max(0, len(choices) - MOST)
    return ShownFacet(facet.name, facet.label, tuple(choices[:MOST]), more, facet.group)


def _steps(index: BenchmarkIndex, filters: Filters) -> Iterable[FilterStep]:
    """Yield every choice that narrows the list, with the address without it."""
    for name in filters.active():
        for code in filters.chosen.get(name, (None,)):
            left = filters.without(name, code)
            yield FilterStep(
                _in_words(index, filters, name, code), left.address(), _count(index, left)
            )


def _in_words(index: BenchmarkIndex, filters: Filters, name: str, code: str | None) -> str:
    if code is None:
        return f"words: {filters.words}"
    facet = index.facets[name]
    return f"{plain(facet.name, facet.label)}: {facet.labels[code]}"


def _count(index: BenchmarkIndex, filters: Filters) -> int:
    return _all_of(index, _masks(index, filters).values()).bit_count()


def _relaxed(
    index: BenchmarkIndex, filters: Filters, masks: Mapping[str, int]
) -> Iterable[FilterStep]:
    for name in filters.active():
        if count := _others(index, masks, name).bit_count():
            words = "the words" if name == "q" else plain(name, index.facets[name].label)
            yield FilterStep(words, filters.without(name).address(), count)


def rows(found: Sequence[IndexEntry]) -> list[dict[str, Any]]:
    """Return benchmarks as rows of CSV: each dimension with its state and its values in words."""
    return [_row(entry) for entry in found]


def _row(entry: IndexEntry) -> dict[str, Any]:
    cells = {
        key: words
        for cell in (*entry.cells, *entry.further)
        for key, words in ((cell.dimension, cell.state), (f"{cell.dimension}_values", cell.words))
    }
    return {
        "id": entry.id,
        "iri": f"{BASE}id/benchmark/{entry.id}",
        "title": entry.title,
        "domains": list(entry.domains),
        "cards": entry.cards,
        "card_statuses": list(entry.statuses),
        "card_authors": "; ".join(entry.authors),
        "written_by": list(entry.origins),
        "gaps": entry.gaps,
        "gaps_verified_against": list(entry.levels),
        **cells,
        "year": entry.year or None,
        "languages": list(entry.languages),
        "items": [f"{number} {unit}" for number, unit in entry.items],
    }
