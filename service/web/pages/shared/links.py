"""Where the name of a thing leads people: to its page here, or to where it lives."""

from urllib.parse import quote

from loaders.mapping.iris import BASE
from service.linked_data.presentation import address

_PAGES = {
    "benchmark": "/benchmarks",
    "deployment": "/deployments",
    "gap": "/gaps",
    "dataset": "/datasets",
    "implementation": "/implementations",
    "study": "/studies",
    "system": "/systems",
}
"""The kinds of things that have a page of their own."""


def page_of(iri: str) -> str | None:
    """Return where a link to an IRI leads: its page, else its address.

    Nowhere for what is no web address.
    """
    match iri.removeprefix(f"{BASE}id/").split("/"):
        case [kind, ident, *version] if kind in _PAGES and iri.startswith(BASE):
            if not version or (kind == "gap" and len(version) == 1):
                return f"{_PAGES[kind]}/{quote(ident)}"
    return address(iri)
