"""A graph in two layers: what never changes below, one batch above, read as one."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any, Self

from pyshacl.graph_abstraction import RdfLibDataGraph
from rdflib import Graph
from rdflib.plugins.sparql.evaluate import evalQuery
from rdflib.plugins.sparql.processor import SPARQLResult
from rdflib.plugins.stores.memory import SimpleMemory
from rdflib.term import Node

Triple = tuple[Node, Node, Node]
Pattern = tuple[Node | None, Node | None, Node | None]
_NONE: dict[Any, Any] = {}


class Layer:
    """Triples by predicate and subject, and by predicate and object once somebody asks."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self.by_predicate: dict[Node, dict[Node, dict[Node, None]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self._by_object: dict[Node, dict[Node, list[Node]]] = {}
        self.size = 0

    def add(self, triple: Triple) -> None:
        """Add a triple, once."""
        subject, predicate, value = triple
        values = self.by_predicate[predicate][subject]
        if value not in values:
            values[value] = None
            self.size += 1

    def holds(self, triple: Triple) -> bool:
        """Tell whether the triple is here."""
        return triple[2] in self.objects(triple[0], triple[1])

    def objects(self, subject: Node, predicate: Node) -> dict[Node, None]:
        """Return the objects of a subject and predicate."""
        found: dict[Node, None] = self.by_predicate.get(predicate, _NONE).get(subject, _NONE)
        return found

    def by_object(self, predicate: Node) -> dict[Node, list[Node]]:
        """Return the subjects of a predicate by object; call only when nothing more is added."""
        index = self._by_object.get(predicate)
        if index is None:
            index = self._by_object[predicate] = {}
            for subject, values in self.by_predicate.get(predicate, _NONE).items():
                for value in values:
                    index.setdefault(value, []).append(subject)
        return index

    def triples(self, pattern: Pattern) -> Iterator[Triple]:
        """Yield the triples that match; None matches anything."""
        subject, predicate, value = pattern
        if subject is None and predicate is not None:
            index = self.by_object(predicate)
            chosen = index if value is None else {value: index.get(value, [])}
            yield from ((s, predicate, o) for o, subjects in chosen.items() for s in subjects)
            return
        for p in list(self.by_predicate) if predicate is None else [predicate]:
            subjects = self.by_predicate.get(p, _NONE)
            some = subjects if subject is None else {subject: subjects.get(subject, _NONE)}
            for s, values in some.items():
                yield from ((s, p, o) for o in values if value is None or o == value)


class Layers(SimpleMemory):
    """An rdflib store of a fixed layer and, above it, one that `fill` replaces."""

    def __init__(self, fixed: Iterable[Triple]) -> None:
        """Keep these triples for good."""
        super().__init__()
        self.fixed, self.fresh = Layer(), Layer()
        self._heard: list[tuple[Pattern, list[Triple]]] | None = None
        for triple in fixed:
            self.fixed.add(triple)
        self._described = {subject for of in self.fixed.by_predicate.values() for subject in of}

    def fill(self, triples: Iterable[Triple]) -> None:
        """Replace what lies above the fixed layer; no triple is held in both."""
        self.fresh = Layer()
        for triple in triples:
            if triple[0] not in self._described or not self.fixed.holds(triple):
                self.fresh.add(triple)

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Any]:  # noqa: ARG002
        """Yield the triples of both layers that match, as rdflib asks its stores."""
        found = self.matching(triple_pattern)
        if self._heard is not None:
            found = list(found)
            self._heard.append((triple_pattern, found))
        yield from ((triple, iter(())) for triple in found)

    def matching(self, pattern: Pattern) -> Iterable[Triple]:
        """Return the triples of both layers that match."""
        return chain(self.fresh.triples(pattern), self.fixed.triples(pattern))

    @contextmanager
    def heard(self) -> Iterator[list[tuple[Pattern, list[Triple]]]]:
        """Give the list of what rdflib looks up meanwhile, each with what was found."""
        heard: list[tuple[Pattern, list[Triple]]] = []
        self._heard = heard
        try:
            yield heard
        finally:
            self._heard = None

    def __len__(self, context: Any = None) -> int:
        """Return the number of triples in both layers."""
        return self.fresh.size + self.fixed.size


class LayeredGraph(RdfLibDataGraph):  # type: ignore[misc]  # pySHACL has no types
    """The layers as pySHACL's data graph, with short ways for what it asks most."""

    def __new__(cls, layers: Layers) -> Self:
        """Make the object as pySHACL's own classes do."""
        return super().__new__(cls, layers)  # type: ignore[no-any-return]

    def __init__(self, layers: Layers) -> None:
        """Read these layers, whatever they hold at the time."""
        # not pySHACL's own __init__, which makes a dataset beside the graph that it wraps
        self.impl, self._store, self.layers = Graph(store=layers), layers, layers
        self.is_multi_graph, self.locked_context = False, None

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Any:  # noqa: FBT001, FBT002
        """Return the objects of a subject and predicate."""
        if subject is None or predicate is None:
            return super().objects(subject, predicate, unique)
        fresh = self.layers.fresh.objects(subject, predicate)
        fixed = self.layers.fixed.objects(subject, predicate)
        return iter([*fresh, *fixed] if fresh and fixed else fresh or fixed)

    def values(self, predicate: Node, nodes: Iterable[Node]) -> dict[Node, set[Node]]:
        """Return the objects that nodes have for a predicate, by node; without those of none."""
        found: dict[Node, set[Node]] = {}
        for layer in (self.layers.fresh, self.layers.fixed):
            if values := layer.by_predicate.get(predicate):
                for node in nodes:
                    if node in values:
                        found.setdefault(node, set()).update(values[node])
        return found

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool = False) -> Any:  # noqa: A002, FBT001, FBT002
        """Return the subjects of a predicate and object."""
        if predicate is None or object is None:
            return super().subjects(predicate, object, unique)
        layers = (self.layers.fresh, self.layers.fixed)
        return iter([s for layer in layers for s in layer.by_object(predicate).get(object, ())])

    def query(self, query_object: Any, initBindings: Any = None) -> SPARQLResult:  # noqa: N803
        """Answer a query that is parsed already, so that no prefix is looked up."""
        return SPARQLResult(evalQuery(self.impl, query_object, initBindings))

    def quads(self, quad: Any = None) -> Iterator[Any]:
        """Yield what matches, each in the one graph there is; pySHACL writes blank nodes so."""
        pattern = quad[:3] if quad else (None, None, None)
        yield from ((*triple, self.impl) for triple, _ in self.layers.triples(pattern))

    def __contains__(self, triple: Any) -> bool:
        """Tell whether a triple matches."""
        return next(self.layers.triples(triple), None) is not None

    def __len__(self) -> int:
        """Return the number of triples."""
        return len(self.layers)
