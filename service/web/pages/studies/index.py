"""The list of studies: design, setting, what each stands in for, and how many gaps rest on it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from loaders.mapping.iris import BASE, last_segment
from service.bibliography import addresses, works
from service.bibliography.works import Work
from service.fit import from_graph
from service.ontology.labels import label
from service.queries import lists
from service.queries.cache import cached_per_state
from service.queries.names import id_now
from service.store.port import Engine
from service.web.pages.shared.listing import ListedThing, ListFacet, ThingList, choices

PATH = "/studies"


@dataclass(frozen=True)
class ListedStudy:
    """One study as a row; where cards differ it has several designs or settings.

    `reported_in` are all addresses of its reports, `works` one address of each work.
    """

    id: str
    name: str
    also: str
    designs: tuple[str, ...]
    settings: tuple[str, ...]
    stands_in_for: tuple[tuple[str, str], ...]
    reported_in: tuple[str, ...]
    works: tuple[str, ...]
    cards: int
    gaps: int


@cached_per_state
def index(engine: Engine) -> ThingList[ListedStudy]:
    """Return every study by name, made once for each state of the store."""
    titles = {str(d.id): d.title for d in from_graph.deployments(engine)}
    known = works.by_key(engine)
    studies = [_study(item, titles, known) for item in lists.listing(engine, "studies", {})]
    studies.sort(key=lambda study: (study.name.casefold(), study.id))
    things = tuple(map(_listed, studies))
    return ThingList(PATH, things, tuple(_facets([t.codes for t in things], titles)))


def _study(
    item: Mapping[str, Any], titles: Mapping[str, str], known: Mapping[str, Work]
) -> ListedStudy:
    def several(name: str) -> tuple[str, ...]:
        return tuple(str(item.get(name) or "").split())

    return ListedStudy(
        str(item["id"]),
        str(item["name"]),
        str(item.get("otherNames") or ""),
        several("designs"),
        several("settings"),
        tuple((place, titles.get(place, place)) for place in several("standsInFor")),
        several("reportedIn"),
        _works(known, several("reportedIn")),
        int(item["cards"]),
        int(item["gaps"]),
    )


def _works(known: Mapping[str, Work], urls: Iterable[str]) -> tuple[str, ...]:
    """Return of several addresses the first that leads to each work."""
    found: dict[str, str] = {}
    for url in urls:
        key = addresses.key(url)
        found.setdefault(known[key].id if key in known else key, url)
    return tuple(found.values())


def _listed(study: ListedStudy) -> ListedThing[ListedStudy]:
    return ListedThing(study.id, study, {
        "design": frozenset(study.designs or {"not-stated"}),
        "setting": frozenset(study.settings or {"not-stated"}),
        "deployment": frozenset(place for place, _ in study.stands_in_for),
    })  # fmt: skip


def _facets(
    codes: list[Mapping[str, frozenset[str]]], titles: Mapping[str, str]
) -> Iterable[ListFacet]:
    used = partial(choices, codes)
    for name, words, scheme in (("design", "Design", "study-design"),
                                ("setting", "Setting", "setting")):  # fmt: skip
        yield ListFacet(name, words, used(name, partial(_word, scheme)), _code)
    yield ListFacet("deployment", "Stands in for", used("deployment", lambda d: titles.get(d, d)))


def _word(scheme: str, code: str) -> str:
    return "not stated" if code == "not-stated" else label(f"code/{scheme}/{code}")


def _code(given: str) -> tuple[str, ...]:
    return (last_segment(given) if given.startswith(BASE) else given,)


def today(engine: Engine, given: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return parameters with the id that a deployment has today."""
    return [(n, id_now(engine, n, last_segment(v)) if n == "deployment" else v) for n, v in given]


def csv_row(thing: ListedThing[ListedStudy]) -> dict[str, Any]:
    """Return a study as a row of CSV."""
    study = thing.shown
    return {
        "id": study.id,
        "iri": f"{BASE}id/study/{study.id}",
        "name": study.name,
        "other_names": study.also,
        "designs": list(study.designs),
        "settings": list(study.settings),
        "stands_in_for": [place for place, _ in study.stands_in_for],
        "reported_in": list(study.reported_in),
        "cards": study.cards,
        "gaps": study.gaps,
    }
