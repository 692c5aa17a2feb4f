"""Our own vocabulary as the SPARQL editor completes it: prefixes, classes, properties, codes.

Read from the ontology and its schemes alone, so it is worked out once.
"""

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.namespace import SKOS
from rdflib.term import Node

from loaders.mapping.iris import BASE, EGAP, SHORT
from service.ontology import graphs

PREFIXES = {**SHORT, "rdf": str(RDF), "rdfs": str(RDFS), "owl": str(OWL), "skos": str(SKOS)}
"""Prefixes that the editor declares by itself where a completion needs one."""

_KINDS = (
    (OWL.Class, "class"),
    (OWL.ObjectProperty, "property"),
    (OWL.DatatypeProperty, "property"),
    (OWL.AnnotationProperty, "property"),
    (EGAP.Dimension, "dimension"),
    (EGAP.DimensionValue, "value"),
    (SKOS.Concept, "code"),
    (SKOS.ConceptScheme, "scheme"),
)
_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@cache
def terms() -> tuple[bytes, str]:
    """Return the vocabulary as JSON, and a tag that is another one when it changes.

    Each term has `match` (what one types), `insert` (how SPARQL writes it), `kind`, and where
    they are known `label` and `about`.
    """
    graph = graphs.taxonomy()
    found = {t["insert"]: t for t in _terms(graph)}
    document = {"prefixes": PREFIXES, "terms": sorted(found.values(), key=lambda t: t["match"])}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return text, f'"{sha256(text).hexdigest()[:16]}"'


def _terms(graph: Graph) -> Iterator[dict[str, Any]]:
    seen: set[Node] = set()
    for type_, kind in _KINDS:
        for name in set(graph.subjects(RDF.type, type_)) - seen:
            seen.add(name)
            if isinstance(name, URIRef):
                yield _term(graph, name, kind)


def _term(graph: Graph, name: URIRef, kind: str) -> dict[str, Any]:
    match, insert = _written(str(name))
    label = graph.value(name, SKOS.prefLabel) or graph.value(name, RDFS.label)
    about = graph.value(name, SKOS.definition)
    said = {"label": label, "about": about}
    return {
        "match": match,
        "insert": insert,
        "kind": kind,
        **{key: str(words) for key, words in said.items() if words is not None},
    }


def _written(iri: str) -> tuple[str, str]:
    """Return what one types for an IRI, and how SPARQL writes it: a prefix takes no slash."""
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and _LOCAL.fullmatch(local):
            return f"{prefix}:{local}", f"{prefix}:{local}"
    return iri.removeprefix(BASE), f"<{iri}>"


@lru_cache(maxsize=256)  # a base may be untrusted
def codes(base: str) -> tuple[str, ...]:
    """Return the codes of the dimensions, values or other codes below a path; none without one."""
    if not base:
        return ()
    start = BASE + base
    found = {str(s) for s in graphs.taxonomy().subjects(RDF.type) if str(s).startswith(start)}
    return tuple(sorted(iri.removeprefix(start) for iri in found))
