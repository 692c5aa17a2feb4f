"""Words from cards: what counts as missing, what must be cleaned, how a slug is made."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from loaders.model import is_address

MISSING = frozenset(
    {
        "", "-", "?", "n/a", "na", "none", "null", "unknown", "not specified", "not provided",
        "not available", "not stated", "no information found", "[more information needed]",
    }
)  # fmt: skip
"""Placeholders that real cards hold instead of an answer (compared in lower case)."""

_LONGEST_MISSING = max(map(len, MISSING))
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_SENTENCE = re.compile(r"[^.\n]+")
_TURNS = re.compile(r"\b(?:single|multi)[- ]?turn\b", re.IGNORECASE)
_AGENTS = re.compile(
    r"\b(?:(?=agent)(?<!\bmulti[- ])(?<!\bdialogue )(?<!\bdialog )(?<!\bconversational )"
    r"(?<!\bestate )agent(?:s|ic)?\b(?! as a judge)|tool[- ](?:us(?:e|ing|age)|calling)\b|MCP\b)",
    re.IGNORECASE,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DIRTY = re.compile(f"{_CONTROL.pattern}|{_SURROGATE.pattern}")
_CONTROL_BYTES = bytes(set(range(32)) - set(b"\t\n\r")) + b"\x7f"
_ESCAPES = re.compile(
    rb"\\(?:[0abefvxU]|u(?:00[01]|007[fF]|[dD][89a-fA-F]|[fF]{3}[eEfF]))"  # in JSON and YAML
)
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf", *(bytes((0xED, n)) for n in range(0xA0, 0xC0)))
"""What U+FFFE, U+FFFF and (the beginnings of) surrogates are in UTF-8."""
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`/?#]+\.[^\s<>\"{}|\\^`/?#.]+([/?#][^\s<>\"{}|\\^`]*)?$")
_PLACEHOLDER = re.compile(
    r"github\.com/(user|username|your-?username|example)/|/repo(sitory)?/?$"
    r"|huggingface\.co/datasets/name/?$|X{4,}|n{7}|example\.(com|org)",
    re.IGNORECASE,
)


def is_missing(value: Any) -> bool:
    """Tell whether a value stands for 'nothing given'."""
    if not isinstance(value, str):
        return value is None
    words = value.strip()
    return len(words) <= _LONGEST_MISSING and words.lower() in MISSING


def texts(value: Any) -> tuple[str, ...]:
    """Return the words in a string, list or null, trimmed, without placeholders or repeats."""
    if isinstance(value, str):
        return () if is_missing(value) else (value.strip(),)
    items = value if isinstance(value, list) else [value]
    kept = [str(i).strip() for i in items if not is_missing(i) and not isinstance(i, dict)]
    return tuple(dict.fromkeys(kept))


def text(value: Any) -> str | None:
    """Return the words of a string or list as one text, or None where nothing is given."""
    return "\n".join(texts(value)) or None


def clean(value: str) -> str:
    """Return the text without C0 controls and lone surrogates, which RDF cannot carry."""
    if not _DIRTY.search(value):
        return value
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", value))


def surely_clean(data: bytes) -> bool:
    """Tell whether text that is read from these bytes cannot hold what `clean` removes.

    No is no proof: a pair of surrogate escapes is one good character. Holds for JSON, YAML and
    text in any encoding that keeps ASCII, or that writes it with zero bytes, as UTF-16 does.
    """
    if len(data.translate(None, _CONTROL_BYTES)) != len(data) or _ESCAPES.search(data):
        return False
    rare = b"\xed" in data or b"\xef" in data
    return not rare or not any(found in data for found in _NO_CHARACTERS)


def clean_tree(tree: Any, where: str = "") -> tuple[Any, list[str]]:
    """Return the tree with every text cleaned, and the paths where something was removed."""
    if not where and not _DIRTY.search("\n".join(_strings(tree))):
        return tree, []
    if isinstance(tree, str):
        cleaned = clean(tree)
        return cleaned, [where] if cleaned != tree else []
    if isinstance(tree, dict | list):
        return _clean_items(tree, where)
    return tree, []


def _strings(tree: Any) -> Iterator[str]:
    """Yield every text of a tree, keys included."""
    waiting = [tree]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting += item
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item


def _clean_items(tree: Any, where: str) -> tuple[Any, list[str]]:
    touched: list[str] = []
    result: Any = [] if isinstance(tree, list) else {}
    for key, value in _items(tree):
        cleaned, inner = clean_tree(value, f"{where}/{key}".lstrip("/"))
        touched += inner
        if isinstance(result, list):
            result.append(cleaned)
        else:
            result[clean(key) if isinstance(key, str) else key] = cleaned
    return result, touched


def _items(tree: Any) -> Iterator[tuple[Any, Any]]:
    return iter(enumerate(tree) if isinstance(tree, list) else tree.items())


def slug(name: str, limit: int = 64) -> str:
    """Return an ASCII slug of a name; it may be empty and it is never an identity."""
    for sign, word in (("+", "-plus"), ("&", "-and-"), ("#", "-sharp")):
        name = name.replace(sign, word)
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:limit].strip("-")


def record_id(source: str, key: str) -> str:
    """Return an identifier from (source, record key): readable, and unique by its hash."""
    digest = hashlib.sha256(f"{source}\0{key}".encode()).hexdigest()[:8]
    return "-".join(part for part in (source, slug(key), digest) if part)


def on_turns(words: str) -> list[str]:
    """Return the sentences, trimmed, that speak of single or multiple turns."""
    return [said.strip() for said in _SENTENCE.findall(words) if _TURNS.search(said)]


def on_agents(words: str) -> list[str]:
    """Return the sentences, trimmed, that speak of agents or of the use of tools.

    Several agents, those that hold a conversation, and one that judges are mostly no part of how
    the evaluated system works.
    """
    return [said.strip() for said in _SENTENCE.findall(words) if _AGENTS.search(said)]


def is_iri(value: str) -> bool:
    """Tell whether a text is an http(s) address that RDF can carry as an IRI."""
    return _IRI.match(value) is not None and "http" not in value[5:12] and is_address(value)


def is_placeholder(value: str) -> bool:
    """Tell whether an address is invented, as `github.com/user/repo` in many drafted cards."""
    return _PLACEHOLDER.search(value) is not None
