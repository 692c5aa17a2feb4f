"""The terms that records are coded with, for people: what each means, and what stands around it.

A term is known by its scheme and its code: `dimension/interaction-type` is a dimension,
`interaction-type/multi-turn` one of its values, `verdict/holds` a code of another list.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rdflib import OWL, RDF, SKOS, Literal, Namespace, URIRef
from rdflib.term import Node
from typing_extensions import TypedDict

from loaders.mapping.iris import BASE, DCTERMS, EGAP, SHORT
from loaders.model import CORE_DIMENSIONS
from service.common.doors import either
from service.common.problems import NotFound, OnPage
from service.ontology import codebook, graphs
from service.ontology.mappings import Alignment, alignments
from service.ontology.plain_names import PLAIN

DIMENSION = "dimension"
"""The scheme of the dimensions themselves."""
_XKOS = Namespace(SHORT["xkos"])
_NOTES: Mapping[str, Node] = {
    "Includes": _XKOS.inclusionNote,
    "Excludes": _XKOS.exclusionNote,
    "Example": SKOS.example,
    "On the edge": EGAP.boundaryCase,
    "Note": SKOS.scopeNote,
    "Changed": SKOS.changeNote,
}


@dataclass(frozen=True)
class TermName:
    """A term by its id, `scheme/code`, with its label and its definition."""

    id: str
    label: str
    definition: str
    old: bool = False

    @property
    def path(self) -> str:
        """Its path below the base: `value/interaction-type/multi-turn`."""
        return path_of(self.id)

    @property
    def plain(self) -> str | None:
        """Its plain name, where the label is a term of the paper."""
        scheme, _, code = self.id.partition("/")
        return PLAIN.get(code) if scheme == DIMENSION else None


@dataclass(frozen=True)
class TermGroup:
    """The terms of one scheme, or of one part of a dimension, in their order."""

    scheme: str
    label: str
    definition: str
    terms: tuple[TermName, ...]


class TermItem(TypedDict):
    """A term that records are coded with; `plain_name` where its label is a term of the paper."""

    id: str
    scheme: str
    name: str
    plain_name: str | None
    definition: str
    old: bool


class TermPassage(TypedDict):
    """A passage of the codebook on a term."""

    heading: str
    text: str


class TermMapping(TypedDict):
    """A term of another vocabulary, and how the two are related."""

    relation: str
    term: str
    comment: str


_Named = TypedDict("_Named", {"@id": str})


class TermReport(_Named, TermItem):
    """All that the ontology and the codebook say of a term; `notes` are by kind of note."""

    also_called: list[str]
    question: str | None
    notes: dict[str, list[str]]
    criteria: list[TermPassage]
    broader: list[str]
    narrower: list[str]
    values: list[str]
    entails: list[str]
    replaced_by: list[str]
    may_mean: list[str]
    sources: list[str]
    mappings: list[TermMapping]


@dataclass(frozen=True)
class DefinedTerm:
    """All that the ontology and the codebook say of a term."""

    name: TermName
    scheme: str
    code: str
    also: tuple[str, ...]
    question: str
    notes: tuple[tuple[str, tuple[str, ...]], ...]
    criteria: tuple[codebook.Passage, ...]
    broader: tuple[TermName, ...]
    narrower: tuple[TermName, ...]
    values: tuple[TermName, ...]
    entails: tuple[TermName, ...]
    replaced_by: tuple[TermName, ...]
    may_mean: tuple[TermName, ...]
    sources: tuple[str, ...]
    mappings: tuple[Alignment, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        names = {
            key: [n.id for n in getattr(self, key)]
            for key in ("broader", "narrower", "values", "entails", "replaced_by", "may_mean")
        }
        return {
            "@id": f"{BASE}{self.name.path}",
            **summary(self.name),
            "also_called": list(self.also),
            "question": self.question or None,
            "notes": {w.lower().replace(" ", "_"): list(texts) for w, texts in self.notes},
            "criteria": [{"heading": p.heading, "text": p.text} for p in self.criteria],
            **names,
            "sources": list(self.sources),
            "mappings": [
                {"relation": m.relation, "term": m.object, "comment": m.note} for m in self.mappings
            ],
        }


def summary(name: TermName) -> TermItem:
    """Return a term as an item of a list."""
    return {
        "id": name.id,
        "scheme": name.id.partition("/")[0],
        "name": name.label,
        "plain_name": name.plain,
        "definition": name.definition,
        "old": name.old,
    }


def path_of(ident: str) -> str:
    """Return the path below the base of the term with this id."""
    scheme = ident.partition("/")[0]
    if scheme == DIMENSION:
        return ident
    return f"value/{ident}" if scheme in _with_values() else f"code/{ident}"


def id_of(path: str) -> str:
    """Return the id of the term with this path below the base."""
    return path.removeprefix("value/").removeprefix("code/")


@cache
def groups() -> tuple[TermGroup, ...]:
    """Return every term: dimensions, the values of each, then all other lists by label."""
    graph = graphs.taxonomy()
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    found = [group for scheme in schemes for group in (_group(scheme),) if group.terms]
    return tuple(sorted(found, key=_place))


def _place(group: TermGroup) -> tuple[int, int, str, str]:
    core = list(CORE_DIMENSIONS)
    kind = 0 if group.scheme == DIMENSION else 1 if group.scheme in _with_values() else 2
    rank = core.index(group.scheme) if group.scheme in core else len(core)
    return kind, rank, group.scheme if kind == 1 else group.label.casefold(), group.label


def _group(scheme: Node) -> TermGroup:
    graph = graphs.taxonomy()
    of = graph.value(scheme, EGAP.valuesOf)
    name = str(of or scheme).rpartition("/")[2]
    terms = (_name(c) for c in sorted(graph.subjects(SKOS.inScheme, scheme), key=_order))
    return TermGroup(name, _text(scheme, SKOS.prefLabel), _text(scheme, SKOS.definition),
                     tuple(terms))  # fmt: skip


def _order(concept: Node) -> tuple[bool, bool, int, str]:
    """Return where a term stands: the core dimensions and what is on a scale first."""
    core: list[Node] = [URIRef(f"{BASE}dimension/{name}") for name in CORE_DIMENSIONS]
    rank = graphs.taxonomy().value(concept, EGAP.rank)
    place = core.index(concept) if concept in core else int(str(rank or 0))
    return (
        _old(concept),
        rank is None and concept not in core,
        place,
        _text(concept, SKOS.prefLabel),
    )


@cache
def known() -> Mapping[str, TermName]:
    """Return every term by its id."""
    return {term.id: term for group in groups() for term in group.terms}


def _called(idents: Iterable[str]) -> Mapping[str, str]:
    """Return what terms are called, by their ids."""
    return {ident: known()[ident].label for ident in idents}


def term(ident: str) -> DefinedTerm:
    """Return a term by its id. Raises `NotFound` with the terms of its scheme."""
    name = known().get(ident)
    scheme, _, code = ident.partition("/")
    if name is None:
        near = [other for other in known() if other.startswith(f"{scheme}/")]
        where = either("list terms", "/terms")
        spoken = OnPage(f"There is no term {ident!r}.", ident, tuple(near), titles=_called(near))
        raise NotFound(f"There is no term {ident!r}. See {where}.", on_page=spoken, known=near)
    iri = URIRef(f"{BASE}{name.path}")
    graph = graphs.taxonomy()
    notes = ((words, _texts(iri, predicate)) for words, predicate in _NOTES.items())
    return DefinedTerm(
        name, scheme, code,
        also=_texts(iri, SKOS.altLabel),
        question=_text(iri, EGAP.questionText),
        notes=tuple((words, texts) for words, texts in notes if texts),
        criteria=codebook.criteria(scheme, code) if scheme in _with_values() else (),
        broader=_names(graph.objects(iri, SKOS.broader)),
        narrower=_names(graph.subjects(SKOS.broader, iri)),
        values=tuple(_values(code)) if scheme == DIMENSION else (),
        entails=_names(graph.objects(iri, EGAP.entails)),
        replaced_by=_names(graph.objects(iri, DCTERMS.isReplacedBy)),
        may_mean=_names(graph.objects(iri, EGAP.mayMean)),
        sources=tuple(sorted(str(s) for s in graph.objects(iri, DCTERMS.source))),
        mappings=alignments().get(str(iri), ()),
    )  # fmt: skip


def _values(dimension: str) -> Iterator[TermName]:
    for group in groups():
        if group.scheme == dimension:
            yield from group.terms


def _names(found: Iterable[Node]) -> tuple[TermName, ...]:
    return tuple(_name(node) for node in sorted(found, key=str))


def _name(concept: Node) -> TermName:
    ident = id_of(str(concept).removeprefix(BASE))
    return TermName(ident, _text(concept, SKOS.prefLabel) or ident.rpartition("/")[2],
                    _text(concept, SKOS.definition), _old(concept))  # fmt: skip


def _old(concept: Node) -> bool:
    return bool(graphs.taxonomy().value(concept, OWL.deprecated))


def _text(node: Node, predicate: Node) -> str:
    return next(iter(_texts(node, predicate)), "")


def _texts(node: Node, predicate: Node) -> tuple[str, ...]:
    found = graphs.taxonomy().objects(node, predicate)
    return tuple(sorted(str(text) for text in found if isinstance(text, Literal)))


@cache
def _with_values() -> frozenset[str]:
    found = graphs.taxonomy().objects(None, EGAP.valuesOf)
    return frozenset(str(iri).rpartition("/")[2] for iri in found)
