"""The words of the ontology for its names, by path below the base, as `value/novelty/unseen`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from rdflib import SKOS, Literal, URIRef

from loaders.mapping.iris import BASE, EGAP
from service.ontology import graphs
from service.ontology.plain_names import plain


@dataclass(frozen=True)
class TermText:
    """What a name is called, what it means, and for a dimension what it asks; empty: not said."""

    label: str
    definition: str
    question: str


@lru_cache(maxsize=4096)  # a path may be untrusted
def of(path: str) -> TermText:
    """Return all words for `code/…`, `value/…` or `dimension/…`."""
    name = URIRef(f"{BASE}{path}")
    return TermText(*(_said(name, p) for p in (SKOS.prefLabel, SKOS.definition, EGAP.questionText)))


def label(path: str) -> str:
    """Return what a name is called; without a label, its last word."""
    return of(path).label or path.rpartition("/")[2].replace("-", " ")


@lru_cache(maxsize=4096)  # a path may be untrusted
def short_label(path: str) -> str:
    """Return what a name is called where there is little room; its label where it has no other."""
    return _said(URIRef(f"{BASE}{path}"), EGAP.shortLabel) or label(path)


_PEOPLE = frozenset({"Wilson", "Agresti", "Newcombe", "Tango"})
"""Names that begin the label of a method, which is named after them."""


def interval_method(code: str) -> str:
    """Return the method of an interval inside a sentence: `as reported`, `Wilson score`."""
    return in_sentence(f"code/interval-method/{code}")


def in_sentence(path: str) -> str:
    """Return what a name is called inside a sentence; the names of people keep their capital."""
    found = label(path)
    named = found.replace("-", " ").partition(" ")[0] in _PEOPLE
    return found if named else f"{found[:1].lower()}{found[1:]}"


def standard_error(found: str) -> str:
    """Return in words how a standard error was found: `interval width (Wilson score)`."""
    how, bracket, rest = found.partition(" (")
    code, comma, more = rest.rstrip(")").partition(", ")
    if not bracket or not of(f"code/interval-method/{code}").label:
        return found.replace("-", " ")
    return f"{how.replace('-', ' ')} ({interval_method(code)}{comma}{more})"


def plain_name(dimension: str) -> str:
    """Return a dimension in plain words; its label where it has none."""
    return plain(dimension, label(f"dimension/{dimension}"))


def definition(path: str) -> str:
    """Return what a name means; empty where that is not said."""
    return of(path).definition


def part_of(dimension: str, codes: Iterable[str]) -> set[str]:
    """Return the schemes, one for each part of a dimension, that some of its values are in."""
    values = (URIRef(f"{BASE}value/{dimension}/{code}") for code in codes)
    return {str(s) for v in values for s in graphs.taxonomy().objects(v, SKOS.inScheme)}


def _said(name: URIRef, predicate: URIRef) -> str:
    found = graphs.taxonomy().value(name, predicate, any=True)
    return str(found) if isinstance(found, Literal) else ""


def without_codes(sentence: str) -> str:
    """Return a sentence of an analysis with the plain names of dimensions in place of codes."""
    codes = _codes_of_dimensions()
    return _CODE.sub(lambda m: plain_name(m[0]).lower() if m[0] in codes else m[0], sentence)


_CODE = re.compile(r"(?<![\w-])\w++(?:-\w++)++(?![\w-])")


@cache
def _codes_of_dimensions() -> frozenset[str]:
    start = f"{BASE}dimension/"
    names = {str(iri).removeprefix(start) for iri in graphs.taxonomy().subjects(SKOS.prefLabel)}
    return frozenset(name for name in names if "-" in name and "/" not in name)
