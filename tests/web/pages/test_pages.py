"""Home page, API documentation, vocabulary and manners."""

import re
from datetime import datetime

import pytest
from fastapi.testclient import TestClient
from rdflib import Graph

from tests.pages import BROWSER, opened, parsed


def test_home_shows_the_bean_waterfall_and_the_questions(client: TestClient) -> None:
    page = opened(client, "/")
    for words in ("94.67", "11.83", "18.67", "30.17", "24.28 to 36.06", "34.00"):
        assert words in page.words
    question = "/queries/assumed-vs-deployed?dimension=interaction-type"
    assert any(address.startswith(question) for address in page.links())


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_pages_load_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    page = opened(client, path)
    loaded = page.values("*", "src") + page.values("link[rel~=stylesheet]", "href")
    assert len(loaded) >= 2
    assert all(a.startswith("/") for a in loaded)
    assert all(client.get(a).status_code == 200 for a in loaded)


GUIDES = ("deployer", "benchmark-author", "auditor", "developer")
FOLLOWED = ("/", "/guides", "/guides/manual", *(f"/guides/{reader}" for reader in GUIDES))


@pytest.mark.parametrize("path", FOLLOWED)
def test_every_address_on_the_home_page_and_in_the_guides_answers(
    client: TestClient, path: str
) -> None:
    for address in opened(client, path).links():
        answer = client.get(address, headers={"accept": "text/html,*/*;q=0.5"})
        assert answer.status_code == 200, address


LABELLED = (
    *FOLLOWED, "/benchmarks", "/benchmarks/healthbench", "/benchmarks/agentbench?tab=history",
    "/benchmarks/bean2026-scenarios?deployment=public-self-assessment",
    "/benchmarks/bean2026-scenarios?tab=results", "/benchmarks/agentbench?tab=cite",
    "/fit", "/fit?deployment=public-self-assessment&compare=medqa,craft-md",
    "/fit/print?deployment=public-self-assessment&limit=3",
    "/fit/evidence?deployment=public-self-assessment&benchmark=bean2026-scenarios", "/gaps",
    "/gaps/bean2026-gpt4o-recomputed", "/gaps/barbu2019-objectnet", "/gaps/decompose?example=1",
    "/gaps/decompose/logs", "/coverage",
    "/coverage?rows=query-authorship&columns=outcome-validity&cell=natural-use,behaviour",
    "/deployments", "/deployments/public-self-assessment", "/deployments/penda-primary-care",
    "/reviews", "/reviews/public-self-assessment/bean2026-scenarios/raman-et-al",
    "/studies", "/studies/helpmed-rct", "/studies/agentclinic-study",
    "/systems", "/systems/gpt-4o-2024-05-13",
    "/terms", "/terms?q=wrote", "/terms/interaction-type/single-turn", "/terms/verdict/holds",
    "/author", "/author/new?card=agentclinic/evalgap", "/reviews/new",
    "/deployments/new?profile=public-self-assessment/evalgap", "/flags/new", "/query",
    "/queries", "/ontology",
    "/queries/disputed-gaps", "/doc/id/card/healthbench/evalgap",
)  # fmt: skip
"""A page of each kind, with and without the parts that not everything has."""


@pytest.mark.parametrize("path", LABELLED)
def test_no_label_has_nothing_behind_it(client: TestClient, path: str) -> None:
    assert opened(client, path).empty_labels() == []


def test_an_empty_label_is_seen() -> None:
    empty = "<h2>A</h2><section><h3>B</h3></section><dl><dt>C</dt><dt>D</dt><dd> </dd></dl>"
    fold = "<details><summary>E</summary> </details>"
    assert parsed(empty + fold).empty_labels() == ["term C", "term D", "heading B", "fold E"]
    full = "<h2>A</h2><p>a<h2>B</h2><svg></svg><dl><dt>C<dd>c<dt>D<dd>d</dl><h3>E</h3><h4>F</h4>f"
    assert parsed(full).empty_labels() == []


def test_a_guide_that_is_not_there_names_those_that_are(client: TestClient) -> None:
    answer = client.get("/guides/nobody")
    assert answer.status_code == 404
    assert answer.json()["known"] == list(GUIDES)


def test_every_page_says_how_old_the_graph_is_and_which_version_serves_it(
    client: TestClient,
) -> None:
    latest = client.get("/queries/records-by-kind").json()
    assert latest["total"]
    for path in ("/", "/guides", "/queries"):
        footer = opened(client, path).one("footer .release")
        assert re.match(
            r"EvalGap \d+\.\d+\.\d+ · data release \d{4}-\d\d-\d\d, sha256 \w{12} · last write on",
            footer.words,
        )
        assert datetime.fromisoformat(footer.one("time")["datetime"]).tzinfo


def test_every_page_leads_to_every_other_and_has_a_search_box(client: TestClient) -> None:
    page = opened(client, "/fit/evidence?deployment=public-self-assessment&benchmark=medqa")
    places = {a["href"] for a in page.all("header nav a")}
    index = page.values("#index a", "href")
    assert places < set(index)
    assert len(index) == len(set(index))
    assert page.one(".to-index")["href"] == "#index"
    current = page.values("header [aria-current]", "href")
    assert current == ["/fit"]
    assert page.one("header input[name=q]")["type"] == "search"


@pytest.mark.parametrize("file", ["tokens.css", "search.js", "fonts/source-sans-3-latin.woff2"])
def test_what_the_frame_needs_is_served_with_its_type(client: TestClient, file: str) -> None:
    types = {"css": "text/css", "js": "text/javascript", "woff2": "font/woff2"}
    media = client.get(f"/static/{file}").headers["content-type"].partition(";")[0]
    assert media == types[file.rpartition(".")[2]]


def test_the_home_page_counts_what_the_api_lists_and_leads_to_pages(client: TestClient) -> None:
    page = opened(client, "/")
    counts = {a.words.partition(" ")[2]: a for a in page.all(".counts a")}
    for name in ("benchmarks", "deployments", "measured gaps", "reviews", "systems"):
        path = name.rpartition(" ")[2]
        total = client.get(f"/api/v1/{path}?limit=1").json()["total"]
        assert counts[name].words == f"{total:,} {name}"
    for count in counts.values():
        answer = client.get(count["href"], headers={"accept": "text/html"})
        assert answer.headers["content-type"].startswith("text/html")
    assert not [address for address in page.links() if address.startswith("/api/")]


def test_the_home_page_names_the_bars_and_says_the_finding(client: TestClient) -> None:
    page = opened(client, "/")
    rows = page.texts(".fall tbody th b")
    assert (rows[0], rows[-1]) == ("Model alone, doctor's text", "Person's final answer")
    assert page.all(".fall .res .n")[0].verbatim == "94.67\u00a0%"
    found = client.get("/api/v1/fit/outcomes?domain=healthcare").json()
    assert page.one("#finding-title").words == found["sentence"].rstrip(".")
    assert f"{len(found['real'])} of {found['answering']}" in page.words
    assert found["beside"] in page.words


def test_the_claim_of_the_home_page_leads_to_its_meaning(client: TestClient) -> None:
    form = opened(client, "/").one("form[action='/claim']")
    fields = {f["name"]: f["value"] for f in form.all("input")}
    fields["use"] = form.one("option[selected]")["value"]
    assert set(fields) == {"model", "benchmark", "score", "use"}
    found = client.get("/claim", params=fields, headers={"accept": "text/html"})
    assert found.status_code == 200
    assert "GPT-4o" in parsed(found.text).one("main").words


def test_the_home_page_says_how_many_benchmarks_are_only_drafts(client: TestClient) -> None:
    found = opened(client, "/benchmarks?status=draft").one("[role=status]").words
    drafts = opened(client, "/").one('[href="/benchmarks?status=draft"]').words
    assert drafts == f"{found.partition(' of ')[0]} benchmarks are only drafts"


def test_openapi_is_3_1_and_describes_each_operation(client: TestClient) -> None:
    api = client.get("/openapi.json").json()
    assert api["openapi"].startswith("3.1")
    operations = [o for path in api["paths"].values() for o in path.values()]
    assert all(o.get("description") for o in operations)
    assert len({o["operationId"] for o in operations}) == len(operations)


@pytest.mark.parametrize("path", ["/ontology", "/ontology.ttl", "/shapes", "/shapes.nt"])
def test_the_vocabulary_is_served(client: TestClient, path: str) -> None:
    answer = client.get(path)
    form = "nt" if path.endswith(".nt") else "turtle"
    assert len(Graph().parse(data=answer.text, format=form)) > 100


def test_health(client: TestClient) -> None:
    assert client.get("/health").json()["status"] == "ok"


def test_errors_of_the_framework_are_problems_too(client: TestClient) -> None:
    for answer in (client.get("/nowhere"), client.put("/sparql")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


def test_other_sites_may_read(client: TestClient) -> None:
    answer = client.get("/api/v1/gaps", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    "path",
    ["/search", "/benchmarks", "/gaps", "/sources", "/terms", "/deployments", "/systems"],
)
def test_a_long_text_that_is_looked_for_is_not_repeated_whole(
    client: TestClient, path: str
) -> None:
    answer = client.get(path, params={"q": "x" * 3_000}, headers=BROWSER)
    assert answer.status_code == 200
    assert "x" * 400 not in answer.text


COUNTING = (
    "/", "/benchmarks", "/benchmarks/bean2026-scenarios?tab=results", "/deployments", "/studies",
    "/systems", "/systems/gpt-4o-2024-05-13", "/sources", "/gaps",
    "/gaps/bean2026-gpt4o-recomputed", "/gaps/ledger", "/evidence",
    "/evidence/decision-mediation", "/coverage", "/reviews",
    "/fit?deployment=public-self-assessment",
    "/claim/figures?benchmark=craft-md&score=60+%25&use=clinician-workup",
    "/fit/evidence?deployment=public-self-assessment&benchmark=medqa", "/queries",
)  # fmt: skip
"""Pages that count."""
OTHERS_WORDS = "script, style, code, pre, input, textarea, option, svg, q, [dir=auto]"
"""What says words of sources, or is read by programs."""
LARGE = re.compile(r"(?<![\w.,/:#@\u2013\u2212-])\d{4,}(?![\w/:@\u2013-]|[.,]\d)")
ONES = re.compile(
    r"(?<![\d.,\u2013\u2212-])1 (?:benchmarks|cards|deployments|gaps|studies|systems"
    r"|sources|results|reviews|items|rows|pages|steps|records|assumptions|figures|datasets|questions)\b"
)


@pytest.mark.parametrize("path", COUNTING)
def test_large_numbers_have_separators_and_one_is_singular(client: TestClient, path: str) -> None:
    words = opened(client, path).one("main").words_without(OTHERS_WORDS)
    unparted = [m[0] for m in LARGE.finditer(words) if not 1900 <= int(m[0]) <= 2100]  # a year
    assert unparted == []
    assert ONES.findall(words) == []
