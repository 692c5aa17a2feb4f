"""Whether triples are what the model reads: what shapes, which ask by class, cannot see.

Records are made from the model and need none of this. It is asked of triples that come as such, by
the Graph Store Protocol and SPARQL updates. A name of our vocabulary that is none is answered with
the nearest that there is; then every record and thing is read.
"""
# DESIGN: read-back

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from pydantic import ValidationError
from rdflib import DCTERMS, OWL, RDF, SKOS, XSD, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node as RdfNode

from loaders.contract import RecordProblem, problems_of
from loaders.mapping import read
from loaders.mapping.fields import Field, fields_of, is_thing, node_classes
from loaders.mapping.iris import (
    AS,
    BASE,
    DCAT,
    EGAP,
    ONTOLOGY_GRAPH,
    PROVENANCE,
    SHAPES_GRAPH,
    expand,
)
from loaders.model import Node, Record, Thing, whole_number
from loaders.reading.near import near
from service.ontology.graphs import shapes, taxonomy
from service.validation.messages import short
from service.validation.validator import Issue, Triple

Graphs = Mapping[str, Graph]
"""Graphs by name; that of the default graph is empty."""

_VOCABULARY = {str(ONTOLOGY_GRAPH), str(SHAPES_GRAPH)}
_RECORD = re.compile(rf"{re.escape(BASE)}id/([a-z-]+/[^/]+(?:/[^/]+)*?/[0-9]+)(?:/|$)")
_WRITTEN = {
    XSD.integer: re.compile(r"[+-]?[0-9]{1,18}"),
    XSD.decimal: re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})"),
    XSD.boolean: re.compile("true|false|0|1"),
}
"""How the engines can read a value of a datatype; with another they calculate without a word."""
_WORDS = {
    XSD.integer: ("whole number", "an xsd:integer of at most 18 digits, such as 12"),
    XSD.decimal: ("plain number", "an xsd:decimal, such as 12.5, 18 digits a side at most"),
    XSD.boolean: ("truth value", "true or false"),
}


_TERMS = tuple(f"{BASE}{place}" for place in ("code/", "dimension/", "scheme/", "value/"))
_BY_IMPORT = {DCTERMS.isReplacedBy, DCTERMS.replaces}


_UNTYPED = RecordProblem(
    "This has no type, so nothing finds it.",
    "rdf:type",
    mend="Say of what class it is, such as a egap:Benchmark.",
)


def misnamed(graphs: Graphs, context: Graph) -> Iterator[Issue]:
    """Yield what stands under a name or in a place that the model does not know.

    `context` has the types of nodes that other graphs describe.
    """
    for name, graph in graphs.items():
        if name in _VOCABULARY:
            continue
        for subject in set(graph.subjects()):
            types = {*graph.objects(subject, RDF.type), *context.objects(subject, RDF.type)}
            if is_thing(str(subject)) and not types:
                yield _issue(str(subject), _UNTYPED)
            for predicate, value in graph.predicate_objects(subject):
                found = (
                    _misnamed(predicate, value, types)
                    or _mistyped(subject, predicate, value, types)
                    or _misplaced(subject, predicate, name)
                )
                if found:
                    yield _issue(str(subject), found)


def unreadable(graphs: Graphs, context: Graph) -> Iterator[Issue]:
    """Yield why a record or thing of these graphs cannot be read; `context` has what it names."""
    whole = Graph()
    for graph in (*graphs.values(), context):
        for triple in graph:
            whole.add(triple)
    for name, graph in graphs.items():
        for subject, rdf_type in graph.subject_objects(RDF.type):
            cls = _classes().get(rdf_type)
            if cls is not None and name not in _VOCABULARY | {str(PROVENANCE)}:
                problems = _problems(whole, cls, str(subject))
                yield from (_issue(str(subject), problem) for problem in problems)


def misnumbered(graph: Iterable[Triple]) -> Iterator[Issue]:
    """Yield where a number or a truth value should stand and does not, or not in plain digits.

    SHACL does not see all of these, and gives up on others, with all that it judges beside them.
    """
    for subject, predicate, value in graph:
        if predicate in _numbers() and not _is_written(value, predicate):
            what, how = _WORDS[_numbers()[predicate]]
            mend = f"Write {_short(predicate)} as {how}."
            problem = RecordProblem(f"{value} is no {what}.", _short(predicate), str(value), mend)
            yield _issue(str(subject), problem)


def record_of(node: str) -> str | None:
    """Return the path below `id/` of the version of a record to which a node belongs, if any."""
    found = _RECORD.match(node)
    return found[1] if found else None


def _issue(focus: str, problem: RecordProblem) -> Issue:
    message = short(f"{problem.message} {problem.mend}".strip())
    return Issue(focus, problem.field, short(problem.value), message, "Violation", "")


@cache
def _classes() -> Mapping[RdfNode, type[Node]]:
    """Return the classes of the model by their names in RDF."""
    return {expand(cls.rdf_type): cls for cls in node_classes()}


@cache
def _fields() -> Mapping[RdfNode, Mapping[RdfNode, Field]]:
    """Return, by the name of a class, its fields by predicate."""
    return {
        rdf_type: {expand(field.term.predicate): field for field in fields_of(cls)}
        for rdf_type, cls in _classes().items()
    }


@cache
def _owners() -> Mapping[RdfNode, list[str]]:
    """Return, by predicate, the names of the classes that have it."""
    found: dict[RdfNode, list[str]] = {}
    for rdf_type, cls in _classes().items():
        for predicate in _fields()[rdf_type]:
            found.setdefault(predicate, []).append(cls.rdf_type)
    return found


@cache
def _declared(*kinds: URIRef) -> list[str]:
    """Return the names below our namespace that the ontology declares as one of these kinds."""
    terms = {term for kind in kinds for term in taxonomy().subjects(RDF.type, kind)}
    return sorted(str(term) for term in terms if str(term).startswith(EGAP))


@cache
def _numbers() -> Mapping[RdfNode, URIRef]:
    """Return the datatypes of numbers and truth values by predicate, as the shapes have them."""
    return {path: datatype for datatype in _WRITTEN for path in _paths(datatype)}


def _paths(datatype: URIRef) -> set[RdfNode]:
    found = (shapes().value(s, SH.path) for s in shapes().subjects(SH.datatype, datatype))
    return {path for path in found if path is not None}


def _is_written(value: RdfNode, predicate: RdfNode) -> bool:
    datatype = _numbers()[predicate]
    digits = _WRITTEN[datatype].fullmatch(str(value))
    return isinstance(value, Literal) and value.datatype == datatype and digits is not None


def _misnamed(predicate: RdfNode, value: RdfNode, types: set[RdfNode]) -> RecordProblem | None:
    if predicate == RDF.type:
        return _unknown(value, "class", OWL.Class)
    known = (_fields()[kind].get(predicate) for kind in types if kind in _fields())
    field = next(filter(None, known), None)
    if field:
        return _foreign(field, predicate, value)
    if not str(predicate).startswith(EGAP):
        return None
    if owners := _owners().get(predicate):
        mend = f"It belongs to {_listed(owners)}: give the node that type, or remove it."
        return RecordProblem("This node has no such property.", _short(predicate), mend=mend)
    return _unknown(predicate, "property", OWL.ObjectProperty, OWL.DatatypeProperty)


def _unknown(term: RdfNode, what: str, *kinds: URIRef) -> RecordProblem | None:
    if not str(term).startswith(EGAP) or str(term) in _declared(*kinds):
        return None
    names = {name.removeprefix(EGAP).lower(): name for name in _declared(*kinds)}
    found = near(str(term).removeprefix(EGAP).lower(), names)
    mend = f"The nearest is {_short(names[found])}." if found else "Remove it."
    return RecordProblem(f"{_short(term)} is no {what} of EvalGap.", _short(term), mend=mend)


def _foreign(field: Field, predicate: RdfNode, value: RdfNode) -> RecordProblem | None:
    """Return the problem of a thing that is not named as its kind is."""
    cls = field.node
    return _unlike(cls, value, predicate) if cls and issubclass(cls, Thing) else None


def _unlike(cls: type[Thing], thing: RdfNode, predicate: RdfNode) -> RecordProblem | None:
    if str(thing).startswith(f"{BASE}id/{cls.kind}/"):
        return None
    message = f"This is not named as a thing of the kind {cls.kind} is."
    mend = f"Name it {BASE}id/{cls.kind}/ and words joined by hyphens."
    return RecordProblem(message, _short(predicate), str(thing), mend)


def _mistyped(
    subject: RdfNode, predicate: RdfNode, value: RdfNode, types: set[RdfNode]
) -> RecordProblem | None:
    """Return the problem of a second type: a thing of two kinds, or a record that is also gone."""
    if predicate != RDF.type:
        return None
    cls = _classes().get(value)
    if value == AS.Tombstone and types & _classes().keys():
        mend = "Withdraw it, or undo the import that stored it."
        return RecordProblem("A record is not gone as long as it says something.", mend=mend)
    if cls and issubclass(cls, Thing) and str(subject).startswith(f"{BASE}id/"):
        return _unlike(cls, subject, predicate)
    return None


def _misplaced(subject: RdfNode, predicate: RdfNode, name: str) -> RecordProblem | None:
    """Return the problem of what is said of a record outside the graph that is read for it."""
    if str(subject).startswith(_TERMS) and str(predicate).startswith((EGAP, str(SKOS), str(RDF))):
        what = "This is said of a term of EvalGap outside the ontology."
        return RecordProblem(what, _short(predicate), str(subject), "Name terms of yours your way.")
    record = record_of(str(subject))
    if record is None or name == str(PROVENANCE):
        return None
    if predicate in _BY_IMPORT:
        mend = "Import, withdraw or undo instead: these say so."
        return RecordProblem("Triples do not say this of a record.", _short(predicate), mend=mend)
    if name == f"{BASE}graph/{record}":
        return None
    if predicate != RDF.type and predicate not in _owners():
        return None
    mend = f"Put it into the graph {BASE}graph/{record}."
    return RecordProblem(
        "This is said of a record outside its graph.", _short(predicate), mend=mend
    )


def _problems(whole: Graph, cls: type[Node], iri: str) -> Iterable[RecordProblem]:
    try:
        if issubclass(cls, Record):
            return list(_record_problems(whole, cls, iri))
        if issubclass(cls, Thing) and iri.startswith(f"{BASE}id/{cls.kind}/"):
            read.thing(whole, cls, iri)
    except ValidationError as error:
        return problems_of(error)
    return ()


def _record_problems(whole: Graph, cls: type[Record], iri: str) -> Iterator[RecordProblem]:
    start, version = f"{BASE}id/{cls.kind}/", iri.rpartition("/")[2]
    number = whole_number(version)
    if not iri.startswith(start) or not number:
        mend = f"Name it {start}, its id, and its version: {cls.kind}/a-name/1."
        yield RecordProblem("A record is not named as its kind is.", "@id", iri, mend)
        return
    record = iri.removeprefix(f"{BASE}id/")
    found_by = {
        DCAT.isVersionOf: URIRef(f"{BASE}id/{record.rpartition('/')[0]}"),
        DCAT.version: Literal(version),
        EGAP.recordedIn: URIRef(f"{BASE}graph/{record}"),
    }
    for predicate, right in found_by.items():
        if set(whole.objects(URIRef(iri), predicate)) != {right}:
            mend = f"Say of it {_short(predicate)} {right.n3()}, and nothing else."
            what = "The record would not be found."
            yield RecordProblem(what, _short(predicate), mend=mend)
    read.record(whole, cls, iri)


def _listed(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))


def _short(term: object) -> str:
    return str(term).replace(EGAP, "egap:")
