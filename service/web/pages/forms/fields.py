"""Fields of the forms from the SHACL shapes: names, what is needed, and the codes to choose from.

What a field is called, whether it is needed, how many values it takes and which codes there are
to choose from is said by the property shape that judges it later, so form and messages use the
same words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rdflib import OWL, RDF, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH, SKOS
from rdflib.term import Node

from loaders.mapping.iris import BASE, EGAP, last_segment
from loaders.model import CORE_DIMENSIONS
from service.ontology import graphs, labels
from service.ontology.labels import TermText

Typed = Mapping[str, Sequence[str]]
"""What was typed, by the name of the field."""

_SHAPES = "https://w3id.org/evalgap/shapes#"
_SCHEMES = {
    "application-domain": "domain",
    "coding-rule": "derivation-rule",
    "users-population": "population",
}
"""The code list behind a shape that asks for a concept of it."""


@dataclass(frozen=True)
class CodeChoice:
    """A code with its words."""

    code: str
    label: str
    about: str
    depth: int = 0
    """How many broader values stand above it."""
    part: str = ""
    """What part of its question it answers, where the question has several."""
    old: bool = False
    """Whether a record of today may no longer use it."""


@dataclass(frozen=True)
class FormField:
    """A field as its property shape describes it."""

    label: str
    message: str
    needed: bool
    many: bool
    choices: tuple[CodeChoice, ...]


@dataclass(frozen=True)
class FormQuestion:
    """One dimension in the form: its words and the values there are."""

    dimension: str
    words: TermText
    values: tuple[CodeChoice, ...]
    core: bool


@cache
def field(shape: str) -> FormField:
    """Return the field that a property shape of `shapes/` describes."""
    graph, name = graphs.shapes(), URIRef(_SHAPES + shape)
    listed = graph.value(name, SH["in"])
    codes = list(Collection(graph, listed)) if listed else _members(_SCHEMES.get(shape, ""))
    most = graph.value(name, SH.maxCount)
    return FormField(
        str(graph.value(name, SH.name)),
        str(graph.value(name, SH.message) or ""),
        int(str(graph.value(name, SH.minCount) or 0)) > 0,
        most is None or int(str(most)) > 1,
        tuple(_cited(code) for code in codes),
    )


def _cited(code: Node) -> CodeChoice:
    """Return a code as cards write it: a rule by its notation, any other by its last step."""
    written = graphs.taxonomy().value(code, SKOS.notation)
    choice = _choice(str(code))
    return replace(choice, code=str(written)) if written else choice


def _members(scheme: str) -> list[Node]:
    graph = graphs.taxonomy()
    found = graph.subjects(SKOS.inScheme, URIRef(f"{BASE}scheme/{scheme}"))
    return sorted(found, key=lambda v: _place(graph, v))


def _choice(iri: str) -> CodeChoice:
    path = iri.removeprefix(BASE)
    return CodeChoice(last_segment(iri), labels.label(path), labels.definition(path))


@cache
def questions() -> tuple[FormQuestion, ...]:
    """Return every dimension that asks something: the five of the card first, others by name."""
    graph = graphs.taxonomy()
    asking = set(graph.subjects(EGAP.questionText)) & set(graph.subjects(RDF.type, EGAP.Dimension))
    names = {last_segment(d) for d in asking}
    order = [*CORE_DIMENSIONS, *sorted(names - set(CORE_DIMENSIONS))]
    return tuple(_question(graph, name) for name in order)


def _question(graph: Graph, dimension: str) -> FormQuestion:
    schemes = list(graph.subjects(EGAP.valuesOf, URIRef(f"{BASE}dimension/{dimension}")))
    several = sum((scheme, OWL.deprecated, None) not in graph for scheme in schemes) > 1
    values = (v for scheme in schemes for v in graph.subjects(SKOS.inScheme, scheme))
    ordered = sorted(values, key=lambda v: _place(graph, v))
    return FormQuestion(
        dimension,
        labels.of(f"dimension/{dimension}"),
        tuple(_value(graph, v, several=several) for v in ordered),
        dimension in CORE_DIMENSIONS,
    )


def _value(graph: Graph, value: Node, *, several: bool) -> CodeChoice:
    scheme = str(graph.value(value, SKOS.inScheme)).removeprefix(BASE)
    return replace(
        _choice(str(value)),
        depth=len(_broader(graph, value)) - 1,
        part=labels.label(scheme) if several else "",
        old=(value, OWL.deprecated, None) in graph,
    )


def _place(graph: Graph, value: Node) -> tuple[bool, int, str, list[tuple[int, str]]]:
    """Return where a value stands: in its part, below what is broader, by rank and label.

    Deprecated ones stand after all others.
    """
    deprecated, scheme = (value, OWL.deprecated, None) in graph, graph.value(value, SKOS.inScheme)
    position = int(str(graph.value(scheme, EGAP.position) or 0))
    ranked = [_rank(graph, step) for step in _broader(graph, value)]
    return deprecated, position, str(scheme), ranked


def _broader(graph: Graph, value: Node) -> list[Node]:
    """Return a value below those that are broader, the broadest first; all of its own scheme."""
    scheme, steps = graph.value(value, SKOS.inScheme), [value]
    while above := graph.value(steps[0], SKOS.broader):
        if above in steps or graph.value(above, SKOS.inScheme) != scheme:
            break
        steps.insert(0, above)
    return steps


def _rank(graph: Graph, value: Node) -> tuple[int, str]:
    return int(str(graph.value(value, EGAP.rank) or 99)), labels.label(
        str(value).removeprefix(BASE)
    )


def opened(wrong: Iterable[str]) -> set[str]:
    """Return the dimensions of which a field is wrong."""
    return {name.partition(".")[0] for name in wrong if "." in name}


def one(given: Typed, name: str) -> str:
    """Return what was typed into a field that takes one value."""
    return "".join(given.get(name, ())[:1]).strip()


def first_of(values: Mapping[str, object]) -> dict[str, list[str]]:
    """Return values of a record as they would have been typed; what is not given is left out."""
    return {name: [str(value)] for name, value in values.items() if value not in (None, "")}


def filled(value: object) -> object:
    """Return a tree without what was left open."""
    if isinstance(value, Mapping):
        found = {key: filled(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item not in _OPEN}
    if isinstance(value, list | tuple):
        return [item for item in map(filled, value) if item not in _OPEN]
    return value


_OPEN: tuple[object, ...] = (None, "", [], {}, ())
"""What is typed where nothing is."""
