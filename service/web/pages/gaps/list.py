"""The list of measured gaps: its filters, what each may be set to, and its rows as a table."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from loaders.mapping.iris import last_segment
from loaders.model import PAIR, Gap, Interval, interval_words
from service.bibliography.works import name_of, work_of
from service.common import parameters
from service.common.problems import BadParameter, OnPage
from service.fit import from_graph
from service.ontology.labels import label, plain_name
from service.queries import catalog, lists
from service.queries.cache import cached_per_state
from service.queries.counted import UNCOUNTED
from service.search import find
from service.search.words import shortened
from service.store.port import Engine
from service.web.pages.gaps.gap import compared_otherwise, records, studies
from service.web.pages.shared.gap_plot import fits, values
from service.web.pages.shared.numbers import sampled
from service.web.pages.shared.paging import Paged

_NUMBER = ("with", "without")
SORTS = ("title", "size", "n", "year")
"""What the heads of columns sort by; with - before it the other way round."""
ORDERS: Mapping[str, str] = {
    "size": "most points lost first",
    "-size": "most points gained first",
    "n": "largest n first",
    "-n": "smallest n first",
    "year": "newest first",
    "-year": "oldest first",
    "title": "by title",
    "-title": "by title, Z first",
}
"""The orders to choose from."""
_DESCENDING = frozenset({"size", "n", "year"})
"""Orders that begin with the largest."""


@dataclass(frozen=True)
class GapList(Paged[Gap]):
    """The gaps that pass the filters, of `everything`, and what each filter may be set to.

    `with_others` says that the filters ask for records that are no pairs, too, so `everything` has
    them. `apart` are the records that are no pairs, counted by their comparison.
    """

    every: tuple[Gap, ...]
    everything: int
    with_others: bool
    apart: Mapping[str, int]
    choices: Mapping[str, Mapping[str, str]]
    chosen: Mapping[str, str]
    number: int

    @property
    def narrowed(self) -> bool:
        """Whether anything but the order is chosen."""
        return bool(self.chosen.keys() - {"sort"})

    @property
    def steps(self) -> tuple[tuple[str, str, str], ...]:
        """What narrows the list: the filter, its choice in words, and the address without it."""
        return tuple(
            (name, self.choices.get(name, {}).get(code, code), self._without(name))
            for name, code in self.chosen.items()
            if name != "sort"
        )

    def _without(self, name: str) -> str:
        query = urlencode({n: code for n, code in self.chosen.items() if n != name})
        return "/gaps" + (f"?{query}" if query else "")

    def address(self, suffix: str = "", page: int = 1, sort: str = "") -> str:
        """Return the address of a page of this list, or of all of it in another form or order."""
        more = {**({"sort": sort} if sort else {}), **({"page": page} if page > 1 else {})}
        query = urlencode({**self.chosen, **more})
        return f"/gaps{suffix}" + (f"?{query}" if query else "")

    def sorted_by(self, name: str) -> str:
        """Return the address of the list in the order of a column; again: turned round."""
        return self.address(sort=f"-{name}" if self.chosen.get("sort") == name else name)

    def direction(self, name: str) -> str | None:
        """Return how the list is sorted by a column, as `aria-sort` says it; None: not by it."""
        sort = self.chosen.get("sort", "")
        if sort.removeprefix("-") != name:
            return None
        return "descending" if (name in _DESCENDING) != sort.startswith("-") else "ascending"


def listed(engine: Engine, given: Mapping[str, str]) -> GapList:
    """Return the gaps that pass the filters of the API's list, and `number`: with or without.

    An empty filter is open. `page` counts from 1. Raises `BadParameter` naming what does not fit.
    """
    chosen = {name: value.strip() for name, value in given.items() if value.strip()}
    chosen |= {"q": shortened(chosen["q"])} if "q" in chosen else {}
    page = parameters.number(chosen.pop("page", 1), "page")
    number = chosen.get("number")
    if number not in {None, *_NUMBER}:
        raise BadParameter(
            f"number is 'with' or 'without', not {number!r}.",
            on_page=OnPage(
                f"Gaps are listed with a number or without one, not {number!r}.",
                str(number),
                _NUMBER,
                titles=dict(zip(_NUMBER, ("with a number", "without a number"), strict=True)),
            ),
            parameter="number",
            known=list(_NUMBER),
        )
    sort = chosen.get("sort", "")
    if sort.removeprefix("-") not in {"", *SORTS}:
        parameters.order(sort, ORDERS, SORTS, ", with - before it for the other way round")
    own = {"number", "q", "sort"}
    filters = {name: value for name, value in chosen.items() if name not in own}
    words = chosen.get("q", "")
    every = records(engine, counted_only=False)
    counted = records(engine)
    items = lists.listing(engine, "gaps", filters) if filters or words else None
    found = None if items is None else [i["id"] for i in find.among(engine, "gap", words, items)]
    kept = every if filters else counted
    ordered = [g for g in kept if found is None or g.id in found if number in {None, _numbered(g)}]
    place = {ident: n for n, ident in enumerate(found or ()) if words}
    ordered.sort(key=lambda g: (place.get(g.id, 0), g.benchmark is None, g.benchmark or "", g.id))
    if sort:
        ordered = _in_order(engine, ordered, sort)
    requested = {r.parameter: "true" for r in UNCOUNTED if chosen.get(r.parameter) == "true"}
    if chosen.get("comparison", PAIR) != PAIR:
        requested["other_comparisons"] = "true"
    others = "other_comparisons" in requested
    known = len(lists.listing(engine, "gaps", requested)) if requested else len(counted)
    apart = Counter(sorted(g.comparison or "" for g in compared_otherwise(engine)))
    return GapList(tuple(ordered), known, others, apart, choices(engine), chosen, page).checked()


def _numbered(gap: Gap) -> str:
    return "without" if gap.value is None and gap.lowest is None else "with"


def _in_order(engine: Engine, gaps: Iterable[Gap], sort: str) -> list[Gap]:
    """Return gaps by a column; those of which it is not known stand last, whatever the order."""
    name = sort.removeprefix("-")
    keys: dict[str, Callable[[Gap], Any]] = {
        "title": lambda gap: gap.title.casefold(),
        "size": lambda gap: max(values(gap)) if fits(gap, gap) else None,
        "n": lambda gap: gap.n,
        "year": lambda gap: year(engine, gap),
    }
    found = [(keys[name](gap), gap) for gap in gaps]
    known = [(key, gap) for key, gap in found if key is not None]
    turned = (name in _DESCENDING) != sort.startswith("-")
    known.sort(key=lambda pair: pair[0], reverse=turned)
    return [gap for _, gap in (*known, *((k, g) for k, g in found if k is None))]


def year(engine: Engine, gap: Gap) -> str | None:
    """Return the year of the first source of a gap whose year is recorded."""
    known = (work_of(engine, source.url) for source in gap.sources)
    return next((work.year for work in known if work and work.year), None)


@cached_per_state
def choices(engine: Engine) -> dict[str, dict[str, str]]:
    """Return what each filter may be set to, in words and in their order."""
    found = [*records(engine), *compared_otherwise(engine)]
    fields = catalog.run(catalog.named_queries()["gaps-by-domain"], {}, engine)
    benchmarks = {b.id: b.title for b in from_graph.benchmarks(engine)}
    deployments = {str(d.id): d.title for d in from_graph.deployments(engine)}
    return {
        "dimension": _in_words((d for g in found for d in dimensions(g)), plain_name),
        "domain": _in_words((last_segment(row["domain"]) for row in fields), _labels("domain")),
        "verification": _in_words((g.verification for g in found), _labels("verification")),
        "gap_kind": _in_words((g.gap_kind for g in found), _labels("gap-kind")),
        "comparison": _in_words((g.comparison or PAIR for g in found), _labels("comparison")),
        "benchmark": _in_words((g.benchmark for g in found), lambda b: benchmarks.get(b) or b),
        "deployment": _in_words((g.deployment for g in found), lambda d: deployments.get(d) or d),
        "number": {"with": "with a number", "without": "without a number"},
    }


def dimensions(gap: Gap) -> tuple[str, ...]:
    """Return the dimensions that vary in a gap or that a part of it is attributed to."""
    parts = (d for x in gap.decompositions for c in x.contributions for d in c.dimensions)
    return tuple(dict.fromkeys((*gap.varies, *parts)))


def _in_words(codes: Iterable[str | None], words: Callable[[str], str]) -> dict[str, str]:
    """Return codes with what they are called, in the order of the words."""
    found = {code: words(code) for code in codes if code}
    return dict(sorted(found.items(), key=lambda pair: (pair[1].casefold(), pair[0])))


def _labels(scheme: str) -> Callable[[str], str]:
    return lambda code: label(f"code/{scheme}/{code}")


COLUMNS = (
    "id", "title", "benchmark", "deployment", "comparison", "gap_kind", "value", "lowest",
    "highest", "unit", "qualifier", "as_reported", "n", "n_unit", "lower", "upper", "level",
    "interval_method", "sampling_unit", "intervals", "varies", "verification", "status",
    "conflicts_with", "not_given", "studies", "sources", "cited_as", "year",
)  # fmt: skip
_WORDS = ("varies", "conflicts_with", "not_given")
_INTERVAL = ("lower", "upper", "level", "interval_method", "sampling_unit")


def rows(engine: Engine, gaps: Sequence[Gap]) -> list[dict[str, Any]]:
    """Return gaps as rows of a table; lists are joined by spaces or semicolons.

    The first interval, the widest, has columns of its own; `intervals` has all of them in words.
    """
    return [
        {name: getattr(gap, name, None) for name in COLUMNS}
        | {"comparison": gap.comparison or PAIR}
        | {name: " ".join(getattr(gap, name)) for name in _WORDS}
        | {name: getattr(i, name) for i in gap.intervals[:1] for name in _INTERVAL}
        | {
            "intervals": "; ".join(map(_interval, gap.intervals)),
            "studies": "; ".join(s.name or s.id for s in studies(gap)),
            "sources": "; ".join(f"{s.url} {s.locator or ''}".strip() for s in gap.sources),
            "year": year(engine, gap),
            "cited_as": "; ".join(dict.fromkeys(name_of(engine, s.url) for s in gap.sources)),
        }
        for gap in gaps
    ]


def _interval(found: Interval) -> str:
    by = f"by {sampled(found)}"
    return interval_words(found.lower, found.upper, found.level, found.interval_method, by)
