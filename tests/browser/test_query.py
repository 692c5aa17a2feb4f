"""A person asks in SPARQL: completes, runs, cancels, copies, and follows a name to its page."""

import subprocess
import sys

from playwright.sync_api import expect

from tests.browser.conftest import Tab, write

ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def test_a_query_is_written_run_and_linked(tab: Tab) -> None:
    page = tab.open("/query")
    write(page, "SELECT ?x { VALUES ?x { 1 2 } }")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#answer-title")).to_contain_text("2 rows")
    expect(page.locator("#note")).to_contain_text("2 rows")
    assert "query=SELECT" in page.url
    tab.check()
    page.reload()
    expect(page.locator("#answer-title")).to_contain_text("2 rows")
    expect(page.locator(".cm-content")).to_contain_text("VALUES ?x")


def test_typing_completes_our_own_terms_and_declares_their_prefix(tab: Tab) -> None:
    page = tab.open("/query")
    write(page, "SELECT * { ?card a ")
    page.locator(".cm-content").press("Control+End")
    page.keyboard.type("BenchmarkCar", delay=30)
    option = page.get_by_role("option", name="egap:BenchmarkCard", exact=False).first
    expect(option).to_be_visible()
    tab.check()
    option.click()
    expect(page.locator(".cm-content")).to_contain_text("?card a egap:BenchmarkCard")
    text = page.locator("#query").input_value()
    assert text.startswith("PREFIX egap: <https://w3id.org/evalgap/ontology#>\nSELECT")


def test_an_error_is_shown_at_its_place(tab: Tab) -> None:
    page = tab.open("/query")
    write(page, "SELECT *\nWHERE { ?s ?p }")
    page.locator(".cm-content").press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("line 2, column")
    expect(page.locator(".cm-lintRange-error, .cm-lintPoint-error")).to_have_count(1)
    tab.wrong = [told for told in tab.wrong if "400 (Bad Request)" not in told]
    tab.check()


def test_a_query_that_no_address_holds_is_told_so(tab: Tab) -> None:
    page = tab.open("/query")
    write(page, "ASK {} #" + "é" * 90_000)  # six bytes each
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#note")).to_contain_text("too long for an address")
    expect(page.get_by_role("button", name="Run")).to_be_visible()


def test_cancel_cancels(tab: Tab) -> None:
    page = tab.open("/query")
    for _ in range(5):  # one more than there are places
        write(page, ENDLESS)
        page.get_by_role("button", name="Run").click()
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        expect(page.locator("#note")).to_contain_text("of at most 30 s")
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#note")).to_contain_text("Cancelled")
        expect(page.get_by_role("button", name="Cancel")).to_be_hidden()
    write(page, "ASK {}")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#answer-title")).to_contain_text("Answer: yes")
    tab.check()


def test_a_question_is_chosen_filled_run_and_its_copies_give_the_same(tab: Tab) -> None:
    page = tab.open("/query")
    page.get_by_label("Question", exact=True).select_option("assumed-vs-deployed")
    page.get_by_role("button", name="Choose").click()
    page.get_by_label("deployed").select_option("agentic")
    page.get_by_label("deployed").select_option("multi-turn")
    page.get_by_role("button", name="Fill the editor").click()
    page.get_by_role("button", name="Run").click()
    rows = page.locator(".answer-rows tbody tr")
    expect(rows.first).to_be_visible()
    page.get_by_text("This query as curl and as Python").click()
    tab.check()
    curl = page.locator("#as-1").inner_text()
    program = page.locator("#as-2").inner_text()
    for command in (["bash", "-c", curl], [sys.executable, "-c", program]):
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert len(told.splitlines()) == rows.count() + 1
        assert "bean2026-scenarios" in told


def test_without_javascript_the_page_does_its_job(tab: Tab, site: str) -> None:
    browser = tab.page.context.browser
    assert browser is not None
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{site}/query?question=benchmarks-by-domain")
    expect(page.get_by_role("button", name="Cancel")).to_be_hidden()  # it needs a script
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".answer-rows tbody tr").first).to_be_visible()
    page.get_by_label("Query", exact=True).fill("SELECT ?x { VALUES ?x { 7 } }")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#answer-title")).to_contain_text("1 row")
    page.close()
