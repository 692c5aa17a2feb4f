"""On a phone: lists are not endless, short facts run on, and what is folded is open on a desk."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE, Tab

LONGEST = 11_000
"""How many pixels a page may be long, 360 wide, with a tenth to spare for more data."""

_LONG = (
    "/author/new?card=agentclinic/evalgap",
    "/benchmarks/agentbench",
    "/benchmarks/medqa?tab=results",
    "/doc/id/card/medqa/evalgap/1",
    "/evidence/input-variation",
    "/fit/print?deployment=public-self-assessment",
    "/gaps",
    "/guides/codebook",
    "/queries/closest-benchmarks",
    "/sources",
    "/studies/medperturb2025-study",
    "/systems/gpt-4o",
)
"""The longest of their kinds; all others are measured where every page is opened."""


_SHORTER = {
    "/coverage": 8_000,
    "/evidence/decision-mediation": 9_500,
    "/ontology": 4_000,
    "/systems": 8_500,
}
"""Lists that fold more than others."""


@pytest.mark.parametrize("path", [*_LONG, *_SHORTER])
def test_a_page_is_not_endless_on_a_phone(tab: Tab, path: str) -> None:
    tab.open(path, NARROW)
    tab.check_length(_SHORTER.get(path, LONGEST))


def test_no_page_of_the_manual_is_endless_on_a_phone(tab: Tab) -> None:
    links = tab.open("/guides/manual").locator(".manual a[href^='/guides/manual/']")
    found = links.evaluate_all("all => all.map((e) => e.pathname)")
    assert len(found) > 30
    for path in sorted(set(found)):
        tab.open(path, NARROW)
        tab.check_length(LONGEST)


@pytest.mark.parametrize(
    "path",
    [
        "/evidence/decision-mediation",
        "/gaps",
        "/ontology",
        "/benchmarks/medqa?tab=results",
        "/guides/manual/commands",
    ],
)
def test_what_is_folded_on_a_phone_is_open_on_a_desk(tab: Tab, path: str) -> None:
    page = tab.open(path, NARROW)
    fold = page.locator(".phone-fold:not(.more-rows)").first
    summary, inside = fold.locator(":scope > summary"), fold.locator(":scope > :last-child")
    expect(summary).to_be_visible()
    expect(inside).not_to_be_visible()
    summary.click()
    expect(inside).to_be_visible()
    tab.check()
    tab.widen(WIDE)
    page.reload()
    expect(summary).not_to_be_visible()
    expect(inside).to_be_visible()


def test_what_a_supposed_use_moves_is_read_on_a_phone_without_scrolling(tab: Tab) -> None:
    address = "/fit?deployment=public-self-assessment&whatif=interaction-type:single-turn"
    page = tab.open(address, NARROW)
    table = page.locator(".moves").first
    assert table.evaluate("e => e.scrollWidth <= e.closest('.scroll').clientWidth")
    tab.check()


def test_the_caption_of_a_wide_table_stays_and_covers_the_shade(tab: Tab) -> None:
    page = tab.open("/coverage", NARROW)
    caption, inside = page.locator(".heat caption"), page.locator(".scroll").first
    before = caption.evaluate("e => e.getBoundingClientRect().x")
    inside.evaluate("e => { e.scrollLeft = 200 }")
    assert caption.evaluate("e => e.getBoundingClientRect().x") == before
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert caption.evaluate("e => getComputedStyle(e).backgroundColor") == ground


def test_short_facts_run_on_in_a_line(tab: Tab) -> None:
    page = tab.open("/benchmarks", NARROW)
    facts = page.locator(".catalogue-rows tbody tr").first.locator("td.brief")
    assert facts.count() == 3
    tops = facts.evaluate_all("all => all.map((e) => Math.round(e.getBoundingClientRect().y))")
    assert max(tops) - min(tops) < 12


def test_the_numbers_of_a_gap_need_no_scrolling(tab: Tab) -> None:
    page = tab.open("/gaps/bean2026-gpt4o-recomputed", NARROW)
    table = page.locator("#numbers-1")
    assert table.evaluate("e => e.scrollWidth <= e.closest('.scroll').clientWidth")
    assert page.locator("#numbers-1 td[data-label=Value]").first.is_visible()
    tab.check()


def test_an_address_of_a_section_opens_it(tab: Tab) -> None:
    page = tab.open("/guides/manual/commands#evalgap-restore", NARROW)
    expect(page.get_by_text("evalgap restore", exact=False).last).to_be_visible()
    expect(page.locator("details[open] > summary", has_text="evalgap restore")).to_be_visible()
    expect(page.locator("details[open] > summary", has_text="evalgap backup")).to_have_count(0)
    page.emulate_media(media="print")
    assert page.locator("#evalgap-backup").is_visible()


def test_a_long_table_shows_its_first_rows_on_a_phone_and_the_rest_on_demand(tab: Tab) -> None:
    page = tab.open("/gaps/ledger", NARROW)
    rows = page.locator(".ledger tbody tr")
    last = rows.last
    assert rows.count() > 25
    assert not last.is_visible()
    page.locator(".more-rows > summary").click()
    expect(last).to_be_visible()
    tab.check()
    page = tab.open("/gaps/ledger", WIDE)
    expect(page.locator(".ledger tbody tr").last).to_be_visible()
    expect(page.locator(".more-rows > summary")).not_to_be_visible()
    address = f"/gaps/ledger#{last.get_attribute('id')}"
    page.goto("about:blank")
    tab.open(address, NARROW)
    expect(last).to_be_visible()


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_an_address_of_a_code_opens_the_list_that_has_it(tab: Tab, width: int) -> None:
    code = tab.open("/ontology").locator(".codes tr[id]").nth(40)
    assert not code.is_visible()
    anchor = code.get_attribute("id")
    tab.page.goto("about:blank")
    page = tab.open(f"/ontology#{anchor}", width)
    expect(page.locator(f"[id='{anchor}']")).to_be_visible()
