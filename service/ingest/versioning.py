"""Assign version numbers to the records of a document, and say what each revises."""
# DESIGN: versions-not-edits

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from rdflib import URIRef

from loaders.contract import Document, described
from loaders.mapping.iris import BASE, path_below, series_iri
from loaders.model import WITHDRAWN, Flag, Match, Plan, Record, Review, Thing, whole_number
from service.common.problems import Problem
from service.ingest.current_codes import in_current_codes
from service.ingest.report import RecordChange
from service.queries import internal
from service.records import repository
from service.records.merged import SAME, in_force, named_as_kept
from service.store.port import Engine
from service.validation.gate import Submission


@dataclass(frozen=True)
class StoredVersion:
    """The newest stored version of a record: its IRI, the hash of what its source says, its file.

    `label` is the version as the store has it: the store of another program may hold any text.
    `withdrawn`: a person took the record back; `gone`: nothing is left of it but that it was there.
    """

    iri: str
    label: str
    content_hash: str
    source: str
    withdrawn: bool = False
    gone: bool = False

    @property
    def version(self) -> int | None:
        """The version as a number; None where it is no whole number."""
        return whole_number(self.label)


@dataclass(frozen=True)
class VersionedRecord:
    """A record of a document, with what storing it would mean."""

    document: Document
    record: Record
    version: int
    content_hash: str
    current: StoredVersion | None
    moved: StoredVersion | None = None
    """The newest version under the name that it had before, where it has another now."""
    merged: tuple[str, ...] = ()
    """The IRIs of things that its source names, and that are stored under the names kept."""

    @cached_property
    def submission(self) -> Submission:
        """The record as it asks to be stored."""
        return Submission(self.record, self.version)

    @property
    def change(self) -> RecordChange:
        """What storing it does."""
        before, iri = self.revises, self.submission.iri
        if before is None or before.gone:
            return RecordChange(iri, "new")
        if self.unchanged:
            return RecordChange(iri, "unchanged")
        return RecordChange(iri, "revised", before.iri, before.source)

    @property
    def revises(self) -> StoredVersion | None:
        """The version before it, under this name or the one before."""
        return self.current or self.moved

    @property
    def renamed(self) -> list[tuple[str, str]]:
        """The names that are given up for this record, each with the one that follows it.

        Where it is stored under its new name already, the version under the old one is among them.
        """
        if self.moved is None:
            return []
        old, new, record = self.document.formerly, self.document.ident, self.record
        named = [(record.kind, record.id)]
        named += [(v.kind, v.id) for _, v in record if isinstance(v, Thing) and new in v.id]
        pairs = ((series_iri(k, i.replace(new, old)), series_iri(k, i)) for k, i in named)
        versions = [(self.moved.iri, self.submission.iri)] if self.current else []
        return [*((str(before), str(now)) for before, now in pairs), *versions]

    @property
    def stored(self) -> StoredVersion:
        """The version as it is once it is stored."""
        return StoredVersion(
            self.submission.iri,
            str(self.version),
            self.content_hash,
            self.document.raw.source,
            self.record.withdrawal is not None,
        )

    @property
    def unnumbered(self) -> str | None:
        """The stored version, if it is no whole number, so that none can follow it."""
        return self.current.label if self.current and self.current.version is None else None

    @property
    def unchanged(self) -> bool:
        """Whether the store already holds exactly this, under a number."""
        known = self.current
        return known is not None and known.version is not None and known.version == self.version

    @property
    def stays_withdrawn(self) -> bool:
        """Whether this is new from its source, of a record that a person has withdrawn."""
        return not self.unchanged and self.revises is not None and self.revises.withdrawn


def plan(
    documents: Sequence[Document], engine: Engine, ahead: Mapping[str, StoredVersion]
) -> list[VersionedRecord]:
    """Return every record of the documents with its version, and the card versions they name.

    Old codes that others say exactly are moved to those, and things that were merged are called by
    the names that are kept; the hash is of what the source says. `ahead` are versions by series
    that a dry run would have stored by now.
    """
    records = [(d, r) for d in documents for r in d.records]
    keys = {str(series_iri(r.kind, r.id)) for _, r in records}
    keys |= {about for _, r in records if (about := _about(r))}
    keys |= {former for d, r in records if (former := _former(d, r))}
    stored = current_versions(engine, keys) | {k: ahead[k] for k in keys if k in ahead}
    found = (_planned(d, r, stored, engine) for d, r in records)
    kept = in_force(engine)
    planned = [_as_kept(_withdrawn_still(p, engine), kept) for p in found]
    versions = {iri: c.version for iri, c in stored.items() if c.version is not None}
    versions |= {str(series_iri(p.record.kind, p.record.id)): p.version for p in planned}
    return [_naming_versions(p, versions) for p in planned]


def _former(document: Document, record: Record) -> str:
    """Return the series that a record was when its document had another identity, if it had."""
    if not document.formerly:
        return ""
    ident = record.id.replace(document.ident, document.formerly)
    return str(series_iri(record.kind, ident))


def _planned(
    document: Document, given: Record, stored: Mapping[str, StoredVersion], engine: Engine
) -> VersionedRecord:
    current = stored.get(str(series_iri(given.kind, given.id)))
    moved = stored.get(_former(document, given))
    record = in_current_codes(given)
    beyond = _beyond(document, given)
    content_hash = hash_of(record, beyond)
    newest = current.version if current else None
    if current is None or newest is None:
        return VersionedRecord(document, record, 1, content_hash, current, moved)
    taken_back = record.withdrawal is not None and not current.withdrawn
    if (
        not beyond
        and content_hash != current.content_hash
        and (_ordered_hash(record) == current.content_hash or _is_stored(record, newest, engine))
    ):
        content_hash = current.content_hash
    version = newest + (current.content_hash != content_hash or taken_back)
    return VersionedRecord(document, record, version, content_hash, current, moved)


def _withdrawn_still(planned: VersionedRecord, engine: Engine) -> VersionedRecord:
    """Return what a source gives of a withdrawn record as withdrawn, by the stored decision."""
    before, record = planned.revises, planned.record
    if before is None or not before.withdrawn:
        return planned
    path, _, version = path_below(before.iri).rpartition("/")
    kind, _, ident = path.partition("/")
    stood = repository.load(engine, kind, ident, whole_number(version)).record.withdrawal
    status = record.withdrawal.status if record.withdrawal else record.status
    decision = stood and stood.model_copy(update={"status": status})
    still = {"status": WITHDRAWN, "withdrawal": decision, "reinstatement": None}
    return replace(planned, record=record.model_copy(update=still))


def _is_stored(record: Record, version: int, engine: Engine) -> bool:
    """Tell whether a stored version reads as this record, whatever its first file looked like.

    So it does where an upgrade brought in the current codes and the file still has the old ones,
    and where the file is an export, which says what is known of the things that a record names.
    """
    try:
        stored = repository.load(engine, record.kind, record.id, version).record
    except Problem:
        return False
    return hash_of(record) == hash_of(stored)


def _as_kept(planned: VersionedRecord, kept: Mapping[str, str]) -> VersionedRecord:
    """Return a record that names what is kept in the place of what was merged into it."""
    record = planned.record
    if not kept or planned.unchanged or (isinstance(record, Match) and record.relation == SAME):
        return planned
    named, met = named_as_kept(record, kept)
    return replace(planned, record=named, merged=met) if met else planned


def _beyond(document: Document, record: Record) -> str:
    """Return the digest of what the source of a card says and no record could hold, if any."""
    fields = document.fields
    return fields.beyond if fields and record is described(document.records) else ""


def hash_of(record: Record, beyond: str = "") -> str:
    """Return the SHA-256 of what the source of a record says; the order of its lists says nothing.

    A graph has no order: where one matters, the model has a field for it. What a person decided
    since is left out, so a withdrawn record is unchanged while its source is. `beyond` is a digest
    of what the source says and the record could not hold.
    """
    said = _unordered(_by_source(record))
    return sha256((json.dumps(said, ensure_ascii=False) + beyond).encode()).hexdigest()


def _ordered_hash(record: Record) -> str:
    """Return the hash that 0.1 gave a record, in which lists have an order."""
    said = json.dumps(_by_source(record), ensure_ascii=False, separators=(",", ":"))
    return sha256(said.encode()).hexdigest()


def _by_source(record: Record) -> dict[str, Any]:
    """Return a record as JSON, as its source gives it: without the decision to withdraw it."""
    said = record
    if record.withdrawal is not None:
        said = record.model_copy(update={"status": record.withdrawal.status or record.status})
    without = {"withdrawal", "reinstatement"}
    # so that the hash of what does not use them is what it was before there were these fields
    without |= {name for name in _ADDED if not getattr(record, name, None)}
    return said.model_dump(mode="json", exclude=without)


_ADDED = ("also_says", "model_identifier", "harness_version")
"""Fields that records did not have in 0.1."""


def _unordered(value: Any) -> Any:
    """Return a JSON value with every list sorted; it may be the same object."""
    if isinstance(value, dict):
        for key, item in value.items():
            if item and isinstance(item, (dict, list)):  # of millions of values, few are
                value[key] = _unordered(item)
        return value
    if isinstance(value, list):
        if set(map(type, value)) == {str}:
            return sorted(value)
        items = [_unordered(item) for item in value]
        return sorted(items, key=_order_of(items)) if len(items) > 1 else items
    return value


def _order_of(items: list[Any]) -> Callable[[Any], str]:
    """Return a key by which values sort as their JSON does.

    For objects that differ in the text of their first field it is that text: where JSON texts that
    begin alike differ first. It has not all of each written to be compared.
    """
    if all(isinstance(item, dict) and item for item in items):
        firsts = [next(iter(item.items())) for item in items]
        texts = {text for _, text in firsts if type(text) is str}
        if len({name for name, _ in firsts}) == 1 and len(texts) == len(items):
            return _first_text
    return json.dumps


def _first_text(item: dict[str, Any]) -> str:
    return json.dumps(next(iter(item.values())))


def current_versions(engine: Engine, series: Iterable[str]) -> dict[str, StoredVersion]:
    """Return the newest stored version of each series that has one."""
    rows = internal.rows(engine, "current-contents", series=map(URIRef, sorted(series)))
    return {
        str(row["series"]): StoredVersion(
            str(row["record"]),
            str(row["version"]),
            str(row["content"]),
            str(row.get("file", "")),
            "withdrawal" in row,
            "tombstone" in row,
        )
        for row in rows
    }


def _about(record: Record) -> str:
    """Return the series of versions that a record is about, where it names one; else nothing."""
    if isinstance(record, Review | Plan):
        return str(series_iri("card", record.card))
    return f"{BASE}id/{record.figure}" if isinstance(record, Flag) else ""


def _naming_versions(planned: VersionedRecord, versions: Mapping[str, int]) -> VersionedRecord:
    record = _resolved(planned.record, versions)
    return planned if record is planned.record else replace(planned, record=record)


def _resolved(record: Record, versions: Mapping[str, int]) -> Record:
    """Return a review, plan or flag with the version of what it is about filled in."""
    known = versions.get(_about(record))
    if known is None:
        return record
    if isinstance(record, Flag):
        return record.model_copy(update={"figure": f"{record.figure}/{known}"})
    assert isinstance(record, Review | Plan)  # noqa: S101 - nothing else is about a series
    card = f"{record.card}/{known}"
    if isinstance(record, Plan):
        return record.model_copy(update={"card": card})
    assessments = tuple(
        a.model_copy(update={"assumption": f"{card}/{a.dimension}"}) for a in record.assessments
    )
    return record.model_copy(update={"card": card, "assessments": assessments})
