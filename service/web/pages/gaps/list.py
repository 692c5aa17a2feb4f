"""The list of measured gaps: its filters, what each may be set to, and its rows as a table."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from loaders.mapping.iris import last_segment
from loaders.model import PAIR, Gap, Interval, interval_words
from service.bibliography.works import name_of
from service.common import parameters
from service.common.problems import BadParameter
from service.queries import catalog, lists
from service.queries.cache import cached_per_state
from service.queries.counted import UNCOUNTED
from service.search import find
from service.store.port import Engine
from service.web.pages.gaps.gap import compared_otherwise, records, studies
from service.web.pages.shared.numbers import sampled

_NUMBER = ("with", "without")
ROWS = 50
"""How many gaps one page shows."""


@dataclass(frozen=True)
class GapList:
    """The gaps that pass the filters, of `total`, and what each filter may be set to.

    `with_others` says that the filters ask for records that are no pairs, too, so `total` has them.
    `apart` are the records that are no pairs, counted by their comparison.
    """

    gaps: tuple[Gap, ...]
    total: int
    with_others: bool
    apart: Mapping[str, int]
    choices: Mapping[str, tuple[str, ...]]
    chosen: Mapping[str, str]
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-len(self.gaps) // ROWS))

    @property
    def rows(self) -> tuple[Gap, ...]:
        """The gaps of this page."""
        return self.gaps[(self.number - 1) * ROWS : self.number * ROWS]

    def address(self, suffix: str = "", page: int = 1) -> str:
        """Return the address of a page of this list, or of all of it in another form."""
        query = urlencode({**self.chosen, **({"page": page} if page > 1 else {})})
        return f"/gaps{suffix}" + (f"?{query}" if query else "")


def listed(engine: Engine, given: Mapping[str, str]) -> GapList:
    """Return the gaps that pass the filters of the API's list, and `number`: with or without.

    An empty filter is open. `page` counts from 1. Raises `BadParameter` naming what does not fit.
    """
    chosen = {name: value.strip() for name, value in given.items() if value.strip()}
    page = parameters.number(chosen.pop("page", 1), "page")
    number = chosen.get("number")
    if number not in {None, *_NUMBER}:
        raise BadParameter(
            f"number is 'with' or 'without', not {number!r}.",
            parameter="number",
            known=list(_NUMBER),
        )
    filters = {name: value for name, value in chosen.items() if name not in {"number", "q"}}
    words = chosen.get("q", "")
    every = records(engine, counted_only=False)
    counted = records(engine)
    items = lists.listing(engine, "gaps", filters) if filters or words else None
    found = None if items is None else [i["id"] for i in find.among(engine, "gap", words, items)]
    kept = every if filters else counted
    ordered = [g for g in kept if found is None or g.id in found if number in {None, _numbered(g)}]
    place = {ident: n for n, ident in enumerate(found or ()) if words}
    ordered.sort(key=lambda g: (place.get(g.id, 0), g.benchmark or "", g.id))
    requested = {r.parameter: "true" for r in UNCOUNTED if chosen.get(r.parameter) == "true"}
    if chosen.get("comparison", PAIR) != PAIR:
        requested["other_comparisons"] = "true"
    others = "other_comparisons" in requested
    total = len(lists.listing(engine, "gaps", requested)) if requested else len(counted)
    apart = Counter(sorted(g.comparison or "" for g in compared_otherwise(engine)))
    listed = GapList(tuple(ordered), total, others, apart, choices(engine), chosen, page)
    if 1 <= page <= listed.pages:
        return listed
    raise BadParameter(
        f"page goes from 1 to {listed.pages} here, not {page}.", parameter="page", value=page
    )


def _numbered(gap: Gap) -> str:
    return "without" if gap.value is None and gap.lowest is None else "with"


@cached_per_state
def choices(engine: Engine) -> dict[str, tuple[str, ...]]:
    """Return what each filter may be set to, in order."""
    found = [*records(engine), *compared_otherwise(engine)]
    fields = catalog.run(catalog.named_queries()["gaps-by-domain"], {}, engine)
    return {
        "dimension": _sorted(d for g in found for d in dimensions(g)),
        "domain": _sorted(last_segment(row["domain"]) for row in fields),
        "verification": _sorted(g.verification for g in found),
        "gap_kind": _sorted(g.gap_kind for g in found),
        "comparison": _sorted(g.comparison or PAIR for g in found),
        "benchmark": _sorted(g.benchmark for g in found if g.benchmark),
        "deployment": _sorted(g.deployment for g in found if g.deployment),
        "number": _NUMBER,
    }


def dimensions(gap: Gap) -> tuple[str, ...]:
    """Return the dimensions that vary in a gap or that a part of it is attributed to."""
    parts = (d for x in gap.decompositions for c in x.contributions for d in c.dimensions)
    return tuple(dict.fromkeys((*gap.varies, *parts)))


def _sorted(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(codes)))


COLUMNS = (
    "id", "title", "benchmark", "deployment", "comparison", "gap_kind", "value", "lowest",
    "highest", "unit", "qualifier", "as_reported", "n", "n_unit", "lower", "upper", "level",
    "interval_method", "sampling_unit", "intervals", "varies", "verification", "status",
    "conflicts_with", "not_given", "studies", "sources", "cited_as",
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
            "cited_as": "; ".join(dict.fromkeys(name_of(engine, s.url) for s in gap.sources)),
        }
        for gap in gaps
    ]


def _interval(found: Interval) -> str:
    by = f"by {sampled(found)}"
    return interval_words(found.lower, found.upper, found.level, found.interval_method, by)
