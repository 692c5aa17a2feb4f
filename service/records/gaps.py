"""Every current gap, read once for each state of the store: what pages, evidence and pools read."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from rdflib import URIRef

from loaders.mapping.iris import path_below
from loaders.model import Gap
from service.queries import internal, lists
from service.queries.cache import cached_per_state
from service.queries.counted import UNCOUNTED
from service.records import repository
from service.store.port import Engine


@dataclass(frozen=True)
class CurrentGap:
    """The current version of a gap, as its record has it.

    `counts` is false for one that is left out of every list, `beside` true for one of these that
    is left out only because it is no pair.
    """

    gap: Gap
    version: int
    counts: bool
    beside: bool


@cached_per_state
def current(engine: Engine) -> Mapping[str, CurrentGap]:
    """Return every current gap by its identity, also those that count only on request."""
    requested = {reason.parameter: "true" for reason in UNCOUNTED}
    idents = sorted(str(g["id"]) for g in lists.listing(engine, "gaps", requested))
    left_out = _left_out(engine)
    return {
        s.record.id: CurrentGap(
            s.record,
            s.version,
            s.record.id not in left_out,
            left_out.get(s.record.id) == {"other_comparisons"},
        )
        for s in repository.current(engine, "gap", dict.fromkeys(idents))
        if isinstance(s.record, Gap)
    }


def _left_out(engine: Engine) -> Mapping[str, set[str]]:
    """Return the reasons for which gaps are left out, by their parameters, by identity."""
    found: dict[str, set[str]] = defaultdict(set)
    predicates = [URIRef(reason.predicate) for reason in UNCOUNTED]
    for row in internal.rows(engine, "why-gaps-do-not-count", predicate=predicates):
        for reason in UNCOUNTED:
            if str(row["predicate"]) == reason.predicate and reason.met(str(row["code"])):
                found[path_below(row["item"]).partition("/")[2]].add(reason.parameter)
    return found
