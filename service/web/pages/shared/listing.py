"""Lists of things that readers narrow by words and choices: honest counts, by page, in one address.

Choices of one facet add up, facets narrow each other, and the count of a choice says how many
things it leaves beside the other facets.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Generic, TypeVar
from urllib.parse import urlencode

from service.common import parameters
from service.search import find
from service.search.words import shortened
from service.store.port import Engine
from service.web.pages.shared.paging import Paged

MOST = 30
"""The most choices that one facet shows; of more, those that leave most."""
_OWN = ("q", "page")

Shown = TypeVar("Shown")


@dataclass(frozen=True)
class ListedThing(Generic[Shown]):
    """One thing of a list: what a row shows, and its codes by facet."""

    id: str
    shown: Shown
    codes: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class ListFacet:
    """One way to narrow a list: its parameter, its name, and its choices in words and in order.

    `now` gives the codes of today for one that is asked for, which may be an old one.
    """

    name: str
    label: str
    labels: Mapping[str, str]
    now: Callable[[str], tuple[str, ...]] = field(default=lambda code: (code,))


@dataclass(frozen=True)
class ThingList(Generic[Shown]):
    """Every thing of a list in the order of its rows, at an address, with its facets."""

    path: str
    things: tuple[ListedThing[Shown], ...]
    facets: tuple[ListFacet, ...]


@dataclass(frozen=True)
class ListChoice:
    """One choice: how many things it leaves beside the other facets, and whether it is made."""

    code: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class ShownChoices:
    """A facet with its choices, and how many further ones are not shown."""

    name: str
    label: str
    choices: tuple[ListChoice, ...]
    more: int = 0

    @property
    def active(self) -> bool:
        """Whether the facet narrows the list."""
        return any(choice.checked for choice in self.choices)


@dataclass(frozen=True)
class Narrowed(Paged[ListedThing[Shown]], Generic[Shown]):
    """What an address asks of a list: words, choices by facet, a page from 1; and what is left.

    `having` are the things that the search finds by the words, the best first.
    """

    listed: ThingList[Shown]
    words: str = ""
    having: tuple[ListedThing[Shown], ...] = ()
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    number: int = 1

    @cached_property
    def every(self) -> tuple[ListedThing[Shown], ...]:
        """The things that pass, on all pages."""
        return tuple(self._left(None))

    @property
    def everything(self) -> int:
        """How many things there are without any filter."""
        return len(self.listed.things)

    @property
    def facets(self) -> tuple[ShownChoices, ...]:
        """Every facet with what its choices would leave."""
        return tuple(map(self._shown, self.listed.facets))

    @property
    def steps(self) -> tuple[tuple[str, str], ...]:
        """What narrows the list in words, each with the address without it."""
        return tuple(self._steps())

    def address(self, suffix: str = "", page: int = 1) -> str:
        """Return the address of a page of what is left, or of all of it in another form."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(name, code) for name, codes in self.chosen.items() for code in codes]
        pairs += [("page", str(page))] if page > 1 else []
        path = f"{self.listed.path}{suffix}"
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def _left(self, but: str | None) -> Iterator[ListedThing[Shown]]:
        """Yield the things that pass all filters, or all but one facet."""
        needed = [(name, set(codes)) for name, codes in self.chosen.items() if name != but]
        for thing in self.having if self.words else self.listed.things:
            if not any(codes.isdisjoint(thing.codes.get(name, ())) for name, codes in needed):
                yield thing

    def _shown(self, facet: ListFacet) -> ShownChoices:
        left = self._left(facet.name) if facet.name in self.chosen else self.every
        counts = Counter(code for thing in left for code in thing.codes.get(facet.name, ()))
        chosen = self.chosen.get(facet.name, ())
        found = [ListChoice(c, w, counts[c], c in chosen) for c, w in facet.labels.items()]
        if len(found) > MOST:
            found.sort(key=lambda choice: (not choice.checked, -choice.count))
        return ShownChoices(facet.name, facet.label, tuple(found[:MOST]), max(0, len(found) - MOST))

    def _steps(self) -> Iterator[tuple[str, str]]:
        if self.words:
            yield f"words: {self.words}", replace(self, words="", number=1).address()
        for facet in self.listed.facets:
            for code in self.chosen.get(facet.name, ()):
                kept = tuple(c for c in self.chosen[facet.name] if c != code)
                left = {n: c for n, c in {**self.chosen, facet.name: kept}.items() if c}
                words = f"{facet.label}: {facet.labels[code]}"
                yield words, replace(self, chosen=left, number=1).address()


def narrowed(
    engine: Engine, kind: str | None, listed: ThingList[Shown], given: Iterable[tuple[str, str]]
) -> Narrowed[Shown]:
    """Return what the parameters of an address ask of a list; an empty one filters nothing.

    Words are those of the search over things of that kind, as in the lists of the API; a kind of
    None takes none.
    Raises `BadParameter` for a name or value that is not known, with those that are, and for a page
    that is not there.
    """
    pairs = [(name, value.strip()) for name, value in given]
    known = (*(_OWN if kind else _OWN[1:]), *(facet.name for facet in listed.facets))
    parameters.only([name for name, _ in pairs], known, "This address")
    last = {name: value for name, value in pairs if value}
    chosen = {
        facet.name: tuple(dict.fromkeys(c for n, v in pairs if n == facet.name and v
                                        for c in _codes(facet, v)))
        for facet in listed.facets
    }  # fmt: skip
    number = parameters.number(last.get("page", 1), "page")
    words = shortened(last.get("q", ""))
    by_id = {thing.id: thing for thing in listed.things} if words else {}
    ids = find.ids(engine, kind, words) if kind and words else ()
    having = tuple(by_id[i] for i in ids if i in by_id)
    kept = {n: c for n, c in chosen.items() if c}
    return Narrowed(listed, words, having, kept, number).checked()


def _codes(facet: ListFacet, given: str) -> tuple[str, ...]:
    codes = facet.now(given)
    if all(code in facet.labels for code in codes):
        return codes
    raise parameters.choice(given, facet.name, facet.label, facet.labels)


def choices(things: Iterable[Mapping[str, frozenset[str]]], name: str,
            words: Callable[[str], str]) -> dict[str, str]:  # fmt: skip
    """Return the codes that things have of a facet, in the order of their words."""
    found = {code: words(code) for codes in things for code in codes.get(name, ())}
    return dict(sorted(found.items(), key=lambda pair: pair[1].casefold()))
