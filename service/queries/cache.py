"""Values derived from a store, kept until its content changes: all of them, and what bounds each.

Nothing else keeps what comes from a store (`tests/queries/test_cache.py`). A value is kept once for
each open store, the one of an older state goes when the next is made, and all go with the store.
"""
# DESIGN: kept-until-change

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from loaders.mapping.iris import BASE, EGAP
from service.common.unread import Notes, again, noting
from service.queries import internal
from service.store.port import Engine

_STATE = f"{BASE}graph/state"
_LOOK = 1.0
"""Seconds between two looks whether the store was found broken."""
_Made = TypeVar("_Made")
KEPT: Mapping[str, str] = {
    "service.bibliography.citing.citations": "one entry a citation of a current record",
    "service.bibliography.citing.counts": "one number a source",
    "service.bibliography.citing.undescribed": "one entry an address without a card",
    "service.bibliography.works.by_key": "one entry an address of a source",
    "service.bibliography.works.works": "one entry a source",
    "service.coverage.from_graph._crossed": "16 cross-tabs, each with names of benchmarks",
    "service.coverage.from_graph.subjects": "one entry a benchmark and a deployment",
    "service.evidence.by_dimension._made": "one entry a figure and dimension that it is about",
    "service.evidence.from_graph.figures": "one entry a figure of a current gap",
    "service.fit.from_graph._benchmarks": "one entry a benchmark, with its claims",
    "service.fit.from_graph._deployments": "one entry a deployment, with its claims",
    "service.fit.outcomes.outcome_finding": "64 domains, each with the names of some benchmarks",
    "service.ingest.seeding.stored_release": "one release",
    "service.linked_data.dump.dumps": "two files on disk, made when they are first requested",
    "service.linked_data.statistics.statistics": "one entry a class, property and source",
    "service.ontology.dimensions.dimensions": "one entry a coded value",
    "service.ontology.scheme_queries.domain_scheme": "one entry a domain",
    "service.ontology.scheme_queries.schemes": "one entry a coded value",
    "service.ontology.metric_classes.metric_classes": "one entry a class of metric",
    "service.queries.lists.kept": "one item a card, dataset, implementation, result and system",
    "service.queries.corpus_report.tables": "the rows of the example questions",
    "service.records.gaps.current": "one entry a current gap",
    "service.score_claims.subjects.names": "one entry a name of a benchmark or a system",
    "service.search.find.index": "one entry a thing, address, term and question, with its texts",
    "service.web.pages.shared.titles.titles": "one entry a deployment and a benchmark",
    "service.web.pages.benchmark.view.taxonomy": "one entry a coded value",
    "service.catalogue.index.index": "one entry a benchmark",
    "service.web.pages.benchmarks.routes._csv": "one line of text a benchmark",
    "service.web.pages.deployments.index.index": "one entry a deployment",
    "service.web.pages.evidence.view._pages": "one page a dimension, with its figures",
    "service.web.pages.flags.index.index": "one entry a flag",
    "service.web.pages.following.feeds._kept": "64 feeds of at most 50 changes",
    "service.web.pages.gaps.gap.gaps": "one entry a current gap",
    "service.web.pages.gaps.list.choices": "one entry a choice of a filter",
    "service.web.pages.home.view.front": "counts, and one gap",
    "service.web.pages.levels.index._by_title": "the items of four lists, in another order",
    "service.web.pages.levels.index._choices": "a hundred choices a filter",
    "service.web.pages.levels.index._known": "one value a choice of a filter",
    "service.web.pages.layout._snapshot": "one date",
    "service.web.pages.plans.view.cards": "one id a card that a person wrote",
    "service.web.pages.plans.view.shown": "256 plans with their histories",
    "service.web.pages.reviews.index.index": "one entry a review",
    "service.web.pages.sharing.routes._paths": "one address a page, at most 50,000",
    "service.web.pages.shared.deployment_choices.by_field": "one entry a deployment",
    "service.web.pages.studies.index.index": "one entry a study",
}
"""Every value that is kept, by the function that makes it, and what it grows with."""


def state_token(engine: Engine) -> str:
    """Return a token that changes whenever the stored data changes.

    Counted are the writes of this process and, where others may write too, the versions of
    records, the time of the last, and the digests of ontology and shapes.
    """
    if not engine.shared:
        return str(engine.generation)
    row = internal.rows(engine, "stamp")[0]
    state = engine.graph(_STATE).subject_objects(EGAP.contentHash)
    digests = sorted(f"{subject} {digest}" for subject, digest in state)
    numbers = [str(row.get(name, "")) for name in ("versions", "latest")]
    return " ".join([*numbers, str(engine.generation), *digests])


class cached_per_state(Generic[_Made]):  # noqa: N801 - a decorator, as functools.cached_property
    """Keeps the result of a function of a store until the state token of that store changes."""

    def __init__(self, make: Callable[[Engine], _Made]) -> None:
        """Wrap the function that makes it; only one thread at a time runs it."""
        self._make = make
        self._made: WeakKeyDictionary[Engine, tuple[str, _Made, Notes]] = WeakKeyDictionary()
        self._lock = Lock()

    def __call__(self, engine: Engine) -> _Made:
        """Return what was made of the store as it is now."""
        with self._turn(engine):
            now = state_token(engine)
            found = self._made.get(engine)
            if found is None or found[0] != now:
                with noting() as notes:
                    found = now, self._make(engine), notes
                self._made[engine] = found
            again(found[2])
            return found[1]

    @contextmanager
    def _turn(self, engine: Engine) -> Iterator[None]:
        """Wait for the lock, but not for a thread that a broken disk will never let go.

        Raises `StoreDamaged`.
        """
        engine.check()
        while not self._lock.acquire(timeout=_LOOK):
            engine.check()
        try:
            yield
        finally:
            self._lock.release()

    def forget(self, engine: Engine) -> None:
        """Let go of what was made of a store."""
        with self._lock:
            self._made.pop(engine, None)


def cached_per_key(
    most: int,
) -> Callable[[Callable[[Engine, str], _Made]], Callable[[Engine, str], _Made]]:
    """Keep the results of a function of a store and a key, of so many keys of each store at most.

    The one that was used longest ago goes first; all go when the content changes.
    """

    def keeping(make: Callable[[Engine, str], _Made]) -> Callable[[Engine, str], _Made]:
        by_key: cached_per_state[OrderedDict[str, tuple[_Made, Notes]]] = cached_per_state(
            lambda _: OrderedDict()
        )

        @wraps(make)
        def found(engine: Engine, key: str) -> _Made:
            kept = by_key(engine)
            entry = kept.pop(key, None)
            if entry is None:
                with noting() as notes:
                    entry = make(engine, key), notes
            again(entry[1])
            kept[key] = entry
            while len(kept) > most:
                kept.popitem(last=False)
            return entry[0]

        return found

    return keeping
