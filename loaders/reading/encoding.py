"""Bytes to text, in whatever encoding a spreadsheet or editor wrote them.

A byte order mark decides; without one it is UTF-16 where every second byte is zero, UTF-8
where that fits, and else Windows-1252 (CP1252), which is reported. Nothing is ever replaced
by a question mark: bytes that are no text are refused.
"""

import codecs
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from itertools import chain
from typing import IO, TextIO

from loaders.contract import CardError, Raw, RecordProblem

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 2**20
_LOOK = 400
"""How many bytes are looked at for the zeros of UTF-16."""

FALLBACK = "cp1252"


def decode(data: bytes) -> tuple[str, list[RecordProblem]]:
    """Return the text, and a warning where its encoding had to be taken from the bytes alone.

    Raises `CardError` for bytes that are no text.
    """
    encoding = encoding_of([data])
    return _decoded(data, encoding), _noticed(encoding)


def open_text(raw: Raw) -> tuple[TextIO, list[RecordProblem]]:
    """Return a text stream over a file of any size, line ends untouched, and warnings.

    The file is read twice, once for its encoding. Raises `CardError` for what is no text; the
    caller closes the stream.
    """
    with raw.open() as stream:
        encoding = encoding_of(_chunks(stream))
    return TextIOWrapper(raw.open(), encoding=encoding, newline=""), _noticed(encoding)


def encoding_of(chunks: Iterable[bytes]) -> str:
    """Return the name of the codec that reads these bytes, in whatever pieces they come.

    Raises `CardError` where none does.
    """
    pieces = iter(chunks)
    first = next(pieces, b"")
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding
    if wide := _wide(first[:_LOOK]):
        return wide
    return _narrow(first, pieces)


def _narrow(first: bytes, rest: Iterator[bytes]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    utf8, cp1252, position = True, True, 0
    for piece in chain([first], rest):
        utf8 = utf8 and _fits(decoder, piece)
        cp1252 = cp1252 and not piece.translate(None, _ALL_BUT_UNDEFINED)
        if not utf8 and not cp1252:
            raise CardError(_no_text(position))
        position += len(piece)
    return "utf-8" if utf8 and _fits(decoder, b"", final=True) else FALLBACK


_UNDEFINED = b"\x00\x81\x8d\x8f\x90\x9d"
"""Bytes that Windows-1252 does not define, and zero, which no text of it holds."""

_ALL_BUT_UNDEFINED = bytes(b for b in range(256) if b not in _UNDEFINED)


def _fits(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _wide(head: bytes) -> str | None:
    """Return UTF-16 without a mark where (nearly) every second byte is zero."""
    pairs = len(head) // 2
    low, high = head[0::2].count(0), head[1::2].count(0)
    if pairs and high > 0.8 * pairs and not low:
        return "utf-16-le"
    return "utf-16-be" if pairs and low > 0.8 * pairs and not high else None


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CardError(_no_text(error.start)) from error


def _noticed(encoding: str) -> list[RecordProblem]:
    if encoding != FALLBACK:
        return []
    return [
        RecordProblem(
            "The text is not UTF-8; it was read as Windows-1252.",
            mend="Save it as UTF-8 if letters with accents or quotes look wrong.",
        )
    ]


def _no_text(position: int) -> RecordProblem:
    return RecordProblem(
        f"This is no text: neither UTF-8 nor UTF-16 nor Windows-1252 (after byte {position}).",
        mend="Save the file as UTF-8 and try again.",
    )


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_CHUNK):
        yield piece
