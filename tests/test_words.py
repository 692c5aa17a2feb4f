"""Names, comments, docstrings, templates and help use the field's terms, not a dialect of ours."""

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from tests import reader_words
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
READERS = {
    r"(?<!can )(?<!cannot )\bstands?\b(?! for\b| in for\b)": "is, is shown, is listed",
    r"\b(?:taken?|takes|taking) (?:\w+ ){0,3}apart\b": "decompose",
    r"\bspeaks? (?:for|of)\b": "is about, fits",
    r"(?<!columns )(?<!column )\brungs?\b(?!,)(?!\": )": "condition, step",
    r"\bwhiskers?\b": "interval",
    r"\b(?:summed|sums?) up\b": "pooled",
    r"\b(?:set|held) against\b": "compared with",
    r"\bat second hand\b": "from a secondary source",
    r"\bin vain\b": "and found nothing",
    r"\bsays whom\b": "according to whom",
    r"\bwanting\b": "missing",
    r"\b(?:in (?:its|their) stead)\b": "standing in for it",
}
"""Patterns that are refused in what readers see: pages, help, messages, descriptions, questions.

A thing *stands for* or *stands in for* another; a column of a file is called `rung`.
"""
_SEEN = {re.compile(pattern, re.IGNORECASE): better for pattern, better in READERS.items()}
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


def seen(text: str) -> list[str]:
    """Return each refused word in a text that readers see, with what to write instead."""
    return [f"{m[0]!r}; write: {better}" for p, better in _SEEN.items() for m in p.finditer(text)]


def test_what_readers_see_has_no_words_of_our_own() -> None:
    every = list(reader_words.texts())
    assert len({path.suffix for path, _, _ in every}) == 4
    problems = [f"{p.relative_to(ROOT)}:{n}: {what}" for p, n, t in every for what in seen(t)]
    assert problems == []


def test_refused_words_are_found_in_templates_help_and_questions() -> None:
    page = '<p title="x">Whiskers by {{ "what stands here" if rung }}</p><code>rung, n</code>'
    assert [w for _, t in reader_words.template(page) for w in seen(t)] == [
        "'stands'; write: is, is shown, is listed", "'Whiskers'; write: interval",
    ]  # fmt: skip
    help_text = 'def show():\n    """Take a gap apart."""\n    fail("No score at this rung.")\n'
    found = [w for _, t in reader_words.program(help_text, docstrings=True) for w in seen(t)]
    assert sorted(found) == [
        "'Take a gap apart'; write: decompose",
        "'rung'; write: condition, step",
    ]
    about = "#+ about: What speaks for it?\nSELECT ?rung"
    assert [w for _, t in reader_words.question(about) for w in seen(t)] == [
        "'speaks for'; write: is about, fits"
    ]
    assert not seen("The study stands in for a use. Its columns rung, item and score.")


def test_a_refused_word_is_named_with_its_replacement() -> None:
    path = ROOT / "service" / "made_up.py"
    assert list(refused(path, '"""Whoever asks."""\nwanted = 1\nclass AskedTwice: ...\n')) == [
        "service/made_up.py:1: 'Whoever'; write: name the role: client, operator, author",
        "service/made_up.py:2: wanted; write: request, requested",
        "service/made_up.py:3: AskedTwice; write: request, query, question",
    ]


_COUNTED = re.compile(r"(?<!of )\{\{[^{}]*\| ?(?:counted|length) ?\}\} [a-z]{3,}s\b")


def test_a_count_in_a_template_has_the_word_for_one_as_well() -> None:
    found = [
        f"{path.name}: {match.group()}"
        for path in sorted((ROOT / "service" / "web").rglob("*.html"))
        for match in _COUNTED.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "write {{ … | plural('item', 'items') }}"
