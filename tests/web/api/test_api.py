"""Lists and records under /api/v1."""

import csv
import io
import json

import pytest
from fastapi.testclient import TestClient
from rdflib import Graph, Literal

LISTS = ("benchmarks", "cards", "deployments", "gaps", "reviews", "plans")
GAP = "/api/v1/gaps/bean2026-gpt4o-recomputed"
RECOMPUTED = {
    "bean2026-condition-pooled", "bean2026-gpt4o-recomputed", "raman2026-redflag",
}  # fmt: skip
RDF = {
    "text/turtle": "turtle",
    "application/ld+json": "json-ld",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
}


def statements(text: str, form: str) -> set[tuple[object, ...]]:
    """Return the triples of a text, numbers by value (34 and 34.0 are one number)."""
    graph = Graph().parse(data=text, format=form)
    return {(s, p, o.toPython() if isinstance(o, Literal) else o) for s, p, o in graph}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_says_how_many_there_are(client: TestClient, name: str) -> None:
    found = client.get(f"/api/v1/{name}").json()
    assert found["total"] >= len(found["items"])
    assert all(item["@id"].endswith(item["id"]) for item in found["items"])


def test_the_shipped_data_is_as_large_as_promised(client: TestClient) -> None:
    totals = {name: client.get(f"/api/v1/{name}").json()["total"] for name in LISTS}
    assert totals["benchmarks"] >= 12
    assert totals["deployments"] >= 4
    assert totals["reviews"] >= 4
    assert totals["gaps"] >= 60


def test_pages_follow_each_other_and_miss_nothing(client: TestClient) -> None:
    address, seen = "/api/v1/benchmarks?limit=5", []
    while address:
        answer = client.get(address)
        seen += [item["id"] for item in answer.json()["items"]]
        address = answer.json()["next"]
        assert (address is None) == ("Link" not in answer.headers)
    assert seen == sorted(set(seen))
    assert len(seen) == client.get("/api/v1/benchmarks").json()["total"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("benchmarks?domain=law&q=legalbench", {"legalbench", "legal-vendor-claims"}),
        ("benchmarks?domain=law&q=healthbench", set()),
        ("benchmarks?q=healthsearch", {"healthsearchqa", "healthbench"}),
        ("deployments?observed=interaction-type/multi-session", {"mental-health-chat"}),
        ("gaps?verification=recomputed&q=members of the public", RECOMPUTED),
        ("gaps?dimension=vendor-claim&deployment=legal-research-tools", set()),
        (
            "gaps?dimension=repetition&verification=full-text&benchmark=healthbench",
            {"healthbench2025-worst16"},
        ),
        ("cards?benchmark=healthbench", {"healthbench/evalgap", "healthbench/raman-et-al"}),
    ],
)
def test_filters_choose(client: TestClient, query: str, expected: set[str]) -> None:
    assert {item["id"] for item in client.get(f"/api/v1/{query}").json()["items"]} == expected


@pytest.mark.parametrize("code", ["multi-turn", "must-elicit"])
def test_what_a_card_assumes_narrows_benchmarks_and_cards_alike(
    client: TestClient, code: str
) -> None:
    filtered = f"assumes=interaction-type/{code}&limit=100"
    benchmarks = client.get(f"/api/v1/benchmarks?{filtered}").json()["items"]
    cards = client.get(f"/api/v1/cards?{filtered}").json()["items"]
    named = f"/queries/benchmarks-assuming?value=interaction-type/{code}"
    known = {row["benchmark"] for row in client.get(named).json()["rows"]}
    assert {item["@id"] for item in benchmarks} == known
    assert {item["benchmark"] for item in cards} == known


def test_an_unknown_filter_value_lists_those_there_are(client: TestClient) -> None:
    answer = client.get("/api/v1/benchmarks?domain=haelthcare")
    assert answer.status_code == 400
    assert "healthcare" in answer.json()["known"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=%FF", "colour=red"])
def test_bad_parameters_are_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/v1/benchmarks?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_csv_of_a_list_is_whole(client: TestClient) -> None:
    answer = client.get("/api/v1/benchmarks.csv?limit=2")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == client.get("/api/v1/benchmarks").json()["total"]
    assert "agentclinic" in {row["id"] for row in rows}


def test_the_bean_gap_goes_95_83_64_34(client: TestClient) -> None:
    gap = client.get(GAP).json()
    steps = gap["derived"]["ladders"]["sequential"]
    assert [s["score"] for s in steps] == [94.67, 82.83, 64.17, 34]
    assert [s["drop"] for s in steps] == [None, 11.83, 18.67, 30.17]
    assert [s["n"] for s in steps] == [600] * 4
    assert gap["value"] == 60.67
    shares = {s["kind"]: s["value"] for s in gap["derived"]["shares"]["sequential"]}
    assert shares == {"task-assumption": 30.5, "outcome-assumption": 30.17}


def test_every_number_of_the_bean_gap_has_an_interval_with_method_and_unit(
    client: TestClient,
) -> None:
    gap = client.get(GAP).json()
    parts = [c for d in gap["decompositions"] for c in d["contributions"]]
    for estimate in (gap, *parts):
        first, *others = estimate["intervals"]
        assert (first["interval_method"], first["sampling_unit"]) == ("jackknife-t", "scenario")
        assert (first["clusters"], "too few" in first["caution"]) == (10, True)
        assert "bootstrap-percentile" in {i["interval_method"] for i in others}
        assert len({i["sampling_unit"] for i in estimate["intervals"]}) == 2
    for score in gap["measurements"]:
        methods = [i["interval_method"] for i in score["intervals"]]
        assert methods == ["jackknife-t", "bootstrap-percentile", "wilson"]


def test_the_reported_gap_stands_beside_it_in_whole_points(client: TestClient) -> None:
    gap = client.get("/api/v1/gaps/bean2026-gpt4o-reported").json()
    assert [c["value"] for c in gap["decompositions"][0]["contributions"]] == [12, 19, 30]
    assert (gap["value"], gap["n"], gap["intervals"]) == (61, None, [])


@pytest.mark.parametrize(
    "path", [GAP, "/api/v1/cards/medqa/evalgap", "/api/v1/benchmarks/healthbench"]
)
@pytest.mark.parametrize("media", RDF)
def test_records_come_as_rdf(client: TestClient, path: str, media: str) -> None:
    answer = client.get(path, headers={"Accept": media})
    assert answer.headers["content-type"].startswith(media)
    assert "Accept" in answer.headers["vary"]
    assert len(Graph().parse(data=answer.text, format=RDF[media])) > 20


def test_suffix_and_accept_give_the_same_graph(client: TestClient) -> None:
    by_suffix = client.get(f"{GAP}.ttl").text
    by_accept = client.get(GAP, headers={"Accept": "application/n-triples"}).text
    assert statements(by_suffix, "turtle") == statements(by_accept, "nt")


def test_json_answers_are_json_ld_of_the_same_statements(client: TestClient) -> None:
    card = client.get("/api/v1/cards/medqa/evalgap").json()
    card["@context"] = client.get("/ontology/context.jsonld").json()["@context"]
    stored = statements(client.get("/api/v1/cards/medqa/evalgap.nt").text, "nt")
    from_json = statements(json.dumps(card), "json-ld")
    assert len(from_json) > 50
    assert from_json <= stored


def test_a_list_comes_as_turtle(client: TestClient) -> None:
    answer = client.get("/api/v1/gaps", headers={"Accept": "text/turtle"})
    assert len(Graph().parse(data=answer.text, format="turtle")) > 10


def test_cards_that_disagree_stand_side_by_side(client: TestClient) -> None:
    cards = client.get("/api/v1/benchmarks/healthbench").json()["cards"]
    said = {
        c["author"]["name"]: a["assumes"]
        for c in cards
        for a in c["assumptions"]
        if a["dimension"] == "interaction-type"
    }
    assert said["Raman et al."] == ["interaction-type/single-turn"]
    assert "interaction-type/fixed-history" in said["EvalGap maintainers"]


def test_what_is_not_stated_is_shown_so(client: TestClient) -> None:
    card = client.get("/api/v1/cards/alpacaeval/evalgap").json()
    found = next(a for a in card["assumptions"] if a["dimension"] == "information-completeness")
    assert (found["answer_status"], found["answer"], found["assumes"]) == ("not-stated", None, [])


def test_a_record_tells_its_provenance(client: TestClient) -> None:
    provenance = client.get(GAP).json()["provenance"]
    assert provenance["file"] == "data/gaps/bean2026-recomputed.yaml"
    assert provenance["loader"].startswith("evalgap/")
    assert len(provenance["sha256"]) == 64


def test_versions_can_be_asked_for(client: TestClient) -> None:
    assert client.get(f"{GAP}/1").json()["version"] == 1
    assert client.get(f"{GAP}/2").status_code == 404


def test_the_taxonomy_has_two_groups_and_five_core_dimensions(client: TestClient) -> None:
    items = client.get("/api/v1/assumptions").json()["items"]
    core = {i["id"]: i["group"] for i in items if i["core"]}
    assert core == {
        "query-authorship": "task-assumption",
        "information-completeness": "task-assumption",
        "interaction-type": "task-assumption",
        "decision-mediation": "outcome-assumption",
        "outcome-validity": "outcome-assumption",
    }
    assert all(i["definition"] and i["values"] for i in items if i["core"])


def test_one_dimension_by_either_spelling(client: TestClient) -> None:
    for name in ("interaction-type", "interaction_type", "interaction-type.json"):
        assert client.get(f"/api/v1/assumptions/{name}").json()["id"] == "interaction-type"


@pytest.mark.parametrize(
    "path",
    [
        "benchmarks/nothing",
        "cards/medqa/nobody",
        "gaps/none",
        "deployments/none",
        "assumptions/x",
        "gaps/a%3Eb",
    ],
)
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_form_nobody_offers_is_406_and_lists_the_forms(client: TestClient) -> None:
    answer = client.get(GAP, headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["available"]


def test_head_has_the_headers_and_no_body(client: TestClient) -> None:
    answer = client.head(GAP)
    assert answer.status_code == 200
    assert answer.content == b""


def test_names_lead_to_what_is_known(client: TestClient) -> None:
    answer = client.get("/id/gap/bean2026-gpt4o-recomputed")
    assert answer.status_code == 303
    assert client.get(answer.headers["location"]).status_code == 200


def test_a_value_says_its_part_and_an_old_one_what_became_of_it(client: TestClient) -> None:
    address = "/api/v1/assumptions/query-authorship"
    values = {v["id"].partition("/")[2]: v for v in client.get(address).json()["values"]}
    assert (values["expert"]["part"], values["expert"]["old"]) == ("author", False)
    assert values["natural-use"]["part"] == "elicitation"
    item = values["examination-item"]
    assert (item["old"], item["to_recode"]) == (True, False)
    assert item["replaced_by"] == ["expert", "examination"]
    assert values["user-written"]["to_recode"]
    assert values["user-written"]["may_mean"] == ["asked-for-by-study", "natural-use"]
