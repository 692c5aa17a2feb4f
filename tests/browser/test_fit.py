"""A person describes a deployment, reads what breaks, supposes a change and compares two."""

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import NARROW, Tab

PATIENTS = "/fit?deployment=public-self-assessment&domain=healthcare"


def test_describing_a_deployment_leads_to_ranked_benchmarks_and_reasons(tab: Tab) -> None:
    page = tab.open("/fit")
    page.get_by_label("Elicitation of the queries").select_option("natural-use")
    page.get_by_label("How many turns?").select_option("multi-turn")
    page.locator("#domain").select_option("healthcare")
    page.locator("form", has=page.get_by_label("Who asks?")).get_by_role(
        "button", name="See what fits"
    ).click()
    expect(page).to_have_url(re.compile(r"query-authorship=natural-use&.*interaction-type=multi"))
    row = _row(page, "CRAFT-MD")
    expect(row).to_contain_text("Breaks: query authorship.")
    row.get_by_text("What breaks and why").click()
    expect(row).to_contain_text("assumed: “Multi-turn” · deployed: “Multi-turn”")
    tab.check()


def test_supposing_another_value_shows_what_moves_and_keeps_the_address(tab: Tab) -> None:
    page = tab.open(PATIENTS)
    page.get_by_label("Interaction type", exact=True).last.select_option(
        "interaction-type:single-turn"
    )
    moved = page.locator("#moved")
    expect(moved).to_contain_text("Interaction type: “Single turn” instead")
    expect(moved).to_contain_text("violated")
    expect(page).to_have_url(re.compile(r"whatif=interaction-type(:|%3A)single-turn"))
    address = page.url
    moved.get_by_text("Back to how it is").click()
    expect(page.locator("#moved")).to_have_count(0)
    page.goto(address)
    expect(page.locator("#moved")).to_have_count(1)
    tab.check()


def test_two_ticked_benchmarks_stand_side_by_side(tab: Tab) -> None:
    page = tab.open(f"{PATIENTS}&limit=100")
    for name in ("MedQA", "CRAFT-MD"):
        _row(page, name).get_by_role("checkbox").check()
    page.get_by_role("button", name="Compare two that are ticked").click()
    sides = page.locator(".sides")
    expect(sides.locator("thead")).to_contain_text("CRAFT-MD")
    expect(sides.locator(".differs")).to_have_count(2)
    tab.check()


def _row(page: Page, name: str) -> Locator:
    return page.locator(".ranked > li", has=page.get_by_role("link", name=name, exact=True))


def test_all_of_it_works_without_scripts(browser: Browser, site: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(site + PATIENTS)
    form = page.locator(".suppose form").nth(2)
    form.locator("select").select_option("interaction-type:single-turn")
    form.get_by_role("button").click()
    expect(page.locator("#moved")).to_contain_text("“Single turn” instead")
    page.close()


def test_a_name_of_any_kind_stays_text_and_fits(tab: Tab) -> None:
    name = "<script>alert(1)</script><think>ﬁ شخص" + "x" * 1000
    page = tab.open("/fit", NARROW)
    page.get_by_label("Elicitation of the queries").select_option("natural-use")
    page.get_by_label("A name for it").fill(name)
    page.get_by_role("button", name="See what fits").first.click()
    expect(page.locator("#case-title")).to_have_text(name)
    tab.check()
    page.get_by_role("link", name="Print view").click()
    expect(page.locator("h1")).to_contain_text("<script>alert(1)</script><think>")
    tab.check()


def test_in_print_everything_stands_open_and_nothing_is_cut(tab: Tab) -> None:
    page = tab.open(f"/fit/print?{PATIENTS.partition('?')[2]}&limit=3")
    page.emulate_media(media="print")
    expect(page.locator("header")).to_be_hidden()
    expect(page.locator("details")).to_have_count(0)
    expect(page.get_by_text("Rules used above")).to_be_visible()
