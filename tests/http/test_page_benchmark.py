"""A benchmark's page: words and sources of its cards, and whether they hold where one deploys."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from rdflib import Graph
from rdflib.compare import isomorphic

from loaders.model import CORE_DIMENSIONS
from service.web.pages.benchmark.citation import escaped
from tests.http.names import BROWSER
from tests.http.pages import addresses, part, service_with, table, words

ELSEWHERE = ("/coverage", "/fit", "/plans", "/query", "/author", "/gaps")
"""Pages that other modules make."""
TABS = ("assumptions", "results", "history", "cite", "rdf", "downloads")
HOSTILE = """evalgap: 1
benchmark_name: "<script>alert(1)</script> مرحبا ﬁne"
version: "{version}"
benchmark:
  id: hostile
  description: "<think>obey</think> {long}"
  domains: [law]
  publications: ["https://doi.org/10.1000/xyz_1"]
card:
  author: {{id: eve, name: "Eve {{}} & <b>Co</b>_100%"}}
  origin: third-party
  status: draft
task:
  interaction_type:
    answer: "{answer}"
    values: [{value}]
    basis: {basis}
    source: {{url: "https://example.org/a", locator: "<img src=x onerror=alert(1)>"}}
"""
SILENT = """evalgap: 1
benchmark_name: Silent
benchmark: {id: silent-one}
card: {author: {id: bot, name: A bot}, origin: machine, status: draft}
task: {query_authorship: {status: not-stated, hints: ["Taken from exams."]}}
"""
WITHDRAWN = """evalgap: 1
benchmark_name: Taken back
benchmark: {id: taken-back}
card: {author: {id: bot, name: A bot}, origin: machine, status: withdrawn}
task: {interaction_type: {answer: One question., values: [single-turn]}}
"""
LOWER = """evalgap: 1
records:
  - kind: dataset-card
    id: medqa-files/tester
    title: MedQA files
    dataset: {id: medqa-files}
    author: {id: tester, name: A tester}
    assumptions:
      - dimension: interaction-type
        answer_status: answered
        answer: Open conversations.
        assumes: [interaction-type/multi-turn]
        codings: [{code: interaction-type/multi-turn, basis: stated}]
        sources: [{url: "https://example.org/files"}]
    identifiers: ["huggingface:someone/medqa-files"]
  - kind: result
    id: medqa-run/tester
    title: A run on <files>
    author: {id: tester, name: A tester}
    origin: third-party
    dataset_identifiers: ["huggingface:someone/medqa-files"]
    systems: [{id: a-model, name: A model}]
    measurements:
      - {key: score, value: 0.5, unit: fraction, metric: {id: accuracy-of-run, name: Accuracy}}
  - kind: result
    id: other-run/tester
    title: A run on other files
    author: {id: tester, name: A tester}
    origin: third-party
    dataset_identifiers: ["huggingface:someone/other-files"]
    systems: [{id: a-model, name: A model}]
    measurements:
      - {key: score, value: 0.6, unit: fraction, metric: {id: accuracy-of-run, name: Accuracy}}
matches:
  - subject: dataset/medqa-files
    target: benchmark/medqa
    relation: dataset-of
    decision: confirm
    reasons: [The benchmark is made from these files.]
    author: {id: tester, name: A tester}
"""
LONG = "x" * 1000


def hostile(version: str, answer: str, value: str = "single-turn", basis: str = "stated") -> str:
    return HOSTILE.format(version=version, answer=answer, value=value, basis=basis, long=LONG)


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return a service with two versions of a hostile card, a silent one, and a dataset card."""
    texts = (
        hostile("1", "One <i>question</i>."),
        hostile("2", "It points to turns.", "multi-turn", "hinted"),
        SILENT,
        WITHDRAWN,
        LOWER,
    )
    with service_with(tmp_path_factory.mktemp("grown"), *texts) as client:
        yield client


def section(text: str, dimension: str) -> str:
    """Return what a page shows of one dimension."""
    return part(text, f'<section class="dimension" id="{dimension}"', "</section>")


def test_the_words_stand_with_values_rules_sources_and_who_says_so(client: TestClient) -> None:
    text = client.get("/benchmarks/abcd").text
    shown = words(section(text, "information-completeness"))
    assert "What the customer really wants is not told to the agent" in shown
    assert "derived Partial" in shown
    assert "Data, Flow and Subflow" in shown
    assert "EvalGap maintainers" in shown
    assert "accepted, recorded 20" in shown
    rule = section(text, "interaction-type")
    assert "/code/derivation-rule/last-reply-to-given-conversation" in rule


def test_cards_that_contradict_each_other_stand_side_by_side(client: TestClient) -> None:
    text = client.get("/benchmarks/healthbench").text
    shown = section(text, "information-completeness")
    assert "The cards contradict each other" in shown
    assert "Mixed on purpose." in shown
    assert "Partly; most examples say" in words(shown)
    assert shown.index("EvalGap maintainers") < shown.index("Raman et al.")
    assert "contradict" not in section(text, "outcome-validity")


def test_the_core_comes_first_and_every_other_dimension_is_told_of(client: TestClient) -> None:
    text = client.get("/benchmarks/healthbench").text
    order = re.findall(r'<section class="dimension" id="([^"]+)"', text)
    assert tuple(order[:5]) == CORE_DIMENSIONS
    later = words(part(text, "Further assumptions", "What else the cards say")).lower()
    schemes = client.get("/api/v1/assumptions").json()["items"]
    coded = [d for d in schemes if d["values"] and d["id"] not in CORE_DIMENSIONS]
    assert len(coded) == 9
    assert all(d["label"].lower() in later for d in coded)


def test_task_and_outcome_are_told_apart(client: TestClient) -> None:
    text = client.get("/benchmarks/medqa").text
    assert "Task · testable from conversation data" in section(text, "interaction-type")
    assert "Outcome · needs people" in section(text, "decision-mediation")


@pytest.mark.parametrize(
    ("benchmark", "deployment"),
    [
        ("healthbench", "public-self-assessment"),
        ("bean2026-scenarios", "public-self-assessment"),
        ("medqa", "legal-research-tools"),
        ("abcd", "customer-service-agents"),
    ],
)
def test_the_right_half_gives_the_verdicts_of_the_fit(
    client: TestClient, benchmark: str, deployment: str
) -> None:
    text = client.get(f"/benchmarks/{benchmark}?deployment={deployment}").text
    address = f"/api/v1/deployments/{deployment}/fit?benchmark={benchmark}"
    answer = client.get(address).json()
    found = [f for b in answer["benchmarks"] for f in b["findings"]]
    silent = [b["benchmark"] for b in answer["unranked"]]
    assert found or benchmark in silent
    for finding in found:
        half = part(section(text, finding["dimension"]), '<p class="verdict">', "</div>")
        assert words(half).split(" ", 1)[1].startswith(finding["verdict"].replace("-", " "))
        if finding["how"] == "derived":
            assert f"/code/fit-rule/{finding['rule']}" in half
        for judged in finding["judgements"]:
            assert judged["author"] in unescape(half)
            assert " ".join((judged["rationale"] or "").split()) in words(half)
            assert all(unescape(s["url"]) in unescape(half) for s in judged["sources"])


def test_a_verdict_shows_evidence_assessor_and_date(client: TestClient) -> None:
    text = client.get("/benchmarks/healthbench?deployment=public-self-assessment").text
    shown = words(section(text, "decision-mediation"))
    assert "EvalGap maintainers : ✕ violated" in shown
    assert "Evidence: randomised trial" in shown
    assert "recorded 20" in shown
    rules = words(section(text, "information-completeness"))
    assert "The rules alone would give ≠ disputed" in rules


def test_without_a_deployment_nothing_is_judged(client: TestClient) -> None:
    for address in ("/benchmarks/medqa", "/benchmarks/medqa?deployment=&tab="):
        text = client.get(address).text
        assert 'class="verdict"' not in text
        assert '<option value="public-self-assessment"' in text


def test_reviewed_deployments_are_offered_first(client: TestClient) -> None:
    text = client.get("/benchmarks/healthbench").text
    first = part(text, 'label="Reviewed for this benchmark"', "</optgroup>")
    reviews = client.get("/api/v1/reviews?benchmark=healthbench&limit=100").json()["items"]
    names = {r["deployment"].rpartition("/")[2] for r in reviews}
    assert set(re.findall(r'<option value="([^"]+)"', first)) == names


def test_every_gap_is_listed_with_n_interval_level_and_source(client: TestClient) -> None:
    text = client.get("/benchmarks/bean2026-scenarios?tab=results").text
    gaps = client.get("/api/v1/gaps?benchmark=bean2026-scenarios&limit=100").json()["items"]
    assert len(gaps) > 5
    for gap in gaps:
        shown = part(text, f'href="/gaps/{gap["id"]}" dir="auto"', "</section>")
        whole = client.get(f"/api/v1/gaps/{gap['id']}").json()
        figures = words(part(shown, '<dl class="figures">', "</dl>"))
        if whole["value"] is not None and float(whole["value"]) >= 0:
            assert re.search(rf"Gap \D*{re.escape(str(whole['value']))}", figures)
        if whole["n"]:
            assert f"n {whole['n']:,} (" in figures
        assert whole["verification"].replace("-", " ") in figures.lower()
        assert re.search(r"95 % CI|no interval (seen|reported)", figures)
        assert all(s["url"] in unescape(shown) for s in whole["sources"])
    recomputed = part(text, 'href="/gaps/bean2026-gpt4o-recomputed" dir', "</section>")
    assert "95 % CI 56.5 to 64.83 (" in words(recomputed)
    assert re.search(r"95 % CI .* by scenario", words(recomputed))


def test_without_a_gap_none_is_made_up(client: TestClient) -> None:
    text = client.get("/benchmarks/abcd?tab=results").text
    assert "No gap of this benchmark has been recorded" in text


def test_the_rdf_shown_is_the_rdf_served(client: TestClient) -> None:
    text = client.get("/benchmarks/healthbench?tab=rdf").text
    blocks = re.findall(r'<code dir="ltr">(.*?)</code>', text, re.DOTALL)
    served = Graph().parse(data=client.get("/api/v1/benchmarks/healthbench.ttl").text)
    turtle, json_ld = (unescape(b) for b in blocks)
    assert isomorphic(Graph().parse(data=turtle, format="turtle"), served)
    assert isomorphic(Graph().parse(data=json_ld, format="json-ld"), served)


def test_it_is_cited_with_the_paper_as_the_card_has_it(client: TestClient) -> None:
    text = unescape(client.get("/benchmarks/healthbench?tab=cite").text)
    assert "https://w3id.org/evalgap/id/benchmark/healthbench" in text
    assert re.search(
        r"EvalGap maintainers\. \(20\d\d\)\. HealthBench \(version 1\) \[Benchmark card\]\. "
        r"EvalGap\. https://w3id\.org/evalgap/id/card/healthbench/evalgap/1",
        text,
    )
    assert "@misc{evalgap-healthbench-evalgap-1," in text
    assert "https://doi.org/10.48550/arXiv.2505.08775" in text
    assert "arXiv:2505.08775" in text


def test_bibtex_has_its_signs_written_out() -> None:
    assert escaped("50 % of a_b & {c} \\ ~") == (
        r"50 \% of a\_b \& \{c\} \textbackslash{} \textasciitilde{}"
    )


@pytest.mark.parametrize("tab", TABS)
def test_every_address_of_every_tab_answers(client: TestClient, tab: str) -> None:
    text = client.get(f"/benchmarks/healthbench?tab={tab}").text
    for address in addresses(text):
        if not address.startswith(ELSEWHERE):
            status = client.get(address).status_code
            assert status in {200, 303}, address


def test_tabs_keep_the_deployment(client: TestClient) -> None:
    text = client.get("/benchmarks/healthbench?tab=cite&deployment=public-self-assessment").text
    bar = part(text, 'class="tabs"', "</ul>")
    assert bar.count("deployment=public-self-assessment") == len(TABS)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("tab=<script>", "tab"),
        ("deployment=nowhere", "deployment"),
        ("tab=history&card=medqa/nobody", "card"),
    ],
)
def test_rubbish_is_refused_with_what_there_is(client: TestClient, query: str, name: str) -> None:
    answer = client.get(f"/benchmarks/medqa?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == name
    assert answer.json()["known"]
    page = client.get(f"/benchmarks/medqa?{query}", headers=BROWSER)
    assert page.status_code == 400
    assert "<script>" not in page.text.replace('<script src="', "")


@pytest.mark.parametrize("ident", ["nowhere", "MedQA", "a b", "%3Cscript%3E", "medqa.ttl"])
def test_what_is_not_there_is_404(client: TestClient, ident: str) -> None:
    assert client.get(f"/benchmarks/{ident}").status_code == 404


def test_the_name_and_the_page_lead_to_each_other(client: TestClient) -> None:
    assert "/doc/id/benchmark/medqa" in addresses(client.get("/benchmarks/medqa").text)
    about = client.get("/doc/id/benchmark/medqa", headers=BROWSER).text
    assert "/benchmarks/medqa" in addresses(about)
    other = client.get("/doc/id/deployment/public-self-assessment", headers=BROWSER).text
    assert not any(a.startswith("/benchmarks/public") for a in addresses(other))


def test_versions_are_compared_field_by_field(grown: TestClient) -> None:
    text = grown.get("/benchmarks/hostile?tab=history").text
    changed = words(part(text, '<table class="diff', "</table>"))
    assert "benchmark version 1 2" in changed
    assert "One <i>question</i>. It points to turns." in changed
    assert "interaction-type / answer" in changed
    assert "title" not in changed
    same = grown.get("/benchmarks/hostile?tab=history&card=hostile/eve&from=2&to=2").text
    assert "say the same" in same
    assert grown.get("/benchmarks/hostile?tab=history&from=1&to=7").status_code == 404
    assert grown.get("/benchmarks/hostile?tab=history&from=x").status_code == 400


def test_one_version_has_nothing_to_compare(client: TestClient) -> None:
    assert "one version" in client.get("/benchmarks/medqa?tab=history").text


def test_a_silent_draft_is_shown_as_one(grown: TestClient) -> None:
    text = words(grown.get("/benchmarks/silent-one").text)
    assert "Nothing is stated on any assumption." in text
    assert "a draft that states none of the assumptions" in text
    row = words(part(grown.get("/benchmarks?q=silent").text, "silent-one", "</tr>"))
    assert "draft" in row
    assert "states none of the five" in row


def test_words_that_only_point_to_an_answer_are_a_hint(grown: TestClient) -> None:
    text = grown.get("/benchmarks/silent-one").text
    shown = words(section(text, "query-authorship"))
    assert "Query authorship □ hinted" in shown
    assert "□ hinted Taken from exams." in shown
    row = next(r for r in table(grown.get("/benchmarks.csv").text) if r["id"] == "silent-one")
    assert row["query-authorship_values"] == "hinted, no coded value"
    assert row["interaction-type"] == "not-stated"


def test_a_withdrawn_card_is_shown_as_one_and_never_counts(grown: TestClient) -> None:
    text = words(grown.get("/benchmarks/taken-back").text)
    assert "withdrawn: shown, never counted" in text
    assert "Interaction type · not stated" in text
    assert "taken-back" not in grown.get("/benchmarks.csv").text


def test_a_hint_never_counts(grown: TestClient) -> None:
    text = grown.get("/benchmarks/hostile?deployment=public-self-assessment").text
    shown = words(section(text, "interaction-type"))
    assert "hinted Multi-turn" in shown
    assert "? unknown by the rule Assumption not stated" in shown
    row = grown.get("/benchmarks.csv?interaction-type=hinted&domain=law").text
    assert "hostile" in row
    assert "hostile" not in grown.get("/benchmarks.csv?interaction-type=multi-turn").text


def test_lower_levels_stand_beside_and_never_count(grown: TestClient) -> None:
    text = grown.get("/benchmarks/medqa?deployment=public-self-assessment").text
    shown = section(text, "interaction-type")
    beside = part(shown, "shown beside and never counted", "</details>")
    assert "Open conversations." in beside
    assert "/doc/id/dataset-card/medqa-files/tester/1" in addresses(beside)
    assert "✕ violated" in words(part(shown, '<p class="verdict">', "</p>"))
    rows = grown.get("/benchmarks.csv?interaction-type=multi-turn").text
    assert "medqa," not in rows
    listed = words(part(text, "At lower levels</h2>", "</ul>"))
    assert "dataset/medqa-files : dataset of, says A tester" in listed


def test_runs_on_the_same_data_stand_apart_from_gaps(grown: TestClient) -> None:
    text = grown.get("/benchmarks/medqa?tab=results").text
    gaps, _, runs = text.partition("Runs on the same data")
    assert "A run on" not in gaps
    assert "A run on &lt;files&gt;" in runs
    assert "other files" not in runs
    assert "huggingface:someone/medqa-files" in runs
    assert "accuracy 0.5 (fraction)" in words(runs).lower()
    assert "names a dataset which" in words(grown.get("/benchmarks/abcd?tab=results").text)


@pytest.mark.parametrize("tab", TABS)
def test_text_of_records_stays_text(grown: TestClient, tab: str) -> None:
    text = grown.get(f"/benchmarks/hostile?tab={tab}&deployment=public-self-assessment").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; مرحبا ﬁne" in text
    assert not re.search(r"<(script>|think|img|i>|b>Co)", text)


def test_hostile_titles_stay_text_in_the_catalogue(grown: TestClient, tmp_path: Path) -> None:
    del tmp_path
    text = grown.get("/benchmarks?q=hostile").text
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    author = "Eve {} & <b>Co</b>_100%"
    found = grown.get("/benchmarks.csv", params={"author": author}).text
    assert found.count("hostile") >= 1
    assert "medqa" not in found
