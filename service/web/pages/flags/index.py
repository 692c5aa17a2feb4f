"""The list of flags: which figures are questioned, in what, by whom and by which source."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rdflib import URIRef

from loaders.mapping.iris import BASE
from loaders.model import Flag
from service.linked_data.titles import labels
from service.ontology.labels import label
from service.queries import lists
from service.queries.cache import cached_per_state
from service.records import repository
from service.store.port import Engine
from service.web import thing_pages
from service.web.pages.shared.listing import ListedThing, ListFacet, ThingList, choices

PATH = "/flags"


@dataclass(frozen=True)
class ListedFlag:
    """One flag as a row: the record, and the figure by its path, title and page."""

    flag: Flag
    figure: str
    title: str
    address: str


@cached_per_state
def index(engine: Engine) -> ThingList[ListedFlag]:
    """Return every flag that counts, the newest first, made once for each state of the store."""
    ids = [str(item["id"]) for item in lists.listing(engine, "flags", {})]
    held = (stored.record for stored in repository.current(engine, Flag.kind, ids))
    flags = [record for record in held if isinstance(record, Flag)]
    flags.sort(key=lambda flag: (str(flag.made_on or ""), flag.id), reverse=True)
    titles = _titles(engine, {figure_of(flag) for flag in flags})
    listed = tuple(_listed(_row(flag, titles)) for flag in flags)
    return ThingList(PATH, listed, tuple(_facets(listed, titles)))


def figure_of(flag: Flag) -> str:
    """Return the path of the figure without the version that was read: `gap/my-gap`."""
    return flag.figure.rpartition("/")[0]


def _titles(engine: Engine, figures: set[str]) -> dict[str, str]:
    named = {figure: URIRef(f"{BASE}id/{figure}") for figure in figures}
    known = labels(engine, named.values())
    return {figure: str(known.get(iri, figure)) for figure, iri in named.items()}


def _row(flag: Flag, titles: dict[str, str]) -> ListedFlag:
    figure = figure_of(flag)
    kind, _, ident = figure.partition("/")
    address = f"{thing_pages.thing(kind, ident)}#questioned"
    return ListedFlag(flag, figure, titles[figure], address)


def _listed(row: ListedFlag) -> ListedThing[ListedFlag]:
    flag = row.flag
    return ListedThing(flag.id, row, {
        "figure": frozenset({row.figure}),
        "part": frozenset({flag.part}),
        "author": frozenset({flag.author.name}),
        "source": frozenset({"given" if flag.sources else "none"}),
    })  # fmt: skip


def _facets(
    listed: Iterable[ListedThing[ListedFlag]], titles: dict[str, str]
) -> Iterator[ListFacet]:
    codes = [thing.codes for thing in listed]
    yield ListFacet("part", "What is questioned", choices(codes, "part", _part))
    yield ListFacet("author", "Questioned by", choices(codes, "author", str))
    yield ListFacet("source", "Source", choices(codes, "source", _SOURCE.__getitem__))
    yield ListFacet("figure", "Figure", choices(codes, "figure", titles.__getitem__))


_SOURCE = {"given": "a source is given", "none": "no source is given"}


def _part(code: str) -> str:
    return label(f"code/figure-part/{code}")


def csv_row(thing: ListedThing[ListedFlag]) -> dict[str, Any]:
    """Return a flag as a row of CSV."""
    row = thing.shown
    flag = row.flag
    return {
        "id": flag.id,
        "iri": f"{BASE}id/flag/{flag.id}",
        "figure": row.figure,
        "figure_title": row.title,
        "part": flag.part,
        "problem": flag.problem,
        "proposed": flag.proposed,
        "author": flag.author.name,
        "date": flag.made_on,
        "status": flag.status,
        "sources": "\n".join(source.url for source in flag.sources),
    }
