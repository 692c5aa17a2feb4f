"""pySHACL's constraint classes, with what it does once a node done once a batch.

A constraint is kept by its shape, `service.validation.pyshacl_batch._Shape`, which can answer for
many nodes at once (`failing`) and can take verdicts found beforehand (`foreseen`). While only
verdicts are needed (`screening`), a result is no more than its focus node.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from pyshacl.constraints.core import logical_constraints, shape_based_constraints
from pyshacl.constraints.sparql import sparql_based_constraints
from pyshacl.pytypes import SHACLExecutor
from rdflib import Graph, URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Node

from service.validation.layered_graph import LayeredGraph
from service.validation.same_lookups import FoundNothing, follows_from_lookups

Results = list[tuple[str, Node, Sequence[Any]]]
Values = dict[Node, set[Node]]


@cache
def prepared(cls: type[Any]) -> type[Any]:
    """Return pySHACL's constraint class with what is done here once a batch."""
    special = next((ours for ours in _SPECIAL if issubclass(ours, cls)), None)
    if special:
        return special
    base = _Foreseeing if cls.shape_expecting else _Quiet
    return type(cls.__name__, (base, cls), {})


class _Quiet:
    """Writes no text report, and while only verdicts are needed, no result either."""

    shape: Any

    def make_v_result(self, datagraph: Any, focus_node: Node, *args: Any, **named: Any) -> Any:
        if self.shape.sg.screening:
            return "", focus_node, []
        return super().make_v_result(datagraph, focus_node, *args, **named)  # type: ignore[misc]

    def make_v_result_description(self, *_: Any, **__: Any) -> str:
        return ""


class _Foreseeing(_Quiet):
    """A constraint that asks other shapes about each value: they answer for all at once."""

    def evaluate(
        self, executor: SHACLExecutor, graph: LayeredGraph, values: Values, path: list[Any]
    ) -> tuple[bool, Results]:
        nodes = set().union(*values.values())
        before = [(shape, shape.foreseen) for shape in self._inner_shapes()]
        try:
            for shape, _ in before:
                failing = shape.failing(executor, graph, nodes, path)
                shape.foreseen = len(path), {node: node not in failing for node in nodes}
            return super().evaluate(executor, graph, values, path)  # type: ignore[misc,no-any-return]
        finally:
            for shape, verdicts in before:
                shape.foreseen = verdicts

    def _inner_shapes(self) -> list[Any]:
        """Return the shapes that the parameters name, themselves or in lists."""
        graph = self.shape.sg.graph
        named = [o for p in self.constraint_parameters() for o in self.shape.objects(p)]  # type: ignore[attr-defined]
        if self.list_taking:  # type: ignore[attr-defined]
            named = [item for head in named for item in graph.items(head)]
        shapes = (self.shape.get_other_shape(node) for node in dict.fromkeys(named))
        return [shape for shape in shapes if shape]


class _Or(_Quiet, logical_constraints.OrConstraintComponent):  # type: ignore[misc]
    """`sh:or`: each shape is asked about those values alone that conform to none before it."""

    def _evaluate_or_constraint(
        self,
        executor: SHACLExecutor,
        head: Node,
        graph: LayeredGraph,
        values: Values,
        path: list[Any],
    ) -> tuple[bool, Results]:
        shapes = [self.shape.get_other_shape(node) for node in self.shape.sg.graph.items(head)]
        if not (shapes and all(shapes)):
            return super()._evaluate_or_constraint(executor, head, graph, values, path)  # type: ignore[no-any-return]
        failing = set().union(*values.values())
        for shape in shapes:
            failing = shape.failing(executor, graph, failing, path)
        both = [(focus, value) for focus, some in values.items() for value in some & failing]
        return bool(both), [self.make_v_result(graph, f, value_node=v) for f, v in both]


class _Property(_Quiet, shape_based_constraints.PropertyConstraintComponent):  # type: ignore[misc]
    """`sh:property`: the property shape is evaluated over all values together."""

    def _evaluate_property_shape(  # noqa: PLR0913, PLR0917 - pySHACL's own signature
        self,
        executor: SHACLExecutor,
        node: Node,
        graph: LayeredGraph,
        values: Values,
        recursive: Sequence[Any] | None,
        path: list[Any],
    ) -> tuple[bool, Results]:
        every = [value for some in values.values() for value in some]
        shape = self.shape.get_other_shape(node)
        single = len(set(every)) == len(every) or self.shape.sg.screening
        if not shape or not shape.is_property_shape or shape in (recursive or ()) or not single:
            return super()._evaluate_property_shape(  # type: ignore[no-any-return]
                executor, node, graph, values, recursive, path
            )
        if self.shape.sg.screening:
            bad = shape.failing(executor, graph, set(every), path)
            failing = [focus for focus, some in values.items() if some & bad]
            return bool(failing), [("", focus, []) for focus in failing]
        conforms, results = shape.validate(executor, graph, every, path)
        return not conforms, results


class _Sparql(_Quiet, sparql_based_constraints.SPARQLBasedConstraint):  # type: ignore[misc]
    """`sh:sparql`: the text is checked and parsed once, and evaluated for each focus node.

    Not for nodes at which it is known to find nothing.
    """

    def __init__(self, shape: Any) -> None:
        super().__init__(shape)
        for helper in self.sparql_constraints:
            helper.pre_bind_variables = _binding_once(helper.pre_bind_variables)

    def evaluate(
        self, executor: SHACLExecutor, graph: LayeredGraph, values: Values, path: list[Any]
    ) -> tuple[bool, Results]:
        if not self.shape.sg.screening:
            return super().evaluate(executor, graph, values, path)  # type: ignore[no-any-return]
        # a query may report another node than the one it was asked about
        one_by_one = ((f, super(_Sparql, self).evaluate(executor, graph, {f: v}, path)[0])
                      for f, v in values.items())  # fmt: skip
        failing = [focus for focus, conforms in one_by_one if not conforms]
        return not failing, [("", focus, []) for focus in failing]

    def _validate_sparql_query(
        self, query: str, init_binds: Mapping[str, Node], graph: LayeredGraph
    ) -> Any:
        node, known = init_binds.get("this"), _known(query)
        if known is None or not isinstance(node, URIRef):
            return super()._validate_sparql_query(_parsed(query), init_binds, graph)
        if known.foresees(node, graph.layers.matching):
            return []
        with graph.layers.heard() as lookups:
            found = super()._validate_sparql_query(_parsed(query), init_binds, graph)
        if not found:
            known.note(node, lookups)
        return found


def _binding_once(original: Any) -> Any:
    """Return `pre_bind_variables` so that it checks the text once; only `$this` changes."""
    kept: list[tuple[dict[str, Node], str]] = []

    def bind(node: Node) -> tuple[dict[str, Node], str]:
        if not kept:
            kept.append(original(node))
        bindings, text = kept[0]
        return {**bindings, **({"this": node} if "this" in bindings else {})}, text

    return bind


@cache
def _parsed(query: str) -> Any:
    return prepareQuery(query, initNs=dict(Graph().namespaces()))


@cache
def _known(query: str) -> FoundNothing | None:
    """Return where a query has found nothing, kept for as long as the process."""
    return FoundNothing() if follows_from_lookups(query) else None


_SPECIAL: tuple[type[Any], ...] = (_Or, _Property, _Sparql)
