"""The hierarchy of concepts, written out: one hop instead of a path of any length.

`egap:within` leads from every concept to itself and to all it is narrower than. It is derived
from `skos:broader` when the ontology is loaded, because paths of any length inside joins are
where SPARQL engines differ most (Virtuoso 7 loses rows), and because one hop is faster.
"""

from collections.abc import Iterator

from rdflib import SKOS, Graph, URIRef
from rdflib.term import Node

from loaders.mapping.iris import EGAP


def within(taxonomy: Graph) -> Iterator[tuple[Node, URIRef, Node]]:
    """Yield, for every concept, that it is within itself and within each broader concept."""
    for concept in set(taxonomy.subjects(SKOS.inScheme)):
        for broader in set(taxonomy.transitive_objects(concept, SKOS.broader)):
            if broader is not None:
                yield concept, EGAP.within, broader
