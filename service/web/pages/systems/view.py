"""What the page of a system shows; the list of systems is one of `pages/levels`."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from loaders.mapping.iris import path_below, series_iri
from loaders.model import Gap, Match, SystemCard
from service.fit import from_graph
from service.queries import catalog, internal, lists
from service.records import repository
from service.records.repository import StoredRecord
from service.store.port import Engine
from service.web.pages.gaps import gap as gap_pages
from service.web.pages.shared import tables
from service.web.pages.shared.gap_plot import GapPlot, gap_plot
from service.web.pages.shared.paging import ROWS, RowPage

MOST = 20
"""The most harnesses, datasets, deployments and other names that are shown."""


@dataclass(frozen=True)
class WrittenSystem:
    """A current card of a system, its version, and when it was recorded."""

    card: SystemCard
    version: int
    recorded: str


class SystemScores(RowPage[Mapping[str, Any]]):
    """A page of the scores of a system."""

    size: ClassVar[int] = 50


@dataclass(frozen=True)
class MergedName:
    """A name that leads here: who has confirmed that both are the same, by which match, and why."""

    name: str
    match: str
    author: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class SystemPage:
    """A system: its cards, its first gaps on one axis, its scores, and where it was run.

    `harnesses` and `datasets` are those of its results, each with how many there are;
    `called` says what the records of the shown scores are called, by IRI.
    """

    id: str
    title: str
    written: tuple[WrittenSystem, ...]
    merged: tuple[MergedName, ...]
    gaps: tuple[Gap, ...]
    plot: GapPlot
    deployments: tuple[tuple[str, str], ...]
    results: int
    harnesses: tuple[tuple[str, int], ...]
    datasets: tuple[tuple[str, int], ...]
    scores: SystemScores
    called: Mapping[str, str]


def system(engine: Engine, ident: str, number: int = 1) -> SystemPage:
    """Return a system as its page shows it; `number` is the page of its scores, from 1.

    Raises `NotFound`, `Gone`, `Renamed`, and `BadParameter` for a page that is not there.
    """
    stored = repository.described(engine, "system", ident, SystemCard.kind)
    written = tuple(_written(engine, one) for one in stored)
    every = [*gap_pages.records(engine), *gap_pages.compared_otherwise(engine)]
    gaps = tuple(g for g in every if any(s.id == ident for s in g.systems))
    results = lists.listing(engine, "results", {"system": ident})
    scores = _scores(engine, ident, number)
    return SystemPage(
        ident,
        min((w.card.title for w in written), default=_name(engine, ident)),
        written,
        tuple(_merged(engine, ident)),
        gaps,
        gap_plot(gaps[:ROWS]),
        tuple(_deployments(engine, ident)),
        len(results),
        _counted(str(item.get("harnesses") or "not stated") for item in results),
        _counted(d for item in results for d in str(item.get("datasets") or "").split()),
        scores,
        tables.called({str(row["record"]) for row in scores.rows}, engine),
    )


def _written(engine: Engine, stored: StoredRecord) -> WrittenSystem:
    card = stored.record
    assert isinstance(card, SystemCard)  # noqa: S101 - `described` returns this kind
    recorded = str(repository.provenance(engine, stored)["recorded"] or "")
    return WrittenSystem(card, stored.version, recorded)


def _name(engine: Engine, ident: str) -> str:
    items = lists.listing(engine, "systems", {})
    return next((str(i["name"]) for i in items if i["id"] == ident), ident)


def _merged(engine: Engine, ident: str) -> Iterator[MergedName]:
    """Yield the names that a person has merged into this one, with who and why."""
    kept = str(series_iri("system", ident))
    rows = [row for row in internal.rows(engine, "merges") if str(row["kept"]) == kept]
    named = {path_below(row["match"]).removeprefix("match/"): path_below(row["old"])
             for row in rows[:MOST]}  # fmt: skip
    for stored in repository.current(engine, Match.kind, named):
        match = stored.record
        if isinstance(match, Match):
            old = named[match.id].removeprefix("system/")
            yield MergedName(old, match.id, match.author.name, match.reasons)


def _deployments(engine: Engine, ident: str) -> Iterator[tuple[str, str]]:
    """Yield the deployments of which a profile names the system, by id and title."""
    titles = {str(d.id): d.title for d in from_graph.deployments(engine)}
    profiles = repository.named_by(engine, "system", ident).get("profile", [])
    places = sorted({p["id"].partition("/")[0] for p in profiles})
    yield from ((place, titles.get(place, place)) for place in places[:MOST])


def _counted(names: Iterator[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(names).most_common(MOST))


def _scores(engine: Engine, system: str, number: int) -> SystemScores:
    """Return a page of what the named query on a system answers."""
    query = catalog.named_query("results-of-system")
    found = [
        {name: lists.value(term) for name, term in row.items()}
        for row in catalog.run(query, {"system": system}, engine)
    ]
    return SystemScores(found, number).checked()
