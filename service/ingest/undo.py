"""An import is undone: what it added goes, and what it revised comes back, each as a new version.

Of an added record a tombstone is left, so that its name answers 410 and nothing counts it; a
revised one is said again as it was before. Nothing is removed, and all of it is one transaction. An
import is not undone where later versions or other records rest on what it stored: these are named.
"""
# DESIGN: undone-by-versions

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rdflib import URIRef
from typing_extensions import TypedDict

from loaders.mapping.iris import EGAP, PROV, PROVENANCE, path_below, series_iri
from loaders.model import Match, Plan
from service.access import LogEntry
from service.common.digits import plural
from service.common.problems import Conflict
from service.ingest import merging
from service.ingest.provenance import activity_iri
from service.ingest.stored_imports import (
    ImportedRecord,
    StoredImport,
    imported_records,
    stored_import,
)
from service.ingest.successors import (
    Successor,
    Version,
    batches,
    stored,
    tombstone,
)
from service.queries import internal
from service.records import repository
from service.store.port import Engine, Row
from service.validation.gate import Gate
from service.validation.plan_rules import broken_rules
from service.validation.validator import Issue

_NAMED = 20
"""How many of those that rest on an import a sentence names; the answer has all."""


RestoredRecord = TypedDict("RestoredRecord", {"record": str, "as": int})
"""A record, and the number of the earlier version that it says the same as."""
UndoingReport = TypedDict(
    "UndoingReport",
    {
        "import": StoredImport,
        "possible": bool,
        "gone": list[str],
        "back": list[RestoredRecord],
        "resting": list[str],
    },
)
"""What undoing an import does, and who rests on what it stored."""


@dataclass(frozen=True)
class Undoing:
    """What undoing an import does, and `resting`: who rests on what it stored, and how."""

    of: StoredImport
    gone: tuple[ImportedRecord, ...]
    back: tuple[ImportedRecord, ...]
    resting: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "import": self.of.document(),
            "possible": not self.resting,
            "gone": [r.last.name for r in self.gone],
            "back": [
                {"record": r.last.name, "as": r.before.number}
                for r in self.back
                if r.before is not None
            ],
            "resting": list(self.resting),
        }

    def sentence(self) -> str:
        """Return in words what it does."""
        gone = plural(self.gone, "record goes", "records go")
        return f"{gone}, {plural(self.back, 'is', 'are')} as before"


def undoing(engine: Engine, ident: str) -> Undoing:
    """Return what undoing an import would do. Raises `NotFound`, `Conflict` if it was undone."""
    of = stored_import(engine, ident)
    if of.undone is not None:
        raise Conflict(
            f"The import {of.id} was undone already, on {of.undone[:19].replace('T', ' ')} UTC. "
            "To have its records again, import its files again.",
            undone=of.undone,
            undone_by=of.undone_by,
        )
    records = imported_records(engine, of.id)
    added = tuple(r for r in records if r.before is None)
    revised = tuple(r for r in records if r.before is not None)
    resting = tuple(sorted({*_later(records), *_named(engine, records), *_rules(engine, revised)}))
    return Undoing(of, added, revised, resting)


def undo(engine: Engine, gate: Gate, ident: str, write: LogEntry) -> Undoing:
    """Undo an import, all of it or nothing, and return what was done.

    Raises as `undoing` does, `Conflict` with their names where others rest on what it stored, and
    `Invalid` where the shapes of today refuse a version that would come back.
    """
    found = undoing(engine, ident)
    if found.resting:
        more = len(found.resting) - _NAMED
        raise Conflict(
            f"The import {found.of.id} cannot be undone, since others rest on what it stored: "
            f"{'; '.join(found.resting[:_NAMED])}{f'; and {more} more' if more > 0 else ''}. "
            "Undo or withdraw these first, or withdraw single records.",
            resting=list(found.resting),
        )
    stones = [tombstone(r.last, r.classes, write.at) for r in found.gone]
    again, rests = _again(engine, found)
    stored(engine, gate, [*stones, *again], write, _said(found, write) + rests)
    merging.settle(engine, gate, write)
    return found


def _again(engine: Engine, found: Undoing) -> tuple[list[Successor], str]:
    """Return what comes back, under the names of today, and which matches that rests on."""
    own = {str(_series(r.last)) for r in chain(found.gone, found.back)}
    now = merging.confirmed(engine, without=own)
    again: list[Successor] = []
    rests: list[str] = []
    for last, before in ((r.last, r.before) for r in found.back if r.before):
        called = _called(engine, before) if before.name != last.name else {}
        new = last.numbered(last.number + 1)
        successor, said = merging.said_again(engine, before, new, now, called)
        again.append(successor)
        rests.append(said)
    return again, "".join(rests)


def _called(engine: Engine, version: Version) -> dict[str, str]:
    """Return the names in a version that were given up for ever, each with that of today."""
    terms = {o for _, _, o in engine.graph(str(version.graph)) if isinstance(o, URIRef)}
    rows = internal.rows(engine, "names-of-today", name=sorted(terms))
    return {str(row["name"]): str(row["new"]) for row in rows}


def _series(version: Version) -> URIRef:
    return series_iri(version.kind, version.ident)


def _said(found: Undoing, write: LogEntry) -> str:
    """Return, as N-Quads, that a write undoes an import and ends the versions it stored."""
    mine, theirs = activity_iri(write.id).n3(), activity_iri(found.of.id).n3()
    ended = (
        f"{r.last.graph.n3()} {_INVALIDATED} {mine} {PROVENANCE.n3()} .\n"
        for r in chain(found.gone, found.back)
    )
    again = (
        f"{r.last.numbered(r.last.number + 1).graph.n3()} {_ALTERNATE} {r.before.graph.n3()} "
        f"{PROVENANCE.n3()} .\n"
        for r in found.back
        if r.before
    )
    return "".join([f"{mine} {EGAP.undoes.n3()} {theirs} {PROVENANCE.n3()} .\n", *ended, *again])


_INVALIDATED, _ALTERNATE = PROV.wasInvalidatedBy.n3(), PROV.alternateOf.n3()


def _later(records: Iterable[ImportedRecord]) -> Iterator[str]:
    """Yield what stands on each record as a later version of it."""
    yield from (f"{r.last.name} ({r.later})" for r in records if r.later)


def _rules(engine: Engine, revised: Iterable[ImportedRecord]) -> Iterator[str]:
    """Yield the plans and matches that may not be again what they were before."""
    for old in (r.before for r in revised if r.before and r.before.kind in {Plan.kind, Match.kind}):
        held = repository.load(engine, old.kind, old.ident, old.number).record
        iri = str(old.iri)
        issues: Mapping[str, Sequence[Issue]] = {}
        if isinstance(held, Plan):
            issues = broken_rules(engine, {iri: held}, frozenset([iri]))
        elif isinstance(held, Match):
            issues = merging.refused(engine, {iri: held})
        yield from (f"{old.name} ({issue.message})" for issue in issues.get(iri, ()))


def _named(engine: Engine, records: Sequence[ImportedRecord]) -> Iterator[str]:
    """Yield the other current records that name what would go: a version, a record, a thing."""
    own = {str(_series(r.last)) for r in records}
    names = [v.iri for r in records for v in _versions(r)]
    names += [_series(r.last) for r in records if r.before is None]
    yield from map(_names, _others(engine, names, own))
    described = _things(engine, [r.last for r in records])
    stay = _things(engine, [r.before for r in records if r.before])
    renamed = _rows(engine, "names-of-today", map(URIRef, sorted(stay)))
    lost = described - stay - {str(row["new"]) for row in renamed}
    naming: dict[str, list[Row]] = {thing: [] for thing in lost}
    for row in _others(engine, map(URIRef, sorted(lost)), own):
        naming[str(row["name"])].append(row)
    for rows in naming.values():
        if not any(str(row["property"]).startswith(_DESCRIBES) for row in rows):
            yield from map(_names, rows)


_DESCRIBES = f"{EGAP}describes"


def _others(engine: Engine, names: Iterable[URIRef], own: Container[str]) -> Iterator[Row]:
    """Yield where others than these records name something; what was withdrawn rests on nothing."""
    for row in _rows(engine, "naming", names):
        if str(row["series"]) not in own and "withdrawn" not in row:
            yield row


def _versions(record: ImportedRecord) -> Iterator[Version]:
    """Yield the versions from the first of an import to that of today, under both names."""
    first, last = record.first, record.last
    begin = first.number if first.name == last.name else 1
    yield first
    yield from map(last.numbered, range(begin, last.number + 1))


def _names(row: Row) -> str:
    return f"{path_below(row['record'])} (it names {path_below(row['name'])})"


def _things(engine: Engine, versions: Iterable[Version]) -> set[str]:
    return {
        str(row["thing"])
        for some in batches(v.iri for v in versions)
        for row in internal.rows(engine, "described-by", version=some)
    }


def _rows(engine: Engine, query: str, names: Iterable[URIRef]) -> Iterator[Row]:
    for some in batches(names):
        yield from internal.rows(engine, query, name=some)
