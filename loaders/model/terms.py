"""How a field of the model becomes RDF: markers that stand in `Annotated[...]` types.

The model is written once, as pydantic classes; each field names its predicate and how its
value becomes an RDF term. `loaders.mapping` reads these markers to write triples, to read
them back and to build the JSON-LD context, so the three can never disagree.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from loaders.model.addresses import address

PREFIXES = {
    "bibo": "http://purl.org/ontology/bibo/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "egap": "https://w3id.org/evalgap/ontology#",
    "fabio": "http://purl.org/spar/fabio/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}


@dataclass(frozen=True)
class Term:
    """A field that becomes one triple per value; `predicate` is a CURIE over `PREFIXES`."""

    predicate: str


@dataclass(frozen=True)
class Value(Term):
    """A literal: text, number, boolean or date."""


@dataclass(frozen=True)
class Link(Term):
    """An absolute IRI outside the graph, such as a publication."""


@dataclass(frozen=True)
class Coded(Term):
    """A concept of ours, written as its path below `base`: `single-turn`, `holds`."""

    base: str


@dataclass(frozen=True)
class LocalLink(Term):
    """Another node of the same record, written as its path below the record's IRI.

    `to` is the class of that node, as a CURIE.
    """

    to: str


@dataclass(frozen=True)
class Part(Term):
    """A nested node that belongs to its parent; its IRI is the parent's plus one segment.

    The segment is `name-key`: `name` may be empty, `key` names the child's field that tells
    siblings apart; without it siblings are numbered from 1.
    """

    name: str = ""
    key: str = ""


@dataclass(frozen=True)
class NestedThing(Term):
    """A nested thing with an IRI of its own (`id/{kind}/{id}`), shared between records."""


@dataclass(frozen=True)
class Mention(NestedThing):
    """A thing that another record may describe; with its id alone it is a reference to that."""


Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120, strict=True)
]
"""An identifier segment: lower-case words joined by hyphens."""

Path = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*(/[a-z0-9.]+(-[a-z0-9]+)*)*$", max_length=400
    ),
]
"""Slugs joined by slashes, such as `medqa/evalgap` or `interaction-type/single-turn`."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
"""Words as the source gives them, trimmed."""


def _no_truth(given: object) -> object:
    """Return what is no truth value. Raises `PydanticCustomError` for `true`, which counts as 1."""
    if isinstance(given, bool):
        raise PydanticCustomError("int_type", "This is no whole number")
    return given


Whole = Annotated[int, BeforeValidator(_no_truth)]
"""A whole number; `true` is none, though Python would read it as 1."""


Iri = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(address)]
"""An absolute http(s) IRI that every RDF syntax can carry."""
