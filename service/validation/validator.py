"""SHACL: what the shapes say of triples, in words. pySHACL judges; `second_judge` looks on.

`validate` runs pySHACL's constraint classes over a whole batch at once (`shacl_batch`),
`plain` runs pySHACL unchanged; both give the same issues.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from rdflib import RDF, Graph, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from service.ontology.graphs import shapes, taxonomy
from service.validation.messages import RawResult, listed, sentence, short

if TYPE_CHECKING:
    from service.validation.pyshacl_batch import BatchValidator

Triple = tuple[Node, Node, Node]


@dataclass(frozen=True)
class Issue:
    """One finding: at which node and field, with which value, in a sentence with its mend."""

    focus: str
    field: str
    value: str
    message: str
    severity: str
    shape: str


def validate(triples: Iterable[Triple]) -> list[Issue]:
    """Judge triples together with the taxonomy; an empty list means that they conform.

    Not for two threads at once: pySHACL writes to the shapes graph, and a batch is held in
    one place. Raises what pySHACL raises on values that it cannot compare.
    """
    validator = batch_validator()
    return plain(triples) if validator is None else _issues(validator.results(triples))


def plain(triples: Iterable[Triple]) -> list[Issue]:
    """Judge triples as `validate` does, with plain pySHACL: unbatched, some 25 times slower."""
    import pyshacl  # noqa: PLC0415 - takes 0.2 s; commands and pages do without

    data = Graph()
    for triple in taxonomy():
        data.add(triple)
    for triple in triples:
        data.add(triple)
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes(), inplace=True)
    assert isinstance(report, Graph)  # noqa: S101 - only a crash inside pySHACL gives less
    return issues_of(report)


def issues_of(report: Graph) -> list[Issue]:
    """Return what a validation report of SHACL says."""
    return _issues(
        {**dict(report.predicate_objects(r)), _MESSAGE: list(report.objects(r, _MESSAGE))}
        for r in report.subjects(RDF.type, SH.ValidationResult)
    )


@cache
def batch_validator() -> "BatchValidator | None":
    """Return the shapes, prepared once a process; None where pySHACL must be used as it is."""
    import pyshacl  # noqa: PLC0415 - as in `plain`

    from service.validation.pyshacl_batch import BatchValidator, understood  # noqa: PLC0415

    if understood(shapes()):
        return BatchValidator(shapes(), taxonomy())
    logging.getLogger("evalgap").warning(
        "This pySHACL (%s) or these shapes are not the ones that batches are made for: every "
        "record is judged by plain pySHACL, some 25 times slower.",
        pyshacl.__version__,
    )
    return None


def _issues(results: Iterable[Mapping[Node, Any]]) -> list[Issue]:
    issues = dict.fromkeys(_issue(result) for result in results)
    return sorted(issues, key=lambda i: (i.focus, i.shape, i.field, i.value, i.message))


def _issue(result: Mapping[Node, Any]) -> Issue:
    """Return one result of pySHACL as an issue; of several messages, the first by name."""
    source, value = result[SH.sourceShape], result.get(SH.value)
    shape = source if isinstance(source, URIRef) else None
    shown = "" if value is None or value == result[SH.focusNode] else str(value)
    name = _field(shape, result.get(SH.resultPath))
    component = str(result[SH.sourceConstraintComponent]).rpartition("#")[2]
    choices = listed(shapes(), shape) if shape else []
    finding = RawResult(
        min(map(str, result[_MESSAGE]), default=""), name, shown, component, choices
    )
    return Issue(
        focus=str(result[SH.focusNode]),
        field=name,
        value=short(shown),
        message=sentence(finding, taxonomy()),
        severity=str(result[SH.resultSeverity]).rpartition("#")[2],
        shape=str(shape).rpartition("#")[2] if shape else "",
    )


_MESSAGE = SH.resultMessage


def _field(shape: URIRef | None, path: Node | None) -> str:
    name = shapes().value(shape, SH.name) if shape else None
    return str(name or (str(path).rpartition("#")[2] if path else ""))
