"""Request bodies, read no further than their limit."""

from collections.abc import AsyncIterator

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
