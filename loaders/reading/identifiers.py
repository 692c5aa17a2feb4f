"""Names in public registries, written one way: `arxiv:2009.13081`, `huggingface:owner/name`."""

import re
from collections.abc import Iterable

_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs/|pdf/|html/)?|^arxiv:\s*|^)(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?/?$",
    re.IGNORECASE,
)
_DOI = re.compile(r"(?:doi\.org/|^doi:\s*|^)(10\.\d{4,9}/[^\s?#]+)", re.IGNORECASE)
_HUB = re.compile(
    r"huggingface\.co/datasets/(\w[\w.-]*(?:/\w[\w.-]*)?)/?(?:[?#].*|tree/.*|blob/.*)?$",
    re.IGNORECASE | re.DOTALL,  # what stands behind never makes it look again
)
_GITHUB = re.compile(
    r"github\.com/([\w.-]+/[\w.-]+?)(?:\.git)?(?:[/?#].*)?$", re.IGNORECASE | re.DOTALL
)
_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


def identifiers(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the registry names found in addresses or identifiers, each once, in order."""
    found = (name for text in texts if (name := identifier(text)))
    return tuple(dict.fromkeys(found))


def identifier(text: str) -> str | None:
    """Return the registry name that a text states, None where it states none.

    >>> identifier("https://arxiv.org/abs/2009.13081v2")
    'arxiv:2009.13081'
    """
    words = text.strip()
    if match := _DOI.search(words):
        return _doi(match[1])
    for registry, pattern in (("arxiv", _ARXIV), ("huggingface", _HUB), ("github", _GITHUB)):
        if match := pattern.search(words):
            return f"{registry}:{match[1]}"
    return None


def _doi(name: str) -> str:
    lower = name.rstrip(".,;)").lower()
    prefix = "10.48550/arxiv."
    return f"arxiv:{lower.removeprefix(prefix)}" if lower.startswith(prefix) else f"doi:{lower}"


def hub_id(path: object) -> str | None:
    """Return `huggingface:owner/name` for a Hub path; None for what cannot be one."""
    if not isinstance(path, str) or not _HUB_ID.fullmatch(path.strip()):
        return None
    return f"huggingface:{path.strip()}"
