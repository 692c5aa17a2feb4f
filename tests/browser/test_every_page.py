"""Every page loads whole, from this host alone, for everybody, on a phone and on a desk."""

import pytest

from tests.browser.conftest import NARROW, WIDE, Tab

PAGES = (
    "/",
    "/ontology",
    "/doc/id/card/healthbench/evalgap",
    "/doc/id/gap/bean2026-gpt4o-recomputed",
    "/gaps?dimension=interaction-type",
    "/gaps/bean2026-gpt4o-recomputed",
    "/gaps/barbu2019-objectnet",
    "/gaps/decompose?example=1",
    "/plans",
)
"""An address of each kind of page."""


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_for_everybody_and_fits(tab: Tab, path: str, width: int) -> None:
    page = tab.open(path, width)
    assert page.locator("h1").count() == 1
    tab.check()
