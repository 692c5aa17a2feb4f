"""What a dataset card says of its data set in the terms of standard vocabularies, RAI and DCAT.

Croissant writes its fields as terms of RAI and schema.org, so `rai:dataBiases` of a file is that
term; the dates of schema.org are those of DCAT, but for `datePublished`: `dcterms:issued` of a card
is when the card was issued, not its data set. The field stays text on the card, too: from that it
is read back. Where the value is no text (`prov:wasGeneratedBy` holds nodes) it stays text alone.
"""
# DESIGN: also-says

import json
from collections.abc import Iterator, Mapping

from rdflib import Literal, Namespace, URIRef

from loaders.mapping.iris import DCTERMS, SCHEMA, SHORT
from loaders.model import DatasetCard, Node

RAI = Namespace(SHORT["rai"])
_DATES: Mapping[str, URIRef] = {
    "datePublished": SCHEMA.datePublished,
    "dateModified": DCTERMS.modified,
    "dateCreated": DCTERMS.created,
}
TERMS = frozenset(_DATES.values())
"""The terms beside those of RAI."""
_SCHEMA = ("sc:", "schema:", str(SCHEMA), "http://schema.org/")


def standard_terms(node: Node) -> Iterator[tuple[URIRef, Literal]]:
    """Yield limits, uses and what a dataset card keeps as text under the terms of RAI and DCAT."""
    if not isinstance(node, DatasetCard):
        return
    for term, said in (
        (RAI.dataLimitations, node.limitations),
        (RAI.dataUseCases, node.intended_use),
    ):
        if said is not None:
            yield term, Literal(said)
    for field, _, text in (said.partition(": ") for said in node.also_says):
        if found := _term(field):
            yield from ((found, Literal(value)) for value in _texts(text))


def is_standard(predicate: str) -> bool:
    """Tell whether a term says again what a dataset card keeps as text."""
    return predicate.startswith(RAI) or URIRef(predicate) in TERMS


def _term(field: str) -> URIRef | None:
    prefix, _, name = field.partition(":")
    if prefix == "rai" and name.isidentifier():
        return RAI[name]
    start = next((s for s in _SCHEMA if field.startswith(s)), "")
    return _DATES.get(field.removeprefix(start))


def _texts(text: str) -> list[str]:
    """Return the texts of a kept field: one, or those of a list of nothing else."""
    if not text.startswith(("[", "{", '"')):
        return [text]
    try:
        value = json.loads(text)
    except ValueError:
        return [text]
    found = value if isinstance(value, list) else [value]
    return found if all(isinstance(item, str) for item in found) else []
