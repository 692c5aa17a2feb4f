"""What a form of RDF or of results cannot say: refused before it is written wrong.

Oxigraph writes XML that no reader takes where a text holds a control character or a property has
a name that is none in XML, and JSON-LD 1.1 has no triple terms. Kept free of heavy imports for
the readers.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from service.common.problems import NotAcceptable

_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
"""What XML 1.0 has no way to write, as UTF-8."""

_NAME_BACKWARDS = re.compile(r"[\w.\-\u00b7]*?[^\W\d]")
"""The end of an IRI that is a name in XML, read from its last character."""


def fitting(triples: Iterable[Any], media: str) -> Iterator[Any]:
    """Yield triples or quads; raise `NotAcceptable` at one that the media type cannot write."""
    for triple in triples:
        if media == "application/rdf+xml":
            _check_name(triple.predicate.value)
        if media == "application/ld+json" and isinstance(triple.object, ox.Triple):
            raise NotAcceptable(
                "A triple term of RDF 1.2 is here, which JSON-LD cannot write. Ask for Turtle."
            )
        yield triple


def _check_name(predicate: str) -> None:
    if not _NAME_BACKWARDS.match(predicate[::-1]):
        raise NotAcceptable(
            f"RDF/XML cannot write the property {predicate}: its end is no name in XML. "
            "Ask for another form.",
            predicate=predicate,
        )


def xml(data: bytes) -> bytes:
    """Return a piece of XML with its carriage returns escaped, which readers take for newlines.

    Raises `NotAcceptable` for a character that XML cannot carry.
    """
    if _NO_XML.search(data):
        raise NotAcceptable(
            "A text here holds a control character, which XML cannot carry. Ask for another form."
        )
    return data.replace(b"\r", b"&#13;")
