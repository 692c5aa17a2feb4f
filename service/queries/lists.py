"""The lists of the API: queries in `lists/`, each row as an item of JSON."""

from collections.abc import Mapping
from typing import Any

from rdflib import Literal

from loaders.mapping.iris import BASE
from loaders.mapping.write import plain
from service.queries import catalog
from service.queries.cache import cached_per_key
from service.store.port import Engine, Row

KEPT = ("datasets", "implementations", "results", "systems")
"""The lists that are kept whole: thousands of items, of which a page shows fifty."""


def listing(engine: Engine, name: str, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return every item of a list that passes the filters, in order of its identity."""
    if name in KEPT and not filters:
        return list(kept(engine, name))
    return _listing(engine, name, filters)


@cached_per_key(most=len(KEPT))
def kept(engine: Engine, name: str) -> list[dict[str, Any]]:
    """Return every item of a list that is long, made once for each state of the store."""
    return _listing(engine, name, {})


def _listing(engine: Engine, name: str, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    rows = catalog.run(catalog.lists()[name], filters, engine)
    return sorted((_item(row) for row in rows), key=lambda item: str(item["id"]))


def _item(row: Row) -> dict[str, Any]:
    values = {name: value(term) for name, term in row.items()}
    iri = str(values.pop("item"))
    ident = iri.removeprefix(f"{BASE}id/").partition("/")[2]
    domains = {"domains": str(values["domains"]).split()} if "domains" in values else {}
    return {"@id": iri, "id": ident, **values, **domains}


def value(term: Any) -> Any:
    """Return an RDF term as a JSON value."""
    return plain(term.toPython()) if isinstance(term, Literal) else str(term)
