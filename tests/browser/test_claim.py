"""A clinician who was shown “95 % on MedQA”: four actions to a page that prints on two sheets."""

from tests.browser.conftest import Tab


def test_from_a_number_to_the_page_to_print_in_four_actions(tab: Tab) -> None:
    page = tab.open("/")
    form = page.locator("form[action='/claim']")
    form.locator("[name=benchmark]").fill("med qa")
    form.locator("[name=score]").fill("95 %")
    form.locator("[name=use]").select_option("public-self-assessment")
    form.get_by_role("button").click()
    assert page.title().startswith("95 % on MedQA, for members of the public")
    assert page.locator(".ladder .total").is_visible()
    quotes = page.locator(".quotes")
    assert not quotes.is_visible()
    sheets = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert sheets <= 2
    page.emulate_media(media="print")
    assert quotes.is_visible()
    assert not page.locator("form").first.is_visible()
