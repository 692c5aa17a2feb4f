"""Every current gap, read once for each state of the store: what pages, evidence and pools read."""

from collections.abc import Mapping
from dataclasses import dataclass

from loaders.model import Gap
from service.queries import lists
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
    pairs = _listed(engine, {})
    compared = _listed(engine, {"other_comparisons": "true"})
    idents = _listed(engine, {reason.parameter: "true" for reason in UNCOUNTED})
    stored = repository.readable(engine, "gap", sorted(idents))
    return {
        s.record.id: CurrentGap(
            s.record, s.version, s.record.id in pairs, s.record.id in compared - pairs
        )
        for s in stored
        if isinstance(s.record, Gap)
    }


def _listed(engine: Engine, filters: Mapping[str, str]) -> set[str]:
    return {str(g["id"]) for g in lists.listing(engine, "gaps", filters)}
