"""Who recorded each graph, when, from which file, and which version it replaces (PROV).

Said once about each named graph, in `graph/provenance`, which only ever grows: a version is
superseded by a new statement about it, never by a change to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rdflib import RDF, XSD, URIRef

from loaders.mapping.nquads import quoted
from loaders.vocab import BASE, DCTERMS, EGAP, PROV, PROVENANCE, SCHEMA, graph_iri, record_iri
from service.gate import Candidate
from service.resources import VERSION


@dataclass(frozen=True)
class Origin:
    """Where one version of a record comes from. Hashes are SHA-256 in hexadecimal."""

    source: str
    source_hash: str
    content_hash: str
    loader: str
    recorded: datetime
    revises: int | None


def provenance(candidate: Candidate, origin: Origin) -> str:
    """Return the provenance of one version of a record as N-Quads."""
    return "".join(f"{s} <{p}> {o}{_END}" for s, p, o in _statements(candidate, origin))


def software() -> str:
    """Return what is said of this program, once a transaction, as N-Quads."""
    said = ((RDF.type, f"<{PROV.SoftwareAgent}>"), (SCHEMA.name, quoted(f"EvalGap {VERSION}")))
    return "".join(f"{_SOFTWARE} <{p}> {o}{_END}" for p, o in said)


_END = f" {PROVENANCE.n3()} .\n"
_SOFTWARE = f"<{BASE}id/agent/evalgap-{VERSION.replace('.', '-')}>"


def _statements(candidate: Candidate, origin: Origin) -> Iterator[tuple[str, URIRef, str]]:
    """Yield subject, predicate and object, the first and last as N-Quads has them."""
    record = candidate.record
    graph = f"<{graph_iri(record.kind, record.id, candidate.version)}>"
    file = f"<{BASE}id/source/{origin.source_hash}>"
    recorded = f'"{origin.recorded.isoformat()}"^^<{XSD.dateTime}>'
    yield graph, RDF.type, f"<{EGAP.StatementGraph}>"
    yield graph, PROV.generatedAtTime, recorded
    yield graph, PROV.wasAttributedTo, _SOFTWARE
    yield graph, PROV.wasDerivedFrom, file
    yield graph, EGAP.contentHash, quoted(origin.content_hash)
    yield graph, EGAP.loaderName, quoted(origin.loader)
    yield file, RDF.type, f"<{PROV.Entity}>"
    yield file, SCHEMA.name, quoted(origin.source)
    yield file, EGAP.sourceHash, quoted(origin.source_hash)
    if origin.revises is not None:
        old = record_iri(record.kind, record.id, origin.revises)
        before = graph_iri(record.kind, record.id, origin.revises)
        yield graph, PROV.wasRevisionOf, f"<{before}>"
        yield f"<{old}>", DCTERMS.isReplacedBy, f"<{candidate.iri}>"
