"""Dataset cards of the Hugging Face Hub: the YAML front matter of README.md.

Of its fields `language_creators` and the tasks hint at assumptions (`hub_tags`);
`annotations_creators` is about labels and answers nothing here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from loaders.contract import CardError, FoundFields, Key, Raw, RecordProblem, own_key, place_key
from loaders.formats.assumptions import core
from loaders.formats.hub_tags import dialogues, written_by
from loaders.model import Agent, Dataset, DatasetCard, Record
from loaders.reading.cleaning import is_iri, is_placeholder, record_id, text, texts
from loaders.reading.content import Markdown
from loaders.reading.identifiers import identifiers
from loaders.reading.links import hub_repository, links
from loaders.reading.source_fields import SourceFields

SOURCE = "huggingface"
AUTHOR = Agent(id="huggingface-card", name="Hugging Face dataset card")
LANGUAGE_CREATORS = frozenset(
    {"crowdsourced", "expert-generated", "machine-generated", "found", "other", "no-annotation"}
)
"""The values of `language_creators` that the Hub documents."""

_SIGNS = {
    "language_creators", "annotations_creators", "task_categories", "task_ids", "pretty_name",
    "dataset_info", "size_categories", "source_datasets", "bigbio_language", "bigbio_tasks",
}  # fmt: skip
_HEADING = re.compile(r"^#\s++(?:Dataset Card for\s++)?(\S.*)$", re.MULTILINE)
_SUMMARY = re.compile(
    r"^#++\s*+(?:Dataset Summary|Dataset Description)\s*$(.*?)(?=^#|\Z)", re.MULTILINE | re.DOTALL
)
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"']+")
_BLANK = re.compile(
    r"\[?(?:more information needed|needs more information|dataset name)\]?", re.IGNORECASE
)
_PAGE = re.compile(
    r"^[-*]\s++\**(Homepage|Paper)\b[:*\s]*+[<\[(]*+(https?://[^\s<>()\[\]\"']+)",
    re.MULTILINE | re.IGNORECASE,
)
_SECTION = re.compile(r"(#{1,6})\s++(\S.*)")
_COMMENT = re.compile(r"^\[//\]:\s++#.*$", re.MULTILINE)
_LINKS = re.compile(
    r"[-*+\[\s]*+(?:homepage|repository|paper|leaderboard|point of contact|website|github|url)"
    r"[*\]]*+\s*+[:(]",
    re.IGNORECASE,
)
"""How a list of links begins: the template has one where others describe the dataset."""
_HEAD = 20_000
"""How many characters are searched for the pages of a dataset."""
_MAX_LINKS = 20

_FIELDS = SourceFields(
    *("task_categories", "task_ids", "tags", "language", "languages", "license", "licenses"),
    given={"pretty_name": lambda name: isinstance(name, str) and not _BLANK.search(name)},
    sections=["text"],
    left_out={"text/Table of Contents": "It lists the headings."},
)


def fields(content: Markdown) -> FoundFields:
    """Return what becomes of each field of the front matter, and of each section of the text."""
    front = content.front if isinstance(content.front, dict) else {"front matter": content.front}
    unread = [f"{name}s" for name in ("language", "license") if front.get(name)]
    named, described = _title(front, "") is not None, _summary(content.body)
    sections = {
        heading: said
        for heading, said in _sections(content.body)
        if said != described and (named or heading != _TITLE)
    }
    return _FIELDS.found({**front, "text": sections}, *unread)


_TITLE = "heading"
"""The field of the first heading, which names the dataset."""


def _sections(body: str) -> Iterator[tuple[str, str]]:
    """Yield heading and text of each section, the heading after those that it stands under.

    What stands under one heading twice is put together. The first heading is a field of its own.
    """
    lines: defaultdict[str, list[str]] = defaultdict(list)
    path: list[tuple[int, str]] = []
    code = False
    for line in body.splitlines():
        code ^= line.lstrip().startswith("```")
        heading = None if code else _SECTION.match(line)
        if heading is None:
            lines[" > ".join(words for _, words in path) or "text"].append(line)
        elif len(heading[1]) == 1:
            path = []
            lines[_TITLE].append(heading[2])
        else:
            depth = len(heading[1])
            path = [*(step for step in path if step[0] < depth), (depth, heading[2].strip())]
    return ((name, _BLANK.sub("", "\n".join(found)).strip()) for name, found in lines.items())


def detects(content: Markdown) -> bool:
    """Recognise a dataset card by a field of its front matter, or by its heading."""
    if isinstance(content.front, Mapping) and _SIGNS & set(content.front):
        return True
    return not content.front and content.body.lstrip().startswith("# Dataset Card for")


def key(raw: Raw, content: Markdown) -> Key:
    """Return the repository where the file lies in it, else the homepage or paper of the dataset.

    Datasets share pages, so these two tell a card only together with its title.
    """
    front = content.front if isinstance(content.front, Mapping) else {}
    if not raw.place and (found := stored_key(raw)):
        return found
    former = raw.path or raw.name
    page = next(iter(links([*texts(front.get("homepage")), *_homepages(content.body)])), None)
    if page:
        return Key(page, given=False, former=(former,))
    return place_key(raw, _title(front, content.body), former)


def stored_key(raw: Raw, record: Record | None = None) -> Key | None:
    """Return the repository that a card lies in, if the path of its file names one."""
    del record
    repository = hub_repository(raw)
    return own_key(repository, raw.path or raw.name) if repository else None


def _homepages(body: str) -> list[str]:
    """Return the addresses behind the template's words *Homepage* and, after them, *Paper*."""
    found = {name.lower(): address for name, address in _PAGE.findall(body[:_HEAD])}
    return [found[name] for name in ("homepage", "paper") if name in found]


def load(raw: Raw, content: Markdown) -> tuple[list[Record], list[RecordProblem]]:
    """Return one dataset card."""
    front = content.front if isinstance(content.front, Mapping) else {}
    folder = raw.path.rpartition("/")[0].rpartition("/")[2]
    title = _title(front, content.body) or folder
    if not title:
        raise CardError(
            RecordProblem("The card names no dataset.", "pretty_name", mend="Fill in pretty_name.")
        )
    ident = record_id(SOURCE, raw.key)
    links = _links(content.body)
    card = DatasetCard(
        id=f"{ident}/{AUTHOR.id}",
        dataset=Dataset(id=ident),
        title=title,
        description=_summary(content.body),
        identifiers=identifiers(links),
        keywords=tuple(
            dict.fromkeys(
                t for f in ("task_categories", "task_ids", "tags") for t in texts(front.get(f))
            )
        ),
        languages=texts(front.get("language") or front.get("languages")),
        pages=links,
        rights="; ".join(texts(front.get("license") or front.get("licenses"))) or None,
        author=AUTHOR,
        status="draft",
        assumptions=core(written_by(front), dialogues(front)),
    )
    return [card], _warnings(front)


def _warnings(front: Mapping[str, Any]) -> list[RecordProblem]:
    return [
        RecordProblem("This is not a value that the Hub documents.",
                "language_creators", value)
        for value in texts(front.get("language_creators"))
        if value not in LANGUAGE_CREATORS
    ]  # fmt: skip


def _title(front: Mapping[str, Any], body: str) -> str | None:
    heading = _HEADING.search(body)
    for name in (front.get("pretty_name"), heading[1] if heading else None):
        words = text(name if isinstance(name, str) else None)
        if words and not _BLANK.search(words):
            return words
    return None


def _summary(body: str) -> str | None:
    for found in _SUMMARY.findall(body):
        words = _BLANK.sub("", _COMMENT.sub("", found)).strip()
        if words and not words.startswith("- **") and not _LINKS.match(words):
            return str(words)[:5_000]
    return None


def _links(body: str) -> tuple[str, ...]:
    """Return the addresses in the list at the head of the card, without invented ones."""
    head = body.partition("Dataset Summary\n")[0][-5_000:]
    found = (address.rstrip(".,;") for address in _ADDRESS.findall(head))
    good = dict.fromkeys(a for a in found if is_iri(a) and not is_placeholder(a))
    return tuple(good)[:_MAX_LINKS]
