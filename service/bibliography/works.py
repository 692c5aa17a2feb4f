"""The works that source cards describe, and the name by which each address is cited."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from loaders.mapping.iris import last_segment, path_below
from loaders.model import OTHERS
from service.bibliography import addresses
from service.queries import internal
from service.queries.cache import cached_per_state
from service.store.port import Engine, Row

_ACRONYM = re.compile(r"\(([A-Z][A-Za-z&-]{2,11}(?: \d{4})?)\)$")
_AROUND = re.compile(r"^Proceedings of (?:the )?(?:\d+(?:st|nd|rd|th) )?|:? ?\([^()]*\)$")
_SHORT = 80
"""The most characters of a title that stands for authors that were not seen."""


@dataclass(frozen=True)
class Work:
    """A source as the first of its current cards describes it; what was not seen is None.

    `authors` are in the order of the source, each `Family, Given` or the name of a group;
    `all_named` tells whether these are all. `issued` is a year, a month or a day. `others` counts
    further cards.
    """

    id: str
    card: str
    title: str
    authors: tuple[str, ...]
    all_named: bool
    issued: str | None
    venue: str | None
    type: str | None
    doi: str | None
    arxiv: str | None
    pmc: str | None
    addresses: tuple[str, ...]
    others: int = 0

    @property
    def year(self) -> str | None:
        """The year of publication."""
        return self.issued[:4] if self.issued else None

    @cached_property
    def name(self) -> str:
        """How the work is cited: `Bean et al. 2026, Nature Medicine`; else by its title."""
        who = self._who() or self._titled()
        when = f" {self.year}" if self.year else ""
        return f"{who}{when}, {_shortened(self.venue)}" if self.venue else f"{who}{when}"

    def _who(self) -> str:
        families = [name.partition(",")[0] for name in self.authors]
        first, *more = families or [""]
        whole = self.all_named and len(more) <= 1
        return " and ".join(families) if whole or not families else f"{first} et al."

    def _titled(self) -> str:
        return self.title if len(self.title) <= _SHORT else f"{self.title[: _SHORT - 1]}…"

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Every address of the work, that of its DOI or preprint first."""
        known = [
            f"https://doi.org/{self.doi}" if self.doi else None,
            f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else None,
            f"https://pmc.ncbi.nlm.nih.gov/articles/{self.pmc}/" if self.pmc else None,
        ]
        return tuple(dict.fromkeys([*(k for k in known if k), *self.addresses]))

    @cached_property
    def keys(self) -> frozenset[str]:
        """What tells that an address leads to this work (`addresses.key`)."""
        return frozenset(addresses.key(link) for link in self.links)

    @property
    def not_seen(self) -> tuple[str, ...]:
        """Which of the facts of a bibliography no card gives."""
        given = {
            "authors": self.authors and self.all_named,
            "year": self.issued,
            "venue": self.venue,
        }
        return tuple(name for name, found in given.items() if not found)


def _shortened(venue: str) -> str:
    """Return a venue as names have it: by the acronym in its brackets, without *Proceedings of*."""
    if acronym := _ACRONYM.search(venue):
        return acronym[1]
    return _AROUND.sub("", venue)


@cached_per_state
def works(engine: Engine) -> Mapping[str, Work]:
    """Return every source that has a card, by its id."""
    found: dict[str, Work] = {}
    more: dict[str, int] = {}
    for row in internal.rows(engine, "source-cards"):
        ident = last_segment(row["source"])
        more[ident] = more.get(ident, -1) + 1
        found.setdefault(ident, _work(ident, row))
    return {ident: replace(work, others=more[ident]) for ident, work in found.items()}


def _work(ident: str, row: Row) -> Work:
    given = {
        name: str(row[name]) for name in ("issued", "venue", "doi", "arxiv", "pmc") if name in row
    }
    names = str(row["authors"]).split("; ") if "authors" in row else []
    return Work(
        id=ident,
        card=path_below(row["card"]),
        title=str(row["title"]),
        authors=tuple(name for name in names if name != OTHERS),
        all_named=OTHERS not in names,
        issued=given.get("issued"),
        venue=given.get("venue"),
        type=last_segment(row["type"]) if "type" in row else None,
        doi=given.get("doi"),
        arxiv=given.get("arxiv"),
        pmc=given.get("pmc"),
        addresses=tuple(str(row["addresses"]).split()) if "addresses" in row else (),
    )


@cached_per_state
def by_key(engine: Engine) -> Mapping[str, Work]:
    """Return the work to which each address leads, by the key of the address."""
    return {key: work for work in works(engine).values() for key in work.keys}


def work_of(engine: Engine, url: str) -> Work | None:
    """Return the work to which an address leads; None where no card describes it."""
    return by_key(engine).get(addresses.key(url))


def name_of(engine: Engine, url: str) -> str:
    """Return how an address is cited: by its work, or by what the address itself says."""
    work = work_of(engine, url)
    return work.name if work else addresses.spoken(url)
