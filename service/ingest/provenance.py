"""Who recorded each graph, when, from which file, and which version it replaces (PROV).

Said once about each named graph, in `graph/provenance`, which only ever grows: a version is
superseded by a new statement about it, never by a change to it. A write is an activity of the
token that did it, under the name that it has in the log of writes: it generates the graphs of new
versions of records, and influences graphs that updates and the Graph Store Protocol change.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rdflib import RDF, XSD, URIRef

from loaders.mapping.iris import (
    BASE,
    DCTERMS,
    EGAP,
    PROV,
    PROVENANCE,
    SCHEMA,
    graph_iri,
    record_iri,
)
from loaders.mapping.nquads import quoted
from service.access import LogEntry
from service.common.resources import VERSION


@dataclass(frozen=True)
class VersionOrigin:
    """Where one version of a record comes from. Hashes are SHA-256 in hexadecimal."""

    source: str
    source_hash: str
    content_hash: str
    loader: str
    recorded: datetime
    revises: str | None
    """The version that it replaces, by its IRI."""
    renamed: Sequence[tuple[str, str]]
    """Names that are given up for others, as IRIs."""
    write: LogEntry | None


def provenance(kind: str, ident: str, version: int, origin: VersionOrigin) -> str:
    """Return the provenance of one version of a record as N-Quads."""
    return "".join(f"{s} {p} {o}{_END}" for s, p, o in _statements(kind, ident, version, origin))


def software() -> str:
    """Return what is said of this program, once a transaction, as N-Quads."""
    said = ((RDF.type, f"<{PROV.SoftwareAgent}>"), (SCHEMA.name, quoted(f"EvalGap {VERSION}")))
    return "".join(f"{_SOFTWARE} <{p}> {o}{_END}" for p, o in said)


def activity(write: LogEntry) -> str:
    """Return what is said of a write, once a transaction, as N-Quads.

    The graph is public, so it names the token, but no user of this machine and no address.
    """
    return "".join(f"{s} {p} {o}{_END}" for s, p, o in _activity(write))


def influenced(write: LogEntry, graphs: Iterable[str]) -> str:
    """Return that a write changed graphs, as N-Quads; the default graph has no name."""
    mine = activity_iri(write.id)
    changed = (f"<{graph}> <{PROV.wasInfluencedBy}> <{mine}>{_END}" for graph in graphs if graph)
    return activity(write) + "".join(changed)


def also_called(data_hash: str, name: str) -> str:
    """Return that a file with this SHA-256 has a further name, as N-Quads."""
    return f"<{BASE}id/source/{data_hash}> {_NAME} {quoted(name)}{_END}"


def renamings(names: Iterable[tuple[str, str]]) -> str:
    """Return that each of these IRIs is followed by another, as N-Quads.

    DESIGN: names-for-ever
    """
    return "".join(f"<{old}> {_REPLACED_BY} <{new}>{_END}" for old, new in names)


def activity_iri(write: str) -> URIRef:
    """Return the IRI of the activity that a write with this id is."""
    return URIRef(f"{BASE}id/activity/{write}")


def _activity(write: LogEntry) -> Iterator[tuple[str, str, str]]:
    mine = f"<{activity_iri(write.id)}>"
    yield mine, _TYPE, f"<{PROV.Activity}>"
    yield mine, _NAME, quoted(write.operation)
    yield mine, f"<{PROV.startedAtTime}>", f'"{write.at.isoformat()}"{_TIME}'
    if write.token is not None:
        agent = f"<{BASE}id/token/{write.token}>"
        yield mine, f"<{PROV.wasAssociatedWith}>", agent
        yield agent, _TYPE, f"<{PROV.Agent}>"
        yield agent, _NAME, quoted(write.token)


_END = f" {PROVENANCE.n3()} .\n"
_SOFTWARE = f"<{BASE}id/agent/evalgap-{VERSION.replace('.', '-')}>"


_TYPE, _NAME, _AT, _BY, _FROM, _CONTENT, _LOADER, _SOURCE_HASH, _REVISES, _REPLACED_BY = (
    f"<{predicate}>"
    for predicate in (
        RDF.type, SCHEMA.name, PROV.generatedAtTime, PROV.wasAttributedTo, PROV.wasDerivedFrom,
        EGAP.contentHash, EGAP.loaderName, EGAP.sourceHash, PROV.wasRevisionOf,
        DCTERMS.isReplacedBy,
    )
)  # fmt: skip
_GRAPH, _FILE, _TIME = f"<{EGAP.StatementGraph}>", f"<{PROV.Entity}>", f"^^<{XSD.dateTime}>"


def _statements(
    kind: str, ident: str, version: int, origin: VersionOrigin
) -> Iterator[tuple[str, str, str]]:
    """Yield subject, predicate and object as N-Quads has them."""
    graph = f"<{graph_iri(kind, ident, version)}>"
    file = f"<{BASE}id/source/{origin.source_hash}>"
    yield graph, _TYPE, _GRAPH
    yield graph, _AT, f'"{origin.recorded.isoformat()}"{_TIME}'
    yield graph, _BY, _SOFTWARE
    yield graph, _FROM, file
    yield graph, _CONTENT, quoted(origin.content_hash)
    yield graph, _LOADER, quoted(origin.loader)
    yield file, _TYPE, _FILE
    yield file, _NAME, quoted(origin.source)
    yield file, _SOURCE_HASH, quoted(origin.source_hash)
    if origin.write is not None:
        yield graph, f"<{PROV.wasGeneratedBy}>", f"<{activity_iri(origin.write.id)}>"
    if origin.revises is not None:
        before = origin.revises.replace(f"{BASE}id/", f"{BASE}graph/", 1)
        yield graph, _REVISES, f"<{before}>"
        yield f"<{origin.revises}>", _REPLACED_BY, f"<{record_iri(kind, ident, version)}>"
    for old, new in origin.renamed:
        yield f"<{old}>", _REPLACED_BY, f"<{new}>"
