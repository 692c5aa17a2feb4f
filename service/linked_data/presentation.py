"""What a page shows of a description: statements in groups, with words in place of IRIs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from rdflib import OWL, RDF, XSD, Literal, URIRef
from rdflib.term import Node

from loaders.mapping.iris import BASE, DCTERMS, EGAP, PROV, SHORT, last_segment
from loaders.model import WITHDRAWN
from service.linked_data.resource import Quad, ResourceDescription
from service.linked_data.titles import labels
from service.queries import counted, internal
from service.store.port import Engine
from service.store.terms import Rdf12Term

_WITHDRAWN = URIRef(f"{BASE}code/review-status/{WITHDRAWN}")
SECTIONS = 300
"""The most parts that one page shows; the RDF has all of them."""
OPEN = 40
"""Up to so many statements of parts are shown unfolded."""

_PLAIN = {None, XSD.string, XSD.decimal, XSD.integer, XSD.boolean, XSD.date, XSD.dateTime}
_NAMES = {**SHORT, "rdf": str(RDF), "owl": "http://www.w3.org/2002/07/owl#"}

Words = Mapping[URIRef, Literal]
"""Labels by IRI."""


@dataclass(frozen=True)
class ShownTerm:
    """A term in words: where its link leads, its language, and what else there is to say."""

    text: str
    href: str | None = None
    language: str | None = None
    note: str = ""


@dataclass(frozen=True)
class PropertyLine:
    """One property with its values."""

    name: ShownTerm
    values: tuple[ShownTerm, ...]


@dataclass(frozen=True)
class NodeSection:
    """What is said of one node."""

    heading: ShownTerm
    anchor: str
    lines: tuple[PropertyLine, ...]


def page(engine: Engine, found: ResourceDescription) -> dict[str, Any]:
    """Return what the template shows of a description."""
    own = [quad for quad in found.own if quad[0] == found.subject]
    nodes = _by_subject(found.parts)
    parts = [quad for node in nodes[:SECTIONS] for quad in node]
    words = labels(
        engine, {found.subject, *_named([*own, *parts, *found.incoming, *found.recorded])}
    )

    words = {**words, **_marked(engine, words)}

    def led_to(predicate: URIRef) -> list[ShownTerm]:
        found = (_term(value, words) for _, said, value, _ in own if said == predicate)
        return sorted(found, key=attrgetter("text"))

    return {
        "iri": str(found.iri),
        "subject": _term(found.subject, words),
        "is_series": bool(found.versions),
        "versions": [_term(version, words) for version in found.versions],
        "deprecated": any(predicate == OWL.deprecated for _, predicate, *_ in own),
        "replaced": led_to(DCTERMS.isReplacedBy),
        "withdrawn": (found.subject, EGAP.reviewStatus, _WITHDRAWN) in {q[:3] for q in own},
        "decision": _decision(found, words),
        "may_mean": led_to(EGAP.mayMean),
        "lines": _lines(own, words),
        "sections": _sections(parts, found.subject, words),
        "hidden": max(0, len(nodes) - SECTIONS),
        "unfolded": sum(map(len, nodes)) <= OPEN,
        "incoming": _lines(((o, p, s, g) for s, p, o, g in found.incoming), words),
        "cut": len(found.incoming) if found.cut else 0,
        "recorded": _sections(found.recorded, found.subject, words),
    }


def _decision(found: ResourceDescription, words: Words) -> dict[str, str] | None:
    """Return who withdrew a record or let it count again, when and why; None if nobody did."""
    names = {f"{found.subject}/{name}" for name in ("withdrawal", "reinstatement")}
    said = {p: value for s, p, value, _ in found.parts if str(s) in names}
    if not said:
        return None
    by = said.get(PROV.wasAttributedTo)
    return {
        "by": str(words.get(URIRef(str(by)), by)),
        "on": str(said.get(DCTERMS.date)),
        "reason": str(said.get(EGAP.editorialReason)),
    }


def _marked(engine: Engine, words: Words) -> Words:
    """Return the labels of records that count only on request, with the reason behind each."""
    says = [URIRef(reason.predicate) for reason in counted.UNCOUNTED]
    rows = internal.rows(engine, "on-request", record=sorted(words), says=says)
    reasons = {
        URIRef(str(row["record"])): last_segment(row["code"])
        for row in rows
        if any(r.met(str(row["code"])) for r in counted.UNCOUNTED)
    }
    return {iri: Literal(f"{words[iri]} ({why})") for iri, why in reasons.items()}


def _named(quads: Iterable[Quad]) -> Iterable[URIRef]:
    return (t for s, p, o, _ in quads for t in (s, p, o) if isinstance(t, URIRef))


def address(iri: str) -> str | None:
    """Return where a link to an IRI leads: on this host for ours, nowhere for no web address."""
    if iri.startswith(BASE):
        return "/" + quote(iri.removeprefix(BASE), safe="/#:@!$&'()*+,;=~%")
    return iri if iri.startswith(("http://", "https://")) else None


def _term(term: Node, words: Words) -> ShownTerm:
    """Return a term in words: its label, with its name beside it, or its name alone."""
    if isinstance(term, Literal):
        special = None if term.datatype in _PLAIN else term.datatype
        return ShownTerm(str(term), language=term.language, note=curie(special) if special else "")
    if isinstance(term, Rdf12Term):
        return ShownTerm(str(term))
    if not isinstance(term, URIRef):
        return ShownTerm("(a node without a name)")
    name, label = curie(term), words.get(term)
    if label is None:
        return ShownTerm(name, address(str(term)))
    return ShownTerm(str(label), address(str(term)), label.language, name)


def curie(iri: str) -> str:
    """Return the path of a name of ours, or another name behind a known prefix."""
    if iri.startswith(BASE) and "#" not in iri:
        return iri.removeprefix(BASE)
    for prefix, namespace in _NAMES.items():
        if iri.startswith(namespace) and namespace != iri:
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def _lines(quads: Iterable[Quad], words: Words) -> tuple[PropertyLine, ...]:
    """Group statements by property: the type first, the others by their names."""
    found: dict[URIRef, dict[ShownTerm, None]] = {}
    for _, predicate, value, _ in quads:
        found.setdefault(predicate, {})[_term(value, words)] = None
    lines = [
        PropertyLine(_property(name, words), tuple(sorted(values, key=attrgetter("text", "note"))))
        for name, values in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.name.text != "type", line.name.text)))


def _property(predicate: URIRef, words: Words) -> ShownTerm:
    return (
        ShownTerm("type", address(str(predicate)))
        if predicate == RDF.type
        else _term(predicate, words)
    )


def _by_subject(quads: Iterable[Quad]) -> list[list[Quad]]:
    ordered = sorted(quads, key=lambda quad: str(quad[0]))
    return [list(group) for _, group in groupby(ordered, key=lambda quad: str(quad[0]))]


def _sections(quads: Iterable[Quad], root: URIRef, words: Words) -> list[NodeSection]:
    return [_section(node, root, words) for node in _by_subject(quads)]


def _section(node: list[Quad], root: URIRef, words: Words) -> NodeSection:
    """Return what is said of a node; without a label it is called by its place below the root."""
    subject = node[0][0]
    below = str(subject).removeprefix(f"{root}/").removeprefix(f"{root}#")
    shown = _term(subject, words)
    heading = shown if shown.note or below == str(subject) else ShownTerm(below, shown.href)
    return NodeSection(heading, below, _lines(node, words))
