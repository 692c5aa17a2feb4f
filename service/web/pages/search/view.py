"""What the page of the search shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from service.common.problems import BadParameter, OnPage
from service.search import find
from service.search.find import Hit
from service.search.kinds import KINDS
from service.store.port import Engine
from service.web.pages.shared.paging import ROWS, check_page, page_count

FIRST = 5
"""How many things of each kind a page of all kinds shows."""


@dataclass(frozen=True)
class HitGroup:
    """The things of one kind on a page, of how many, and where all of them are listed."""

    kind: str
    title: str
    count: int
    hits: tuple[Hit, ...]
    address: str


@dataclass(frozen=True)
class SearchPage:
    """What some words found: groups by kind."""

    words: str
    kind: str
    number: int
    found: find.Found
    groups: tuple[HitGroup, ...]

    @property
    def pages(self) -> int:
        """How many pages there are; of all kinds together there is one."""
        return page_count(self.found.counts.get(self.kind, 0), ROWS)

    def address(self, kind: str = "", page: int = 1) -> str:
        """Return the address of these words, of one kind or of all."""
        return _address(self.words, kind, page)


def _address(words: str, kind: str, page: int = 1) -> str:
    pairs = [("q", words), *([("kind", kind)] if kind else [])]
    return f"/search?{urlencode([*pairs, *([('page', str(page))] if page > 1 else [])])}"


def results(engine: Engine, words: str, kind: str, number: int) -> SearchPage:
    """Return what the words find. Raises `BadParameter` for a kind or page that is not there."""
    if kind and kind not in KINDS:
        raise BadParameter(
            f"kind is one of {', '.join(KINDS)}, not {kind!r}.",
            on_page=OnPage(
                f"Nothing is searched under {kind!r}.", kind, tuple(KINDS), titles=KINDS
            ),
            parameter="kind",
            value=kind,
            known=list(KINDS),
        )
    if kind:
        found = find.search(engine, words, [kind], ROWS, (number - 1) * ROWS)
    else:
        found = find.overview(engine, words, FIRST)
    shown = SearchPage(words, kind, number, found, tuple(_groups(found).values()))
    check_page(number, shown.pages)
    return shown


def _groups(found: find.Found) -> Mapping[str, HitGroup]:
    """Return the hits by kind: first what is called exactly so, then as people look for them."""
    by_kind: dict[str, list[Hit]] = {}
    for hit in found.hits:
        by_kind.setdefault(hit.kind, []).append(hit)
    called = {h.kind for h in found.hits if h.name.casefold() == found.words.casefold().strip()}
    order = sorted((kind for kind in KINDS if kind in by_kind), key=lambda kind: kind not in called)
    return {
        kind: HitGroup(
            kind, KINDS[kind], found.counts[kind], tuple(by_kind[kind]), _address(found.words, kind)
        )
        for kind in order
    }
