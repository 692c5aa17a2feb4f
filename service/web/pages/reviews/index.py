"""The list of reviews: who read which benchmark against which deployment, with what verdicts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loaders.mapping.iris import BASE, last_segment, path_below
from loaders.model import CORE_DIMENSIONS
from service.fit import from_graph
from service.ontology.plain_names import VERDICTS
from service.queries import internal, lists
from service.queries.cache import cached_per_state
from service.queries.names import id_now
from service.store.port import Engine
from service.web.pages.shared.listing import ListedThing, ListFacet, ThingList

PATH = "/reviews"


@dataclass(frozen=True)
class ListedReview:
    """One review as a row: benchmark and deployment by id and title, verdicts by dimension."""

    id: str
    benchmark: tuple[str, str]
    deployment: tuple[str, str]
    author: str
    verdicts: Mapping[str, str]


@cached_per_state
def index(engine: Engine) -> ThingList[ListedReview]:
    """Return every review that counts, by benchmark, made once for each state of the store."""
    verdicts: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in internal.rows(engine, "review-verdicts"):
        ident = path_below(row["item"]).removeprefix("review/")
        verdicts[ident][last_segment(row["dimension"])] = last_segment(row["verdict"])
    benchmarks = {b.id: b.title for b in from_graph.benchmarks(engine)}
    deployments = {str(d.id): d.title for d in from_graph.deployments(engine)}
    reviews = [
        _review(item, benchmarks, deployments, verdicts)
        for item in lists.listing(engine, "reviews", {})
    ]
    reviews.sort(key=lambda r: (r.benchmark[1].casefold(), r.deployment[1].casefold(), r.id))
    return ThingList(PATH, tuple(map(_listed, reviews)), tuple(_facets(reviews)))


def _review(
    item: Mapping[str, Any],
    benchmarks: Mapping[str, str],
    deployments: Mapping[str, str],
    verdicts: Mapping[str, Mapping[str, str]],
) -> ListedReview:
    ident, of, place = (str(item[n]) for n in ("id", "benchmark", "deployment"))
    benchmark, deployment = last_segment(of), last_segment(place)
    return ListedReview(
        ident,
        (benchmark, benchmarks.get(benchmark, benchmark)),
        (deployment, deployments.get(deployment, deployment)),
        str(item["author"]),
        verdicts.get(ident, {}),
    )


def _listed(review: ListedReview) -> ListedThing[ListedReview]:
    return ListedThing(review.id, review, {
        "benchmark": frozenset({review.benchmark[0]}),
        "deployment": frozenset({review.deployment[0]}),
        "author": frozenset({review.author}),
        "verdict": frozenset(review.verdicts.values()),
    })  # fmt: skip


def _facets(reviews: Iterable[ListedReview]) -> Iterable[ListFacet]:
    every = list(reviews)
    yield ListFacet("deployment", "Deployment", _by_title(r.deployment for r in every))
    yield ListFacet("benchmark", "Benchmark", _by_title(r.benchmark for r in every))
    yield ListFacet("author", "Reviewed by", {a: a for a in sorted({r.author for r in every})})
    used = {v for r in every for v in r.verdicts.values()}
    yield ListFacet(
        "verdict", "Some assumption is", {v: w for v, w in VERDICTS.items() if v in used}
    )


def _by_title(things: Iterable[tuple[str, str]]) -> dict[str, str]:
    return dict(sorted(set(things), key=lambda thing: thing[1].casefold()))


def today(engine: Engine, given: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return parameters with the ids that benchmarks and deployments have today."""
    kinds = ("benchmark", "deployment")
    return [(n, id_now(engine, n, last_segment(v)) if n in kinds else v) for n, v in given]


def csv_row(thing: ListedThing[ListedReview]) -> dict[str, Any]:
    """Return a review as a row of CSV: a column for each core dimension."""
    review = thing.shown
    return {
        "id": review.id,
        "iri": f"{BASE}id/review/{review.id}",
        "benchmark": review.benchmark[0],
        "benchmark_title": review.benchmark[1],
        "deployment": review.deployment[0],
        "deployment_title": review.deployment[1],
        "author": review.author,
        **{name: review.verdicts.get(name) for name in CORE_DIMENSIONS},
    }
