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
from loaders.model import Plan, Record, Review
from loaders.registry import LOADER_VERSION
from service.analysis.plan import moved
from service.engines.base import Engine
from service.gate import Candidate, Checked, Gate
from service.mapping.fields import references
from service.outcome import Outcome, State, problem_of
from service.provenance import Origin, provenance
from service.references import known
from service.repository import load
from service.shacl import Issue
from service.vocab import DCAT, DCTERMS, EGAP, series_iri

BATCH = 100
"""Records checked and committed together."""


REFERENCE_SHAPES = frozenset(
    {
        "review-card", "review-deployment", "review-own-card", "plan-card", "plan-deployment",
        "gap-benchmark", "gap-deployment",
    }
)  # fmt: skip
"""The shapes that fail when another record is not there, perhaps only not there yet."""


@dataclass(frozen=True)
class Current:
    """The newest stored version of a record, and the hash of its content."""

    version: int
    content: str


@dataclass(frozen=True)
class Planned:
    """A record of a document, with what storing it would mean."""

    document: Document
    record: Record
    version: int
    content: str
    current: Current | None

    @property
    def candidate(self) -> Candidate:
        """The record as it asks to be stored."""
        return Candidate(self.record, self.version)

    @property
    def unchanged(self) -> bool:
        """Whether the store already holds exactly this."""
        return self.current is not None and self.current.content == self.content


def ingest(
    documents: Iterable[Document | Rejected], engine: Engine, gate: Gate, *, dry_run: bool = False
) -> Iterator[Outcome]:
    """Store documents batch by batch and yield one outcome per document, in order.

    With `dry_run` everything is checked and nothing is stored.
    """
    early: list[Document | Rejected] = []
    for document, outcome in _pass(documents, engine, gate, dry_run=dry_run):
        if outcome.waits:
            early.append(document)
        else:
            yield outcome
    # a review may stand before the card it is about: what missed something gets one more try
    for _, outcome in _pass(early, engine, gate, dry_run=dry_run):
        yield outcome


def _pass(
    documents: Iterable[Document | Rejected], engine: Engine, gate: Gate, *, dry_run: bool
) -> Iterator[tuple[Document | Rejected, Outcome]]:
    waiting: deque[_Flight] = deque()
    for batch in _batches(documents):
        while waiting and (len(waiting) >= _IN_FLIGHT or _touches(batch, waiting)):
            yield from _land(waiting.popleft(), engine, dry_run=dry_run)
        waiting.append(_start(batch, engine, gate))
    while waiting:
        yield from _land(waiting.popleft(), engine, dry_run=dry_run)


_IN_FLIGHT = 3
"""Batches that may be with the gate while earlier ones are still being committed."""

_Batch = list[Document | Rejected]


@dataclass(frozen=True)
class _Flight:
    """A batch on its way through the gate."""

    batch: _Batch
    planned: list[Planned]
    checked: "Future[list[Checked]]"


def _start(batch: _Batch, engine: Engine, gate: Gate) -> _Flight:
    planned = _plan([d for d in batch if isinstance(d, Document)], engine)
    fresh = [p for p in planned if not p.unchanged]
    context = known(engine, {iri for p in fresh for iri in references(p.record)})
    return _Flight(batch, planned, gate.submit([p.candidate for p in fresh], context))


def _land(
    flight: _Flight, engine: Engine, *, dry_run: bool
) -> Iterator[tuple[Document | Rejected, Outcome]]:
    found = (_kept(engine, p) for p in flight.planned)
    stopped = {i.focus: i for issues in found for i in issues}
    results = {c.candidate.iri: _with(c, stopped) for c in flight.checked.result()}
    outcomes = [_outcome(d, flight.planned, results) for d in flight.batch]
    if not dry_run:
        _commit(engine, flight.planned, results, outcomes)
    return zip(flight.batch, outcomes, strict=True)


def _kept(engine: Engine, planned: Planned) -> list[Issue]:
    """Return what a new version of a plan may not change: the threshold of a recorded result."""
    if not isinstance(planned.record, Plan) or planned.current is None or planned.unchanged:
        return []
    stored = load(engine, "plan", planned.record.id).record
    steps = moved(stored, planned.record) if isinstance(stored, Plan) else []
    words = (
        "The threshold of step {} was fixed before its result and stays. Leave both as they are, "
        "or waive the step with a reason."
    )
    iri = planned.candidate.iri
    return [Issue(iri, f"step {n}", "", words.format(n), "Violation", "") for n in steps]


def _with(checked: Checked, further: Mapping[str, Issue]) -> Checked:
    issue = further.get(checked.candidate.iri)
    return replace(checked, issues=(*checked.issues, issue)) if issue else checked


def _touches(batch: _Batch, waiting: Iterable[_Flight]) -> bool:
    """Tell whether a batch must see what is still on its way: the same or other records."""
    kinds = {r.kind for d in batch if isinstance(d, Document) for r in d.records}
    ahead = {n for flight in waiting for d in flight.batch for n in _names(d)}
    return kinds != {"card"} or any(_names(d) & ahead for d in batch)


def _names(document: Document | Rejected) -> set[tuple[str, str]]:
    return {(r.kind, r.id) for r in document.records} if isinstance(document, Document) else set()


def _batches(documents: Iterable[Document | Rejected]) -> Iterator[_Batch]:
    """Cut into batches of about `BATCH` records, none with the same record twice."""
    batch: _Batch = []
    seen: set[tuple[str, str]] = set()
    for document in documents:
        names = _names(document)
        if batch and (len(seen) + len(names) > BATCH or seen & names):
            yield batch
            batch, seen = [], set()
        batch.append(document)
        seen |= names
    if batch:
        yield batch


def _plan(documents: Sequence[Document], engine: Engine) -> list[Planned]:
    records = [(d, r) for d in documents for r in d.records]
    wanted = {str(series_iri(r.kind, r.id)) for _, r in records}
    wanted |= {str(series_iri("card", r.card)) for _, r in records if isinstance(r, Review | Plan)}
    stored = current_versions(engine, wanted)
    contents = [sha256(r.model_dump_json().encode()).hexdigest() for _, r in records]
    planned = [
        _planned(d, r, content, stored.get(str(series_iri(r.kind, r.id))))
        for (d, r), content in zip(records, contents, strict=True)
    ]
    versions = {iri: c.version for iri, c in stored.items()}
    versions |= {str(series_iri(p.record.kind, p.record.id)): p.version for p in planned}
    return [replace(p, record=_resolved(p.record, versions)) for p in planned]


def _planned(document: Document, record: Record, content: str, current: Current | None) -> Planned:
    if current is None:
        return Planned(document, record, 1, content, None)
    version = current.version + (current.content != content)
    return Planned(document, record, version, content, current)


def current_versions(engine: Engine, series: Iterable[str]) -> dict[str, Current]:
    """Return the newest stored version of each series that has one."""
    values = " ".join(f"<{iri}>" for iri in sorted(series))
    rows = engine.select(f"""
        SELECT ?series ?version ?content WHERE {{
          VALUES ?series {{ {values} }}
          ?record <{DCAT.isVersionOf}> ?series ; <{DCAT.version}> ?version ;
            <{EGAP.recordedIn}>/<{EGAP.contentHash}> ?content .
          FILTER NOT EXISTS {{ ?record <{DCTERMS.isReplacedBy}> ?newer }} }}""")
    return {
        str(row["series"]): Current(int(str(row["version"])), str(row["content"])) for row in rows
    }


def _resolved(record: Record, versions: Mapping[str, int]) -> Record:
    """Return a review or plan with the version of the card it is about filled in."""
    if not isinstance(record, Review | Plan):
        return record
    known = versions.get(str(series_iri("card", record.card)))
    if known is None:
        return record
    card = f"{record.card}/{known}"
    if isinstance(record, Plan):
        return record.model_copy(update={"card": card})
    assessments = tuple(
        a.model_copy(update={"assumption": f"{card}/{a.dimension}"}) for a in record.assessments
    )
    return record.model_copy(update={"card": card, "assessments": assessments})


def _outcome(
    document: Document | Rejected, planned: Sequence[Planned], results: Mapping[str, Checked]
) -> Outcome:
    if isinstance(document, Rejected):
        return Outcome(
            document.raw.source, "set aside", raw=document.raw, problems=document.problems
        )
    mine = [p for p in planned if p.document is document]
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


def _commit(
    engine: Engine,
    planned: Sequence[Planned],
    results: Mapping[str, Checked],
    outcomes: Sequence[Outcome],
) -> None:
    stored = {iri for o in outcomes if o.state == "imported" for iri in o.iris}
    now = datetime.now(UTC)
    lines = [
        results[p.candidate.iri].nquads + provenance(p.candidate, _origin(p, now))
        for p in planned
        if p.candidate.iri in stored and p.candidate.iri in results
    ]
    if lines:
        engine.commit("".join(lines))


def _origin(planned: Planned, now: datetime) -> Origin:
    return Origin(
        source=planned.document.raw.source,
        source_hash=sha256(planned.document.raw.data).hexdigest(),
        content_hash=planned.content,
        loader=f"{planned.document.format}/{LOADER_VERSION}",
        recorded=now,
        revises=planned.current.version if planned.current else None,
    )
