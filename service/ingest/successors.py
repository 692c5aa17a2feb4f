"""New versions that no source gives: a stored version said again, changed or not, or a tombstone.

A withdrawal, its lifting and an import that is undone make versions of what is stored already. A
version that is said again keeps the file, the hash of the content and the loader of the one that it
repeats, so the next import from that file finds its own record. All of them become one transaction,
after the shapes have judged what they say.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import islice
from types import MappingProxyType
from typing import TypeVar

from rdflib import RDF, XSD, Literal, URIRef
from rdflib.term import Node

from loaders.mapping.fields import is_thing
from loaders.mapping.iris import AS, BASE, DCAT, EGAP, THINGS, graph_iri, record_iri, series_iri
from loaders.mapping.nquads import nquads
from loaders.mapping.write import Triple
from service.access import LogEntry
from service.common.problems import Invalid
from service.ingest.provenance import VersionOrigin, activity, provenance, software
from service.queries import internal
from service.records.references import described
from service.store.port import Engine
from service.validation.gate import Gate

_Item = TypeVar("_Item")
_TOGETHER = 200
"""Versions judged at once, and graphs looked up by one query."""


@dataclass(frozen=True)
class Version:
    """One version of a record, by kind, id and number."""

    kind: str
    ident: str
    number: int

    @property
    def name(self) -> str:
        """The record, as its IRI names it below `id/`."""
        return f"{self.kind}/{self.ident}"

    @property
    def iri(self) -> URIRef:
        """The IRI of this version."""
        return record_iri(self.kind, self.ident, self.number)

    @property
    def graph(self) -> URIRef:
        """The graph that holds it."""
        return graph_iri(self.kind, self.ident, self.number)

    def numbered(self, number: int) -> "Version":
        """Return another version of the same record."""
        return Version(self.kind, self.ident, number)


@dataclass(frozen=True)
class Successor:
    """A version to be stored: what it says, and which stored version it repeats, if any."""

    version: Version
    triples: Sequence[Triple] = field(repr=False)
    repeats: Version | None = None


@dataclass(frozen=True)
class _Source:
    """Where a stored version comes from, as its provenance says."""

    file: str
    sha256: str
    content: str
    loader: str


def repeated(  # noqa: PLR0913, PLR0917 - the last three are seldom given
    engine: Engine,
    old: Version,
    new: Version,
    instead: Sequence[Triple] = (),
    without: Container[Node] = (),
    called: Mapping[str, str] = MappingProxyType({}),
) -> Successor:
    """Return what a stored version says as a new one.

    A statement of `instead` takes the place of those that `old` makes with its property. The parts
    `without` are left out. What has another name in `called` has that one.
    """
    names = {str(old.iri): str(new.iri), str(old.graph): str(new.graph)}

    def renamed(term: Node) -> Node:
        text = str(term)
        if isinstance(term, URIRef) and text in called:
            return URIRef(called[text])
        for before, after in names.items():
            if isinstance(term, URIRef) and (text == before or text.startswith(f"{before}/")):
                return URIRef(after + text[len(before) :])
        return term

    replaced = {DCAT.version, *(p for s, p, _ in instead if s == new.iri)}
    kept = [
        (renamed(s), p, renamed(o))
        for s, p, o in engine.graph(str(old.graph))
        if not (s == old.iri and p in replaced) and s not in without and o not in without
    ]
    number_of = (new.iri, DCAT.version, Literal(str(new.number)))
    said = dict.fromkeys([*kept, number_of, *instead])  # two things may have one name now
    return Successor(new, [*said], old)  # type: ignore[list-item]


def tombstone(old: Version, former: Iterable[URIRef], now: datetime) -> Successor:
    """Return what is left of a record whose current version is `old`: it was there, of a class."""
    number = old.number + 1
    new = old.numbered(number)
    said: list[Triple] = [
        (new.iri, RDF.type, AS.Tombstone),
        *((new.iri, AS.formerType, cls) for cls in former),
        (new.iri, AS.deleted, Literal(now.isoformat(), datatype=XSD.dateTime)),
        (new.iri, DCAT.isVersionOf, series_iri(old.kind, old.ident)),
        (new.iri, DCAT.version, Literal(str(number))),
        (new.iri, EGAP.recordedIn, new.graph),
    ]
    return Successor(new, said)


def stored(
    engine: Engine,
    gate: Gate,
    successors: Sequence[Successor],
    write: LogEntry,
    also: str = "",
) -> None:
    """Store versions in one transaction, with their provenance and what is `also` said (N-Quads).

    Each follows the version before it. Raises `Invalid` where the shapes refuse one.
    """
    engine.commit(judged_lines(engine, gate, successors, write) + also)


def judged_lines(
    engine: Engine, gate: Gate, successors: Sequence[Successor], write: LogEntry
) -> str:
    """Return versions with their provenance as N-Quads. Raises `Invalid` as `stored` does."""
    judge(engine, gate, successors)
    sources = _sources(engine, [s.repeats for s in successors if s.repeats])
    lines = [software(), activity(write)]
    for each in successors:
        before = sources.get(str(each.repeats.graph)) if each.repeats else None
        said = _lines(each)
        lines += [said, _provenance(each.version, sha256(said.encode()).hexdigest(), before, write)]
    return "".join(lines)


def judge(engine: Engine, gate: Gate, successors: Sequence[Successor]) -> None:
    """Raise `Invalid` with every problem where the shapes refuse a version."""
    for batch in batches(successors):
        subjects = {str(s) for each in batch for s, _, _ in each.triples}
        named = {str(o) for each in batch for _, _, o in each.triples if isinstance(o, URIRef)}
        touched = {str(each.version.graph) for each in batch}
        context = described(engine, subjects | named, touched)
        issues = gate.judge("".join(map(_lines, batch)).encode(), context)
        bad = [i for i in issues if i.severity == "Violation" and i.focus in subjects]
        if bad:
            raise Invalid(
                f"The shapes refuse {bad[0].focus.removeprefix(f'{BASE}id/')}: {bad[0].message}",
                problems=[
                    {"node": i.focus, "field": i.field or None, "message": i.message} for i in bad
                ],
            )


def _lines(successor: Successor) -> str:
    """Return a version as N-Quads: what it says of shared things goes where these are described."""
    things = [t for t in successor.triples if is_thing(str(t[0]))]
    own = [t for t in successor.triples if not is_thing(str(t[0]))]
    return nquads(own, successor.version.graph.n3()) + nquads(things, THINGS.n3())


def _provenance(version: Version, digest: str, before: _Source | None, write: LogEntry) -> str:
    source = before or _Source(f"{write.operation} of {version.name}", digest, digest, "evalgap/0")
    origin = VersionOrigin(
        source=source.file,
        source_hash=source.sha256,
        content_hash=source.content,
        loader=source.loader,
        recorded=write.at,
        revises=str(version.numbered(version.number - 1).iri),
        renamed=(),
        write=write,
    )
    return provenance(version.kind, version.ident, version.number, origin)


def _sources(engine: Engine, versions: Iterable[Version]) -> dict[str, _Source]:
    """Return where stored versions come from, by their graph; one loaded without has none."""
    found: dict[str, _Source] = {}
    for some in batches(v.graph for v in versions):
        for row in internal.rows(engine, "version-origins", graph=some):
            said = {name: str(term) for name, term in row.items()}
            found.setdefault(said.pop("graph"), _Source(**said))
    return found


def batches(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """Yield items some at a time, as many as one query or one judgement takes."""
    rest = iter(items)
    while some := list(islice(rest, _TOGETHER)):
        yield some
