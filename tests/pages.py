"""How the tests read what a browser is given: pages parsed, found by CSS selectors; CSV as rows.

A test that looks at HTML looks at it through this module: a pattern over the source of a page finds
what a browser would not show, and misses what it would (`test_project.py` refuses such patterns).
"""

import csv
from io import StringIO

from fastapi.testclient import TestClient
from httpx2 import Response
from selectolax.lexbor import LexborHTMLParser, LexborNode

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
_INJECTED = ", ".join(
    [
        "script:not([src], [type='application/ld+json'])",
        *("img", "think", "mask", "[onerror]", "[onfocus]", "[onload]"),
        *(f'[{name}^="{kind}:" i]' for name in ("href", "src", "action", "formaction")
          for kind in ("javascript", "vbscript")),
    ]
)  # fmt: skip
"""What no template of ours has: it stands on a page only if a text was taken for markup."""


class Part:
    """A page or an element of one."""

    def __init__(self, node: LexborNode) -> None:
        self._node = node

    @property
    def tag(self) -> str:
        """The name of the element."""
        return str(self._node.tag)

    @property
    def verbatim(self) -> str:
        """The text in it exactly as it stands, as a text area or code has it."""
        return str(self._node.text())

    @property
    def words(self) -> str:
        """The words in it with one blank between them, also where two elements meet."""
        return " ".join(self._node.text(separator=" ").split())

    def words_without(self, css: str) -> str:
        """The words in it but for those in elements that a CSS selector finds."""
        left = LexborHTMLParser(str(self._node.html))
        for node in left.css(css):
            node.decompose()
        return Part(left.root).words if left.root else ""

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes of the element; one without a value has an empty one."""
        found: dict[str, str | None] = self._node.attributes
        return {name: value or "" for name, value in found.items()}

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    def all(self, css: str) -> "list[Part]":
        """Return the elements in it that a CSS selector finds, in their order."""
        return [Part(node) for node in self._node.css(css)]

    def one(self, css: str) -> "Part":
        """Return the only element that a CSS selector finds; fail if there is none or another."""
        found = self.all(css)
        assert len(found) == 1, f"{css} finds {len(found)} elements"
        return found[0]

    def holding(self, css: str, words: str) -> "Part":
        """Return the only element with these words in it that a CSS selector finds."""
        found = [part for part in self.all(css) if words in part.words]
        assert len(found) == 1, f"{css} finds {len(found)} elements with {words!r}"
        return found[0]

    def has(self, css: str) -> bool:
        """Return whether a CSS selector finds anything in it."""
        return bool(self.all(css))

    def texts(self, css: str) -> list[str]:
        """Return the words of each element that a CSS selector finds."""
        return [part.words for part in self.all(css)]

    def values(self, css: str, attribute: str) -> list[str]:
        """Return an attribute of each element that a CSS selector finds and that has it."""
        return [part[attribute] for part in self.all(f"{css}[{attribute}]")]

    def typed(self) -> list[tuple[str, str]]:
        """Return what a browser would send of the form in it: names and values, no buttons."""
        found: list[tuple[str, str]] = []
        for part in self.all("input[name], textarea[name], select[name]"):
            given = part.attributes
            if part.tag == "textarea":
                found.append((given["name"], part.verbatim.removeprefix("\n")))
            elif part.tag == "select":
                chosen = part.values("option[selected]", "value") or part.values("option", "value")
                found.append((given["name"], chosen[0]))
            elif given.get("type") not in {"checkbox", "radio"} or "checked" in given:
                found.append((given["name"], given.get("value", "on")))
        return found

    def links(self) -> list[str]:
        """Return each address of this service that it links to once, without fragments."""
        found = (address.partition("#")[0] for address in self.values("*", "href"))
        return list(dict.fromkeys(a for a in found if a.startswith("/")))

    def empty_labels(self) -> list[str]:
        """Return the labels with nothing behind them: terms of lists, headings, folded parts."""
        return [*_terms(self._node), *_headings(self._node), *_folds(self._node)]

    def injected(self) -> list[str]:
        """Return the elements in it that a text has made which was taken for markup."""
        return [part.tag for part in self.all(_INJECTED)]


_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_SHOWN = ("input", "select", "textarea", "button", "svg", "img")
_BORDERS = ("section", "article", "main", "body", "details")
"""What the part under a heading does not reach beyond."""


def _blank(node: LexborNode) -> bool:
    """Return whether nothing of an element is seen."""
    if node.tag in _SHOWN or (node.is_element_node and node.css_first(", ".join(_SHOWN))):
        return False
    return not str(node.text()).strip() if node.tag != "!--" else True


def _terms(root: LexborNode) -> list[str]:
    """Return the terms without a description; one left blank to be written on is one."""
    found = []
    for term in root.css("dt"):
        after, told = term.next, False
        while after is not None and after.tag != "dt":
            told = told or (after.tag == "dd" and (not _blank(after) or bool(after.css(".blank"))))
            after = after.next
        if not told:
            found.append(f"term {str(term.text()).strip()}")
    return found


def _headings(root: LexborNode) -> list[str]:
    return [
        f"heading {str(h.text()).strip()}"
        for h in root.css(", ".join(_HEADINGS))
        if not h.css_first("a") and not _told(h)
    ]


def _told(heading: LexborNode) -> bool:
    """Return whether anything but the next heading of its level stands under a heading."""
    above = _HEADINGS[: _HEADINGS.index(str(heading.tag)) + 1]
    node = heading
    while True:
        while node.next is None:
            if node.parent is None or node.parent.tag in _BORDERS:
                return False
            node = node.parent
        node = node.next
        if node.tag in above:
            return False
        if not _blank(node):
            return True


def _folds(root: LexborNode) -> list[str]:
    """Return the folds with nothing in them; one for more rows has those of the table before it."""
    found = []
    for fold in root.css("details:not(.scroll + .more-rows, .plot + .more-rows)"):
        label = " ".join(part.text() for part in fold.css("summary")[:1])
        if _blank(fold) or str(fold.text()).strip() == label.strip():
            found.append(f"fold {label.strip()}")
    return found


def parsed(html: str) -> Part:
    """Return HTML as a browser reads it."""
    root = LexborHTMLParser(html).root
    assert root is not None
    return Part(root)


def page(answer: Response) -> Part:
    """Return the page that an answer is; fail if it is another document."""
    assert answer.headers["content-type"].startswith("text/html"), answer.text
    return parsed(answer.text)


def opened(client: TestClient, address: str, status: int = 200) -> Part:
    """Return the page at an address, which a browser may be led to by a name."""
    answer = client.get(address, headers=BROWSER)
    if answer.status_code == 303:
        answer = client.get(answer.headers["location"], headers=BROWSER)
    assert answer.status_code == status, answer.text
    return page(answer)


def bars(found: Part, layout: str) -> list[str]:
    """Return the kinds of the bars of the first waterfall in this layout, in their order."""
    picture = found.all(f"svg.{layout}")[0]
    return [name.split()[1].removeprefix("k-") for name in picture.values(".bar", "class")]


def rows(answer: Response) -> list[dict[str, str]]:
    """Return the rows of an answer in CSV; fail if it is another document."""
    assert answer.headers["content-type"].startswith("text/csv"), answer.text
    return list(csv.DictReader(StringIO(answer.text)))
