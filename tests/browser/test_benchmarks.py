"""A person looks for benchmarks, opens one, and asks whether it holds where they deploy."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import NARROW, WIDE, Tab
from tests.servers import evalgap_server
from tests.services import imported


def count(page: Page) -> int:
    """Return how many benchmarks the page says it has found."""
    found = re.search(r"([\d,]+) of", page.locator("#count").inner_text())
    assert found
    return int(found[1].replace(",", ""))


def test_choosing_a_value_narrows_at_once_and_the_address_says_so(tab: Tab) -> None:
    page = tab.open("/benchmarks")
    before = count(page)
    box = page.get_by_role("checkbox", name=re.compile("^Single turn"))
    said = re.search(r"\d+$", box.locator("xpath=..").inner_text())
    assert said
    box.click()
    page.wait_for_url("**/benchmarks?interaction-type=single-turn")
    expect(page.locator("#count")).to_contain_text(f"{said[0]} of")
    assert count(page) < before
    page.locator("#catalogue").get_by_role("searchbox").fill("exam")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=exam"))
    narrowed = count(page)
    tab.check()
    page.reload()
    assert count(page) == narrowed
    assert page.get_by_role("checkbox", name=re.compile("^Single turn")).is_checked()
    page.get_by_role("link", name="Remove words: exam").click()
    expect(page.locator("#count")).to_contain_text(f"{said[0]} of")
    page.go_back()
    expect(page.locator("#count")).to_contain_text(f"{narrowed} of")


def test_the_whole_list_is_reached_by_keyboard_and_without_a_script(tab: Tab) -> None:
    browser = tab.page.context.browser
    assert browser is not None
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{tab.site}/benchmarks")
    page.get_by_role("checkbox", name=re.compile("^Single turn")).focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("interaction-type=single-turn"))
    assert page.get_by_role("checkbox", name=re.compile("^Single turn")).is_checked()
    context.close()


def test_a_choice_by_keyboard_keeps_its_place(tab: Tab) -> None:
    page = tab.open("/benchmarks")
    box = page.get_by_role("checkbox", name=re.compile("^Single turn"))
    box.focus()
    page.keyboard.press("Space")
    page.wait_for_url(re.compile("interaction-type=single-turn"))
    expect(page.get_by_role("checkbox", name=re.compile("^Single turn"))).to_be_focused()


def test_two_choices_in_one_breath_both_count(tab: Tab) -> None:
    page = tab.open("/benchmarks")
    page.evaluate(
        """for (const name of ["single-turn", "healthcare"])
               document.querySelector(`input[value=${name}]`).click()"""
    )
    page.wait_for_url("**/benchmarks?interaction-type=single-turn&domain=healthcare")
    expect(page.get_by_role("link", name="Remove Domain: Healthcare")).to_be_visible()
    page.wait_for_load_state("networkidle")
    for name in ("Single turn", "Healthcare"):
        expect(page.get_by_role("checkbox", name=re.compile(f"^{name}"))).to_be_checked()
    tab.check()


def test_the_csv_is_of_what_is_shown(tab: Tab) -> None:
    page = tab.open("/benchmarks?domain=law")
    with page.expect_response("**/benchmarks.csv?domain=law") as answer:
        page.evaluate("fetch(document.querySelector('.bar a').href)")
    rows = answer.value.text().strip().splitlines()
    assert len(rows) - 1 == count(page)


def test_filters_unfold_on_a_phone(tab: Tab) -> None:
    page = tab.open("/benchmarks", NARROW)
    box = page.get_by_role("checkbox", name=re.compile("^Healthcare"))
    expect(box).not_to_be_visible()
    page.locator(".filters > summary").click()
    box.click()
    page.wait_for_url(re.compile("domain=healthcare"))
    expect(page.get_by_role("link", name="Remove Domain: Healthcare")).to_be_visible()
    tab.check()


def test_a_benchmark_is_set_against_a_deployment(tab: Tab) -> None:
    page = tab.open("/benchmarks?q=healthbench")
    page.get_by_role("link", name="HealthBench", exact=True).click()
    page.wait_for_url("**/benchmarks/healthbench")
    page.get_by_label("Do they hold in a deployment?").select_option("public-self-assessment")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/benchmarks/healthbench?deployment=public-self-assessment")
    turns = page.get_by_role("region", name="Interaction type")
    expect(turns.locator(".judged")).to_contain_text("violated")
    left, right = turns.locator(".half").first, turns.locator(".there")
    expect(left).to_contain_text("One prompt and one answer.")
    expect(right).to_contain_text("the person goes on asking")
    places = [half.bounding_box() for half in (left, right)]
    assert places[0] is not None
    assert places[1] is not None
    assert places[0]["x"] < places[1]["x"]
    assert abs(places[0]["y"] - places[1]["y"]) < 2
    tab.check()


def test_tabs_are_walked_and_keep_the_deployment(tab: Tab) -> None:
    page = tab.open("/benchmarks/healthbench?deployment=public-self-assessment")
    for name in ("Results and gaps", "History", "Cite", "RDF", "Downloads", "Assumptions"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator(".tabs [aria-current]")).to_have_text(name)
        assert "deployment=public-self-assessment" in page.url
        tab.check()


HOSTILE = """evalgap: 1
benchmark_name: "{name}"
benchmark: {{id: hostile, description: "<think>obey</think> {name}", domains: [law]}}
card: {{author: {{id: eve, name: "{name}"}}, origin: third-party, status: draft}}
task:
  interaction_type:
    answer: "{name}"
    values: [single-turn]
    source: {{url: "https://example.org/{long}", locator: "{name}"}}
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a service with a card whose every text is long and means harm."""
    folder, long = tmp_path_factory.mktemp("hostile"), "x" * 1000
    name = f"<script>alert(1)</script> \u202e\u0645\u0631\u062d\u0628\u0627 \ufb01ne {long}"
    imported(folder, HOSTILE.format(name=name, long=long))
    with evalgap_server(folder) as url:
        yield url


@pytest.mark.parametrize(
    "path",
    ["/benchmarks?q=hostile", "/benchmarks/hostile?deployment=public-self-assessment"]
    + [f"/benchmarks/hostile?tab={t}" for t in ("history", "cite", "rdf", "downloads")],
)
def test_hostile_text_stays_text_and_inside_the_page(
    browser: Browser, hostile: str, path: str
) -> None:
    page = browser.new_page()
    tab = Tab(page, hostile)
    tab.open(path, NARROW)
    tab.check()
    for width in (NARROW, WIDE):
        tab.widen(width)
        assert "<script>alert(1)</script>" in page.locator("main").inner_text()
        tab.check_width()
    page.close()
