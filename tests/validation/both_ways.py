"""Plain pySHACL and our batches of it on the same triples, result by result."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pyshacl
from rdflib import RDF, Graph
from rdflib.namespace import SH
from rdflib.term import Node

from service.validation.gate import gives_up
from service.validation.pyshacl_batch import BatchValidator
from service.validation.validator import Triple

Outcome = Counter[tuple[Any, ...]] | str
"""The results, each with all that it says; or the name of the error that pySHACL raised."""

_SAYS = (
    SH.focusNode, SH.resultPath, SH.value, SH.resultSeverity, SH.sourceConstraintComponent,
    SH.sourceShape, SH.sourceConstraint,
)  # fmt: skip


def as_it_comes(shapes: Graph, fixed: Iterable[Triple], triples: Iterable[Triple]) -> Outcome:
    data = Graph()
    for triple in (*fixed, *triples):
        data.add(triple)
    try:
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    except gives_up() as error:
        return type(error).__name__
    if not isinstance(report, Graph):  # it refuses the shapes themselves
        return type(report).__name__
    (whole,) = report.subjects(RDF.type, SH.ValidationReport)
    found = report.objects(whole, SH.result)
    return Counter(_said([(p, o) for p, o in report.predicate_objects(r)]) for r in found)


def in_a_batch(validator: BatchValidator, triples: Iterable[Triple]) -> Outcome:
    try:
        results = validator.results(triples)
    except gives_up() as error:
        return type(error).__name__
    return Counter(
        _said([(p, o) for p, o in r.items() if p != SH.resultMessage]
              + [(SH.resultMessage, m) for m in r[SH.resultMessage]])
        for r in results
    )  # fmt: skip


def _said(pairs: Sequence[tuple[Node, Node]]) -> tuple[Any, ...]:
    given = dict(pairs)
    messages = tuple(sorted(str(o) for p, o in pairs if p == SH.resultMessage))
    return (*(given.get(p) for p in _SAYS), messages)
