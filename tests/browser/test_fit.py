"""A person describes a deployment, reads what breaks, supposes a change and compares two."""

import re

import httpx2
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NARROW, Tab
from tests.pages import page as parsed

PATIENTS = "/fit?deployment=public-self-assessment&domain=healthcare"
MOST_ANNEX = 10
"""Sheets of the annex of a print: the rules, the sources of the nearest, a row for each other."""


def test_the_answer_is_reached_by_keyboard_within_two_screens(tab: Tab) -> None:
    page = tab.open(PATIENTS)
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the results")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#results a").first).to_be_focused()
    page.set_viewport_size({"width": 1280, "height": 900})
    ends = page.evaluate(
        "['.matrix', '.first'].map(s => document.querySelector(s).getBoundingClientRect().bottom"
        " + scrollY)"
    )
    assert max(ends) <= 2 * 900
    after = page.evaluate(
        "document.querySelector('#whatif').compareDocumentPosition("
        "document.querySelector('.patterns')) & Node.DOCUMENT_POSITION_PRECEDING"
    )
    assert after
    tab.check()


def test_describing_a_deployment_leads_to_an_answer_and_reasons(tab: Tab) -> None:
    page = tab.open("/fit")
    form = page.locator("form", has=page.get_by_label("Who writes the question?"))
    form.get_by_label("Elicitation of the queries").select_option("natural-use")
    form.get_by_label("How many turns?").select_option("multi-turn")
    page.locator("#domain").select_option("healthcare")
    form.get_by_role("button", name="Show what fits").click()
    expect(page).to_have_url(re.compile(r"query-authorship=natural-use&.*interaction-type=multi"))
    page.locator(".patterns").first.get_by_role("link", name="CRAFT-MD", exact=True).click()
    expect(page.locator(".lead")).to_contain_text("Violated: who writes the question.")
    expect(page.locator(".lines")).to_contain_text("assumed: “Multi-turn” · deployed: “Multi-turn”")
    tab.check()


def test_supposing_another_value_shows_what_moves_and_keeps_the_address(
    browser: Browser, site: str
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(site + PATIENTS)
    page.get_by_text("What if the use were different?").click()
    form = page.locator(".suppose form").nth(2)
    form.locator("select").select_option("interaction-type:single-turn")
    form.get_by_role("button").click()
    moved = page.locator("#moved")
    expect(moved).to_contain_text("How many turns: “Single turn” instead")
    expect(page).to_have_url(re.compile(r"whatif=interaction-type(:|%3A)single-turn"))
    moved.get_by_text("Back to how it is").click()
    expect(page.locator("#moved")).to_have_count(0)
    page.close()


def test_ticked_benchmarks_stand_side_by_side(tab: Tab) -> None:
    page = tab.open(PATIENTS)
    page.get_by_text("Compare benchmarks side by side").click()
    for name in ("MedQA", "CRAFT-MD"):
        page.locator("#compare").get_by_label(name, exact=True).check()
    page.get_by_role("button", name="Compare").click()
    sides = page.locator(".sides")
    expect(sides.locator("thead")).to_contain_text("CRAFT-MD")
    expect(sides.locator(".differs")).to_have_count(2)
    tab.check()


def test_a_name_of_any_kind_stays_text_and_fits(tab: Tab) -> None:
    name = "<script>alert(1)</script><think>ﬁ شخص" + "x" * 150
    page = tab.open("/fit", NARROW)
    page.get_by_label("Elicitation of the queries").select_option("natural-use")
    page.get_by_label("A name for it").fill(name)
    page.locator("form", has=page.locator("#title")).get_by_role("button").click()
    expect(page.locator("#case-title")).to_have_text(name)
    tab.check()


def longest_prints(site: str) -> list[str]:
    """Return the addresses of the shipped uses whose prints say most, in the summary or in all."""
    said: dict[str, tuple[int, int]] = {}
    with httpx2.Client(base_url=site, timeout=60) as client:
        for use in client.get("/api/v1/deployments?limit=100").json()["items"]:
            address = f"/fit/print?deployment={use['id']}"
            shown = parsed(client.get(address))
            said[address] = len(shown.one(".summary").words), len(shown.one("main").words)
    by_summary = sorted(said, key=lambda address: said[address][0], reverse=True)
    by_all = max(said, key=lambda address: said[address][1])
    return list(dict.fromkeys([*by_summary[:3], by_all]))


def pages_printed(page: Page) -> int:
    """Return how many sheets a page takes in print."""
    return len(re.findall(rb"/Type\s*/Page[^s]", page.pdf(prefer_css_page_size=True)))


def test_the_print_of_the_longest_use_has_two_pages_and_an_annex(tab: Tab, site: str) -> None:
    addresses = longest_prints(site)
    assert len(addresses) > 1
    for address in addresses:
        page = tab.open(address)
        page.emulate_media(media="print")
        whole = pages_printed(page)
        page.evaluate("document.querySelector('.annex').remove()")
        summary = pages_printed(page)
        assert summary <= 2, address
        assert whole - summary <= MOST_ANNEX, address


def test_the_summary_in_print_has_at_most_two_pages(tab: Tab) -> None:
    page = tab.open(f"/fit/print?{PATIENTS.partition('?')[2]}&limit=1")
    page.emulate_media(media="print")
    expect(page.locator("header")).to_be_hidden()
    expect(page.get_by_text("Rules used above")).to_be_visible()
    page.evaluate("document.querySelector('.annex').remove()")
    assert pages_printed(page) <= 2
