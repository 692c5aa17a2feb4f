"""SHACL: the only user of pySHACL."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pyshacl
from rdflib import RDF, Graph, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from service.resources import turtle_files
from service.wording import Finding, listed, sentence, short


@dataclass(frozen=True)
class Issue:
    """One finding: at which node and field, with which value, in a sentence with its mend."""

    focus: str
    field: str
    value: str
    message: str
    severity: str
    shape: str


@cache
def shapes() -> Graph:
    """Return the shapes graph."""
    return _parsed("shapes")


@cache
def taxonomy() -> Graph:
    """Return the ontology and the schemes: what every record is judged against."""
    return _parsed("ontology")


def _parsed(folder: str) -> Graph:
    graph = Graph()
    for path in turtle_files(folder):
        graph.parse(path, format="turtle")
    return graph


def validate(triples: Iterable[tuple[Node, Node, Node]]) -> list[Issue]:
    """Judge triples together with the taxonomy; an empty list means that they conform.

    Not for two threads at once: pySHACL writes to the shapes graph and flips a switch of
    rdflib while it runs.
    """
    data = Graph()
    for triple in taxonomy():
        data.add(triple)
    for triple in triples:
        data.add(triple)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes(), inplace=True)
    assert isinstance(report, Graph)  # noqa: S101 - only a crash inside pySHACL gives less
    results = report.subjects(RDF.type, SH.ValidationResult)
    issues = dict.fromkeys(_issue(report, r) for r in results)
    return sorted(issues, key=lambda i: (i.focus, i.shape, i.message))


def _issue(report: Graph, result: Node) -> Issue:
    found = {p: report.value(result, p) for p in _FIELDS}
    source, value = found[SH.sourceShape], found[SH.value]
    shape = source if isinstance(source, URIRef) else None
    shown = "" if value is None or value == found[SH.focusNode] else str(value)
    name = _field(shape, found[SH.resultPath])
    component = str(found[SH.sourceConstraintComponent]).rpartition("#")[2]
    choices = listed(shapes(), shape) if shape else []
    finding = Finding(str(found[SH.resultMessage]), name, shown, component, choices)
    return Issue(
        focus=str(found[SH.focusNode]),
        field=name,
        value=short(shown),
        message=sentence(finding, taxonomy()),
        severity=str(found[SH.resultSeverity]).rpartition("#")[2],
        shape=str(shape).rpartition("#")[2] if shape else "",
    )


_FIELDS = (
    SH.focusNode, SH.sourceShape, SH.value, SH.resultPath, SH.resultMessage, SH.resultSeverity,
    SH.sourceConstraintComponent,
)  # fmt: skip


def _field(shape: URIRef | None, path: Node | None) -> str:
    name = shapes().value(shape, SH.name) if shape else None
    return str(name or (str(path).rpartition("#")[2] if path else ""))
