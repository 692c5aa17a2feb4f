"""An import is undone: what it added goes, and what it revised comes back, each as a new version.

Of an added record a tombstone is left, so that its name answers 410 and nothing counts it; a
revised one is said again as it was before. Nothing is removed, and all of it is one transaction. An
import is not undone where later versions or other records rest on what it stored: these are named.
"""
# DESIGN: undone-by-versions

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from rdflib import URIRef

from loaders.mapping.iris import EGAP, PROV, PROVENANCE, path_below, series_iri
from loaders.model import Match, Plan
from service.access import LogEntry
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
    repeated,
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
        return f"{len(self.gone):,} records go, {len(self.back):,} are as before"


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
    dead = _tombstones(engine, [r.before for r in records if r.before])
    added = tuple(r for r in records if r.before is None or str(r.before.iri) in dead)
    revised = tuple(r for r in records if r not in added)
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
    dead = _tombstones(engine, [r.before for r in found.gone if r.before])
    stones = (
        tombstone(r.last, dead[str(r.before.iri)] if r.before else r.classes, write.at)
        for r in found.gone
    )
    again = (repeated(engine, r.before, r.last.number + 1) for r in found.back if r.before)
    successors: Sequence[Successor] = [*stones, *again]
    stored(engine, gate, successors, write, _said(found, write))
    merging.settle(engine, gate, write)
    return found


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
    """Yield what stands on each record as a later version of it, or leads to it for ever."""
    yield from (f"{r.last.name} ({r.later})" for r in records if r.later)
    yield from (f"{r.last.name} (the name {r.former} leads to it)" for r in records if r.former)


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
    own = {str(series_iri(r.last.kind, r.last.ident)) for r in records}
    names = [URIRef(f"{r.last.iri.rpartition('/')[0]}/{n}") for r in records for n in _numbers(r)]
    names += [series_iri(r.last.kind, r.last.ident) for r in records if r.before is None]
    for row in _rows(engine, "naming", names):
        if str(row["series"]) not in own:
            yield _names(row)
    described = _things(engine, [r.last for r in records])
    lost = described - _things(engine, [r.before for r in records if r.before])
    naming: dict[str, list[Row]] = {thing: [] for thing in lost}
    for row in _rows(engine, "naming", map(URIRef, sorted(lost))):
        if str(row["series"]) not in own:
            naming[str(row["name"])].append(row)
    for rows in naming.values():
        if not any(str(row["property"]).startswith(_DESCRIBES) for row in rows):
            yield from map(_names, rows)


_DESCRIBES = f"{EGAP}describes"


def _numbers(record: ImportedRecord) -> range:
    return range(record.first.number, record.last.number + 1)


def _names(row: Row) -> str:
    return f"{path_below(row['record'])} (it names {path_below(row['name'])})"


def _things(engine: Engine, versions: Iterable[Version]) -> set[str]:
    return {
        str(row["thing"])
        for some in batches(v.iri for v in versions)
        for row in internal.rows(engine, "described-by", version=some)
    }


def _tombstones(engine: Engine, versions: Iterable[Version]) -> Mapping[str, set[URIRef]]:
    """Return those of the versions that are tombstones, with the classes that the records had."""
    found: dict[str, set[URIRef]] = {}
    for some in batches(v.iri for v in versions):
        for row in internal.rows(engine, "tombstones-among", version=some):
            found.setdefault(str(row["version"]), set()).add(URIRef(str(row["class"])))
    return found


def _rows(engine: Engine, query: str, names: Iterable[URIRef]) -> Iterator[Row]:
    for some in batches(names):
        yield from internal.rows(engine, query, name=some)
