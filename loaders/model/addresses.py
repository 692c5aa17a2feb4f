"""Web addresses that are stored as links: what the store takes as an IRI, and no more.

A pattern of our own lets through what the grammar of RFC 3987 does not have (`http://[::1`,
`https://example.org/[a]`, `https://example.org/%zz`), and then the store refuses the whole batch.
"""

import re

import pyoxigraph as ox
from pydantic_core import PydanticCustomError

_WEB = re.compile(r'https?://[^\s<>"{}|\\^`\x00-\x20]+')


def is_address(text: str) -> bool:
    """Tell whether a text is an absolute http(s) IRI that every RDF syntax can carry."""
    if _WEB.fullmatch(text) is None:
        return False
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def address(text: str) -> str:
    """Return an address. Raises `PydanticCustomError` for any other text."""
    if not is_address(text):
        raise PydanticCustomError("address", "This is no web address")
    return text
