"""Request bodies, read no further than their limit."""

from collections.abc import AsyncIterator

from fastapi import Request
from starlette.datastructures import UploadFile

from service.problems import TooLarge


async def read_body(stream: AsyncIterator[bytes], limit: int) -> bytes:
    """Return the body, reading no more of it than `limit` bytes. Raises `TooLarge`."""
    data = bytearray()
    async for chunk in stream:
        data += chunk
        if len(data) > limit:
            raise TooLarge(
                f"The request has more than {limit // 2**20} MB, the limit for one request. "
                "Split it.",
                limit_bytes=limit,
            )
    return bytes(data)


async def read_form(request: Request, limit: int, *, files: int, fields: int) -> dict[str, bytes]:
    """Return the parts of a form by name, at most so many of each. Raises `TooLarge`."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > limit:
        raise TooLarge(
            f"A form of unknown size, or of more than {limit // 2**20} MB, is not read.",
            limit_bytes=limit,
        )
    async with request.form(max_part_size=limit, max_files=files, max_fields=fields) as form:
        return {
            name: await part.read() if isinstance(part, UploadFile) else part.encode()
            for name, part in form.multi_items()
        }
