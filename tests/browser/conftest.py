"""One service over the shipped data, one browser, and tabs that notice what a page may not do."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from tests.servers import evalgap_server, program
from tests.tokens import TOKEN

NARROW, WIDE = 360, 1280
expect.set_options(timeout=30_000)  # what comes late on a busy machine comes all the same
_SERIOUS = {"serious", "critical"}
_AXE = Axe().axe_script
_VIOLATIONS = """
(async (most) => {
    const away = [];
    for (const parent of document.querySelectorAll("body *:not(.cm-editor, .cm-editor *)")) {
        const alike = new Map();
        for (const child of parent.isConnected ? [...parent.children] : []) {
            const kind = `${child.tagName} ${child.getAttribute("class")}`;
            alike.set(kind, (alike.get(kind) ?? 0) + 1);
            const used = child.selected || child.contains(document.activeElement);
            if (alike.get(kind) <= most || used) continue;
            const mark = document.createComment("");
            child.replaceWith(mark);
            away.push([mark, child]);
        }
    }
    const known = window.knownColours ??= new WeakMap(), behind = new Map();
    const [shown, changed] = [new Set(), new Set()];
    for (const element of document.querySelectorAll("*")) {
        const style = getComputedStyle(element);
        const under = `${behind.get(element.parentNode)} ${style.background} ${style.opacity}`;
        behind.set(element, under);
        if (!element.checkVisibility({visibilityProperty: true})) continue;
        shown.add(element);
        const colours = `${style.color} ${style.fontSize} ${style.fontWeight} ${under}`;
        if (known.get(element) !== colours) changed.add(element);
        known.set(element, colours);
    }
    const topmost = [...changed].filter((element) => !changed.has(element.parentNode));
    const runs = [[document, {rules: {"color-contrast": {enabled: false}}}]];
    if (topmost.length) {
        const where = changed.size === shown.size ? document : {include: topmost};
        runs.push([where, {runOnly: ["color-contrast"]}]);
    }
    const found = [];
    for (const [where, options] of runs) {
        const {violations} = await axe.run(where, {resultTypes: ["violations"], ...options});
        found.push(...violations);
    }
    for (const [mark, child] of away.reverse()) mark.replaceWith(child);
    return found;
})
"""
"""What axe-core complains of.

Of elements side by side that are alike it sees the first `most`, and the others are taken out of
the page meanwhile: they come from the same template, and its time grows with all that is there.
Contrast, which takes most of it, it looks at again only where something shows for the first time
or in other colours than before.
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the base URL of a service that may be written to with `TOKEN`."""
    with evalgap_server(tmp_path_factory.mktemp("site"), token=TOKEN) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium: its shell without windows takes half the time."""
    path = shutil.which("chromium-headless-shell") or program(
        "chromium", "chromium", "apt-get install chromium-headless-shell"
    )
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        found = playwright.chromium.launch(executable_path=path, args=options)
        yield found
        found.close()


@dataclass
class Tab:
    """A tab with what went wrong in it: requests to elsewhere, errors, complaints of axe-core."""

    page: Page
    site: str
    most: int = 5
    """How many of alike elements axe-core looks at."""
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to the page from its first request on."""
        self.page.on("request", self._asked)
        self.page.on("console", lambda m: self._noted(m.text if m.type == "error" else None))
        self.page.on("pageerror", lambda error: self._noted(str(error)))

    def _asked(self, request: Request) -> None:
        here = request.url.startswith((self.site, "data:", "blob:"))
        self._noted(None if here else f"asks {request.url}")

    def _noted(self, wrong: str | None) -> None:
        if wrong is not None:
            self.wrong.append(wrong)

    def open(self, path: str, width: int = WIDE) -> Page:
        """Go to a page of the service."""
        self.widen(width)
        answer = self.page.goto(self.site + path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        return self.page

    def widen(self, width: int) -> None:
        """Make the window so many pixels wide."""
        self.page.set_viewport_size({"width": width, "height": 900})

    def check(self) -> None:
        """Assert that the page as it is now is whole, reachable for all, and fits its width."""
        self.check_width()
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(_AXE)
        found = self.page.evaluate(_VIOLATIONS, self.most)
        serious = [_told(v) for v in found if v["impact"] in _SERIOUS]
        assert serious == [], self.page.url

    def check_width(self) -> None:
        """Assert that the page as it is now is whole and fits its width."""
        self._photograph()
        assert self.wrong == []
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"

    def check_length(self, most: int) -> None:
        """Assert that the page as it is now is at most so many pixels long."""
        long = self.page.evaluate("document.documentElement.scrollHeight")
        assert long <= most, f"{self.page.url} is {long} pixels long"

    def _photograph(self) -> None:
        """Keep a picture for people to look at, where `EVALGAP_SCREENSHOTS` names a folder."""
        if folder := os.environ.get("EVALGAP_SCREENSHOTS"):
            width = self.page.evaluate("innerWidth")
            name = re.sub(r"[^a-z0-9]+", "-", self.page.url.removeprefix(self.site).lower())
            path = Path(folder, f"{name.strip('-')[:80] or 'home'}-{width}.png")
            self.page.screenshot(path=path, full_page=True)


def _told(violation: dict[str, Any]) -> str:
    places = [node["html"][:200] for node in violation["nodes"][:3]]
    return f"{violation['id']}: {violation['help']} {places}"


@pytest.fixture
def tab(browser: Browser, site: str) -> Iterator[Tab]:
    """Return a tab of its own for each test."""
    page = browser.new_page()
    yield Tab(page, site)
    page.close()


def write(page: Page, text: str) -> None:
    """Write a text into the SPARQL editor as a person does, in place of what is there.

    Put over what is there, Chromium would style the new text like the old, which no page may.
    """
    page.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
