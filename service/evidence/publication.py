"""A self-reported gap is published: a new version that counts, and says who let it count."""
# DESIGN: what-counts

from typing import Literal

from pydantic import BaseModel, ConfigDict

from loaders.mapping.iris import BASE
from loaders.model import SELF_REPORTED, Agent, Citation, Gap
from loaders.model.terms import Text
from service.access import LogEntry
from service.common.problems import Conflict, Invalid
from service.ingest import alone
from service.records import repository
from service.records.plan_decisions import bare, nameless
from service.records.repository import StoredRecord
from service.store.port import Engine
from service.validation.gate import Gate


class Publication(BaseModel):
    """Who publishes a gap, why, and against what they checked its numbers.

    `sources` are added to those of the gap: where the results can be seen.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    by: Agent
    reason: Text
    verification: Literal["recomputed", "full-text", "abstract", "secondary"]
    sources: tuple[Citation, ...] = ()


def publish(
    engine: Engine, gate: Gate, ident: str, given: Publication, write: LogEntry
) -> StoredRecord:
    """Store a self-reported gap with the level that somebody answers for, so that it counts.

    Raises `Conflict` for a gap that counts already, `Invalid` for a reason that is no sentence, a
    name that is none, and where no source outside this store is named, `NotFound`.
    """
    held = repository.load(engine, "gap", ident).record
    assert isinstance(held, Gap)  # noqa: S101 - `load` returns this kind
    if held.verification != SELF_REPORTED:
        raise Conflict(f"The gap {ident!r} is not self-reported: it counts ({held.verification}).")
    _check(held, given)
    new = held.model_copy(
        update={
            "verification": given.verification,
            "published_by": given.by,
            "published_because": given.reason,
            "sources": (*held.sources, *given.sources),
        }
    )
    alone.store(engine, gate, alone.document(f"gaps/{ident}/publication", [new], given), write)
    return repository.load(engine, "gap", ident)


def _check(held: Gap, given: Publication) -> None:
    if bare(given.reason):
        raise Invalid(
            f"{given.reason!r} is no reason. Say in a sentence, of four words at least, why the "
            "gap shall count."
        )
    if nameless(given.by.name):
        raise Invalid("A publication needs the name of who answers for it. Give it under by.")
    if all(s.url.startswith(BASE) for s in (*held.sources, *given.sources)):
        raise Invalid(
            "Nobody else can see these results: the gap names no source outside this store. "
            "Name one under sources, such as a paper, a preregistration or the item results."
        )
