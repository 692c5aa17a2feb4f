"""What many records say, read together: the statements of each, and of the things that it names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from rdflib import URIRef
from rdflib.term import Node

from loaders.mapping.iris import EGAP
from service.queries import internal
from service.store.port import Engine, Row

_Said = Mapping[Node, Mapping[Node, list[Node]]]
"""Objects by subject and predicate."""


@dataclass(frozen=True)
class RecordStatements:
    """What one record says, what the store says of the shared things and the studies it names.

    It holds what the query `record` gives for the graph of the record, which reads one record.
    """

    own: _Said
    things: _Said
    studies: _Said
    named: frozenset[Node]
    from_studies: frozenset[Node]

    def objects(self, subject: Node, predicate: Node) -> list[Node]:
        """Return what is said of a node by a property, each once."""
        found = self.own.get(subject, _NOTHING).get(predicate, [])
        if subject in self.named and (more := self.things.get(subject, _NOTHING).get(predicate)):
            found = [*found, *more]
        if subject in self.from_studies and (
            more := self.studies.get(subject, _NOTHING).get(predicate)
        ):
            found = [*found, *more]
        return list(dict.fromkeys(found)) if len(found) > 1 else found


_NOTHING: Mapping[Node, list[Node]] = MappingProxyType({})


@dataclass
class _Collected:
    """The statements of one graph as they are collected."""

    own: dict[Node, dict[Node, list[Node]]] = field(default_factory=dict)
    named: set[Node] = field(default_factory=set)
    from_studies: set[Node] = field(default_factory=set)


def of_graphs(engine: Engine, graphs: Iterable[URIRef]) -> dict[str, RecordStatements]:
    """Return what records say by the IRI of their graph; a graph without statements is left out.

    Three queries read all of them.
    """
    found: dict[str, _Collected] = defaultdict(_Collected)
    for row in internal.rows(engine, "statements-of-graphs", graph=graphs):
        graph = found[str(row["graph"])]
        _add(graph.own, row)
        graph.named.add(row["o"])
        if row["p"] == EGAP.fromStudy:
            graph.from_studies.add(row["o"])
    things = _about(engine, "things-said", (n for g in found.values() for n in g.named))
    studies = _about(engine, "studies-said", (n for g in found.values() for n in g.from_studies))
    return {
        iri: RecordStatements(g.own, things, studies, frozenset(g.named), frozenset(g.from_studies))
        for iri, g in found.items()
    }


def _about(engine: Engine, query: str, nodes: Iterable[Node]) -> _Said:
    said: dict[Node, dict[Node, list[Node]]] = {}
    names = {node for node in nodes if isinstance(node, URIRef)}
    for row in internal.rows(engine, query, s=sorted(names)) if names else ():
        _add(said, row)
    return said


def _add(said: dict[Node, dict[Node, list[Node]]], row: Row) -> None:
    said.setdefault(row["s"], {}).setdefault(row["p"], []).append(row["o"])
