"""What the store knows of the things and records that new triples refer to."""

from collections.abc import Iterable

from rdflib import URIRef

from loaders.mapping.iris import BASE
from service.queries import internal
from service.store.port import Engine
from service.store.rdf_input import lines


def known(engine: Engine, iris: Iterable[str]) -> str:
    """Return, as N-Triples, the types and assumptions that the store has for these IRIs.

    The shapes need them to see that a review's card, or a gap's benchmark, exists; and of a metric
    its class and direction, to see that a new record does not give it another.
    """
    ours = sorted(iri for iri in set(iris) if iri.startswith(f"{BASE}id/"))
    if not ours:
        return ""
    return lines(internal.triples(engine, "references", x=map(URIRef, ours))).decode()
