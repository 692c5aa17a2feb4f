"""The hierarchy of concepts, written out: one hop instead of a path of any length.

`egap:within` leads from every concept to itself and to all it is narrower than, and from an old one
to what says the same today, so that a question about a value of today also finds it. It is derived
from `skos:broader` when the ontology is loaded, because paths of any length inside joins are
where SPARQL engines differ most (Virtuoso 7 loses rows), and because one hop is faster.
"""

from collections.abc import Iterator

from rdflib import SKOS, Graph, URIRef
from rdflib.term import Node

from loaders.mapping.iris import DCTERMS, EGAP


def within(taxonomy: Graph) -> Iterator[tuple[Node, URIRef, Node]]:
    """Yield, for every concept, what it is within: itself, each broader one, what says the same."""
    for concept in set(taxonomy.subjects(SKOS.inScheme)):
        same = taxonomy.objects(concept, DCTERMS.isReplacedBy)
        starts = (concept, *same)
        found = {b for start in starts for b in taxonomy.transitive_objects(start, SKOS.broader)}
        for broader in found:
            if broader is not None:
                yield concept, EGAP.within, broader
