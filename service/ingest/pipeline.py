"""The one way in: documents become records with versions, pass the gate, and are committed.

A batch is one transaction. A document (one file) is stored whole or set aside whole, with
its reasons. Storing the same content again changes nothing; other content under the same
identity becomes a new version that revises the old one, which stays.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from itertools import chain, takewhile

from loaders.contract import Document, RecordProblem, Rejected
from loaders.mapping.fields import metrics, names_others, references
from loaders.mapping.iris import graph_iri, path_below, series_iri
from loaders.mapping.write import triples
from loaders.model import Gap, Match, Plan
from loaders.registry import LOADER_VERSION
from service.access import LogEntry
from service.common.fair_lock import FairLock
from service.ingest import merging
from service.ingest.current_codes import noted
from service.ingest.identity import Identities
from service.ingest.provenance import (
    VersionOrigin,
    activity,
    also_called,
    provenance,
    renamings,
    software,
)
from service.ingest.report import STORED, Outcome, State, problem_of
from service.ingest.versioning import StoredVersion, VersionedRecord, plan
from service.records.references import known
from service.store.port import Engine
from service.validation.gate import Gate, GateResult
from service.validation.plan_rules import broken_rules
from service.validation.publication import unpublished
from service.validation.validator import Issue

BATCH = 200
"""Records checked together."""

REFERENCE_SHAPES = frozenset(
    {
        "review-card", "review-deployment", "review-own-card", "plan-card", "plan-deployment",
        "gap-benchmark", "gap-deployment", "match-subject", "match-target",
        "gap-system", "measurement-study", "profile-system",
    }
)  # fmt: skip
"""The shapes that fail when another record is not there, perhaps only not there yet."""


def ingest(  # noqa: PLR0913 - four of them are seldom given
    documents: Iterable[Document | Rejected],
    engine: Engine,
    gate: Gate,
    *,
    dry_run: bool = False,
    audited: bool = True,
    write: LogEntry | None = None,
    turn: FairLock | None = None,
    replacing: bool = False,
) -> Iterator[Outcome]:
    """Store documents batch by batch and yield one outcome per document, in order.

    `write` is the entry in the log of writes that the new versions are to name. With `dry_run`
    everything is checked and nothing is stored. Otherwise every record is judged again, if
    `audited`, by another implementation of SHACL; raises `Disagreement` where that finds something
    else and is borne out by plain pySHACL. Others who wait for the `turn`, which
    is held, have theirs in between.
    With `replacing` a document of another title than what is stored under the name of its file, or
    of the key of another file of this import, is its next version; else it is set aside.
    """
    early: list[Document | Rejected] = []
    first, second = (
        _Pass(
            engine,
            gate,
            write,
            Identities(engine, replacing=replacing),
            dry_run=dry_run,
            twice=audited and not dry_run,
        )
        for _ in range(2)
    )
    for some in _segments(documents, turn):
        for document, outcome in first.over(some):
            if outcome.waits:
                early.append(document)
            else:
                yield outcome
    # a review may stand before the card it is about: what missed something gets one more try
    for some in _segments(early, turn):
        for _, outcome in second.over(some):
            yield outcome
    if write and not dry_run:
        merging.settle(engine, gate, write)


def _segments(
    documents: Iterable[Document | Rejected], turn: FairLock | None
) -> Iterator[Iterable[Document | Rejected]]:
    """Cut documents where others wait for the turn, and let them have it there.

    What a segment holds is stored before the turn passes on, and what follows is read against the
    store as it is then: so no version is ever planned from a state that another writer changed.
    """
    if turn is None:
        yield documents
        return
    rest = iter(documents)
    for first in rest:
        yield _one_turn(chain([first], rest), turn)
        if turn.waiting:
            turn.pass_on()


def _one_turn(
    documents: Iterable[Document | Rejected], turn: FairLock
) -> Iterator[Document | Rejected]:
    """Yield documents until others wait, but a batch at least: a turn shall be worth its while."""
    records = 0
    for document in documents:
        yield document
        records += max(1, len(_names(document)))
        if records >= BATCH and turn.waiting:
            return


_AHEAD = 24
"""Most batches that are with the gate, or have been, and are not being committed yet."""

_LEAST, _TOGETHER = 4, 8
"""Batches of one transaction. The store takes large ones at half the cost per record. But the first
has one, since something is to be stored soon, and the last what is judged by then: what is stored
while others are judged need not be waited for at the end."""

_Batch = list[Document | Rejected]
_Landed = list[tuple[Document | Rejected, Outcome]]


@dataclass(frozen=True)
class _PendingBatch:
    """A batch on its way through the gate."""

    batch: _Batch
    planned: list[VersionedRecord]
    context: str
    checked: "Future[list[GateResult]]"

    @cached_property
    def names(self) -> set[tuple[str, str]]:
        """The kinds and ids of its records."""
        return {name for document in self.batch for name in _names(document)}


class _Pass:
    """One pass over documents: read and planned here, judged by the gate, committed beside.

    Transactions are written one at a time by a thread of their own: the store works without
    Python's lock, so what comes next is read and planned meanwhile.
    """

    def __init__(  # noqa: PLR0913 - what `ingest` is given
        self,
        engine: Engine,
        gate: Gate,
        write: LogEntry | None,
        identities: Identities,
        *,
        dry_run: bool,
        twice: bool,
    ) -> None:
        self._engine, self._gate, self._dry_run, self._twice = engine, gate, dry_run, twice
        self._write, self._identities = write, identities
        self._said = software() + (activity(write) if write else "")
        self._waiting: deque[_PendingBatch] = deque()
        self._together = 1
        self._commit: Future[None] | None = None
        self._landing: _Landed = []
        self._ahead: dict[str, StoredVersion] = {}
        """What a dry run would have stored by now, by series."""

    def over(
        self, documents: Iterable[Document | Rejected]
    ) -> Iterator[tuple[Document | Rejected, Outcome]]:
        """Yield what became of each document, in order, once that is stored.

        At the end nothing is on its way; more documents may follow.
        """
        with ThreadPoolExecutor(1, "commit") as beside:
            for batch in _batches(map(noted, self._identities.given(documents))):
                if self._touches(batch):
                    yield from self._all(beside)
                elif number := self._ready():
                    yield from self._land(number, beside)
                    self._together = _LEAST
                self._waiting.append(self._start(batch))
            yield from self._all(beside)

    def _start(self, batch: _Batch) -> _PendingBatch:
        planned = plan([d for d in batch if isinstance(d, Document)], self._engine, self._ahead)
        fresh = [p for p in planned if not p.unchanged]
        named = {iri for p in fresh for iri in references(p.record) | metrics(p.record)}
        context = known(self._engine, named)
        submissions = [p.submission for p in fresh]
        checked = self._gate.submit(submissions, context, twice=self._twice)
        return _PendingBatch(batch, planned, context, checked)

    def _touches(self, batch: _Batch) -> bool:
        """Tell whether a batch must see what is still on its way: the same or other records."""
        ahead = [pending.names for pending in self._waiting]
        ahead += [_names(document) for document, _ in self._landing]
        if not any(ahead):
            return False
        records = [r for d in batch if isinstance(d, Document) for r in d.records]
        names = {(r.kind, r.id) for r in records}
        return any(map(references, records)) or not all(map(names.isdisjoint, ahead))

    def _ready(self) -> int:
        """Return how many of the first batches are to be committed now."""
        judged, free = self._judged(), self._commit is None or self._commit.done()
        if (free and judged >= self._together) or len(self._waiting) >= _AHEAD:
            return min(max(judged, self._together), _TOGETHER)
        return 0

    def _judged(self) -> int:
        return sum(1 for _ in takewhile(lambda pending: pending.checked.done(), self._waiting))

    def _all(self, beside: Executor) -> Iterator[tuple[Document | Rejected, Outcome]]:
        """Commit whatever is still on its way; yield what became of it as soon as that is known.

        It is shown and counted while the last batches are judged and committed.
        """
        while self._waiting:
            yield from self._stored()
            yield from self._land(min(max(self._judged(), 1), _TOGETHER), beside)
        yield from self._stored()

    def _land(self, number: int, beside: Executor) -> _Landed:
        """Commit the first batches in one transaction; give what the one before it stored."""
        landing: _Landed = []
        lines: list[bytes] = []
        for pending in [self._waiting.popleft() for _ in range(number)]:
            checked = pending.checked.result()
            results = {c.iri: c for c in _held(self._engine, pending.planned, checked)}
            outcomes = _outcomes(pending, results)
            lines += _lines(self._engine, pending.planned, results, outcomes, self._write)
            if self._dry_run:
                self._ahead |= _stored(pending.planned, outcomes)
            landing += zip(pending.batch, outcomes, strict=True)
        before = self._stored()
        if lines and not self._dry_run:
            whole = b"".join([self._said.encode(), *lines])
            self._commit = beside.submit(self._engine.commit, whole)
        self._landing = landing
        return before

    def _stored(self) -> _Landed:
        """Wait for the transaction that is being written; give what it stored."""
        if self._commit is not None:
            self._commit.result()
        landed, self._landing, self._commit = self._landing, [], None
        return landed


def _held(
    engine: Engine, planned: Sequence[VersionedRecord], checked: Iterable[GateResult]
) -> list[GateResult]:
    """Return what was checked, with a finding where a record breaks a rule over its versions.

    A plan breaks those of its steps, a gap counts unpublished, a match merges what it cannot, or no
    number can follow the stored.
    """
    fresh = [p for p in planned if not p.unchanged]
    odd = {p.submission.iri: _unnumbered(p) for p in fresh if p.unnumbered is not None}
    numbered = [p for p in fresh if p.unnumbered is None]
    plans = {p.submission.iri: p.record for p in numbered if isinstance(p.record, Plan)}
    gaps = {p.submission.iri: p.record for p in numbered if isinstance(p.record, Gap)}
    revising = frozenset(p.submission.iri for p in numbered if p.current and not p.current.gone)
    matches = {p.submission.iri: p.record for p in numbered if isinstance(p.record, Match)}
    found = {
        **merging.refused(engine, matches),
        **broken_rules(engine, plans, revising),
        **unpublished(engine, gaps, revising),
        **odd,
    }
    return [_with(c, found[c.iri]) if c.iri in found else c for c in checked]


def _with(checked: GateResult, found: Iterable[Issue]) -> GateResult:
    return replace(checked, issues=(*checked.issues, *found))


def _unnumbered(planned: VersionedRecord) -> list[Issue]:
    message = (
        f"Its stored version is no whole number: {planned.unnumbered!r}, so no version can follow "
        "it. Number the stored versions 1, 2, 3, or remove the record from the store."
    )
    return [Issue(planned.submission.iri, "Version", "", message, "Violation", "")]


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


def _outcomes(pending: _PendingBatch, results: Mapping[str, GateResult]) -> list[Outcome]:
    planned: dict[int, list[VersionedRecord]] = {}
    for p in pending.planned:
        planned.setdefault(id(p.document), []).append(p)
    own = [planned.get(id(d), []) for d in pending.batch]
    outcomes = [_outcome(d, mine, results) for d, mine in zip(pending.batch, own, strict=True)]
    if any(names_others(type(p.record)) for p in pending.planned):
        while lost := _lost(pending, own, outcomes):
            before, outcomes = outcomes, [_without(o, lost) for o in outcomes]
            if outcomes == before:
                break
    return outcomes


def _lost(
    pending: _PendingBatch, own: Iterable[list[VersionedRecord]], outcomes: Iterable[Outcome]
) -> set[str]:
    """Return what a batch, which was judged as one, describes only in what is set aside of it."""
    refused: list[VersionedRecord] = []
    kept: list[VersionedRecord] = []
    for mine, outcome in zip(own, outcomes, strict=True):
        (refused if outcome.state == "set aside" else kept).extend(mine)
    gone = _described(refused) - _described(kept) if refused else set()
    return {iri for iri in gone if f"<{iri}> " not in pending.context}


def _described(planned: Iterable[VersionedRecord]) -> set[str]:
    return {str(s) for p in planned for s, _, _ in triples(p.record, p.version)}


def _without(outcome: Outcome, lost: set[str]) -> Outcome:
    """Return an outcome as waiting, where a record names what its batch does not store."""
    named = {iri for r in outcome.records for iri in references(r)} & lost
    if outcome.state not in STORED or not named:
        return outcome
    problem = RecordProblem("It names a record that is set aside.", value=min(named))
    return replace(
        outcome, state="set aside", problems=(problem,), records=(), changes=(), waits=True
    )


def _outcome(
    document: Document | Rejected,
    mine: Sequence[VersionedRecord],
    results: Mapping[str, GateResult],
) -> Outcome:
    if isinstance(document, Rejected):
        return Outcome(
            document.raw.source,
            "passed over" if document.passed_over else "set aside",
            document.format,
            document.raw,
            document.problems,
            passed_over=document.passed_over,
            cut_off=document.cut_off,
        )
    if not document.records:
        return Outcome(
            document.raw.source,
            "passed over",
            document.format,
            document.raw,
            warnings=document.warnings,
            fields=document.fields,
            passed_over="read with another file",
        )
    checked = [results[p.submission.iri] for p in mine if p.submission.iri in results]
    bad = [i for c in checked for i in c.issues if i.severity == "Violation"]
    mild = [i for c in checked for i in c.issues if i.severity != "Violation"]
    return Outcome(
        document.raw.source,
        "set aside" if bad else _state(mine),
        document.format,
        document.raw,
        problems=tuple(problem_of(i) for i in bad),
        warnings=(
            *document.warnings,
            *_withdrawn(mine),
            *_merged(mine),
            *(problem_of(i) for i in mild),
        ),
        records=() if bad else tuple(p.record for p in mine),
        changes=() if bad else tuple(p.change for p in mine),
        fields=document.fields,
        waits=bool(bad) and {i.shape for i in bad} <= REFERENCE_SHAPES,
    )


def _state(planned: Iterable[VersionedRecord]) -> State:
    found = {p.change.state for p in planned}
    return next((s for s in _FIRST if s in found), "unchanged")


_FIRST: tuple[State, ...] = ("revised", "new")


def _stored(
    planned: Iterable[VersionedRecord], outcomes: Iterable[Outcome]
) -> dict[str, StoredVersion]:
    """Return the new versions of what is not set aside, by series."""
    taken = {iri for o in outcomes if o.state in STORED for iri in o.iris}
    fresh = (p for p in planned if p.submission.iri in taken and not p.unchanged)
    return {str(series_iri(p.record.kind, p.record.id)): p.stored for p in fresh}


def _withdrawn(mine: Iterable[VersionedRecord]) -> Iterator[RecordProblem]:
    """Yield a warning for each record that is new from its source and stays withdrawn."""
    for decision, p in ((p.record.withdrawal, p) for p in mine if p.stays_withdrawn):
        if decision is not None:
            name = f"{p.record.kind}/{p.record.id}"
            yield RecordProblem(
                f"Withdrawn by {decision.by.name}: kept as a new version, still withdrawn.",
                name,
                decision.reason,
                f"To let it count again: evalgap reinstate {name} --by … --reason …, or "
                f"POST /api/v1/records/{name}/reinstatement.",
            )


def _merged(mine: Iterable[VersionedRecord]) -> Iterator[RecordProblem]:
    """Yield a warning for each thing that is stored under another name than the source gives."""
    for old in dict.fromkeys(iri for p in mine for iri in p.merged):
        name = path_below(old)
        yield RecordProblem(
            f"{name} was merged into another thing: stored under the name that is kept.",
            value=name,
            mend=f"To keep them apart: evalgap split {name} … --by … --reason …, or "
            "PUT /api/v1/matches with the decision reject.",
        )


def _lines(
    engine: Engine,
    planned: Sequence[VersionedRecord],
    results: Mapping[str, GateResult],
    outcomes: Sequence[Outcome],
    write: LogEntry | None,
) -> list[bytes]:
    """Return the N-Quads, with provenance, of what is imported."""
    stored = {iri for o in outcomes if o.state in STORED for iri in o.iris}
    now = datetime.now(UTC)
    says = merging.confirmed(engine).match if any(p.merged for p in planned) else {}
    lines = [
        results[p.submission.iri].nquads + _said_of(p, now, write, says).encode()
        for p in planned
        if p.submission.iri in stored and p.submission.iri in results
    ]
    copies = {p.document.raw.source: p.document.raw for p in planned if _is_copy(p)}
    names = (also_called(sha256(raw.data).hexdigest(), name) for name, raw in copies.items())
    moved = (renamings(p.renamed) for p in planned if p.unchanged and p.moved)
    return [*lines, *(said.encode() for said in chain(names, moved))]


def _is_copy(planned: VersionedRecord) -> bool:
    """Tell whether a record is stored as it is, from a file that has another name here."""
    return planned.document.copied and planned.unchanged


def _said_of(
    planned: VersionedRecord, now: datetime, write: LogEntry | None, says: Mapping[str, str]
) -> str:
    """Return the provenance of a version, and by which matches (`says`) it names what is kept."""
    record = planned.record
    origin = VersionOrigin(
        source=planned.document.raw.source,
        source_hash=sha256(planned.document.raw.data).hexdigest(),
        content_hash=planned.content_hash,
        loader=f"{planned.document.format}/{LOADER_VERSION}",
        recorded=now,
        revises=planned.revises.iri if planned.revises else None,
        renamed=planned.renamed,
        write=write,
    )
    graph = str(graph_iri(record.kind, record.id, planned.version))
    matches = [says[old] for old in planned.merged if old in says]
    return provenance(record.kind, record.id, planned.version, origin) + merging.note(
        graph, matches
    )
