"""A request, read by a lane: only what is plain, and known to change nothing in the answer.

The line is matched letter by letter; the header fields go through the parser that reads them in
the serving process too. What is anything else is left to that process.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, unquote_plus

from httptools import HttpParserError, HttpRequestParser

Parameters = dict[str, list[str]]

_LINE = re.compile(rb"GET /sparql\?([!-\"$-~]++) HTTP/1\.1\r\n")
_HARMLESS = {
    b"host", b"accept", b"accept-encoding", b"accept-language", b"user-agent", b"cache-control",
    b"connection",
}  # fmt: skip
_MOST_FIELDS = 2**11
_FOLDED = re.compile(rb"\r\n[ \t]|[^\t\r\n -~]")


class RequestHeaders(NamedTuple):
    """What the header fields of a request say that matters to the answer."""

    accept: str | None
    host: str
    gzip: bool


class LaneRequest(NamedTuple):
    """A plain GET of `/sparql`."""

    parameters: Parameters
    headers: RequestHeaders


def read(head: bytes) -> LaneRequest | None:
    """Return what a request asks; None where it is not whole, or not plain."""
    line = _LINE.match(head)
    headers = request_headers(head[line.end() :]) if line else None
    return LaneRequest(_parameters(line[1].decode("ascii")), headers) if line and headers else None


@lru_cache(maxsize=256)
def request_headers(fields: bytes) -> RequestHeaders | None:
    """Read header fields; None where one of them is not known to be harmless.

    A client sends the same ones each time, so they are read once.
    """
    if len(fields) > _MOST_FIELDS or _FOLDED.search(fields):
        return None
    found = _Fields()
    try:
        HttpRequestParser(found).feed_data(b"GET / HTTP/1.1\r\n" + fields)
    except HttpParserError:
        return None
    if not found.whole or found.values.get(b"connection", b"keep-alive") != b"keep-alive":
        return None
    accept = found.values.get(b"accept")
    return RequestHeaders(
        None if accept is None else accept.decode("ascii"),
        found.values.get(b"host", b"").decode("ascii"),
        b"gzip" in found.values.get(b"accept-encoding", b""),
    )


class _Fields:
    """Hears what the parser finds; whole only if each field stands once and is harmless."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.whole = False
        self._plain = True

    def on_header(self, name: bytes, value: bytes) -> None:
        lower = name.lower()
        self._plain &= lower in _HARMLESS and lower not in self.values
        self.values[lower] = value

    def on_message_complete(self) -> None:
        self.whole = self._plain


def _parameters(query: str) -> Parameters:
    """Return the parameters of a request; the usual one alone is read in half the time."""
    name, _, value = query.partition("=")
    if name == "query" and "&" not in value:
        return {name: [unquote_plus(value)]}
    return parse_qs(query, keep_blank_values=True)
