"""On a phone: lists are not endless, short facts run on, and what is folded is open on a desk."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NARROW, WIDE, Tab

LONGEST = {
    "/benchmarks": 11_000,
    "/benchmarks/agentbench": 11_500,
    "/benchmarks/medqa?tab=results": 12_000,
    "/gaps": 12_500,
    "/evidence/decision-mediation": 9_500,
    "/evidence/input-variation": 12_000,
    "/sources": 12_500,
    "/systems": 8_500,
    "/coverage": 8_000,
    "/ontology": 4_000,
}
"""How many pixels a page may be long, 360 wide, with a fifth to spare for more data."""


@pytest.mark.parametrize(("path", "most"), LONGEST.items())
def test_a_page_is_not_endless_on_a_phone(tab: Tab, path: str, most: int) -> None:
    page = tab.open(path, NARROW)
    assert page.evaluate("document.documentElement.scrollHeight") <= most


@pytest.mark.parametrize(
    "path", ["/evidence/decision-mediation", "/gaps", "/ontology", "/benchmarks/medqa?tab=results"]
)
def test_what_is_folded_on_a_phone_is_open_on_a_desk(tab: Tab, path: str) -> None:
    page = tab.open(path, NARROW)
    fold = page.locator(".phone-fold").first
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
