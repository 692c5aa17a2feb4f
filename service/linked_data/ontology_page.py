"""What the page of the ontology shows: every term, dimension and code, put in order.

Read from the ontology and its schemes alone, so it is worked out once for each version.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from loaders.mapping.iris import BASE, DCTERMS, EGAP, SHORT, SKOS
from service.linked_data.presentation import PropertyLine, ShownTerm, address, curie
from service.ontology.mappings import alignments

_CORE = URIRef(f"{BASE}dimension/core")
_DIMENSIONS = URIRef(f"{BASE}scheme/dimension")
_KINDS = ("task-assumption", "outcome-assumption")
_TRUE, _FALSE = (Literal(said, datatype=XSD.boolean) for said in ("true", "false"))
_XKOS = Namespace(SHORT["xkos"])
_NOTES = {_XKOS.inclusionNote: "Includes", _XKOS.exclusionNote: "Excludes",
          SKOS.example: "Example", EGAP.boundaryCase: "On the edge", SKOS.scopeNote: "Note",
          SKOS.changeNote: "Changed", SKOS.altLabel: "Also called"}  # fmt: skip


@dataclass(frozen=True)
class TermEntry:
    """One term: its place on the page, its names, what it means, and what else is said of it.

    A list has `codes`, a dimension `schemes`: one, or one for each of its parts.
    """

    anchor: str
    name: str
    label: str
    definition: str
    mark: str
    lines: tuple[PropertyLine, ...]
    codes: tuple["TermEntry", ...] = ()
    schemes: tuple["TermEntry", ...] = ()


@cache
def page(graph: Graph) -> dict[str, Any]:
    """Return what the template shows of a version of the ontology."""
    schemes = sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=str)
    lists = [s for s in schemes if s != _DIMENSIONS and not graph.value(s, EGAP.valuesOf)]
    return {
        "ontology": _header(graph),
        "groups": (
            ("Dimensions", "dimensions", _dimensions(graph)),
            ("Classes", "classes", _terms(graph, OWL.Class)),
            ("Properties that lead to a thing", "object-properties",
             _terms(graph, OWL.ObjectProperty)),
            ("Properties with a text or number", "data-properties",
             _terms(graph, OWL.DatatypeProperty)),
            ("Notes", "notes", _terms(graph, OWL.AnnotationProperty)),
            ("Code lists", "code-lists", [_scheme(graph, s) for s in lists]),
        ),
    }  # fmt: skip


def _header(graph: Graph) -> dict[str, str]:
    name = URIRef(f"{BASE}ontology")
    said = {"title": DCTERMS.title, "description": DCTERMS.description, "version": OWL.versionInfo,
            "citation": DCTERMS.bibliographicCitation, "license": DCTERMS.license,
            "issued": DCTERMS.issued}  # fmt: skip
    return {key: str(graph.value(name, predicate) or "") for key, predicate in said.items()}


def _terms(graph: Graph, kind: Node) -> list[TermEntry]:
    """Return our terms of one kind, by name."""
    every = sorted(graph.subjects(RDF.type, kind), key=str)
    names = [name for name in every if str(name).startswith(str(EGAP))]
    return [_entry(graph, name, _structure(graph, name)) for name in names]


def _structure(graph: Graph, term: Node) -> Iterable[tuple[str, Iterable[Node]]]:
    """Yield where a class or property stands among the others."""
    yield "Narrower than", graph.objects(term, RDFS.subClassOf)
    yield "Wider than", graph.subjects(RDFS.subClassOf, term)
    yield "Narrower than", graph.objects(term, RDFS.subPropertyOf)
    yield "Wider than", graph.subjects(RDFS.subPropertyOf, term)
    yield "Said of", graph.objects(term, RDFS.domain)
    yield "Leads to", graph.objects(term, RDFS.range)
    yield "Its properties", graph.subjects(RDFS.domain, term)
    yield "Led to by", graph.subjects(RDFS.range, term)


def _dimensions(graph: Graph) -> list[TermEntry]:
    """Return the dimensions, each kind before what is narrower, with their coded values."""
    found = sorted(graph.subjects(RDF.type, EGAP.Dimension), key=lambda d: _rank(graph, d))
    return [_dimension(graph, dimension) for dimension in found]


def _rank(graph: Graph, dimension: Node) -> tuple[int, int, bool, str]:
    path = list(graph.transitive_objects(dimension, SKOS.broader))
    top = str(path[-1]).removeprefix(f"{BASE}dimension/")
    outside = (_CORE, SKOS.member, dimension) not in graph and EGAP.questionText in set(
        graph.predicates(dimension)
    )
    return _KINDS.index(top), len(path) > 1, outside, str(dimension)


def _dimension(graph: Graph, dimension: Node) -> TermEntry:
    more = (
        ("Question", graph.objects(dimension, EGAP.questionText)),
        ("Narrower than", graph.objects(dimension, SKOS.broader)),
        ("Wider than", graph.subjects(SKOS.broader, dimension)),
        ("Source", graph.objects(dimension, DCTERMS.source)),
    )
    core = (_CORE, SKOS.member, dimension) in graph
    found = sorted(graph.subjects(EGAP.valuesOf, dimension), key=lambda s: _place(graph, s))
    entry = _entry(graph, dimension, more, "core" if core else "")
    return replace(entry, schemes=tuple(_scheme(graph, scheme) for scheme in found))


def _scheme(graph: Graph, scheme: Node) -> TermEntry:
    """Return a code list, or the values of a dimension with what is done with them."""
    marks = (
        "deprecated" if _deprecated(graph, scheme) else "",
        "shown, not compared" if (scheme, EGAP.compared, _FALSE) in graph else "",
    )
    more = (("Replaced by", graph.objects(scheme, DCTERMS.isReplacedBy)),)
    return _entry(graph, scheme, more, ", ".join(filter(None, marks)), _codes(graph, scheme))


def _place(graph: Graph, scheme: Node) -> tuple[bool, int, str]:
    """Return where a scheme stands among those of its dimension; deprecated ones come last."""
    position = int(str(graph.value(scheme, EGAP.position) or 0))
    return _deprecated(graph, scheme), position, str(scheme)


def _deprecated(graph: Graph, term: Node) -> bool:
    return (term, OWL.deprecated, _TRUE) in graph


def _codes(graph: Graph, scheme: Node) -> tuple[TermEntry, ...]:
    """Return the concepts of a scheme: those on its scale in order, then the others."""
    concepts = list(graph.subjects(SKOS.inScheme, scheme))

    def order(concept: Node) -> tuple[bool, int, str]:
        rank = graph.value(concept, EGAP.rank)
        return rank is None, int(str(rank or 0)), str(concept)

    return tuple(_code(graph, concept) for concept in sorted(concepts, key=order))


def _code(graph: Graph, concept: Node) -> TermEntry:
    more = (
        ("Written", graph.objects(concept, SKOS.notation)),
        ("Narrower than", graph.objects(concept, SKOS.broader)),
        ("Entails", graph.objects(concept, EGAP.entails)),
        ("Replaced by", graph.objects(concept, DCTERMS.isReplacedBy)),
        ("May mean", graph.objects(concept, EGAP.mayMean)),
    )
    rank = graph.value(concept, EGAP.rank)
    if _deprecated(graph, concept):
        return _entry(graph, concept, more, "deprecated")
    return _entry(graph, concept, more, "" if rank is None else f"rank {rank}")


def _entry(
    graph: Graph,
    term: Node,
    more: Iterable[tuple[str, Iterable[Node]]],
    mark: str = "",
    codes: tuple[TermEntry, ...] = (),
) -> TermEntry:
    """Return what is shown of a term: `more` are headings with terms or texts under them."""
    notes = [(words, graph.objects(term, note)) for note, words in _NOTES.items()]
    lines = [_line(graph, heading, values) for heading, values in [*notes, *more]]
    label = graph.value(term, RDFS.label) or graph.value(term, SKOS.prefLabel)
    return TermEntry(
        anchor=_anchor(str(term)),
        name=curie(str(term)),
        label=str(label or curie(str(term))),
        definition=str(graph.value(term, SKOS.definition) or ""),
        mark=mark,
        lines=tuple(line for line in (*lines, *_aligned(str(term))) if line.values),
        codes=codes,
    )


def _line(graph: Graph, heading: str, values: Iterable[Node]) -> PropertyLine:
    return PropertyLine(
        ShownTerm(heading), tuple(_shown(graph, v) for v in sorted(values, key=str))
    )


def _shown(graph: Graph, term: Node) -> ShownTerm:
    """Return a text as it is; a term as a link to its place here, or to where it is defined."""
    if isinstance(term, Literal):
        return ShownTerm(str(term), language=term.language)
    iri = str(term)
    here = iri.startswith(BASE) and (term, None, None) in graph
    # a class or property is called by its name in queries, what is coded with by its label
    label = graph.value(term, SKOS.prefLabel) if here else None
    return ShownTerm(str(label or curie(iri)), f"#{_anchor(iri)}" if here else address(iri))


def _aligned(iri: str) -> Iterable[PropertyLine]:
    """Yield how a term relates to others of this ontology and to those of others, with a word."""
    rows = alignments().get(iri, ())
    for heading, ours in (("In this ontology", True), ("In other vocabularies", False)):
        words = (
            ShownTerm(
                a.curie,
                f"#{_anchor(a.object)}" if ours else a.object,
                note=", ".join(filter(None, (a.relation, a.note))),
            )
            for a in rows
            if a.object.startswith(BASE) == ours
        )
        yield PropertyLine(ShownTerm(heading), tuple(words))


def _anchor(iri: str) -> str:
    """Return the place of a term on the page: the fragment of its name, or its path in one word."""
    return iri.removeprefix(str(EGAP)).removeprefix(BASE).replace("/", "-")
