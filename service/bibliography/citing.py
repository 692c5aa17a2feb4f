"""Who cites a source: the current records that rest on it, where in it, with which of its words."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from loaders.mapping.iris import last_segment, path_below
from service.bibliography import addresses
from service.bibliography.works import Work, by_key
from service.queries import internal
from service.queries.cache import cached_per_state
from service.store.port import Engine


@dataclass(frozen=True)
class Citing:
    """One place where a record cites an address.

    `how` is the property by which it does (`hasCitation`, `lookedIn`, `hasEvidence`, `contestedIn`,
    `isReferencedBy`, `seeAlso`, `inRegistry`), `part` the part of the record, such as a dimension.
    """

    kind: str
    ident: str
    title: str | None
    how: str
    part: str
    url: str
    locator: str | None
    quote: str | None


@cached_per_state
def citations(engine: Engine) -> Mapping[str, tuple[Citing, ...]]:
    """Return every citation of a current record, by the key of the address that it names."""
    found: dict[str, list[Citing]] = defaultdict(list)
    for row in internal.rows(engine, "citations"):
        kind, _, ident = path_below(row["series"]).partition("/")
        below = path_below(row["part"]).removeprefix(f"{kind}/{ident}/")
        url = str(row["url"])
        found[addresses.key(url)].append(
            Citing(
                kind,
                ident,
                str(row["title"]) if "title" in row else None,
                last_segment(row["how"]).rpartition("#")[2],
                below.partition("/")[2],
                url,
                str(row["locator"]) if "locator" in row else None,
                str(row["quote"]) if "quote" in row else None,
            )
        )
    return {key: tuple(places) for key, places in found.items()}


def of_work(engine: Engine, work: Work) -> tuple[Citing, ...]:
    """Return every citation of a work, under any of its addresses, in order of the records."""
    every = citations(engine)
    found = {place for key in work.keys for place in every.get(key, ())}
    return tuple(sorted(found, key=lambda c: (c.kind, c.ident, c.part, c.url, c.how)))


@cached_per_state
def counts(engine: Engine) -> Mapping[str, int]:
    """Return how many records cite each work that has a card, by its id."""
    known = by_key(engine)
    resting: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for key, places in citations(engine).items():
        if key in known:
            resting[known[key].id] |= {(place.kind, place.ident) for place in places}
    return {ident: len(records) for ident, records in resting.items()}


@cached_per_state
def undescribed(engine: Engine) -> Mapping[str, tuple[Citing, ...]]:
    """Return the citations of addresses that no source card describes, by the key of each."""
    known = by_key(engine)
    return {key: places for key, places in citations(engine).items() if key not in known}
