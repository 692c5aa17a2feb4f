"""Identifiers in cards, spelled in as many ways as there are cards, brought into one form each."""

import re
from collections.abc import Iterable
from typing import Any

from loaders.base import Raw
from loaders.text import is_iri, is_missing, is_placeholder

_HUB = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9_][\w.-]*")
_ARXIV = re.compile(
    r"arxiv\.org/(?:abs/|pdf/|html/)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})", re.IGNORECASE
)
_DOI = re.compile(r"doi\.org/(10\.\d{4,9}/[^\s?#<>\"{}|\\^`)\]]+)", re.IGNORECASE)


def hub(name: Any) -> str | None:
    """Return `huggingface:owner/name` for the name of a dataset on the Hub, None for another."""
    words = name.strip() if isinstance(name, str) else ""
    return f"huggingface:{words}" if _HUB.fullmatch(words) else None


def paper(address: str) -> str | None:
    """Return `arxiv:2009.13081` or `doi:10.1000/xyz` for an address of a paper, without version."""
    if found := _ARXIV.search(address):
        return f"arxiv:{found[1]}"
    if found := _DOI.search(address):
        return f"doi:{found[1].rstrip('.,;').lower()}"
    return None


def papers(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the papers that the addresses name, each once."""
    return tuple(dict.fromkeys(p for a in addresses if (p := paper(a))))


def links(addresses: Iterable[Any]) -> tuple[str, ...]:
    """Return what can be kept as a link: well-formed addresses that nobody invented."""
    good = (str(a).strip().rstrip("?") for a in addresses if not is_missing(a))
    return tuple(dict.fromkeys(a for a in good if is_iri(a) and not is_placeholder(a)))


def file_key(raw: Raw, *roots: str) -> str:
    """Return the path of a file below the last folder that ends in one of `roots`.

    So the key of a record is the same whichever folder above was imported. Without such a
    folder it is the path inside what was imported.
    """
    full = "/" + raw.source.replace("\\", "/").replace("!", "/")
    for root in roots:
        _, found, below = full.rpartition(f"/{root}/")
        if found and below:
            return below
    return raw.path or full.rsplit("/", 1)[-1]
