"""The manual: Markdown files of the package, made into HTML once.

The files link to each other by relative paths, so that they also read well as files; here such a
link becomes the address of the page. HTML inside Markdown is shown as text, never passed on.
"""
# DESIGN: manual-in-package

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import pairwise
from urllib.parse import urldefrag

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from service.common.problems import NotFound
from service.common.resources import inside, resource
from service.web.pages.guides import rules

INDEX = "README"
"""The file that lists the pages."""
CODEBOOK = "codebook"
"""The page that stands beside the manual, at an address of its own, as coders cite it."""
_FOLDER = "service/docs"
_ELSEWHERE: Mapping[str, Sequence[str]] = {
    "card-format": ("data", "README.md"),
    CODEBOOK: ("data", "codebook.md"),
    "corpus": ("data", "CORPUS.md"),
    "model": ("ontology", "README.md"),
}
"""Pages that stand beside what they describe, by name."""
_ADDRESSES = {INDEX: "/guides/manual", CODEBOOK: "/guides/codebook"}
_NOT_IN_A_SLUG = re.compile(r"[^\w\- ]")
_LONG = 9_000
"""Characters of Markdown from which on the sections of a page are folded on a phone."""


@dataclass(frozen=True)
class ManualSection:
    """A heading of the second level: its text and the anchor it has."""

    title: str
    anchor: str


@dataclass(frozen=True)
class ManualPage:
    """A page of the manual: its title, the HTML of its text, and its sections in order."""

    name: str
    title: str
    html: str
    sections: tuple[ManualSection, ...]


@cache
def names() -> dict[str, str]:
    """Return the path in the repository of every page, by name."""
    own = {p.stem: f"{_FOLDER}/{p.name}" for p in sorted(inside("docs").glob("*.md"))}
    return own | {name: "/".join(parts) for name, parts in _ELSEWHERE.items()}


def source(name: str) -> str:
    """Return the Markdown of a page. Raises `NotFound` with the names there are."""
    if name not in names():
        raise NotFound(
            f"The manual has no page {name!r}.", known=[n for n in names() if n != INDEX]
        )
    path = resource(*_ELSEWHERE[name]) if name in _ELSEWHERE else inside("docs", f"{name}.md")
    return path.read_text(encoding="utf-8")


def notebook(name: str) -> bytes:
    """Return a notebook of the manual. Raises `NotFound` with the names there are."""
    found = {path.name: path for path in inside("docs", "notebooks").glob("*.ipynb")}
    if name not in found:
        raise NotFound(f"The manual has no notebook {name!r}.", known=sorted(found))
    return found[name].read_bytes()


@cache
def manual_page(name: str) -> ManualPage:
    """Return a page of the manual. Raises `NotFound` with the names there are."""
    return rendered(name, names().get(name, ""), source(name))


def rendered(name: str, path: str, markdown: str) -> ManualPage:
    """Return Markdown as a page; its relative links are those of a file at `path`."""
    # comments mark what is generated; the parser would show them as text
    lines = markdown.splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith("<!--"))
    tokens = _MARKDOWN.parse(text)
    headings = _headings(tokens)
    sections = [ManualSection(title, anchor) for level, title, anchor in headings if level == "h2"]
    _name_cells(tokens)
    if name == CODEBOOK:
        rules.name_rules(tokens)
        rules.link_rules(tokens, page="")
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", address(str(child.attrGet("href")), path))
    return ManualPage(
        name=name,
        title=next((title for level, title, _ in headings if level == "h1"), name),
        html=_folded(tokens) if len(text) > _LONG else _html(tokens),
        sections=tuple(sections),
    )


def _html(tokens: Sequence[Token]) -> str:
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))


def _folded(tokens: Sequence[Token]) -> str:
    """Return the HTML of a page of which a phone shows the titles of its sections, to be opened.

    Each heading is inside its fold, so that an address with its anchor opens it.
    """
    starts = [at for at, t in enumerate(tokens) if t.type == "heading_open" and t.tag == "h2"]
    parts = [_html(tokens[: starts[0] if starts else len(tokens)])]
    for begin, end in pairwise([*starts, len(tokens)]):
        title = escape(_title(tokens[begin + 1]))
        inside = _html(tokens[begin:end])
        parts.append(
            f'<details class="phone-fold"><summary>{title}</summary><div>{inside}</div></details>'
        )
    return "\n".join(parts)


def _title(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())


def address(link: str, path: str) -> str:
    """Return where a link of the file at `path` leads: to the page, where the file is one."""
    target, fragment = urldefrag(link)
    file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if posixpath.dirname(file) == f"{_FOLDER}/notebooks":
        return f"/guides/notebooks/{posixpath.basename(file)}"
    name = next((n for n, p in names().items() if p == file), None)
    if not target or name is None:
        return link
    page = _ADDRESSES.get(name, f"/guides/manual/{name}")
    return f"{page}#{fragment}" if fragment else page


def slug(title: str) -> str:
    """Return the anchor of a heading, as it is on the pages of code hosts."""
    return _NOT_IN_A_SLUG.sub("", title.lower()).replace(" ", "-")


def _headings(tokens: Sequence[Token]) -> list[tuple[str, str, str]]:
    """Give every heading its anchor; return level, text and anchor of each."""
    found: list[tuple[str, str, str]] = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            title = _title(inline)
            opening.attrSet("id", anchor := slug(title))
            found.append((opening.tag, title, anchor))
    return found


def _name_cells(tokens: Sequence[Token]) -> None:
    """Give each cell of a table the heading of its column, which stands before it on a phone."""
    headings: list[str] = []
    column = 0
    for opening, inline in pairwise(tokens):
        if opening.type == "thead_open":
            headings = []
        elif opening.type == "tr_open":
            column = 0
        elif opening.type == "th_open":
            headings.append(_title(inline))
        elif opening.type == "td_open":
            opening.attrSet("data-label", headings[column])
            column += 1


def _scrolling_table(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, _: EnvType
) -> str:
    return '<div class="scroll fits" tabindex="0">' + renderer.renderToken(tokens, at, options, _)


def _end_of_table(*_: object) -> str:
    return "</table></div>\n"


def _scrolling_code(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    return renderer.fence(tokens, at, options, env).replace("<pre>", '<pre tabindex="0">', 1)


def _column_heading(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: EnvType
) -> str:
    tokens[at].attrSet("scope", "col")
    return renderer.renderToken(tokens, at, options, env)


def _parser() -> MarkdownIt:
    """Return CommonMark with tables and without HTML; what is wide scrolls, also by keyboard."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _scrolling_table)
    parser.add_render_rule("table_close", _end_of_table)
    parser.add_render_rule("th_open", _column_heading)
    parser.add_render_rule("fence", _scrolling_code)
    return parser


_MARKDOWN = _parser()
