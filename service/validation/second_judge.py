"""pyshacl-turbo, another implementation of SHACL, judges again what pySHACL has judged."""
# DESIGN: two-judges

from collections.abc import Iterable
from functools import cache
from typing import Any

from rdflib.namespace import RDFS, SH

from loaders.mapping.iris import local_name
from loaders.mapping.nquads import nquads
from service.ontology.graphs import shapes, taxonomy
from service.store.rdf_input import merged
from service.validation.validator import Issue, issues_of

Verdict = frozenset[tuple[str, str, str, str]]
"""What a judge finds: at which node, by which shape, in which field, how severe.

Not in which words: they quote numbers, which the store that pyshacl-turbo reads spells its own way.
"""


def verdict(issues: Iterable[Issue]) -> Verdict:
    """Return issues as what the two judges are compared by; only those that a shape found."""
    return frozenset((i.focus, i.shape, i.field, i.severity) for i in issues if i.shape)


def differs(records: bytes, context: bytes, found: Verdict) -> bool:
    """Tell whether pyshacl-turbo finds something else at the nodes of records, or gives up.

    `records` are N-Quads, `context` holds, as N-Quads, what others say of what they refer to, and
    `found` is what pySHACL found.
    """
    try:
        _, report, _ = _shapes().validate(_as_input(_taxonomy(), context, records))
        issues = issues_of(report)
    except (RuntimeError, ValueError):  # as which it gives up: it has no opinion
        return True
    if issues:
        nodes = {quad.subject.value for quad in merged(records)}
        issues = [issue for issue in issues if issue.focus in nodes]
    return verdict(issues) != found


def _as_input(*nquads: bytes) -> Any:
    """Return N-Quads as pyshacl-turbo hands them on inside: a store would be written out for it."""
    from pyshacl_turbo.rdf import Input  # noqa: PLC0415 - as in `_shapes`

    return Input(b"".join(nquads).decode(), "nquads", None, {}, preserve_ids=True)


@cache
def _shapes() -> Any:
    import pyshacl_turbo  # noqa: PLC0415 - only processes that judge need it

    return pyshacl_turbo.compile_shapes(shapes())


@cache
def _taxonomy() -> bytes:
    """Return the taxonomy without what no shape can read: notes for people, a third of it.

    A shape reads by names that it gives, since none is closed and no query asks for any property.
    """
    named = {term for triple in shapes() for term in triple} | {RDFS.subClassOf}
    # a query has a prefix for the namespace of a name
    queries = "".join(str(q) for form in (SH.select, SH.ask) for q in shapes().objects(None, form))
    return nquads(
        (t for t in taxonomy() if t[1] in named or local_name(t[1]) in queries), ""
    ).encode()
