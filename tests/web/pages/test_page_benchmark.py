"""A benchmark's page: words and sources of its cards, and whether they hold where one deploys."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from rdflib import SKOS, Graph, URIRef
from rdflib.compare import isomorphic

from loaders.mapping.iris import BASE
from loaders.model import CORE_DIMENSIONS
from service.bibliography.formats import escaped
from service.common import languages
from service.ontology import graphs, labels
from service.ontology.plain_names import VERDICTS
from tests.pages import Part, opened, rows
from tests.services import service_with

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
task:
  query_authorship: {status: not-stated, hints: ["Taken from exams."]}
  information_completeness:
    status: not-stated
    looked_in: [{url: "https://example.org/paper", locator: abstract, quote: <b>no</b> word of it}]
"""
WITHDRAWN = """evalgap: 1
benchmark_name: Taken back
benchmark: {id: taken-back}
card: {author: {id: bot, name: A bot}, origin: machine, status: withdrawn}
task: {interaction_type: {answer: One question., values: [single-turn]}}
"""
OLD_CODE = """evalgap: 1
benchmark_name: Coded before
benchmark: {id: coded-before}
card: {author: {id: bot, name: A bot}, origin: machine}
outcome:
  outcome_validity: {answer: People rate it., values: [rated-quality], basis: stated,
    source: {url: "https://example.org/old"}}
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
        OLD_CODE,
        LOWER,
    )
    with service_with(tmp_path_factory.mktemp("grown"), *texts) as client:
        yield client


def section(found: Part, dimension: str) -> Part:
    """Return what a page shows of one dimension."""
    return found.one(f"section.dimension#{dimension}")


def test_the_words_stand_with_values_rules_sources_and_who_says_so(client: TestClient) -> None:
    found = opened(client, "/benchmarks/abcd")
    shown = section(found, "information-completeness").words
    assert "What the customer really wants is not told to the agent" in shown
    assert "derived Partial" in shown
    assert "Data, Flow and Subflow" in shown
    assert "EvalGap maintainers" in shown
    assert "accepted" not in shown  # the only card says it of all its answers, above
    assert "accepted · version 1, issued 2026-11-22" in found.one(".who").words
    rules = section(found, "interaction-type").links()
    assert "/code/derivation-rule/last-reply-to-given-conversation" in rules


def test_cards_that_contradict_each_other_stand_side_by_side(client: TestClient) -> None:
    found = opened(client, "/benchmarks/healthbench")
    shown = section(found, "information-completeness")
    assert "The cards contradict each other" in shown.words
    assert "Mixed on purpose." in shown.words
    assert "Partly; most examples say" in shown.words
    assert shown.texts(".said h4") == ["EvalGap maintainers", "Raman et al."]
    assert "contradict" not in section(found, "outcome-validity").words


def test_the_core_comes_first_and_every_other_dimension_is_told_of(client: TestClient) -> None:
    found = opened(client, "/benchmarks/healthbench")
    order = found.values("section.dimension", "id")
    assert tuple(order[:5]) == CORE_DIMENSIONS
    later = " ".join(found.texts('h2:lexbor-contains("Further assumptions") ~ *')).lower()
    schemes = client.get("/api/v1/assumptions").json()["items"]
    coded = [d for d in schemes if d["values"] and d["id"] not in CORE_DIMENSIONS]
    assert len(coded) > 1
    assert all(d["label"].lower() in later for d in coded)


def test_task_and_outcome_are_told_apart(client: TestClient) -> None:
    found = opened(client, "/benchmarks/medqa")
    for dimension, badge in (
        ("interaction-type", "Task · testable from conversation data"),
        ("decision-mediation", "Outcome · needs people"),
    ):
        assert section(found, dimension).one(".badge").words == badge


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
    page = opened(client, f"/benchmarks/{benchmark}?deployment={deployment}")
    address = f"/api/v1/deployments/{deployment}/fit?benchmark={benchmark}"
    answer = client.get(address).json()
    found = [f for b in answer["benchmarks"] for f in b["findings"]]
    silent = [b["benchmark"] for b in answer["unranked"]]
    assert found or benchmark in silent
    for finding in found:
        half = section(page, finding["dimension"]).one(".half.there")
        verdict = half.one(".judged")
        assert verdict.one(".w").words == VERDICTS[finding["verdict"]]
        if finding["how"] == "derived":
            assert verdict.links() == [f"/code/fit-rule/{finding['rule']}"]
        for judged in finding["judgements"]:
            assert judged["author"] in half.words
            assert " ".join((judged["rationale"] or "").split()) in half.words
            assert {s["url"] for s in judged["sources"]} <= set(half.values("a", "href"))


def test_a_verdict_shows_evidence_assessor_and_date(client: TestClient) -> None:
    found = opened(client, "/benchmarks/healthbench?deployment=public-self-assessment")
    shown = section(found, "decision-mediation").words
    assert "EvalGap maintainers : violated" in shown
    assert "Evidence: randomised trial" in shown
    assert "issued 2026-11-22" in shown
    rules = section(found, "information-completeness").words
    assert "The rules alone would give disputed" in rules


def test_without_a_deployment_nothing_is_judged(client: TestClient) -> None:
    for address in ("/benchmarks/medqa", "/benchmarks/medqa?deployment=&tab="):
        found = opened(client, address)
        assert not found.has(".judged")
        assert found.has("option[value=public-self-assessment]")


def test_reviewed_deployments_are_offered_first(client: TestClient) -> None:
    first = 'optgroup[label="Reviewed for this benchmark"] option'
    offered = opened(client, "/benchmarks/healthbench").values(first, "value")
    reviews = client.get("/api/v1/reviews?benchmark=healthbench&limit=100").json()["items"]
    names = {r["deployment"].rpartition("/")[2] for r in reviews}
    assert set(offered) == names


def test_every_gap_is_listed_with_n_interval_level_and_source(client: TestClient) -> None:
    page = opened(client, "/benchmarks/bean2026-scenarios?tab=results")
    gaps = client.get("/api/v1/gaps?benchmark=bean2026-scenarios&limit=100").json()["items"]
    assert len(gaps) > 5
    for gap in gaps:
        shown = page.one(f'section:has(> h3 > a[href="/gaps/{gap["id"]}"])')
        whole = client.get(f"/api/v1/gaps/{gap['id']}").json()
        figures = " ".join(shown.texts("dl.figures"))
        assert not shown.all("dl.figures")[0].has("a[href^='http']")
        if whole["value"] is not None and float(whole["value"]) >= 0:
            assert re.search(rf"Gap \D*{re.escape(str(whole['value']))}", figures)
        if whole["n"]:
            assert f"n {whole['n']:,} {whole['n_unit_plural'] or ''}" in figures
        assert whole["verification"].replace("-", " ") in figures.lower()
        assert re.search(r"95 % CI|no interval (seen|reported)", figures)
        assert {s["url"] for s in whole["sources"]} <= set(shown.values("a", "href"))
    recomputed = page.one('section:has(> h3 > a[href="/gaps/bean2026-gpt4o-recomputed"])')
    assert "95 % CI 56.50 to 64.83 (" in recomputed.words
    assert re.search(r"95 % CI .* by scenario", recomputed.words)


def test_without_a_gap_none_is_made_up(client: TestClient) -> None:
    found = opened(client, "/benchmarks/abcd?tab=results")
    assert "No gap of this benchmark has been recorded" in found.words


def test_the_rdf_shown_is_the_rdf_served(client: TestClient) -> None:
    blocks = opened(client, "/benchmarks/healthbench?tab=rdf").all("pre code[dir=ltr]")
    served = Graph().parse(data=client.get("/api/v1/benchmarks/healthbench.ttl").text)
    turtle, json_ld = (block.verbatim for block in blocks)
    assert isomorphic(Graph().parse(data=turtle, format="turtle"), served)
    assert isomorphic(Graph().parse(data=json_ld, format="json-ld"), served)


def test_it_is_cited_with_the_paper_as_the_card_has_it(client: TestClient) -> None:
    found = opened(client, "/benchmarks/healthbench?tab=cite")
    text = found.words
    assert "https://w3id.org/evalgap/id/benchmark/healthbench" in text
    assert re.search(
        r"EvalGap maintainers\. \(20\d\d\)\. HealthBench \(version 1\) \[Benchmark card\]\. "
        r"EvalGap, data release [^.]+\. https://w3id\.org/evalgap/id/card/healthbench/evalgap/1",
        text,
    )
    assert "@misc{evalgap-healthbench-evalgap-1," in text
    assert found.has('a[href="https://doi.org/10.48550/arXiv.2505.08775"]')
    assert "arXiv:2505.08775" in text


def test_bibtex_has_its_signs_written_out() -> None:
    assert escaped("50 % of a_b & {c} \\ ~") == (
        r"50 \% of a\_b \& \{c\} \textbackslash{} \textasciitilde{}"
    )


@pytest.mark.parametrize("tab", TABS)
def test_every_address_of_every_tab_answers(client: TestClient, tab: str) -> None:
    for address in opened(client, f"/benchmarks/healthbench?tab={tab}").links():
        if not address.startswith(ELSEWHERE):
            status = client.get(address).status_code
            assert status in {200, 303}, address


def test_tabs_keep_the_deployment(client: TestClient) -> None:
    deployment = "deployment=public-self-assessment"
    bar = opened(client, f"/benchmarks/healthbench?tab=cite&{deployment}").one(".tabs").links()
    assert len(bar) == len(TABS)
    assert all(deployment in address for address in bar)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("tab=<script>", "tab"),
        ("deployment=nowhere", "deployment"),
        ("deployment=no%20where", "deployment"),
        ("tab=history&card=medqa/nobody", "card"),
    ],
)
def test_rubbish_is_refused_with_what_there_is(client: TestClient, query: str, name: str) -> None:
    answer = client.get(f"/benchmarks/medqa?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == name
    assert answer.json()["known"]
    assert opened(client, f"/benchmarks/medqa?{query}", 400).injected() == []


@pytest.mark.parametrize("ident", ["nowhere", "MedQA", "a b", "%3Cscript%3E", "medqa.ttl"])
def test_what_is_not_there_is_404(client: TestClient, ident: str) -> None:
    assert client.get(f"/benchmarks/{ident}").status_code == 404


def test_the_name_and_the_page_lead_to_each_other(client: TestClient) -> None:
    assert "/doc/id/benchmark/medqa" in opened(client, "/benchmarks/medqa").links()
    assert "/benchmarks/medqa" in opened(client, "/doc/id/benchmark/medqa").links()
    other = opened(client, "/doc/id/deployment/public-self-assessment").links()
    assert not any(a.startswith("/benchmarks/public") for a in other)


def test_versions_are_compared_field_by_field(grown: TestClient) -> None:
    changed = opened(grown, "/benchmarks/hostile?tab=history").one("table.diff")
    assert "benchmark version 1 2" in changed.words
    assert "One <i>question</i>. It points to turns." in changed.words
    assert "interaction-type / answer" in changed.words
    assert "title" not in changed.words
    same = opened(grown, "/benchmarks/hostile?tab=history&card=hostile/eve&from=2&to=2")
    assert "say the same" in same.words
    assert grown.get("/benchmarks/hostile?tab=history&from=1&to=7").status_code == 404
    assert grown.get("/benchmarks/hostile?tab=history&from=x").status_code == 400


def test_one_version_has_nothing_to_compare(client: TestClient) -> None:
    assert "one version" in opened(client, "/benchmarks/medqa?tab=history").words


def test_a_silent_draft_is_shown_as_one(grown: TestClient) -> None:
    text = opened(grown, "/benchmarks/silent-one").words
    assert "Nothing is stated on any assumption." in text
    assert "a draft that states none of the assumptions" in text
    row = opened(grown, "/benchmarks?q=silent").one('tr:has([href="/benchmarks/silent-one"])').words
    assert "draft" in row
    assert "states none of the five" in row


def test_words_that_only_point_to_an_answer_are_a_hint(grown: TestClient) -> None:
    shown = section(opened(grown, "/benchmarks/silent-one"), "query-authorship").words
    assert "Query authorship hinted" in shown
    assert "hinted Taken from exams." in shown
    row = next(r for r in rows(grown.get("/benchmarks.csv")) if r["id"] == "silent-one")
    assert row["query-authorship_values"] == "hinted, no coded value"
    assert row["interaction-type"] == "not-stated"


def test_what_was_looked_in_stands_with_how_far_and_what_it_says(grown: TestClient) -> None:
    found = opened(grown, "/benchmarks/silent-one")
    shown = section(found, "information-completeness")
    assert "not stated" in shown.words
    assert "Looked in: example.org/paper , abstract : <b>no</b> word of it" in shown.words
    assert shown.texts("q") == ["<b>no</b> word of it"]
    text = grown.get("/api/v1/cards/silent-one/bot.md").text
    assert "- Looked in: <https://example.org/paper>, abstract: “" in text


def test_a_withdrawn_card_is_shown_as_one_and_never_counts(grown: TestClient) -> None:
    text = opened(grown, "/benchmarks/taken-back").words
    assert "withdrawn: shown, never counted" in text
    assert "Interaction type · not stated" in text
    assert "taken-back" not in grown.get("/benchmarks.csv").text


def test_a_hint_never_counts(grown: TestClient) -> None:
    found = opened(grown, "/benchmarks/hostile?deployment=public-self-assessment")
    shown = section(found, "interaction-type").words
    assert "hinted Multi-turn" in shown
    assert "unknown by the rule Assumption not stated" in shown
    row = grown.get("/benchmarks.csv?interaction-type=hinted&domain=law").text
    assert "hostile" in row
    assert "hostile" not in grown.get("/benchmarks.csv?interaction-type=multi-turn").text


def test_lower_levels_stand_beside_and_never_count(grown: TestClient) -> None:
    found = opened(grown, "/benchmarks/medqa?deployment=public-self-assessment")
    shown = section(found, "interaction-type")
    beside = shown.holding("details", "shown, never counted")
    assert "Open conversations." in beside.words
    assert "/doc/id/dataset-card/medqa-files/tester/1" in beside.links()
    assert "violated" in shown.one(".judged").words
    counted = rows(grown.get("/benchmarks.csv?interaction-type=multi-turn"))
    assert "medqa" not in {row["id"] for row in counted}
    matched = found.texts('h2:lexbor-contains("At lower levels") ~ ul')
    assert "dataset/medqa-files : dataset of, says A tester" in matched[0]


def test_runs_on_the_same_data_stand_apart_from_gaps(grown: TestClient) -> None:
    found = opened(grown, "/benchmarks/medqa?tab=results")
    assert "A run on" not in " ".join(found.texts("section.gap"))
    run = found.one('h2:lexbor-contains("Runs on the same data") ~ details')
    assert "A run on <files>" in run.words
    assert "huggingface:someone/medqa-files" in run.words
    assert "accuracy 0.5 (fraction)" in run.words.lower()
    assert "names a dataset which" in opened(grown, "/benchmarks/abcd?tab=results").words


@pytest.mark.parametrize("tab", TABS)
def test_text_of_records_stays_text(grown: TestClient, tab: str) -> None:
    found = opened(grown, f"/benchmarks/hostile?tab={tab}&deployment=public-self-assessment")
    assert found.one("h1").words == "<script>alert(1)</script> مرحبا ﬁne"
    assert found.injected() == []
    assert not found.has("i, b")


def test_hostile_titles_stay_text_in_the_catalogue(grown: TestClient) -> None:
    found = opened(grown, "/benchmarks?q=hostile")
    assert "<script>alert(1)</script>" in found.one("tbody th").words
    assert found.injected() == []
    author = "Eve {} & <b>Co</b>_100%"
    listed = rows(grown.get("/benchmarks.csv", params={"author": author}))
    assert [row["id"] for row in listed] == ["hostile"]


def test_parts_and_codes_to_be_recoded_are_shown(client: TestClient, grown: TestClient) -> None:
    found = opened(client, "/benchmarks/medqa?deployment=public-self-assessment")
    parts = found.one("#interaction-type .parts").words
    assert "assumed: “Single turn” · deployed: “Multi-turn”" in parts
    assert "follows by definition" in parts
    scorer = found.one("#outcome-validity .parts").words
    assert "shown, not compared" in scorer
    rated = opened(grown, "/benchmarks/coded-before").one("#outcome-validity").words
    assert "to be recoded" in rated
    assert "to be recoded" not in found.one("#query-authorship").words


def test_languages_are_named_where_their_codes_are_known(client: TestClient) -> None:
    listed = rows(client.get("/benchmarks.csv"))
    spoken = {code for row in listed for code in row["languages"].split()}
    assert spoken - set(languages.NAMES) == set(), "a code of the shipped data has no name"
    several = next(row for row in listed if "zh" in row["languages"].split())
    shown = opened(client, f"/benchmarks/{several['id']}").one("details.else").words
    assert "Chinese" in shown.partition("Languages")[2].partition("Keywords")[0]
    beside = opened(client, f"/benchmarks?q={several['id']}").one("tbody th .sub").words
    assert "Chinese" in beside
    assert not re.search(r"\b(en|zh)\b", beside)
    assert languages.in_words(["en", "English", "qaa-x"]) == ["English", "qaa-x"]


def test_methods_of_intervals_are_called_as_the_ontology_does(client: TestClient) -> None:
    scheme = graphs.taxonomy().subjects(SKOS.inScheme, URIRef(f"{BASE}scheme/interval-method"))
    known = {str(method).rpartition("/")[2] for method in scheme}
    codes = "|".join(known - {"as-reported"})  # which is called so
    gap = "/gaps/bean2026-gpt4o-recomputed"
    for path in (gap, "/fit/evidence?deployment=public-self-assessment&benchmark=medqa"):
        words = opened(client, path).words
        assert re.findall(rf"[(,] ?(?:{codes})[,);.]", words) == [], path
    assert "percentile bootstrap" in opened(client, gap).words
    assert labels.interval_method("wilson") == "Wilson score"
    assert labels.interval_method("jackknife-t") == "cluster jackknife t"
