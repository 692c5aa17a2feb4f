"""Names, comments, docstrings, templates and help use the field's terms, not a dialect of ours."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

WORDS = {
    "anybody's": "untrusted",
    "as it comes": "plain, unchanged",
    "come by": "say what the basis is",
    "comes to": "say what it is",
    "lent": "handed over",
    "nobody reads this": "say what happened",
    "stranger": "untrusted",
    "strangers": "untrusted",
    "told": "answered, known, recognised, shown",
    "went away": "disconnected",
    "whoever": "name the role: client, operator, author",
}
"""Words that are refused anywhere, with what to write for them."""
NAMES = {
    "asked": "request, query, question",
    "asker": "client, request headers",
    "door": "the name of what it does: writer, endpoint",
    "errand": "deadline, task",
    "lent": "handed_over",
    "silent": "unanswered, unranked",
    "stock": "plain",
    "told": "answered, message",
    "upkeep": "maintenance",
    "wanted": "request, requested",
    "workshop": "context",
}
"""Names that are refused as a whole or as a part between underscores."""
_WORD = re.compile(rf"\b({'|'.join(map(re.escape, WORDS))})\b", re.IGNORECASE)
_NAME_PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_TEXTS = {".html", ".js", ".css", ".rq"}
_ALIASES = ROOT / "service" / "common" / "aliases.py"
_NAMES = "How much is told"
"""A plain name of a dimension, as the pages show it."""
_KEPT = {"allow_silent", "has_silent"}
"""Names about the keyword SILENT of SPARQL."""
_PLAIN_NAMES = re.compile(r"\bhow much is told\b", re.IGNORECASE)
"""The plain name of *information completeness*, which has the word as any reader uses it."""


def files() -> Iterator[Path]:
    """Yield our files in which people read: all but the one that keeps old names, and vendored."""
    for folder in ("service", "loaders"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", *_TEXTS} and "vendor" not in path.parts and path != _ALIASES:
                yield path


def refused(path: Path, text: str) -> Iterator[str]:
    """Yield each refused word of a file with its line and what to write instead."""
    where = path.relative_to(ROOT)
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _WORD.findall(_PLAIN_NAMES.sub("", line)):
            yield f"{where}:{number}: {found!r}; write: {WORDS[found.lower()]}"
    if path.suffix == ".py":
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NAME and token.string not in _KEPT:
                for part in _NAME_PART.findall(token.string):
                    if part.lower() in NAMES:
                        better = NAMES[part.lower()]
                        yield f"{where}:{token.start[0]}: {token.string}; write: {better}"


def test_nothing_speaks_the_old_dialect() -> None:
    problems = [p for path in files() for p in refused(path, path.read_text(encoding="utf-8"))]
    assert problems == []


def test_a_refused_word_is_named_with_its_replacement() -> None:
    path = ROOT / "service" / "made_up.py"
    assert list(refused(path, '"""Whoever asks."""\nwanted = 1\nclass AskedTwice: ...\n')) == [
        "service/made_up.py:1: 'Whoever'; write: name the role: client, operator, author",
        "service/made_up.py:2: wanted; write: request, requested",
        "service/made_up.py:3: AskedTwice; write: request, query, question",
    ]
