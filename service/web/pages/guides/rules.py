"""The rules of the codebook, called by a letter and a number (A4): where each stands, and links."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from markdown_it.token import Token

from service.common.resources import resource

PAGE = "/guides/codebook"
_CALLED = re.compile(r"\b([A-Z][0-9]{1,2})\b")
_DEFINED = re.compile(r"^- \*\*([A-Z][0-9]{1,2})\b", re.MULTILINE)


@cache
def rules() -> frozenset[str]:
    """Return the names of all rules, such as A4."""
    return frozenset(_DEFINED.findall(resource("data", "codebook.md").read_text(encoding="utf-8")))


def anchor(rule: str) -> str:
    """Return the anchor of a rule on the page of the codebook."""
    return f"rule-{rule.lower()}"


def name_rules(tokens: Sequence[Token]) -> None:
    """Give each rule that the tokens define its anchor, at the name that begins its point."""
    for point, begun, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        children = inline.children or []
        if point.type == "list_item_open" and begun.type == "paragraph_open" and children:
            # a point begins with an empty text, then what is bold
            bold = next((n for n, c in enumerate(children) if c.type == "strong_open"), None)
            found = _CALLED.match(children[bold + 1].content) if bold in {0, 1} else None
            if bold is not None and found and found[1] in rules():
                children[bold].attrSet("id", anchor(found[1]))


def link_rules(tokens: Sequence[Token], page: str = PAGE) -> None:
    """Make each name of a rule in the tokens a link to the rule; a name with an anchor stays."""
    for token in tokens:
        if token.children:
            token.children = list(_linked(token.children, page))


def _linked(children: Sequence[Token], page: str) -> Iterator[Token]:
    inside = ""
    for child in children:
        if child.type == "link_open" or child.attrGet("id"):
            inside = child.type.replace("open", "close")
        if child.type == "text" and not inside:
            yield from _split(child, page)
        else:
            yield child
        if child.type == inside:
            inside = ""


def _split(text: Token, page: str) -> Iterator[Token]:
    """Yield a text with each name of a rule in it as a link."""
    for place, part in enumerate(_CALLED.split(text.content)):
        words = Token("text", "", 0, content=part, level=text.level)
        if place % 2 == 0 or part not in rules():
            yield words
        else:
            to = {"href": f"{page}#{anchor(part)}"}
            yield Token("link_open", "a", 1, attrs=dict(to), level=text.level)
            yield words
            yield Token("link_close", "a", -1, level=text.level)
