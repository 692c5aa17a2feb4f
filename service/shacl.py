"""SHACL: the only user of pySHACL, and the words in which its findings reach people."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import pyshacl
from rdflib import RDF, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH
from rdflib.term import Node

from service.resources import turtle_files
from service.vocab import BASE

_OURS = re.compile(re.escape(BASE) + r"(?:code/[^/]+|dimension|value|id/[^/]+)/([^\s>,]+[^\s>,.])")
_LIST = re.compile(re.escape(BASE) + r"(code/[^/]+/|dimension/|value/[^/]+/)")
_DIMENSION = re.compile(re.escape(BASE) + r"dimension/([a-z0-9-]+)")


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
    return sorted((_issue(report, r) for r in results), key=lambda i: (i.focus, i.shape, i.message))


def _issue(report: Graph, result: Node) -> Issue:
    found = {p: report.value(result, p) for p in _FIELDS}
    source, value = found[SH.sourceShape], found[SH.value]
    shape = source if isinstance(source, URIRef) else None
    shown = _short(str(value)) if value is not None and value != found[SH.focusNode] else ""
    return Issue(
        focus=str(found[SH.focusNode]),
        field=_field(shape, found[SH.resultPath]),
        value=shown,
        message=_sentence(str(found[SH.resultMessage]), shape, str(value or ""), shown),
        severity=str(found[SH.resultSeverity]).rpartition("#")[2],
        shape=str(shape).rpartition("#")[2] if shape else "",
    )


_FIELDS = (
    SH.focusNode, SH.sourceShape, SH.value, SH.resultPath, SH.resultMessage, SH.resultSeverity,
)  # fmt: skip


def _field(shape: URIRef | None, path: Node | None) -> str:
    name = shapes().value(shape, SH.name) if shape else None
    return str(name or (str(path).rpartition("#")[2] if path else ""))


def _sentence(message: str, shape: URIRef | None, value: str, shown: str) -> str:
    """Fill the placeholders that SHACL leaves, and turn our IRIs into the codes people write."""
    if "{choices}" in message:
        choices = _listed(shape) or _siblings(message, value)
        message = message.replace("{choices}", ", ".join(choices))
    return _short(message.replace("{value}", shown or "(nothing)"))


def _listed(shape: URIRef | None) -> list[str]:
    head = shapes().value(shape, SH["in"])
    return [_short(str(item)) for item in Collection(shapes(), head)] if head else []


def _siblings(message: str, value: str) -> list[str]:
    """Return the codes beside a value: those of the message's dimension, or of its own list."""
    dimension = _DIMENSION.search(message)
    own = _LIST.match(value) or _LIST.search(message)
    prefix = f"{BASE}value/{dimension[1]}/" if dimension else own.group() if own else "none"
    concepts = {str(s) for s in taxonomy().subjects(RDF.type, None) if str(s).startswith(prefix)}
    return sorted(c.removeprefix(prefix) for c in concepts)


def _short(words: str) -> str:
    return _OURS.sub(r"\1", words)
