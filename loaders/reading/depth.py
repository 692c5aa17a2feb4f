"""How deep a text nests, found by linear scans before any parser that recurses sees it.

Where a scan and a parser could differ, the scan errs towards more levels; what it misreads behind
a syntax error does not matter, since the parser stops there.
"""

import re
from itertools import accumulate
from typing import Literal

from loaders.contract import CardError, RecordProblem

MOST_LEVELS = 500
"""How deep a text in any syntax may nest; real ones have some ten levels."""
TOO_DEEP = RecordProblem(f"The text nests more than {MOST_LEVELS} levels deep.", mend="Flatten it.")

Syntax = Literal["turtle", "trig", "nt", "nquads", "xml", "json", "json-ld", "yaml"]

_TEXTS = rb'"(?:[^"\\]++|\\.)*+"?'
_JSON = re.compile(_TEXTS, re.DOTALL)
# the one group is kept: what opens a triple term must not be taken for an IRI
_TURTLE = re.compile(
    rb'(<<\(?)|"""(?:[^"\\]++|\\.|"(?!""))*+(?:""")?|\'\'\'(?:[^\'\\]++|\\.|\'(?!\'\'))*+(?:\'\'\')?'
    rb'|"(?:[^"\\\n\r]++|\\.)*+"?|\'(?:[^\'\\\n\r]++|\\.)*+\'?'
    rb"|<(?:[^>\\\n]++|\\.)*+>?|#[^\n\r]*+|\\.",
    re.DOTALL,
)
_XML = re.compile(
    rb"[^<]++|<!--(?:[^-]++|-(?!->))*+(?:-->)?|<!\[CDATA\[(?:[^\]]++|\](?!\]>))*+(?:\]\]>)?"
    rb"|<\?(?:[^?]++|\?(?!>))*+(?:\?>)?|<(/)[^>]*+>?"
    rb"""|(<)(?:[^"'>/]++|"[^"]*+"?|'[^']*+'?|/(?!>))*+(/?)>?"""
)
_INDENT = re.compile(rb"^[ \t?-]++", re.MULTILINE)

_OPEN, _CLOSE = b"([{<", b")]}/"
_STEPS = bytes.maketrans(_OPEN + _CLOSE, b"\x01" * len(_OPEN) + b"\xff" * len(_CLOSE))
_NO_STEP = bytes(b for b in range(256) if b not in _OPEN + _CLOSE)


class TooDeep(CardError):  # noqa: N818 - a sentence for people, as its parent
    """A text nests deeper than any parser should follow."""

    def __init__(self) -> None:
        """Carry the one problem."""
        super().__init__(TOO_DEEP)


def check_depth(data: bytes, syntax: Syntax) -> None:
    """Raise `TooDeep` for a text (UTF-8) that nests more than `MOST_LEVELS` deep.

    Costs a count of brackets where there are few, else time and memory in proportion to the text.
    """
    if _too_deep(data, syntax):
        raise TooDeep


def _too_deep(data: bytes, syntax: Syntax) -> bool:
    if syntax == "yaml":
        return _yaml(data)
    opening = (b"<",) if syntax == "xml" else (b"(", b"[", b"{", b"<<")
    if sum(map(data.count, opening)) <= MOST_LEVELS:
        return False
    if syntax == "xml":
        return _levels(_XML.sub(rb"\1\2\3", data)) > MOST_LEVELS
    if syntax in {"json", "json-ld"}:
        return _levels(_JSON.sub(b"", data).translate(None, b"()<>/")) > MOST_LEVELS
    marks = _TURTLE.sub(rb"\1 ", data).translate(None, b"/")
    for terms, bracket in ((b"<<(", b"("), (b"<<", b"("), (b")>>", b")"), (b">>", b")")):
        marks = marks.replace(terms, bracket)
    return _levels(marks) > MOST_LEVELS


def _levels(marks: bytes) -> int:
    """Return the most brackets that are open at once."""
    steps = memoryview(marks.translate(_STEPS, _NO_STEP)).cast("b")
    return max(accumulate(steps), default=0)


def _yaml(data: bytes) -> bool:
    """Tell whether YAML nests too deep: by bounds where they suffice, else by libyaml's events."""
    widest = max((found.end() - found.start() for found in _INDENT.finditer(data)), default=0)
    # each column of indentation can open a mapping and, at the same column, a list in it
    if data.count(b"[") + data.count(b"{") + 2 * (widest + 1) <= MOST_LEVELS:
        return False
    from loaders.reading.yaml12 import levels  # noqa: PLC0415 - JSON alone needs no YAML library

    return levels(data.decode(errors="replace"), MOST_LEVELS + 1) > MOST_LEVELS


def values(data: bytes, enough: int) -> int:
    """Return an estimate, never too low, of how many values a text holds, from its separators.

    What stands in double quotes is left out where the count would otherwise pass `enough`.
    """
    separators = (b",", b"\n", b":", b"[", b"{")
    found = sum(map(data.count, separators))
    return found if found <= enough else sum(map(_JSON.sub(b"", data).count, separators))
