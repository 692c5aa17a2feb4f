"""A person withdraws a record, or lets it count again: new versions that say who, when and why.

What is withdrawn is shown at its own address and counted nowhere. It stays so when its source
gives it again (`service.ingest.versioning`), until a person lifts the withdrawal.
"""
# DESIGN: withdrawn-until-lifted

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict
from rdflib import URIRef

from loaders.mapping.fields import references
from loaders.mapping.iris import BASE, EGAP, last_segment, path_below, record_iri
from loaders.mapping.write import Triple, node_triples
from loaders.model import RECORDS, WITHDRAWN, Agent, EditorialDecision, Match, Record, whole_number
from loaders.model.terms import Text
from service.access import LogEntry
from service.common.problems import Conflict, Invalid, NotFound
from service.ingest import merging
from service.ingest.successors import Version, repeated, stored
from service.queries import internal
from service.records import repository
from service.records.repository import StoredRecord
from service.store.port import Engine
from service.validation.gate import Gate

FEWEST_WORDS = 3
"""So many words a reason has at least: one word is no reason."""


class Decided(BaseModel):
    """Who withdraws a record, or lets it count again, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    by: Agent
    reason: Text


Decision = Callable[[Engine, Gate, str, Decided, LogEntry], StoredRecord]
"""`withdraw` or `reinstate`."""


def withdraw(
    engine: Engine, gate: Gate, name: str, given: Decided, write: LogEntry
) -> StoredRecord:
    """Withdraw the record `kind/id`: its next version says so, and by whom and why.

    Raises `NotFound`, `Gone`, `Conflict` for a record that is withdrawn already, and `Invalid` for
    a reason of fewer than three words, or where the shapes refuse the record as it is stored.
    """
    held = _held(engine, name)
    decision = held.record.withdrawal
    if decision is not None:
        raise Conflict(
            f"{name} is withdrawn already, since {decision.on} by {decision.by.name}: "
            f"{decision.reason}"
        )
    return _decided(engine, gate, held, _said(held, given, WITHDRAWN), write)


def reinstate(
    engine: Engine, gate: Gate, name: str, given: Decided, write: LogEntry
) -> StoredRecord:
    """Let the withdrawn record `kind/id` count again; its next version says who decided so and why.

    It gets the status that its source gives it. Raises as `withdraw` does, and `Conflict` for a
    record that is not withdrawn, one that names what is gone, or a match that what was decided
    since speaks against.
    """
    held = _held(engine, name)
    if held.record.status != WITHDRAWN:
        raise Conflict(f"{name} is not withdrawn: it counts, as {held.record.status}.")
    _check_named(engine, held.record)
    before = held.record.withdrawal.status if held.record.withdrawal else None
    status = "accepted" if before in {None, WITHDRAWN} else str(before)
    if isinstance(held.record, Match):
        match = held.record.model_copy(update={"status": status})
        for issues in merging.refused(engine, {name: match}).values():
            raise Conflict(issues[0].message)
    return _decided(engine, gate, held, _said(held, given, status), write)


def _check_named(engine: Engine, record: Record) -> None:
    """Raise `Conflict` where an import was undone that brought what a record names."""
    named = {iri.rpartition("/")[0] if _is_version(iri) else iri for iri in references(record)}
    rows = internal.rows(engine, "tombstones", name=map(URIRef, sorted(named))) if named else []
    for row in rows:
        why = repository.gone(engine, str(row["tombstone"])).detail
        raise Conflict(f"{record.kind}/{record.id} names what is not there. {why}")


def _is_version(iri: str) -> bool:
    kind, _, rest = path_below(iri).partition("/")
    return kind in RECORDS and "/" in rest and whole_number(last_segment(iri)) is not None


def _held(engine: Engine, name: str) -> StoredRecord:
    """Return the current version of a record. Raises `NotFound` for what names none."""
    kind, _, ident = name.partition("/")
    if kind not in RECORDS:
        raise NotFound(
            f"{name!r} names no record. Name its kind and id, such as card/medqa/evalgap; kinds "
            f"are {', '.join(RECORDS)}.",
            known=list(RECORDS),
        )
    return repository.load(engine, kind, ident)


def _decided(
    engine: Engine, gate: Gate, held: StoredRecord, said: Sequence[Triple], write: LogEntry
) -> StoredRecord:
    """Store the next version of a record, with what is said there of its status."""
    record = held.record
    old = Version(record.kind, record.id, held.version)
    earlier = frozenset(URIRef(f"{old.iri}/{name}") for name in ("withdrawal", "reinstatement"))
    new = repeated(engine, old, old.numbered(held.version + 1), said, earlier)
    stored(engine, gate, [new], write)
    merging.settle(engine, gate, write)
    return repository.load(engine, record.kind, record.id)


def _said(held: StoredRecord, given: Decided, status: str) -> Sequence[Triple]:
    """Return what the next version says of its status, and the decision behind it.

    Raises `Invalid` for a reason of fewer than three words.
    """
    if len(given.reason.split()) < FEWEST_WORDS:
        raise Invalid(f"{given.reason!r} is no reason. Say in a sentence why.")
    record, away = held.record, status == WITHDRAWN
    decision = EditorialDecision(
        by=given.by,
        on=datetime.now(UTC).date(),
        reason=given.reason,
        status=record.status if away else None,
    )
    iri = record_iri(record.kind, record.id, held.version + 1)
    name = "withdrawal" if away else "reinstatement"
    node = URIRef(f"{iri}/{name}")
    return [
        (iri, EGAP.reviewStatus, URIRef(f"{BASE}code/review-status/{status}")),
        (iri, EGAP[f"has{name.capitalize()}"], node),
        *node_triples(node, decision),
    ]
