"""The lists of the API: queries in `lists/`, each row as an item of JSON."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, NotRequired

from pydantic import Field
from rdflib import Literal

from loaders.mapping.iris import BASE
from loaders.mapping.json_types import object_type
from loaders.mapping.write import plain
from service.common import parameters
from service.queries import catalog
from service.queries.cache import cached_per_key
from service.queries.names import id_now
from service.store.port import Engine, Row

_Items = list[dict[str, Any]]
KEPT: Mapping[str, Mapping[str, tuple[str, str | None]]] = {
    "cards": {},
    "datasets": {
        "identifier": ("identifiers", " "),
        "domain": ("domains", " "),
        "benchmark": ("benchmarks", " "),
    },
    "implementations": {
        "harness": ("harnesses", "; "),
        "dataset": ("datasets", " "),
        "benchmark": ("benchmarks", " "),
    },
    "results": {
        "harness": ("harnesses", None),
        "dataset": ("datasets", " "),
        "system": ("systems", " "),
    },
    "systems": {},
}
"""The lists that are kept whole: thousands of items, of which a page shows fifty.

Each with the parameters by which the kept items are narrowed: the field of an item that has to hold
what is asked for, and what parts its values (nothing: it has one).
"""

_CHOSEN = frozenset({"harness"})
"""The parameters in words of which there are few, so that what is none of them is a slip."""
_COLUMN_TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "number": float,
    "list": list[str],
}


@cache
def item_type(name: str) -> Any:
    """Return the type of an item of a list: its identity, and the columns of the query."""
    query = catalog.lists()[name]
    columns = {
        c.name: Annotated[_COLUMN_TYPES[c.type], Field(description=c.about)] for c in query.columns
    }
    optional = {c.name for c in query.columns if c.optional}
    return object_type(
        f"Listed{query.title.title().replace(' ', '')}",
        {
            "@id": str,
            "id": str,
            **{n: NotRequired[t] if n in optional else t for n, t in columns.items()},
        },
        f"An item of the list: {query.question}",
    )


def listing(engine: Engine, name: str, filters: Mapping[str, str]) -> _Items:
    """Return every item of a list that passes the filters, in order of its identity.

    Raises `BadParameter` as `catalog.bind` does, and for words that are none of a few.
    """
    query = catalog.lists()[name]
    narrowing = KEPT.get(name)
    if narrowing is None or not filters.keys() <= narrowing.keys():
        return _listing(engine, name, filters)
    if catalog.old_parameters(query, filters):
        return _listing(engine, name, filters)
    catalog.bind(query, filters, engine)
    for parameter in _CHOSEN & filters.keys():
        _check_chosen(engine, name, parameter, filters[parameter])
    given = [(narrowing[n], _code(engine, query.params[n], v)) for n, v in filters.items() if v]
    return [item for item in kept(engine, name) if all(_has(item, *one) for one in given)]


def _check_chosen(engine: Engine, name: str, parameter: str, given: str) -> None:
    """Raise `BadParameter` for a value that no item of a list has, where any has one."""
    field, parted = KEPT[name][parameter]
    texts = [str(item[field]) for item in kept(engine, name) if item.get(field)]
    known = {v for text in texts for v in ([text] if parted is None else text.split(parted))}
    if given and known and given not in known:
        titles = {value: value for value in sorted(known, key=str.casefold)}
        raise parameters.choice(given, parameter, parameter.capitalize(), titles)


def _code(engine: Engine, parameter: catalog.Parameter, given: str) -> str:
    """Return the id or code that an argument stands for today, or its words."""
    code = given.removeprefix(BASE).removeprefix(parameter.base) if parameter.base else given
    start, _, kind = parameter.base.strip("/").partition("/")
    return id_now(engine, kind, code) if start == "id" else code


def _has(item: Mapping[str, Any], where: tuple[str, str | None], code: str) -> bool:
    """Tell whether an item has a value in a field."""
    field, parted = where
    value = item.get(field, "")
    return code in (
        value
        if isinstance(value, list)
        else [str(value)]
        if parted is None
        else str(value).split(parted)
    )


@cached_per_key(most=len(KEPT))
def kept(engine: Engine, name: str) -> _Items:
    """Return every item of a list that is long, made once for each state of the store."""
    return _listing(engine, name, {})


def _listing(engine: Engine, name: str, filters: Mapping[str, str]) -> _Items:
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
