"""The words of the ontology for its names: labels and definitions by path below the base."""

from functools import cache

from rdflib import SKOS, Literal, URIRef

from loaders.vocab import BASE
from service import shacl


@cache
def label(path: str) -> str:
    """Return the label of `code/…`, `value/…` or `dimension/…`; without one, its last word."""
    return _literal(path, SKOS.prefLabel) or path.rpartition("/")[2].replace("-", " ")


@cache
def definition(path: str) -> str:
    """Return the definition of a name of the ontology; empty where there is none."""
    return _literal(path, SKOS.definition)


def _literal(path: str, predicate: URIRef) -> str:
    found = shacl.taxonomy().value(URIRef(f"{BASE}{path}"), predicate, any=True)
    return str(found) if isinstance(found, Literal) else ""
