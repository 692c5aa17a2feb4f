"""The lists of levels below a benchmark, and of systems: narrowed by words and choices, by page."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from service.common import parameters
from service.common.digits import plural
from service.ontology import labels, terms
from service.queries import lists, names
from service.queries.cache import cached_per_key
from service.search import find as searching
from service.search.words import folded, shortened
from service.store.port import Engine
from service.web.pages.shared.paging import Paged

MOST = 100
"""The most choices that one filter shows; of more, those that most items have."""

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list: its parameter, its name, the values of an item, what parts them.

    `chosen_from_list` tells that there are few enough values to choose from. What the values are
    is in `kind` where they are ids of things, in `scheme` where they are its codes.
    """

    parameter: str
    label: str
    field: str
    separator: str | None = " "
    chosen_from_list: bool = True
    kind: str = ""
    scheme: str = ""

    def called(self, value: str) -> str:
        """Return what readers call a value."""
        return labels.label(f"code/{self.scheme}/{value}") if self.scheme else value

    def values(self, item: Item) -> list[str]:
        """Return what an item has; none where its sources do not say."""
        given = item.get(self.field) or []
        if isinstance(given, list):
            return [str(value) for value in given]
        return str(given).split(self.separator) if self.separator else [str(given)]


@dataclass(frozen=True)
class Level:
    """A list: its name in addresses, what it holds in words, and its filters.

    `columns` are the fields that a row shows beside the name, with their headings.
    """

    name: str
    kind: str
    title: str
    lead: str
    one: str
    many: str
    columns: Mapping[str, str]
    filters: tuple[Filter, ...]


_BENCHMARK = Filter(
    "benchmark", "Benchmark", "benchmarks", chosen_from_list=False, kind="benchmark"
)
_DATASET = Filter("dataset", "Dataset", "datasets", chosen_from_list=False)
LEVELS: Mapping[str, Level] = {
    level.name: level
    for level in (
        Level(
            "datasets", "dataset", "Datasets",
            "Datasets as their cards describe them. A benchmark is named where a person has "
            "confirmed that it is made from one.",
            "dataset", "datasets",
            {"identifiers": "Known as", "domains": "Domain", "benchmarks": "Benchmark"},
            (
                Filter("domain", "Domain", "domains", scheme="domain"),
                Filter("identifier", "Registry name", "identifiers", chosen_from_list=False),
                _BENCHMARK,
            ),
        ),
        Level(
            "implementations", "implementation", "Implementations",
            "How harnesses run evaluations. What is true of a benchmark may be false of an "
            "implementation, so each has a card of its own.",
            "implementation", "implementations",
            {
                "harnesses": "Harness",
                "datasets": "Runs on",
                "groups": "Groups",
                "benchmarks": "Benchmark",
            },
            (Filter("harness", "Harness", "harnesses", "; "), _DATASET, _BENCHMARK),
        ),
        Level(
            "results", "result", "Results of runs",
            "Scores as harnesses and leaderboards report them: not verified here, and never "
            "counted as gaps.",
            "result", "results",
            {
                "systemNames": "Systems",
                "datasets": "Dataset",
                "harnesses": "Harness",
                "scores": "Scores",
            },
            (
                Filter("harness", "Harness", "harnesses", None),
                Filter("system", "System", "systems", chosen_from_list=False, kind="system"),
                _DATASET,
            ),
        ),
        Level(
            "systems", "system", "Systems",
            "Models and products that were measured or deployed, with the names that their cards "
            "and results give them.",
            "system", "systems",
            {
                "otherNames": "Also called",
                "vendors": "Vendor",
                "cards": "Cards",
                "records": "Gaps, results, profiles",
            },
            (Filter("vendor", "Vendor", "vendors", "; "),),
        ),
    )
}  # fmt: skip
"""Every list here, in the order of the levels."""


@dataclass(frozen=True)
class FilterChoice:
    """A filter with what may be chosen, each with how many items have it, and what is chosen."""

    filter: Filter
    values: tuple[tuple[str, int], ...]
    chosen: str


@dataclass(frozen=True)
class LevelList(Paged[Item]):
    """A page of a list: its rows, of `total` that pass the filters, of `everything`."""

    size: ClassVar[int] = 50

    level: Level
    words: str
    choices: tuple[FilterChoice, ...]
    every: tuple[Item, ...]
    everything: int
    number: int

    @property
    def narrowed(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.words) or any(c.chosen for c in self.choices)

    def address(self, suffix: str = "", page: int = 1) -> str:
        """Return the address that shows this list."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [(c.filter.parameter, c.chosen) for c in self.choices if c.chosen]
        pairs += [("page", str(page))] if page > 1 else []
        path = f"/{self.level.name}{suffix}"
        return f"{path}?{urlencode(pairs)}" if pairs else path


def find(engine: Engine, level: Level, given: Mapping[str, str]) -> LevelList:
    """Return what a list shows for the parameters of an address; an empty one filters nothing.

    Raises `BadParameter` for a name that is not known, for a value that is none of those to choose
    from, or names nothing here, and for a page that is not there.
    """
    known = ("q", *(f.parameter for f in level.filters), "page")
    parameters.only(given, known, "This address")
    chosen = {name: value.strip() for name, value in given.items()}
    for narrowing in (f for f in level.filters if chosen.get(f.parameter)):
        found = _meant(engine, level, narrowing, chosen[narrowing.parameter])
        chosen[narrowing.parameter] = found
    words = shortened(chosen.get("q", ""))
    items = _by_title(engine, level.name)
    every = tuple(
        item
        for item in searching.among(engine, level.kind, words, items)
        if all(_passes(f, item, chosen.get(f.parameter)) for f in level.filters)
    )
    choices = tuple(
        FilterChoice(f, _values(engine, level, f), chosen.get(f.parameter, ""))
        for f in level.filters
    )
    number = parameters.number(chosen.get("page") or 1, "page")
    return LevelList(level, words, choices, every, len(items), number).checked()


def _meant(engine: Engine, level: Level, narrowing: Filter, given: str) -> str:
    """Return what a value of a filter names today. Raises `BadParameter` where that is nothing."""
    if narrowing.kind:
        ident = names.id_now(engine, narrowing.kind, given)
        if not names.is_known(engine, narrowing.kind, ident):
            raise parameters.nothing_named(given, narrowing.parameter, narrowing.label)
        return ident
    if not narrowing.chosen_from_list or f"{narrowing.scheme}/{given}" in terms.known():
        return given
    known = _known(engine, level.name)[narrowing.parameter]
    if given not in known and (known or narrowing.scheme):
        titles = {v: narrowing.called(v) for v, _ in _values(engine, level, narrowing)}
        raise parameters.choice(given, narrowing.parameter, narrowing.label, titles)
    return given


@cached_per_key(most=len(LEVELS))
def _known(engine: Engine, name: str) -> Mapping[str, frozenset[str]]:
    """Return, for each filter that is chosen from a list, all values that items have."""
    items = lists.listing(engine, name, {})
    return {
        f.parameter: frozenset(v for item in items for v in f.values(item))
        for f in LEVELS[name].filters
        if f.chosen_from_list
    }


def _title(item: Item) -> tuple[str, str]:
    return folded(str(item.get("name") or item["id"])), str(item["id"])


@cached_per_key(most=len(LEVELS))
def _by_title(engine: Engine, name: str) -> tuple[Item, ...]:
    """Return every item of a list in the order of their titles, as people read them."""
    items = lists.listing(engine, name, {})
    return tuple(sorted(items, key=_title))


def _passes(narrowing: Filter, item: Item, chosen: str | None) -> bool:
    return not chosen or chosen in narrowing.values(item)


def _values(engine: Engine, level: Level, narrowing: Filter) -> tuple[tuple[str, int], ...]:
    if not narrowing.chosen_from_list:
        return ()
    return _choices(engine, level.name)[narrowing.parameter]


@cached_per_key(most=len(LEVELS))
def _choices(engine: Engine, name: str) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """Return, for each filter that is chosen from a list, its values and how many have each."""
    items = lists.listing(engine, name, {})
    return {f.parameter: _counts(f, items) for f in LEVELS[name].filters if f.chosen_from_list}


def _counts(narrowing: Filter, items: Iterable[Item]) -> tuple[tuple[str, int], ...]:
    found = Counter(v for item in items for v in narrowing.values(item))
    return tuple(sorted(found.most_common(MOST), key=lambda pair: pair[0].casefold()))


@dataclass(frozen=True)
class LevelCount:
    """How many items of a list have all words of a search, and where they stand.

    Of benchmarks it is not said but on their own page: their index takes long to make.
    """

    level: str
    title: str
    address: str
    count: int | None = None

    @property
    def in_words(self) -> str:
        """How many there are: `1 dataset`."""
        level = LEVELS[self.level]
        return plural(self.count or 0, level.one, level.many)


def levels(
    engine: Engine, words: str = "", current: LevelCount | None = None
) -> tuple[LevelCount, ...]:
    """Return where benchmarks and each list here stand, and how many items have these words.

    `current` is the list that is open, with what all of its filters leave. Of the others those
    that have nothing of the words are left out.
    """
    query = f"?{urlencode({'q': words})}" if words else ""
    found = [LevelCount("benchmarks", "Benchmarks", f"/benchmarks{query}")]
    for name, level in LEVELS.items():
        items = searching.among(engine, level.kind, words, lists.listing(engine, name, {}))
        if items or not words or (current and current.level == name):
            found.append(LevelCount(name, level.title, f"/{name}{query}", len(items)))
    return tuple(current if current and current.level == one.level else one for one in found)


def rows(found: LevelList) -> list[Item]:
    """Return the items of all pages as rows of CSV; of a list the values are parted by spaces."""
    return [
        {k: " ".join(v) if isinstance(v, list) else v for k, v in item.items()}
        for item in found.every
    ]
