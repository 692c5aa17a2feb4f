"""A store of an earlier release, brought up to date with nothing lost.

Ontology, shapes and shipped records become those of this program, and each current record with
replaced codes gets a new version in the codes of today; the versions before stay. Codes that may
mean several things stay, and are listed. All of it can be done again, and changes nothing then.
"""
# DESIGN: upgrade-on-request

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from rdflib import URIRef

from loaders.contract import Document, Raw
from loaders.mapping.iris import BASE
from loaders.model import RECORDS, Record, whole_number
from service.access import LogEntry
from service.common.problems import Problem
from service.ingest import renaming
from service.ingest.pipeline import ingest
from service.ingest.seeding import load_current, stored_version
from service.ontology import releases
from service.ontology.replaced import readings, replacements
from service.queries import internal
from service.records import repository
from service.store.port import Engine
from service.validation.gate import Gate


@dataclass(frozen=True)
class RecordWithCode:
    """A current record, by kind, id and version, and the IRI of an old code that it holds."""

    kind: str
    ident: str
    version: int
    code: str

    @property
    def name(self) -> str:
        """The record as its IRI names it, below `id/`."""
        return f"{self.kind}/{self.ident}/{self.version}"


@dataclass(frozen=True)
class UpgradeReport:
    """What an upgrade did to a store, or would do."""

    before: str | None
    """The version of the ontology that the store had; None where it had none."""
    after: str
    renewed: Counter[str]
    """New versions of records that the store had under their ids before, by kind: the shipped ones
    as they are now."""
    added: Counter[str]
    """Records that are shipped since, by kind."""
    codes: Counter[str]
    """The IRI of each old code to the number of records that no longer hold it."""
    moved: tuple[str, ...]
    """The new versions of records that held such a code."""
    left: tuple[tuple[str, str], ...]
    """Records that keep their old codes, with the reason: no shape allows the new version."""
    to_recode: tuple[RecordWithCode, ...]
    """Records with codes that a person has to decide on."""
    renamed: tuple[str, ...]
    """The new versions of records that 0.1 knew by another name, which leads there now."""
    waiting: Counter[str]
    """Records of 0.1 of which only their source says whether they have another name, by format."""

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return bool(
            self.before != self.after or self.renewed or self.added or self.moved or self.renamed
        )


def upgrade(
    engine: Engine, gate: Gate, *, seed: bool, tell: Callable[[str], None], write: LogEntry | None
) -> UpgradeReport:
    """Bring a store up to date and return what changed. Raises `Invalid` as seeding does."""
    before, known = stored_version(engine), _numbers(engine)
    load_current(engine, gate, seed=seed, tell=tell)
    shipped = _numbers(engine)
    tell("Moving codes")
    found = list(_with_codes(engine, replacements()))
    new, left = _move(engine, gate, found, write)
    tell("Renaming records of 0.1")
    names = renaming.due(engine, f"evalgap upgrade to ontology {releases.current()}")
    renamed = ingest(names.documents, engine, gate, write=write)
    return UpgradeReport(
        before,
        releases.current(),
        Counter(kind for (kind, i), n in shipped.items() if n > known.get((kind, i), n)),
        Counter(kind for kind, i in shipped.keys() - known.keys()),
        Counter(f.code for f in found if f.name not in dict(left)),
        new,
        left,
        tuple(_with_codes(engine, readings())),
        tuple(iri.removeprefix(f"{BASE}id/") for outcome in renamed for iri in outcome.iris),
        names.waiting,
    )


def _numbers(engine: Engine) -> dict[tuple[str, str], int]:
    """Return the number of the current version of each record, by kind and id."""
    rows = internal.rows(engine, "current-records")
    found = (_parsed(str(row["record"]), "") for row in rows)
    return {(f.kind, f.ident): f.version for f in found if f}


def _parsed(record: str, code: str) -> RecordWithCode | None:
    """Return a record by its IRI; None for one that no record of the model has."""
    kind, _, path = record.removeprefix(f"{BASE}id/").partition("/")
    ident, _, version = path.rpartition("/")
    number = whole_number(version)
    if number is None or kind not in RECORDS or not ident:
        return None
    return RecordWithCode(kind, ident, number, code)


def _with_codes(engine: Engine, codes: Iterable[str]) -> Iterator[RecordWithCode]:
    """Yield each current record with each of these codes that it holds."""
    names = [URIRef(code) for code in codes]
    for row in internal.rows(engine, "records-with", code=names) if names else ():
        if found := _parsed(str(row["record"]), str(row["code"])):
            yield found


def _move(
    engine: Engine, gate: Gate, found: Iterable[RecordWithCode], write: LogEntry | None
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Store records with their codes replaced; return the new versions, and what was left why."""
    names = {f.name: f for f in found}
    documents: list[Document] = []
    left: dict[str, str] = {}
    for name, record in names.items():
        try:
            stored = repository.load(engine, record.kind, record.ident, record.version)
            documents.append(_document(name, stored.record))
        except Problem as problem:
            left[name] = problem.detail
    new: list[str] = []
    for outcome in ingest(documents, engine, gate, write=write):
        new += [iri.removeprefix(f"{BASE}id/") for iri in outcome.iris]
        if outcome.problems:
            left[outcome.source.rpartition(" ")[2]] = outcome.problems[0].sentence()
    return tuple(new), tuple(sorted(left.items()))


def _document(name: str, record: Record) -> Document:
    """Return a record as made from the version that the store has; the way in moves its codes."""
    source = f"evalgap upgrade to ontology {releases.current()} of {name}"
    raw = Raw(source, record.model_dump_json().encode())
    return Document(raw, "evalgap", (record,))
