"""Every page in both widths and both themes: whole, within its width, reachable for everybody."""

from contextlib import closing
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser import conftest
from tests.browser.conftest import NARROW, WIDE, Tab
from tests.browser.test_every_page import PAGES

browser, site = conftest.browser, conftest.site


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_for_everybody_and_fits(
    browser: Browser, site: str, path: str, theme: Literal["light", "dark"]
) -> None:
    with closing(browser.new_page(color_scheme=theme)) as page:
        tab = Tab(page, site, most=25)
        for width in (NARROW, WIDE):
            tab.open(path, width)
            tab.check()
