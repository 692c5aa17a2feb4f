"""Codes that the ontology has replaced, for data and requests that were written before.

A deprecated code stays in the ontology for ever. `dcterms:isReplacedBy` leads to what says exactly
the same today, in one code or in one of each part of the dimension; where `egap:mayMean` stands
beside it, a person has to decide. DESIGN: old-codes
"""

from collections.abc import Iterator, Mapping
from functools import cache

from rdflib import OWL, Literal, URIRef
from rdflib.term import Node

from loaders.mapping.iris import DCTERMS, EGAP, SKOS
from service.ontology import graphs


@cache
def replacements() -> Mapping[str, tuple[str, ...]]:
    """Return the codes that say exactly what an old code said, by its IRI."""
    found = {old: _objects(old, DCTERMS.isReplacedBy) for old in deprecated()}
    return {old: new for old, new in found.items() if new and old not in readings()}


@cache
def readings() -> Mapping[str, tuple[str, ...]]:
    """Return the codes that an old code may mean, by its IRI: what is to be recoded."""
    found = {old: _objects(old, EGAP.mayMean) for old in deprecated()}
    return {old: new for old, new in found.items() if new}


def deprecated() -> Iterator[str]:
    """Yield the IRI of every code that is not in use any more."""
    graph = graphs.taxonomy()
    for old in sorted(graph.subjects(OWL.deprecated, Literal(True)), key=str):  # noqa: FBT003
        if (old, SKOS.inScheme, None) in graph:
            yield str(old)


def _objects(old: str, predicate: URIRef) -> tuple[str, ...]:
    found: Iterator[Node] = graphs.taxonomy().objects(URIRef(old), predicate)
    return tuple(sorted(map(str, found)))
