"""Every page loads whole, from this host alone, for everybody, on a phone and on a desk."""

import pytest

from tests.browser.conftest import NARROW, WIDE, Tab

PAGES = (
    "/",
    "/author",
    "/author/new",
    "/author/new?card=agentclinic/evalgap",
    "/query",
    "/query?question=assumed-vs-deployed",
    "/query?query=ASK%20%7B%7D",
    "/query?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%2040",
    "/ontology",
    "/doc/id/card/healthbench/evalgap",
    "/doc/id/gap/bean2026-gpt4o-recomputed",
)
"""An address of each kind of page."""


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_for_everybody_and_fits(tab: Tab, path: str, width: int) -> None:
    page = tab.open(path, width)
    assert page.locator("h1").count() == 1
    tab.check()
