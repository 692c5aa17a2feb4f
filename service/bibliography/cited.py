"""The names of the sources that an answer cites, beside their addresses."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.bibliography.works import name_of
from service.store.port import Engine

_CITING = frozenset({"url", "sources", "publications", "pages", "reported_in"})
"""The keys under which JSON of ours has addresses of sources."""


def cited_in(engine: Engine, document: Any) -> dict[str, str]:
    """Return how each address is cited that a JSON document names as a source."""
    return {url: name_of(engine, url) for url in dict.fromkeys(_addresses(document, ""))}


def _addresses(value: Any, key: str) -> Iterator[str]:
    match value:
        case Mapping():
            for name, inner in value.items():
                yield from _addresses(inner, str(name))
        case list() | tuple():
            for inner in value:
                yield from _addresses(inner, key)
        case str() if key in _CITING and value.startswith(("http://", "https://")):
            yield value
