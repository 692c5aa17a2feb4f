"""Under a path prefix everything that scripts do still leads to the service."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Tab, write
from tests.servers import evalgap_server


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the base URL of a service that is known under a prefix, as behind a proxy."""
    folder = tmp_path_factory.mktemp("prefix")
    with evalgap_server(folder, public_url="http://127.0.0.1/evalgap") as url:
        yield f"{url}/evalgap"


@pytest.fixture
def tab(browser: Browser, site: str) -> Iterator[Tab]:
    page = browser.new_page()
    yield Tab(page, site)
    page.close()


def test_the_editor_completes_and_runs(tab: Tab) -> None:
    page = tab.open("/query")
    write(page, "SELECT * { ?card a ")
    page.keyboard.type("BenchmarkCar", delay=30)
    expect(page.get_by_role("option", name="egap:BenchmarkCard").first).to_be_visible()
    page.keyboard.press("Escape")
    write(page, "SELECT ?x { VALUES ?x { 1 2 } }")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#answer-title")).to_contain_text("2 rows")
    assert page.url.startswith(f"{tab.site}/query?query=")
    assert tab.wrong == []


def test_parts_of_pages_are_fetched_and_links_followed(tab: Tab) -> None:
    page = tab.open("/benchmarks")
    page.get_by_role("checkbox", name=re.compile("^Single turn")).click()
    expect(page).to_have_url(f"{tab.site}/benchmarks?interaction-type=single-turn")
    expect(page.get_by_role("link", name=re.compile("^Remove .*Single turn"))).to_be_visible()
    main = page.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Fit a deployment", exact=True).click()
    expect(page).to_have_url(f"{tab.site}/fit")
    tab.open("/fit?deployment=public-self-assessment&domain=healthcare")
    page.get_by_text("What if the use were different?").click()
    form = page.locator(".suppose form").filter(has=page.get_by_label("How many turns", exact=True))
    form.locator("select").select_option("interaction-type:single-turn")
    form.get_by_role("button", name="Suppose").click()
    expect(page.locator("#moved")).to_contain_text("How many turns: “Single turn” instead")
    assert page.url.startswith(f"{tab.site}/fit?")
    assert tab.wrong == []


def test_the_api_page_knows_where_the_service_is(tab: Tab) -> None:
    page = tab.open("/docs")
    expect(page.locator(".opblock-summary").first).to_be_visible()
    expect(page.locator(".servers select")).to_have_value("/evalgap")
    assert tab.wrong == []
