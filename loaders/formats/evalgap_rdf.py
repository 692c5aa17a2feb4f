"""Records of EvalGap as RDF, in every syntax, JSON-LD included.

A record is known by its class and named as the graph names it: `…/id/card/medqa/evalgap/1`. The
version in the name is not taken over; the import counts versions itself. A JSON-LD context is
never fetched: that of EvalGap is known here, any other address is refused.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rdflib import RDF, BNode, Graph, URIRef
from rdflib.term import Node as RdfNode

from loaders.contract import MAX_RECORD_BYTES, CardError, Raw, RecordProblem
from loaders.mapping.datatypes import misfit
from loaders.mapping.fields import fields_of, type_name
from loaders.mapping.iris import BASE, DCAT, EGAP, expand, last_segment, local_name
from loaders.mapping.read import record
from loaders.mapping.standard_terms import is_standard
from loaders.model import RECORDS, DatasetCard, Node, Record, whole_number
from loaders.model.terms import Part
from loaders.reading.content import rdf_syntax
from loaders.reading.json_ld import inlined, is_own
from loaders.reading.near import near
from loaders.reading.rdf_text import parse

_HEAD = 2**16
_MARK = BASE.encode()
_Part = tuple[Graph, type[Record], str]


def detects(content: Any) -> bool:
    """Recognise RDF that speaks of EvalGap near its beginning, and JSON-LD with its context."""
    if isinstance(content, Raw):
        with content.open() as stream:
            return _MARK in stream.read(_HEAD).replace(b"\0", b"")  # so that it is seen in UTF-16
    return isinstance(content, Mapping) and _is_ours(content.get("@context"))


def _is_ours(found: Any) -> bool:
    if isinstance(found, list):
        return any(map(_is_ours, found))
    if isinstance(found, Mapping):
        return is_own(found.get("@import")) or any(BASE in str(v) for v in found.values())
    return is_own(found)


def split(raw: Raw, content: Any) -> Iterator[tuple[Raw, _Part]]:
    """Yield one part for each record of the graph. Raises `CardError` where there is none."""
    graph = (
        _parsed(raw)
        if isinstance(content, Raw)
        else parse(json.dumps(inlined(content), default=str).encode(), "json-ld")
    )
    found = _records(graph)
    if not found:
        raise CardError(
            RecordProblem(
                "The RDF holds no record of EvalGap.", mend=f"Known are {', '.join(RECORDS)}."
            )
        )
    for iri, cls in found:
        yield raw.part(iri.removeprefix(BASE)), (graph, cls, iri)


def _records(graph: Graph) -> list[tuple[str, type[Record]]]:
    typed = ((s, c) for c in RECORDS.values() for s in graph.subjects(RDF.type, expand(c.rdf_type)))
    return sorted({(str(s), c) for s, c in typed}, key=lambda pair: _place(pair[0]))


def _place(iri: str) -> tuple[str, int]:
    """Return series and number of a version, so that the tenth comes after the second."""
    series, _, number = iri.rpartition("/")
    return series, whole_number(number) or 0


def load(raw: Raw, part: _Part) -> tuple[list[Record], list[RecordProblem]]:
    """Return one record, and what its node says that the model has no field for."""
    del raw
    graph, cls, iri = part
    start, version = f"{BASE}id/{cls.kind}/", last_segment(iri)
    if not iri.startswith(start) or whole_number(version) is None:
        mend = f"Name it {start}…/1."
        raise CardError(RecordProblem("A record is not named as its kind is.", "@id", iri, mend))
    found = record(graph, cls, iri)
    nodes = list(_nodes(graph, cls, URIRef(iri)))
    unread = [(of, predicate) for node, of in nodes for predicate in _unread(graph, of, node)]
    wrong = [problem for node, of in nodes for problem in _ill_placed(graph, of, node)]
    wrong += [_no_property(of, predicate) for of, predicate in unread if predicate.startswith(EGAP)]
    if wrong:
        raise CardError(*wrong)
    return [found], [
        RecordProblem("The model has no field for this property; it is not imported.", predicate)
        for predicate in sorted({predicate for _, predicate in unread})
    ]


def _nodes(graph: Graph, cls: type[Node], node: RdfNode) -> Iterator[tuple[RdfNode, type[Node]]]:
    """Yield the nodes from which a record is read, each with its class."""
    yield node, cls
    for field in fields_of(cls):
        for value in graph.objects(node, expand(field.term.predicate)) if field.node else ():
            if field.node and isinstance(value, URIRef | BNode):
                yield from _nodes(graph, field.node, value)


def _ill_placed(graph: Graph, cls: type[Node], node: RdfNode) -> Iterator[RecordProblem]:
    """Yield which values of a node would not arrive as they stand."""
    for field in fields_of(cls):
        values = list(graph.objects(node, expand(field.term.predicate)))
        if len(values) > 1 and not field.many:
            given = " and ".join(sorted(map(str, values)))
            yield RecordProblem("This is given more than once.", field.name, given, "Keep one.")
        for why in filter(None, (misfit(cls, field, value) for value in values)):
            yield RecordProblem(why, field.name)
        bare = [v for v in values if isinstance(field.term, Part) and (v, None, None) not in graph]
        for value in bare:
            mend = "Describe it, or take it out."
            yield RecordProblem("This is not described.", field.name, str(value), mend)


def _no_property(cls: type[Node], predicate: str) -> RecordProblem:
    """Return the problem of a property of ours that a class does not have."""
    # below their vocabularies: what is common to all tells nothing
    known = {
        local_name(iri): iri for f in fields_of(cls) for iri in [str(expand(f.term.predicate))]
    }
    found = near(local_name(predicate), known)
    mend = f"The nearest is {known[found]}." if found else "Remove it."
    return RecordProblem(f"{type_name(cls)} has no such property.", predicate, mend=mend)


def _unread(graph: Graph, cls: type[Node], node: RdfNode) -> list[str]:
    known = {expand(f.term.predicate) for f in fields_of(cls)}
    known |= {RDF.type, DCAT.isVersionOf, DCAT.version, EGAP.recordedIn}
    found = sorted(str(predicate) for predicate in set(graph.predicates(node)) - known)
    return [p for p in found if not (cls is DatasetCard and is_standard(p))]


def _parsed(raw: Raw) -> Graph:
    with raw.open() as stream:
        data = stream.read(MAX_RECORD_BYTES + 1)
    if len(data) > MAX_RECORD_BYTES:
        raise CardError(
            RecordProblem(
                f"RDF of more than {MAX_RECORD_BYTES // 2**20} MB is not read as records.",
                mend="Load the dump of a store with evalgap load, or cut it into files.",
            )
        )
    return parse(data, rdf_syntax(raw) or "turtle")
