"""Addresses and names that are stored as links: what the store takes as an IRI, and no more.

A pattern of our own lets through what the grammar of RFC 3987 does not have (`http://[::1`,
`https://example.org/[a]`, `https://example.org/%zz`), and then the store refuses the whole batch.
"""

import re

import pyoxigraph as ox
from pydantic_core import PydanticCustomError

_REST = r'[^\s<>"{}|\\^`\x00-\x20]+'
_WEB = re.compile(rf"https?://{_REST}")
_NAMES = re.compile(
    rf"urn:[a-z0-9][a-z0-9-]{{0,30}}[a-z0-9]:{_REST}"
    rf"|ni://[^/\s]*/[a-z0-9-]+;[\w-]+(?:\?{_REST})?"
    r"|swh:1:(?:cnt|dir|rel|rev|snp):[0-9a-f]{40}(?:;[^\s<>\"{}|\\^`]+)?",
    re.IGNORECASE,
)
"""Names that say which document is meant without saying where it is: RFC 8141, RFC 6920 (of a
file by its content), and Software Heritage's (ISO/IEC 18670)."""
_DOI = re.compile(rf"doi:\s*(10\.\d{{4,9}}/{_REST})", re.IGNORECASE)


def is_address(text: str) -> bool:
    """Tell whether a text is an absolute http(s) IRI that every RDF syntax can carry."""
    return _WEB.fullmatch(text) is not None and _is_iri(text)


def is_source(text: str) -> bool:
    """Tell whether a text is what `address` takes: an address, a name of a document, a DOI."""
    try:
        address(text)
    except PydanticCustomError:
        return False
    return True


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def address(text: str) -> str:
    """Return an address, or the name of a document (`urn:`, `ni:`, `swh:`), as it is written.

    A DOI written as `doi:10.1000/182` is returned as its address, since `doi:` is no scheme of
    IRIs. Raises `PydanticCustomError` for any other text.
    """
    if doi := _DOI.fullmatch(text):
        text = f"https://doi.org/{doi[1]}"
    if not is_address(text) and not (_NAMES.fullmatch(text) and _is_iri(text)):
        raise PydanticCustomError("address", "This is no web address")
    return text
