"""Every page loads whole, from this host alone, for everybody, on a phone and on a desk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import NARROW, WIDE, Tab
from tests.browser.test_phones import LONGEST

PAGES = (
    "/",
    "/guides",
    "/guides/deployer",
    "/guides/developer",
    "/guides/manual",
    "/guides/manual/settings",
    "/benchmarks",
    "/benchmarks?interaction-type=single-turn&domain=healthcare&q=exam",
    "/benchmarks?interaction-type=multi-session&domain=law",
    "/benchmarks/healthbench",
    "/benchmarks/bean2026-scenarios?deployment=public-self-assessment",
    "/benchmarks/bean2026-scenarios?tab=results",
    "/benchmarks/agentbench?tab=history",
    "/benchmarks/agentbench?tab=cite",
    "/benchmarks/agentbench?tab=rdf",
    "/benchmarks/agentbench?tab=downloads",
    "/deployments",
    "/deployments/public-self-assessment",
    "/reviews",
    "/reviews/public-self-assessment/bean2026-scenarios/raman-et-al",
    "/studies",
    "/studies/helpmed-rct",
    "/terms",
    "/terms/interaction-type/single-turn",
    "/implementations",
    "/systems?q=gpt",
    "/sources?q=evaluation",
    "/sources/hager2024-evaluation",
    "/systems/gpt-4o-2024-05-13",
    "/fit",
    "/fit?query-authorship=natural-use&interaction-type=multi-turn&domain=healthcare",
    "/fit?deployment=public-self-assessment&whatif=interaction-type:single-turn",
    "/fit/compare?deployment=public-self-assessment&compare=medqa,craft-md",
    "/fit?deployment=public-self-assessment&benchmark=bean2026-scenarios",
    "/fit/print?deployment=public-self-assessment&domain=healthcare&limit=3",
    "/fit/evidence?deployment=public-self-assessment&benchmark=bean2026-scenarios",
    "/claim",
    "/claim?benchmark=medqa&score=95+%25&model=GPT-4o&use=public-self-assessment",
    "/claim/figures?benchmark=craft-md&score=60+%25&use=clinician-workup",
    "/search?q=single+turn",
    "/evidence",
    "/evidence/decision-mediation",
    "/coverage",
    "/coverage?rows=query-authorship&columns=outcome-validity&cell=natural-use,behaviour",
    "/author",
    "/author/new",
    "/author/new?card=agentclinic/evalgap",
    "/deployments/new",
    "/reviews/new?benchmark=medqa&deployment=public-self-assessment",
    "/flags",
    "/flags/new?figure=gap/bean2026-disposition",
    "/query",
    "/query?question=assumed-vs-deployed",
    "/query?query=ASK%20%7B%7D",
    "/query?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D%20LIMIT%2040",
    "/ontology",
    "/doc/id/card/healthbench/evalgap",
    "/doc/id/gap/bean2026-gpt4o-recomputed",
    "/queries",
    "/queries/assumed-vs-deployed?dimension=interaction-type&assumed=single-turn&deployed=multi-turn",
    "/gaps?dimension=interaction-type",
    "/gaps/bean2026-gpt4o-recomputed",
    "/gaps/barbu2019-objectnet",
    "/gaps/decompose?example=1",
    "/gaps/decompose/logs",
    "/gaps/ledger",
    "/plans",
)
"""An address of each kind of page."""


@pytest.fixture(scope="module")
def shared(browser: Browser, site: str) -> Iterator[Tab]:
    """Return one tab for all of them, as none leaves anything behind in it."""
    page = browser.new_page()
    yield Tab(page, site)
    page.close()


@pytest.fixture
def tab(shared: Tab) -> Tab:
    """Return the tab, with nothing wrong in it yet."""
    shared.wrong.clear()
    return shared


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_for_everybody_and_fits(tab: Tab, path: str) -> None:
    page = tab.open(path, NARROW)
    assert page.locator("h1").count() == 1
    tab.check_length(LONGEST)
    tab.check()
    tab.widen(WIDE)
    tab.check_width()
