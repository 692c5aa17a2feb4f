"""Four newcomers, by what they see: each reaches the answer in as many actions as it may take.

Of the clinician tells `test_claim.py`, of the author of a benchmark `test_author.py`.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import WIDE, Tab, write

USE = "Members of the public asking an LLM about new symptoms"


def test_a_team_that_deploys_is_four_actions_from_a_drafted_plan(tab: Tab) -> None:
    page = tab.open("/")
    page.get_by_role("link", name="Which scores can I trust here?").click()
    page.get_by_label("Deployment", exact=True).select_option(label=USE)
    page.get_by_role("button", name="Show what fits").first.click()
    expect(page.locator("h1")).to_contain_text("healthcare benchmarks is known to hold on")
    expect(page.get_by_role("heading", name="What to test first")).to_be_visible()
    page.get_by_role("link", name="Plan these tests").click()
    expect(page).to_have_title(re.compile(rf"Tests of \w.* for {USE} · EvalGap"))
    expect(page.locator(".board .step").nth(6)).to_be_visible()
    tab.check_width()


def test_where_no_benchmark_is_near_a_team_is_as_far_from_a_drafted_plan(tab: Tab) -> None:
    page = tab.open("/")
    page.get_by_role("link", name="Which scores can I trust here?").click()
    use = "Members of the public asking the website of a government about tax, benefits and visas"
    page.get_by_label("Deployment", exact=True).select_option(label=use)
    page.get_by_role("button", name="Show what fits").first.click()
    page.get_by_role("link", name="Plan these tests").click()
    expect(page.get_by_role("heading", name="The draft, not stored")).to_be_visible()
    expect(page.locator(".board .step").first).to_be_visible()
    tab.check_width()


@pytest.mark.parametrize("width", [390, WIDE])
def test_from_a_word_over_a_gap_to_a_plan_every_step_is_a_link(tab: Tab, width: int) -> None:
    page = tab.open("/", width)
    page.get_by_role("searchbox").first.fill("95 % on MedQA")
    page.keyboard.press("Enter")
    page.locator("#results a").first.click()
    expect(page.locator("h1")).to_have_text("MedQA")
    page.get_by_role("link", name="Results and gaps").click()
    page.locator("section.gap h3 a").first.click()
    tab.check_width()
    page.get_by_role("link", name="MedQA", exact=True).click()
    page.get_by_label("Do they hold in a deployment?").select_option(label=USE)
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="plan what to test first").click()
    expect(page.get_by_role("heading", name="The draft, not stored")).to_be_visible()
    tab.check_width()


def test_a_programmer_is_told_how_to_mend_a_query_and_has_its_answer(tab: Tab) -> None:
    page = tab.open("/")
    page.get_by_role("link", name="write your own in SPARQL").click()
    bare = "SELECT ?benchmark { ?benchmark a egap:Benchmark } LIMIT 3"
    write(page, bare)
    page.get_by_role("button", name="Run").click()
    advice = page.get_by_text("The prefix egap: is not declared. Begin with PREFIX egap:")
    expect(advice).to_be_visible()
    tab.wrong.clear()  # Chromium notes the 400
    write(page, f"PREFIX egap: <https://w3id.org/evalgap/ontology#> {bare}")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("main table tbody tr")).to_have_count(3)
    page.get_by_role("link", name="Guides", exact=True).click()
    page.get_by_role("link", name="You write programs").first.click()
    expect(page.locator("main")).to_contain_text("/api/v1/deployments/public-self-assessment/fit")
    expect(page.locator("main")).to_contain_text("evalgap.open(")
