"""The one way in: documents become records with versions, pass the gate, and are committed.

A batch is one transaction. A document (one file) is stored whole or set aside whole, with
its reasons. Storing the same content again changes nothing; other content under the same
identity becomes a new version that revises the old one, which stays.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256

from loaders.base import Document, Rejected
from loaders.mapping.fields import names_others, references
from loaders.model import Plan
from loaders.registry import LOADER_VERSION
from service.audit import Audit
from service.engines.base import Engine
from service.gate import Candidate, Checked, Gate
from service.outcome import Outcome, State, problem_of
from service.planning import Planned, plan
from service.provenance import Origin, provenance, software
from service.references import known
from service.thresholds import broken_rules

BATCH = 200
"""Records checked together."""

AUDITED = 0.01
"""The share of an import that is judged a second time, by pySHACL as it comes."""

REFERENCE_SHAPES = frozenset(
    {
        "review-card", "review-deployment", "review-own-card", "plan-card", "plan-deployment",
        "gap-benchmark", "gap-deployment",
    }
)  # fmt: skip
"""The shapes that fail when another record is not there, perhaps only not there yet."""


def ingest(
    documents: Iterable[Document | Rejected],
    engine: Engine,
    gate: Gate,
    *,
    dry_run: bool = False,
    audited: float = AUDITED,
) -> Iterator[Outcome]:
    """Store documents batch by batch and yield one outcome per document, in order.

    With `dry_run` everything is checked and nothing is stored. Otherwise a random share
    `audited` of the records, and at least one, is judged again by pySHACL as it comes;
    raises `Disagreement` where that gives another result.
    """
    audit = Audit(gate, 0 if dry_run else audited)
    early: list[Document | Rejected] = []
    for document, outcome in _pass(documents, engine, gate, audit, dry_run=dry_run):
        if outcome.waits:
            early.append(document)
        else:
            yield outcome
    # a review may stand before the card it is about: what missed something gets one more try
    for _, outcome in _pass(early, engine, gate, audit, dry_run=dry_run):
        yield outcome
    audit.close()


_Landed = Iterator[tuple[Document | Rejected, Outcome]]


def _pass(
    documents: Iterable[Document | Rejected],
    engine: Engine,
    gate: Gate,
    audit: Audit,
    *,
    dry_run: bool,
) -> _Landed:
    waiting: deque[_Flight] = deque()
    together = 1
    for batch in _batches(documents):
        if waiting and _touches(batch, waiting):
            yield from _land(waiting, len(waiting), engine, audit, dry_run=dry_run)
        elif len(waiting) >= together + _AHEAD:
            yield from _land(waiting, together, engine, audit, dry_run=dry_run)
            together = min(2 * together, _TOGETHER)
        waiting.append(_start(batch, engine, gate))
    yield from _land(waiting, len(waiting), engine, audit, dry_run=dry_run)


_AHEAD = 4
"""Batches that are with the gate while earlier ones are being committed."""

_TOGETHER = 8
"""Most batches of one transaction. Transactions grow to it: the store takes large ones at half
the cost per record, but something is to be stored soon."""

_Batch = list[Document | Rejected]


@dataclass(frozen=True)
class _Flight:
    """A batch on its way through the gate."""

    batch: _Batch
    planned: list[Planned]
    candidates: list[Candidate]
    context: str
    checked: "Future[list[Checked]]"


def _start(batch: _Batch, engine: Engine, gate: Gate) -> _Flight:
    planned = plan([d for d in batch if isinstance(d, Document)], engine)
    fresh = [p for p in planned if not p.unchanged]
    context = known(engine, {iri for p in fresh for iri in references(p.record)})
    candidates = [p.candidate for p in fresh]
    return _Flight(batch, planned, candidates, context, gate.submit(candidates, context))


def _land(
    waiting: deque[_Flight], number: int, engine: Engine, audit: Audit, *, dry_run: bool
) -> _Landed:
    """Commit the first batches in one transaction, then tell what became of each document."""
    landed: list[tuple[Document | Rejected, Outcome]] = []
    lines: list[str] = []
    for flight in [waiting.popleft() for _ in range(number)]:
        checked = flight.checked.result()
        results = {c.iri: c for c in _held(engine, flight.planned, checked)}
        outcomes = _outcomes(flight, results)
        lines += _lines(flight.planned, results, outcomes)
        audit.draw(flight.candidates, flight.context)
        landed += zip(flight.batch, outcomes, strict=True)
    if lines and not dry_run:
        engine.commit("".join([software(), *lines]))
    yield from landed


def _held(engine: Engine, planned: Sequence[Planned], checked: Iterable[Checked]) -> list[Checked]:
    """Return what was checked, with a finding where a plan breaks a rule of its steps."""
    fresh = [p for p in planned if not p.unchanged]
    plans = {p.candidate.iri: p.record for p in fresh if isinstance(p.record, Plan)}
    revising = frozenset(p.candidate.iri for p in fresh if p.current is not None)
    found = broken_rules(engine, plans, revising)
    return [replace(c, issues=(*c.issues, *found.get(c.iri, ()))) for c in checked]


def _touches(batch: _Batch, waiting: Iterable[_Flight]) -> bool:
    """Tell whether a batch must see what is still on its way: the same or other records."""
    records = [r for d in batch if isinstance(d, Document) for r in d.records]
    ahead = {n for flight in waiting for d in flight.batch for n in _names(d)}
    return any(names_others(type(r)) or (r.kind, r.id) in ahead for r in records)


def _names(document: Document | Rejected) -> set[tuple[str, str]]:
    return {(r.kind, r.id) for r in document.records} if isinstance(document, Document) else set()


def _batches(documents: Iterable[Document | Rejected]) -> Iterator[_Batch]:
    """Cut into batches of about `BATCH` records, none with the same record twice."""
    batch: _Batch = []
    seen: set[tuple[str, str]] = set()
    for document in documents:
        names = _names(document)
        full = len(batch) >= BATCH or len(seen) + len(names) > BATCH
        if batch and (full or seen & names):
            yield batch
            batch, seen = [], set()
        batch.append(document)
        seen |= names
    if batch:
        yield batch


def _outcomes(flight: _Flight, results: Mapping[str, Checked]) -> list[Outcome]:
    planned: dict[int, list[Planned]] = {}
    for p in flight.planned:
        planned.setdefault(id(p.document), []).append(p)
    return [_outcome(d, planned.get(id(d), []), results) for d in flight.batch]


def _outcome(
    document: Document | Rejected, mine: Sequence[Planned], results: Mapping[str, Checked]
) -> Outcome:
    if isinstance(document, Rejected):
        return Outcome(
            document.raw.source, "set aside", raw=document.raw, problems=document.problems
        )
    checked = [results[p.candidate.iri] for p in mine if p.candidate.iri in results]
    bad = [i for c in checked for i in c.issues if i.severity == "Violation"]
    mild = [i for c in checked for i in c.issues if i.severity != "Violation"]
    state: State = "unchanged" if all(p.unchanged for p in mine) else "imported"
    return Outcome(
        document.raw.source,
        "set aside" if bad else state,
        document.format,
        document.raw,
        problems=tuple(problem_of(i) for i in bad),
        warnings=(*document.warnings, *(problem_of(i) for i in mild)),
        records=() if bad else tuple(p.record for p in mine),
        iris=() if bad else tuple(p.candidate.iri for p in mine),
        waits=bool(bad) and {i.shape for i in bad} <= REFERENCE_SHAPES,
    )


def _lines(
    planned: Sequence[Planned], results: Mapping[str, Checked], outcomes: Sequence[Outcome]
) -> list[str]:
    """Return the N-Quads, with provenance, of what is imported."""
    stored = {iri for o in outcomes if o.state == "imported" for iri in o.iris}
    now = datetime.now(UTC)
    return [
        results[p.candidate.iri].nquads + provenance(p.candidate, _origin(p, now))
        for p in planned
        if p.candidate.iri in stored and p.candidate.iri in results
    ]


def _origin(planned: Planned, now: datetime) -> Origin:
    return Origin(
        source=planned.document.raw.source,
        source_hash=sha256(planned.document.raw.data).hexdigest(),
        content_hash=planned.content,
        loader=f"{planned.document.format}/{LOADER_VERSION}",
        recorded=now,
        revises=planned.current.version if planned.current else None,
    )
