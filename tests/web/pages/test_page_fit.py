"""The pages of deployment fit over HTTP: the form, the ranked benchmarks, and what they rest on."""

import pytest
from fastapi.testclient import TestClient

from service.ontology.plain_names import PLAIN
from tests.pages import opened, rows

DESCRIBED = "query-authorship=natural-use&interaction-type=multi-turn&domain=healthcare"
STORED = "deployment=public-self-assessment"
API = "/api/v1/deployments/public-self-assessment/fit"


def test_the_form_lists_every_value_with_its_definition(client: TestClient) -> None:
    found = opened(client, "/fit")
    schemes = client.get("/api/v1/assumptions").json()["items"]
    coded = sum(1 for d in schemes if d["values"])
    parts = 2  # of query authorship and of interaction type; a scorer is not asked for
    assert found.texts("option[value='']").count("left open") == coded + parts
    assert found.has("#query-authorship-elicitation option[value=natural-use]")
    assert not found.has("option[value=exact-match], option[value=natural-user]")
    meanings = found.one(".meanings:has([href='/ontology#value-query-authorship-natural-use'])")
    assert "Natural use" in meanings.texts("dt")
    assert any("for a need of their own" in words for words in meanings.texts("dd"))
    assert found.has("option[value=public-self-assessment]")
    assert found.has('[href="/ontology#value-interaction-type-multi-turn"]')


def test_a_description_in_the_address_gives_what_the_api_gives(client: TestClient) -> None:
    shown = opened(client, f"/fit?{DESCRIBED}")
    body = {
        "deployment": {
            "domains": ["healthcare"],
            "characteristics": {
                "query-authorship": "natural-use",
                "interaction-type": "multi-turn",
            },
        },
        "domain": "healthcare",
    }
    found = client.post("/api/v1/fit", json=body).json()
    summary = found["summary"]
    assert summary["sentence"].startswith(shown.one("h1").words)
    numbers = [row.texts("td") for row in shown.all(".matrix tbody tr")]
    assert numbers == [[str(n) for n in row.values()] for row in summary["matrix"].values()]
    names = [f"/fit?{DESCRIBED}&benchmark={b}" for p in summary["patterns"]
             for b in p["benchmarks"]]  # fmt: skip
    assert set(names) <= set(shown.values(".patterns a", "href"))
    assert found["note"] in shown.words


def test_a_number_of_the_matrix_leads_to_its_benchmarks(client: TestClient) -> None:
    shown = opened(client, f"/fit?{STORED}")
    counted = client.get(API).json()["summary"]["matrix"]["decision-mediation"]
    number = counted["partially-holds"]
    name = f"{number} partly: Who decides"
    (cell,) = (a for a in shown.all(".matrix a") if a["aria-label"] == name)
    found = opened(client, cell["href"].partition("#")[0])
    assert found.one("#benchmarks").words == f"{number} benchmarks: who decides partly"
    assert len(found.all(".patterns .names a")) == number
    assert found.one(".go")["href"] == f"/fit?{STORED}#benchmarks"
    assert found.one("h1").words == shown.one("h1").words
    zero = shown.one(".matrix tbody tr:last-child td.alarm")
    assert (zero.words, zero.all("a")) == ("0", [])


def test_what_is_meant_by_each_assumption_opens_below_the_list(client: TestClient) -> None:
    found = opened(client, "/fit?deployment=public-self-assessment")
    named = [button.words for button in found.all("#meanings button.defined")]
    assert named == list(PLAIN.values())
    assert found.one("#meaning-dimension-interaction-type").words.endswith(
        "More on interaction type"
    )


def test_what_to_test_first_stands_beside_the_matrix(client: TestClient) -> None:
    found = opened(client, f"/fit?{STORED}")
    rows_ = found.all(".first tbody tr:not(.group)")
    assert rows_[0].words.startswith("How many turns To collect: whole conversations")
    assert "18.67 points lost" in rows_[0].words
    assert "changed with input variation" in rows_[0].words
    assert "2 figures for this alone, 17 points lost" in rows_[0].words
    assert found.texts(".first .group th") == [
        "Task Data from conversations are enough", "Outcome People are needed",
    ]  # fmt: skip
    alone = opened(client, "/fit?interaction-type=multi-turn&domain=law").one("#first").words
    assert "what was measured elsewhere is no forecast for it" in alone


@pytest.mark.parametrize("domain", ["healthcare", "law", "software"])
@pytest.mark.parametrize(
    "core",
    [
        "query-authorship=natural-use&interaction-type=multi-turn",
        "decision-mediation=human-decides&vendor-claim=independent-test",
        "information-completeness=partial&outcome-validity=behaviour",
    ],
)
def test_every_assumption_that_is_described_has_a_mark_and_a_word(
    client: TestClient, core: str, domain: str
) -> None:
    found = opened(client, f"/fit?{core}&domain={domain}")
    tested = found.all(".first tbody tr:not(.group)")
    assert len(tested) == len(core.split("&"))
    for row in tested:
        assert row.has(".draw :is(circle, rect)"), row.words
        assert row.one(".res b").words, row.words
    fields = [row.one(".res").words for row in tested if "in other fields" in row.one(".res").words]
    assert bool(fields) == ("in other fields only" in found.one("#first").words)


def test_one_button_plans_these_tests_with_all_that_was_said(client: TestClient) -> None:
    (button,) = opened(client, f"/fit?{STORED}").values(".primary", "href")
    assert button == f"/plans?{STORED}&card=amie-osce"
    described = opened(client, f"/fit?{DESCRIBED}&title=Ward+7&benchmark=medqa")
    assert described.values(".primary", "href") == [f"/plans?{DESCRIBED}&use=Ward+7&card=medqa"]


def test_a_row_says_what_breaks_by_which_rule_and_how_much_is_known(client: TestClient) -> None:
    found = opened(client, f"/fit?{STORED}&benchmark=bean2026-scenarios")
    for words in (
        "Violated: who writes the question, how many turns, who decides, what is counted.",
        "4 violated",
        "known 5 of 5",
        "Assumed: “Single turn” (stated). Deployed: “Multi-turn” (stated).",
        "Deployed: “Natural use” (derived by the rule “Intended users write the queries”).",
        "In use there is a conversation with several exchanges.",
        "By rule alone it would be violated",
    ):
        assert words in found.words
    assert found.has('.lines [href="https://doi.org/10.1038/s41591-025-04074-y"]')
    said = found.words.lower().replace("public order and safety", "")  # a domain to choose
    assert "safe" not in said


def test_what_is_left_open_is_unknown_and_never_counted_as_held(client: TestClient) -> None:
    found = opened(client, f"/fit?{DESCRIBED}&benchmark=craft-md").one(".one")
    shown = found.words
    assert "4 unknown" in shown
    assert "known 1 of 5" in shown
    parts = [row.words for row in found.all(".parts li")]
    assert parts[0].startswith("Author of the queries unknown by rule deployment not stated")
    assert parts[0].endswith("assumed: “Simulated user” and “Nobody” · deployed: not stated")
    assert parts[1].startswith("Elicitation of the queries violated by rule different value")
    assert "assumed: “Examination” and “Taken from records or other text”" in parts[1]
    assert "shown, not compared" in shown
    assert "Deployed: left open." in shown
    assert "Deployment not stated" in shown


def test_a_dimension_that_is_described_counts_beside_the_five(client: TestClient) -> None:
    found = opened(client, f"/fit?{DESCRIBED}&novelty=unseen&benchmark=craft-md")
    assert found.one(".tally + .hint").words.endswith("of 6")
    form = opened(client, f"/fit?{DESCRIBED}&novelty=unseen")
    assert form.has("#novelty option[value=unseen][selected]")


def test_empty_and_repeated_fields_of_a_form_lead_to_the_short_address(client: TestClient) -> None:
    answer = client.get("/fit?query-authorship=&interaction-type=multi-turn&domain=")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/fit?interaction-type=multi-turn",
    )
    assert client.get("/fit?query-authorship=&domain=").headers["location"] == "/fit"
    twice = client.get("/fit?interaction-type=multi-turn&interaction-type=few-turn")
    assert twice.headers["location"] == "/fit?interaction-type=multi-turn,few-turn"


def test_several_values_of_a_dimension_stay_in_the_form_and_in_links(client: TestClient) -> None:
    found = opened(client, "/fit?interaction-type=multi-turn,few-turn")
    chosen = found.one("#interaction-type option[selected]")
    assert chosen["value"] == "multi-turn,few-turn"
    assert chosen.words == "“Few turns” and “Multi-turn”"
    assert "/fit?interaction-type=multi-turn,few-turn" in found.links()


def test_without_a_dimension_there_is_the_form_alone(client: TestClient) -> None:
    found = opened(client, "/fit?domain=law&title=x")
    assert "Describe your own" in found.texts("h3")
    assert not found.has("#results")
    assert "Describe at least one of the five" in found.one("[role=alert]").words


def test_what_answers_too_little_stands_apart(client: TestClient) -> None:
    usual, few = (opened(client, f"/fit?{STORED}{more}") for more in ("", "&min_answered=1"))
    link = f"/fit?{STORED}&benchmark=cross-care"
    assert link in usual.values(".little a", "href")
    assert not few.has(".little")
    alone = opened(client, link)
    assert alone.one(".rank").words.startswith("Not ranked: it states too little.")
    assert "Left open: who decides, what is counted." in alone.words
    assert "by rule" in alone.one(".lines").words.lower()


def test_the_domain_of_the_deployment_is_compared_and_the_page_says_what_is_left_out(
    client: TestClient,
) -> None:
    own, every = (opened(client, f"/fit?{STORED}{more}") for more in ("", "&domain=all"))
    assert "of other domains are left out" in own.one(".left-out").words
    assert f"/fit?{STORED}&domain=all" in own.links()
    assert own.one("#domain-of-stored option[value=all]").words == "all domains"
    assert "Benchmarks of all domains" in every.one(".left-out").words
    assert f"/fit?{STORED}&domain=all&benchmark=crows-pairs" in every.values(".names a", "href")
    assert f"/fit?{STORED}&benchmark=crows-pairs" not in own.values(".names a", "href")
    police = opened(client, "/fit?deployment=absconding-risk-scores").one("#results").words
    assert "of public order and safety (COFOG), the domain of this use" in police
    printed = opened(client, f"/fit/print?{STORED}").words
    assert "of other domains are left out" in printed
    assert "unknown and disputed count as not held" in printed


def test_a_place_stands_with_its_ends_and_with_who_judged(client: TestClient) -> None:
    (bean,) = client.get(f"{API}?benchmark=bean2026-scenarios").json()["benchmarks"]
    found = opened(client, f"/fit?{STORED}&benchmark=bean2026-scenarios")
    ends = f"between {bean['best_rank']} and {bean['worst_rank']}"
    ranked = client.get(API).json()["summary"]["ranked"]
    assert found.one(".rank").words.startswith(f"Place {bean['rank']} of {ranked}, and {ends}")
    assert "5 by assessors" in found.words
    strips = found.values(".strip > span", "class")
    assert strips == [f"is-{f['verdict']}" for f in bean["findings"]]
    assert "2 have verdicts of assessors" in opened(client, f"/fit?{STORED}").words


def test_what_if_shows_verdicts_and_ranks_before_and_after(client: TestClient) -> None:
    address = f"{STORED}&whatif=interaction-type:single-turn"
    found = opened(client, f"/fit?{address}&domain=law")
    moves = client.get(
        f"/api/v1/deployments/public-self-assessment/fit?domain=law&{address.split('&')[1]}"
    ).json()["what_if"]
    changed = [m for m in moves if m["verdicts"]]
    assert changed
    assert found.one("#moved h3 + p").words.startswith(f"{len(changed)} benchmark")
    first = changed[0]
    assert f"{first['rank_before']} → {first['rank_after']}" in found.texts(".moves td")
    assert found.has('option[value="interaction-type:single-turn"][selected]')


def test_a_comparison_has_an_address_with_differences_marked(client: TestClient) -> None:
    address = f"{STORED}&compare=medqa,craft-md,mediq"
    ticked = f"{STORED}&compare=medqa&compare=craft-md&compare=mediq"
    sent = client.get(f"/fit/compare?{ticked}", follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/fit/compare?{address}")
    old = client.get(f"/fit?{address}", follow_redirects=False)
    assert old.headers["location"] == f"/fit/compare?{address}"
    found = opened(client, f"/fit/compare?{address}")
    assert found.texts("tr.differs td:last-child") == ["≠ differ"] * 2
    assert found.texts("td:last-child").count("= the same") == 3
    assert found.texts("thead th")[1:4] == ["MedQA", "CRAFT-MD", "MediQ"]
    columns = next(iter(rows(client.get(found.one('a:lexbor-contains("CSV")')["href"]))))
    assert "third_verdict" in columns
    assert client.get(f"/fit/compare?{STORED}").json()["parameter"] == "compare"
    form = opened(client, f"/fit?{STORED}").one("#compare form")
    assert form["action"] == "/fit/compare"


def test_an_address_is_bounded(client: TestClient) -> None:
    long = client.get(f"/fit?{DESCRIBED}&title={'x' * 201}", headers={"Accept": "text/html"})
    assert (long.status_code, "at most 200" in long.text) == (400, True)
    many = ",".join(f"v{n}" for n in range(2000))
    longer = client.get(f"/fit?interaction-type={many}", headers={"Accept": "text/html"})
    assert (longer.status_code, "at most 4000" in longer.text) == (400, True)


def test_the_print_has_date_version_snapshot_deployment_and_rules(client: TestClient) -> None:
    found = opened(client, f"/fit/print?{DESCRIBED}&limit=3&title=Ward+7")
    for words in (
        "For: Ward 7",
        "Printed on",
        "graph as of",
        "How many benchmarks hold",
        "What to test first",
        "Annex",
        "as described below; not stored",
        f"/fit?{DESCRIBED}&limit=3&title=Ward+7",
        "Rules used above",
        "Values of one scheme that exclude each other",
        "described here, in this request",
    ):
        assert words in found.words
    assert not found.has("select")


def test_the_data_of_a_page_is_one_link_away(client: TestClient) -> None:
    for query, path in ((DESCRIBED, "/fit.csv?"), (STORED, "/api/v1/deployments/")):
        link = opened(client, f"/fit?{query}").one('.acts .tools a:lexbor-contains("CSV")')["href"]
        assert link.startswith(path)
        found = rows(client.get(link))
        assert {r["dimension"] for r in found} >= {"query-authorship", "outcome-validity"}
    assert client.get(f"/fit.json?{DESCRIBED}").json()["deployment"]["id"] is None


def test_moves_have_a_table_of_their_own(client: TestClient) -> None:
    address = f"/fit?{STORED}&whatif=interaction-type:single-turn"
    page = opened(client, address)
    places = (f'{part} a:lexbor-contains("CSV")' for part in (".acts", "#whatif"))
    links = [link for place in places for link in page.values(place, "href")]
    columns = [next(iter(rows(client.get(link))[0])) for link in links]
    assert columns == ["rank", "benchmark"]


def test_evidence_lists_what_was_measured_and_is_no_forecast(client: TestClient) -> None:
    found = opened(client, f"/fit/evidence?{STORED}&benchmark=bean2026-scenarios")
    for words in (
        "It is not a forecast for this deployment.",
        "18.67 points",
        "11.75 to 25.54",
        "n 600 before, 600 after",
        "157 lost, 45 gained",
        "measured here",
        "no: several dimensions changed together",
        "the same figure: bean2026-gpt4o-reported",
        "no: the same figure as bean2026-gpt4o-recomputed",
        "Right in any of several, higher is better",
        "no interval reported",
        "3 recomputed",
    ):
        assert words in found.words


def test_what_was_measured_here_stands_first_and_open_whatever_changed_with_it(
    client: TestClient,
) -> None:
    address = f"/fit/evidence?{STORED}&benchmark=medqa"
    found = opened(client, address)
    first = found.all("main h2")[0]
    assert first.words == "Measured for this deployment"
    opened_first = found.one("#here > .gap-plot")
    assert "changed: who decides, how much is told, how many turns" in opened_first.words
    section = found.one("[aria-labelledby=about-query-authorship]")
    dots = section.one("section > .overview")
    assert dots.texts("tbody .lab")[0] == "Measured for this deployment"
    assert len(dots.all("tbody circle")) > len(dots.all("tbody tr"))
    for name in ("here", "query-authorship-all"):
        assert client.get(address.replace("?", f"/{name}.svg?", 1)).status_code == 200
    part = next(
        a
        for a in client.get(
            "/api/v1/deployments/public-self-assessment/risk?benchmark=medqa"
        ).json()["assumptions"]
        if a["dimension"] == "query-authorship"
    )
    every = [f for name in ("same_domain", "elsewhere", "confounded") for f in part[name]]
    here = {f["gap"] for f in every if f["same_deployment"] and not f["copy_of"]}
    for place in (section, found.one("#here")):
        assert here <= {a["href"].rpartition("/")[2] for a in place.all("a[href^='/gaps/']")}
    assert found.words.count("It is not a forecast for this deployment.") == 1
    assert section.has("details.every-figure table")
    assert not section.has("details[open]")


def test_a_summary_needs_three_studies_and_says_so(client: TestClient) -> None:
    found = opened(client, "/fit/evidence?deployment=clinician-workup&benchmark=medqa").words
    assert "percentage point: k = 1" in found
    assert "Not pooled, and no heterogeneity: 1 of at least 3 comparable studies." in found


def test_a_described_deployment_gets_the_evidence_of_a_stored_one(client: TestClient) -> None:
    query = "interaction-type=multi-turn&domain=healthcare&benchmark=bean2026-scenarios"
    own = rows(client.get(f"/fit/evidence.csv?{query}&dimensions=interaction-type"))
    stored = "/api/v1/deployments/public-self-assessment/risk?benchmark=bean2026-scenarios"
    there = rows(client.get(f"{stored}&dimensions=interaction-type&format=csv"))
    same = ("gap", "list", "value", "unit", "standard_error", "n_before", "intervals")
    assert [[r[k] for k in same] for r in own] == [[r[k] for k in same] for r in there]
    assert {r["same_deployment"] for r in own} == {"False"}


def test_text_of_a_description_stays_text(client: TestClient) -> None:
    title = "<script>alert(1)</script><think>"
    found = opened(client, f"/fit?interaction-type=multi-turn&title={title}")
    assert found.injected() == []
    assert found.one("#case-title").words == title


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("colour=red", 400, "colour"),
        ("interaction-type=telepathy", 400, "Single turn"),
        ("interaction-type=multi-turn&domain=astrology", 400, "Healthcare"),
        (
            "interaction-type=multi-turn&whatif=interaction-type",
            400,
            "an assumption and its new value",
        ),
        (
            "interaction-type=multi-turn&compare=medqa",
            400,
            "Two to four benchmarks are shown side by side",
        ),
        ("interaction-type=multi-turn&min_answered=many", 400, "whole number"),
        ("interaction-type=multi-turn&benchmark=nothing", 404, "nothing"),
        ("deployment=nowhere", 404, "nowhere"),
        ("deployment=clinician-workup&interaction-type=multi-turn", 400, "one of the two"),
    ],
)
@pytest.mark.parametrize("path", ["/fit", "/fit/print", "/fit.csv"])
def test_what_does_not_fit_is_told_on_a_page(
    client: TestClient, path: str, query: str, status: int, words: str
) -> None:
    assert words in opened(client, f"{path}?{query}", status).words


@pytest.mark.parametrize("path", ["/fit/print", "/fit.csv", "/fit/evidence", "/fit/evidence.json"])
def test_without_a_deployment_there_is_nothing_to_print(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "deployment"


def test_evidence_is_of_one_benchmark(client: TestClient) -> None:
    assert client.get(f"/fit/evidence?{STORED}").json()["parameter"] == "benchmark"


@pytest.mark.parametrize("join", ["&dimensions=", ","])
def test_a_parameter_that_is_repeated_makes_no_larger_page(client: TestClient, join: str) -> None:
    address = "/fit?deployment=public-self-assessment&dimensions="
    once = client.get(address + "interaction-type")
    often = client.get(address + join.join(["interaction-type"] * 300), follow_redirects=True)
    assert (once.status_code, often.status_code) == (200, 200)
    assert len(often.content) < 1.1 * len(once.content)


def test_groups_are_named_by_what_their_benchmarks_have_in_common(client: TestClient) -> None:
    found = client.get("/api/v1/deployments/public-self-assessment/fit").json()["summary"]
    names = {b: p["name"] for p in found["patterns"] for b in p["benchmarks"]}
    assert names["mediq"] == names["sdbench"]
    said = "partial information, multi-turn, output is the decision"
    assert said in names["mediq"].lower()
    assert names["ddxplus"].startswith("Mostly asked by an expert, mostly minimal")
    page = opened(client, f"/fit?{STORED}")
    assert set(page.texts(".pattern")) >= {p["name"] for p in found["patterns"]}
    table = rows(client.get(f"/fit/patterns.csv?{STORED}"))
    assert {r["benchmark"]: r["pattern"] for r in table} == names
    matrix = rows(client.get(f"/fit/matrix.csv?{STORED}"))
    assert {r["assumption"]: int(r["holds"]) for r in matrix} == {
        name: counts["holds"] for name, counts in found["matrix"].items()
    }


def test_the_annex_has_the_nearest_in_full_and_the_others_in_a_table(client: TestClient) -> None:
    found = opened(client, f"/fit/print?{STORED}")
    summary = client.get(API).json()["summary"]
    assert len(found.all(".printed")) == len(summary["nearest"])
    listed = found.texts(".every tbody td:nth-child(3)")
    assert listed == [b for p in summary["patterns"] for b in p["benchmarks"]]
    assert f"/fit?{STORED}&benchmark=ID" in found.words
    assert f"{len(summary['too_little'])} benchmarks say too little" in found.words
