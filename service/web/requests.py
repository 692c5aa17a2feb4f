"""Request bodies, read no further than their limit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from loaders.contract import CardError
from loaders.mapping.iris import BASE
from loaders.model import whole_number
from loaders.reading.depth import check_depth
from service.common import parameters
from service.common.problems import BadParameter, BadRequest, TooLarge, UnsupportedMedia

_ESCAPE = b"\\u"
Schema = dict[str, Any]
"""Of JSON, or a part of the OpenAPI document."""
CARD_FILE: Schema = {
    "type": "object",
    "externalDocs": {
        "description": "JSON Schema of a card file; a service has it at /schema/card.json",
        "url": f"{BASE}schema/card.json",
    },
}
"""A card as JSON: its schema is too large (690 KB) to stand in the document."""


async def read_body(request: Request, limit: int, advice: str = "Split it.") -> bytes:
    """Return the body, reading no more of it than `limit` bytes.

    Raises `TooLarge` with advice, at once where the request says so itself.
    """
    data = bytearray()
    declared = whole_number(request.headers.get("content-length", "")) or 0
    if declared <= limit:
        async for chunk in request.stream():
            data += chunk
            if len(data) > limit:
                break
    if max(declared, len(data)) > limit:
        raise TooLarge(
            f"The request has more than {size(limit)}, the limit for one request. {advice}",
            limit_bytes=limit,
        )
    return bytes(data)


def size(limit: int) -> str:
    """Return a number of bytes as it is said to people, rounded down."""
    return f"{limit // 2**20} MB" if limit >= 2**20 else f"{limit // 2**10} KB"


async def read_json(request: Request, limit: int) -> Any:
    """Return a body of JSON. Raises `TooLarge` and `BadRequest`.

    Half of a surrogate pair is no character and no answer could quote it: U+FFFD takes its place.

    FastAPI would read the whole body before it asks for a token, however large it is.
    """
    data = await read_body(request, limit)
    try:
        # floats as text, so that 94.67 stays 94.67 on its way to a decimal
        check_depth(data, "json")
        found = json.loads(data.decode(), parse_float=str)
        if _ESCAPE in data:
            found = json.loads(_without_halves(json.dumps(found, ensure_ascii=False)))
    except (CardError, ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON: {error}.") from error
    return found


def _without_halves(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def described_body(cls: type[BaseModel], example: dict[str, Any], about: str = "") -> Schema:
    """Return what OpenAPI says of a body that is a model: its schema stands whole, without names.

    FastAPI gives a name only to what it reads itself. A model may hold others, not itself. `about`
    is said of it, or else the first line of its text.
    """
    schema = cls.model_json_schema()
    parts = {f"#/$defs/{name}": part for name, part in schema.pop("$defs", {}).items()}
    return object_body(_whole(schema, parts), example, about or str(cls.__doc__).partition("\n")[0])


def object_body(schema: Schema, example: dict[str, Any], about: str) -> Schema:
    """Return what OpenAPI says of a body of JSON with this schema."""
    content = {"application/json": {"schema": schema, "example": example}}
    return {"requestBody": {"required": True, "description": about, "content": content}}


def _whole(schema: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(schema, Mapping):
        found = parts[schema["$ref"]] if "$ref" in schema else schema
        return {
            key: _whole(value, parts)
            for key, value in found.items()
            if key != "title" or not isinstance(value, str)  # a generator takes it for a name
        }
    return [_whole(item, parts) for item in schema] if isinstance(schema, list) else schema


def check_form_size(request: Request, limit: int, advice: str = "") -> None:
    """Raise `TooLarge`, with `advice`, unless a form declares `limit` bytes or less.

    A form is spooled whole to the disk before any of it can be looked at.
    """
    length = whole_number(request.headers.get("content-length", ""))
    if length is None or length > limit:
        sentence = f"A form of unknown size, or of more than {size(limit)}, is not read."
        raise TooLarge(f"{sentence} {advice}".strip(), limit_bytes=limit)


@dataclass(frozen=True)
class FormFile:
    """A part of a form: its name, the name of its file if it is one, its bytes."""

    name: str
    filename: str | None
    data: bytes


async def read_form(
    request: Request, limit: int, *, files: int, fields: int, advice: str = ""
) -> dict[str, bytes]:
    """Return the parts of a form by name, at most so many of each. Raises `TooLarge`."""
    parts = await _parts(request, limit, files=files, fields=fields, advice=advice)
    return {part.name: part.data for part in parts}


async def read_files(
    request: Request, limit: int, *, files: int, fields: int, advice: str = ""
) -> list[FormFile]:
    """Return the parts of a form in their order, of which several may have one name.

    Raises `TooLarge`, and `UnsupportedMedia` for what is no form.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "multipart/form-data":
        raise UnsupportedMedia(
            f"This takes multipart/form-data, not {media or 'a body without a Content-Type'}."
        )
    return await _parts(request, limit, files=files, fields=fields, advice=advice)


async def _parts(
    request: Request, limit: int, *, files: int, fields: int, advice: str
) -> list[FormFile]:
    check_form_size(request, limit, advice)
    async with request.form(max_part_size=limit, max_files=files, max_fields=fields) as form:
        return [
            FormFile(name, part.filename, await part.read())
            if isinstance(part, UploadFile)
            else FormFile(name, None, part.encode())
            for name, part in form.multi_items()
        ]


def only_params(request: Request, known: tuple[str, ...]) -> None:
    """Raise `BadParameter` for a query parameter that is not known here, or given twice."""
    parameters.only(request.query_params, known, "This address")
    for name in request.query_params:
        if len(request.query_params.getlist(name)) > 1:
            raise BadParameter(f"{name} is given twice. Give it once.", parameter=name)
