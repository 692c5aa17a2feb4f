"""Who recorded each graph, when, from which file, and which version it replaces (PROV).

Said once about each named graph, in `graph/provenance`, which only ever grows: a version is
superseded by a new statement about it, never by a change to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rdflib import RDF, XSD, Literal, URIRef

from loaders.mapping.nquads import nquads
from loaders.mapping.write import Triple
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
    return nquads(_triples(candidate, origin), PROVENANCE.n3())


def _triples(candidate: Candidate, origin: Origin) -> Iterator[Triple]:
    record = candidate.record
    graph = graph_iri(record.kind, record.id, candidate.version)
    software = URIRef(f"{BASE}id/agent/evalgap-{VERSION.replace('.', '-')}")
    file = URIRef(f"{BASE}id/source/{origin.source_hash}")
    yield graph, RDF.type, EGAP.StatementGraph
    yield graph, PROV.generatedAtTime, Literal(origin.recorded.isoformat(), datatype=XSD.dateTime)
    yield graph, PROV.wasAttributedTo, software
    yield graph, PROV.wasDerivedFrom, file
    yield graph, EGAP.contentHash, Literal(origin.content_hash)
    yield graph, EGAP.loaderName, Literal(origin.loader)
    yield software, RDF.type, PROV.SoftwareAgent
    yield software, SCHEMA.name, Literal(f"EvalGap {VERSION}")
    yield file, RDF.type, PROV.Entity
    yield file, SCHEMA.name, Literal(origin.source)
    yield file, EGAP.sourceHash, Literal(origin.source_hash)
    if origin.revises is not None:
        old = record_iri(record.kind, record.id, origin.revises)
        yield graph, PROV.wasRevisionOf, graph_iri(record.kind, record.id, origin.revises)
        yield old, DCTERMS.isReplacedBy, URIRef(candidate.iri)
