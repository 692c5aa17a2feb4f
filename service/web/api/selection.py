"""What of an answer a client asks for: some keys of each object, some things by name, or all."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_type_hints

from fastapi import Request

from loaders.mapping.json_types import object_type
from loaders.reading.near import meant
from service.common.problems import BadParameter
from service.web.responses import Writers, table_writers
from service.web.schemas import page_type

PARAMETERS = ("fields", "ids", "view")
MOST = 100
"""How many things one request may name."""
_KEPT = ("@context", "@id", "id")

SparseRecord = object_type(
    "SparseRecord", {"@id": str, "id": str}, "The keys that `fields` names, and the identity."
)
SparsePage = page_type("SparsePage", SparseRecord)

FIELDS: dict[str, Any] = {
    "name": "fields",
    "in": "query",
    "description": "the keys that are wanted, joined by commas; the identity is always there",
    "schema": {"type": "string"},
    "example": "name",
}
OF_LISTS: list[dict[str, Any]] = [
    FIELDS,
    {
        "name": "ids",
        "in": "query",
        "description": f"only these, joined by commas, at most {MOST}, in this order; those that "
        "are not there, or that a filter leaves out, are in `absent`",
        "schema": {"type": "string"},
    },
    {
        "name": "view",
        "in": "query",
        "description": "full: each item as at its own address",
        "schema": {"type": "string", "enum": ["full"]},
    },
]


def parts(given: str) -> tuple[str, ...]:
    """Return what commas part, each once and in its order."""
    return tuple(dict.fromkeys(part.strip() for part in given.split(",") if part.strip()))


def fields(request: Request, known: Iterable[str]) -> tuple[str, ...]:
    """Return the keys that are asked for; none: all. Raises `BadParameter` with near names."""
    names, keys = parts(request.query_params.get("fields", "")), sorted(known)
    for name in names:
        if name not in keys:
            near = meant(name, keys, 3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise BadParameter(
                f"There is no field {name!r} here.{hint} See known for all.",
                parameter="fields",
                value=name,
                near=near,
                known=keys,
            )
    return names


def sparse(document: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return a document with these keys and its identity; whole where no key is named."""
    return {k: v for k, v in document.items() if not names or k in names or k in _KEPT}


def ids(request: Request) -> tuple[str, ...]:
    """Return the things that are named; none: all. Raises `BadParameter` for too many."""
    named = parts(request.query_params.get("ids", ""))
    if len(named) > MOST:
        raise BadParameter(
            f"ids may name {MOST} things, not {len(named)}.", parameter="ids", limit=MOST
        )
    return named


def is_full(request: Request) -> bool:
    """Tell whether items are wanted as at their own addresses. Raises `BadParameter`."""
    return view(request, "full") == "full"


def view(request: Request, known: str) -> str | None:
    """Return the view that is asked for, of which there is one. Raises `BadParameter`."""
    given = request.query_params.get("view")
    if given not in {None, known}:
        raise BadParameter(
            f"view is {known}, or left out, not {given!r}.", parameter="view", known=[known]
        )
    return given


def table(items: Sequence[Mapping[str, Any]], names: Sequence[str], shape: Any) -> Writers:
    """Return the writers of a table of items of a type, with these columns and the identity."""
    shown = [sparse(item, names) for item in items] if names else items
    return table_writers(lambda: shown, types=get_type_hints(shape))
