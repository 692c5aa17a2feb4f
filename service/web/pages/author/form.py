"""The form to write a card: fields from the SHACL shapes, answers as an EvalGap file.

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
from loaders.model import CORE_DIMENSIONS, Card, Coding
from loaders.model.statements import Assumption
from service.ontology import graphs, labels
from service.ontology.labels import TermText

Typed = Mapping[str, Sequence[str]]
"""What was typed, by the name of the field."""

_SHAPES = "https://w3id.org/evalgap/shapes#"
_SCHEMES = {"application-domain": "domain", "coding-rule": "derivation-rule"}
"""The code list behind a shape that asks for a concept of it."""

_HEAD = {
    "title": "card-title",
    "benchmark": "card-benchmark",
    "author": "card-author",
    "origin": "card-origin",
    "status": "card-status",
    "domains": "application-domain",
}
_QUESTION = {
    "value": "value-in-scheme",
    "status": "statement-status",
    "basis": "coding-basis",
    "rule": "coding-rule",
    "url": "citation-source",
}
"""The property shape behind each field, of the card and of each of its questions."""

CALLED = {
    "benchmark": "Short name of the benchmark, for its address",
    "author": "Your short name, for the address of what you write",
    "author_name": "Your name",
    "origin": "In what capacity you write",
    "status": "How far it is",
    "publications": "Papers",
    "version": "Version, in words",
    "url": "Source: its address",
    "locator": "Where in the source",
    "answer": "Answer in your own words",
    "question": "The question as the source asks it",
    "value": "What fits",
    "basis": "How the values ticked now were read",
    "rule": "By which rule, where derived",
    "checked": "How it was checked who you are, by whom",
}
"""What a field is called, where its shape or its name would say it in words of the schema."""

NEEDED = {
    "title": "Give the name of the benchmark.",
    "benchmark": "Give a short name: lower-case Latin letters and digits, joined by hyphens.",
    "author": "Give a short name: lower-case Latin letters and digits, joined by hyphens.",
    "author_name": "Give your name.",
}
"""What is said of a needed field that was left open."""


@dataclass(frozen=True)
class CodeChoice:
    """A code with its words."""

    code: str
    label: str
    about: str
    depth: int = 0
    """How many broader values stand above it."""


@dataclass(frozen=True)
class FormField:
    """A field as its property shape describes it."""

    label: str
    message: str
    needed: bool
    many: bool
    choices: tuple[CodeChoice, ...]


@dataclass(frozen=True)
class CardQuestion:
    """One dimension in the form: its words and the values there are."""

    dimension: str
    words: TermText
    values: tuple[CodeChoice, ...]
    core: bool


@cache
def head() -> Mapping[str, FormField]:
    """Return the fields of the card itself."""
    return {name: _field(shape) for name, shape in _HEAD.items()}


@cache
def parts() -> Mapping[str, FormField]:
    """Return the fields that each question has."""
    return {name: _field(shape) for name, shape in _QUESTION.items()}


def _field(shape: str) -> FormField:
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
def questions() -> tuple[CardQuestion, ...]:
    """Return every dimension that asks something: the five of the card first, others by name."""
    graph = graphs.taxonomy()
    asking = set(graph.subjects(EGAP.questionText)) & set(graph.subjects(RDF.type, EGAP.Dimension))
    names = {last_segment(d) for d in asking}
    order = [*CORE_DIMENSIONS, *sorted(names - set(CORE_DIMENSIONS))]
    return tuple(_question(graph, name) for name in order)


def _question(graph: Graph, dimension: str) -> CardQuestion:
    schemes = graph.subjects(EGAP.valuesOf, URIRef(f"{BASE}dimension/{dimension}"))
    values = (v for scheme in schemes for v in graph.subjects(SKOS.inScheme, scheme))
    ordered = sorted(values, key=lambda v: _place(graph, v))
    return CardQuestion(
        dimension,
        labels.of(f"dimension/{dimension}"),
        tuple(replace(_choice(str(v)), depth=len(_broader(graph, v)) - 1) for v in ordered),
        dimension in CORE_DIMENSIONS,
    )


def _place(graph: Graph, value: Node) -> tuple[bool, str, list[tuple[int, str]]]:
    """Return where a value stands: in its part, below what is broader, by rank and label.

    Deprecated ones stand after all others.
    """
    deprecated = (value, OWL.deprecated, None) in graph
    ranked = [_rank(graph, step) for step in _broader(graph, value)]
    return deprecated, str(graph.value(value, SKOS.inScheme)), ranked


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


def opened(given: Typed, wrong: Iterable[str]) -> set[str]:
    """Return the dimensions on which something was typed, or is wrong."""
    filled = [name for name, values in given.items() if any(values)]
    return {name.partition(".")[0] for name in [*filled, *wrong] if "." in name}


def kept(card: Card | None) -> Mapping[str, Coding]:
    """Return how each value of a stored card was read, by dimension and code."""
    statements = card.assumptions if card else ()
    return {c.code: c for statement in statements for c in statement.codings}


def typed(card: Card) -> Typed:
    """Return a stored card as it would have been typed."""
    plain = {
        "title": card.title,
        "benchmark": card.benchmark.id,
        "description": card.description,
        "version": card.benchmark_version,
        "citation": card.citation,
        "author": card.author.id,
        "author_name": card.author.name,
        "origin": card.origin,
        "status": card.status,
        "intended_use": card.intended_use,
        "notes": card.notes,
        "publications": "\n".join(card.publications),
        "pages": "\n".join(card.pages),
    }
    found = {name: [value] for name, value in plain.items() if value}
    for assumption in card.assumptions:
        found |= _typed(assumption)
        if assumption.confirmation and assumption.confirmation.by.id == card.author.id:
            found |= {f"{assumption.dimension}.confirmed": ["yes"]}
            found |= {"checked": [assumption.confirmation.checked or ""]}
    return found | {"domains": list(card.domains)}


def _typed(assumption: Assumption) -> dict[str, list[str]]:
    name, source = assumption.dimension, next(iter(assumption.sources), None)
    plain = {
        "question": assumption.question,
        "answer": assumption.answer,
        "status": assumption.answer_status,
        "url": source.url if source else None,
        "locator": source.locator if source else None,
    }
    found = {f"{name}.{part}": [value] for part, value in plain.items() if value}
    codes = [c.code.partition("/")[2] for c in assumption.codings]
    return found | {f"{name}.value": codes}


def one(given: Typed, name: str) -> str:
    """Return what was typed into a field that takes one value."""
    return "".join(given.get(name, ())[:1]).strip()


def called(name: str) -> str:
    """Return what a field of the form is called, with its question where it is of one."""
    first, _, part = name.partition(".")
    fields = parts() if part else head()
    field = fields.get(part or first)
    shape = field.label if field else (part or first).replace("_", " ").capitalize()
    plain = CALLED.get(part or first, shape) if (part or first) != "status" or not part else shape
    question = next((q for q in questions() if part and q.dimension == first), None)
    return f"{question.words.label}, {plain[:1].lower()}{plain[1:]}" if question else plain
