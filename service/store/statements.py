"""RDF on its way into the store, as bytes that another process can pass on."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import Graph, URIRef

from service.store.terms import is_rdf12, needs_rdf12, to_oxigraph


@dataclass(frozen=True)
class Statements:
    """What graphs hold, as N-Quads, with what a judge of it asks about first.

    `subjects` and `objects` are IRIs; `needs_rdf12` tells of a triple term, or of a text with a
    base direction, which SHACL does not know.
    """

    nquads: bytes
    subjects: frozenset[str]
    objects: frozenset[str]
    needs_rdf12: bool

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> "Statements":
        """Return what these quads say."""
        kept = list(quads)
        subjects = {q.subject.value for q in kept if isinstance(q.subject, ox.NamedNode)}
        objects = {q.object.value for q in kept if isinstance(q.object, ox.NamedNode)}
        return cls(
            ox.serialize(kept, format=ox.RdfFormat.N_QUADS) or b"",
            frozenset(subjects),
            frozenset(objects),
            any(is_rdf12(q.object) for q in kept),
        )

    def plus(self, graph: Graph, name: str) -> "Statements":
        """Return these and the triples of the graph of this name, whose blank nodes are others."""
        place = ox.NamedNode(name) if name else ox.DefaultGraph()
        quads = (ox.Quad(*map(to_oxigraph, t), graph_name=place) for t in graph)  # type: ignore[misc]
        return Statements(
            self.nquads + (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""),
            self.subjects | _iris(graph.subjects()),
            self.objects | _iris(graph.objects()),
            self.needs_rdf12 or needs_rdf12(graph),
        )


@dataclass(frozen=True)
class Transaction:
    """What is to become of a store: graphs that go, N-Quads that come, and what is then to judge.

    A graph that goes and has quads that come is replaced. `judged` is what all graphs that are
    touched hold afterwards; `sizes` are their names, with their triples before and afterwards.
    """

    drop: tuple[str, ...]
    insert: bytes
    judged: Statements
    sizes: tuple[tuple[str, int, int], ...] = ()


NOTHING = Transaction((), b"", Statements(b"", frozenset(), frozenset(), needs_rdf12=False))


def _iris(terms: Iterable[object]) -> frozenset[str]:
    return frozenset(str(term) for term in terms if isinstance(term, URIRef))
