"""What a card says without a property of ours: kept, seen everywhere, and compared."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.ingest.test_imports import archive, ended, sent, served
from tests.loaders.formats.samples import CROISSANT, SOKOLANN
from tests.pages import opened, rows

HARM = "targeted_risks/harm"
LONG = "word " * 5_000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with served(tmp_path_factory.mktemp("service")) as client:
        yield client


def with_harm(said: Any, name: str) -> dict[str, Any]:
    card: Any = deepcopy(SOKOLANN)
    card["benchmark_details"]["name"] = name
    card["targeted_risks"]["harm"] = said
    return dict(card)


def imported(service: TestClient, said: Any, name: str = "ExamQA") -> Any:
    """Import the card and return what became of it."""
    location = sent(service, archive({f"{name}.json": with_harm(said, name)}))
    ended(service, location)
    (outcome,) = service.get(f"{location}/report").json()["outcomes"]
    return outcome


def test_a_correction_where_there_is_no_property_is_a_new_version(service: TestClient) -> None:
    assert imported(service, "None known.")["state"] == "new"
    assert imported(service, "None known.")["state"] == "unchanged"
    assert imported(service, "It may reinforce stereotypes.")["state"] == "revised"


def test_what_is_kept_is_in_json_page_search_and_every_form(service: TestClient) -> None:
    words = "It may mislead patients."
    path = imported(service, words, "ExamQA forms")["records"][0].partition("/card/")[2]
    ident = path.rpartition("/")[0]
    benchmark = ident.partition("/")[0]
    card = service.get(f"/api/v1/cards/{ident}").json()
    assert f"{HARM}: {words}" in card["also_says"]
    assert 'methodology/methods: ["Zero-shot"]' in card["also_says"]
    page = opened(service, f"/benchmarks/{benchmark}").words
    assert f"{HARM} {words}" in page
    assert "methodology/methods Zero-shot" in page
    assert HARM in opened(service, f"/doc/id/card/{ident}").words
    assert benchmark in service.get("/benchmarks", params={"q": "mislead patients"}).text
    assert benchmark not in service.get("/benchmarks", params={"q": "mislead nurses"}).text
    found = service.get("/api/v1/benchmarks", params={"q": "mislead patients"}).json()
    assert [item["id"] for item in found["items"]] == [benchmark]
    assert f"- **targeted\\_risks/harm:** {words}" in service.get(f"/api/v1/cards/{ident}.md").text
    for form in ("yaml", "ttl", "jsonld"):
        written = service.get(f"/api/v1/cards/{ident}.{form}").content
        job = ended(service, sent(service, written, name=f"x.{form}", dry_run=True))
        assert job["states"] == {"unchanged": 1}, form


def test_a_card_comes_back_as_the_json_of_its_source(service: TestClient) -> None:
    card = with_harm(["Wrong advice"], "ExamQA source")
    path = imported(service, ["Wrong advice"], "ExamQA source")["records"][0]
    answer = service.get(f"/api/v1/cards/{path.partition('/card/')[2]}.source")
    assert answer.headers["content-type"].startswith("application/vnd.evalgap.source+json")
    assert unordered(answer.json()) == unordered(card)
    again = ended(service, sent(service, archive({"ExamQA source.json": answer.json()})))
    assert again["states"] == {"unchanged": 1}
    benchmark = path.partition("/card/")[2].partition("/")[0]
    assert "JSON of its source" in opened(service, f"/benchmarks/{benchmark}?tab=downloads").words

    location = sent(service, archive({"croissant.json": CROISSANT}))
    ended(service, location)
    (outcome,) = service.get(f"{location}/report").json()["outcomes"]
    dataset = outcome["records"][0].partition("/dataset-card/")[2].partition("/")[0]
    given = service.get(f"/api/v1/datasets/{dataset}.source").json()
    assert unordered(given) == unordered(CROISSANT)


def test_facts_of_a_data_set_stand_under_the_terms_of_rai_and_dcat(service: TestClient) -> None:
    card = {
        **CROISSANT,
        "url": "https://data.org/standard-terms",
        "datePublished": "2025-03-01",
        "rai:dataBiases": ["Mostly English.", "Mostly adults."],
        "rai:dataLimitations": "Small.",
        "prov:wasGeneratedBy": [{"@type": "prov:Activity", "prov:label": "Collection"}],
    }
    location = sent(service, archive({"croissant.json": card}))
    ended(service, location)
    (outcome,) = service.get(f"{location}/report").json()["outcomes"]
    iri = outcome["records"][0]
    rai = "http://mlcommons.org/croissant/RAI/"
    said = service.get(f"/doc/{iri.partition('/evalgap/')[2]}.nt").text
    for term, words in (
        (f"{rai}dataBiases", "Mostly English."), (f"{rai}dataBiases", "Mostly adults."),
        (f"{rai}dataLimitations", "Small."), ("https://schema.org/datePublished", "2025-03-01"),
    ):  # fmt: skip
        assert f'<{iri}> <{term}> "{words}" .' in said
    assert "http://purl.org/dc/terms/issued" not in said  # that is when the card was issued
    assert "prov:wasGeneratedBy: [{" in said
    ident = iri.partition("/dataset-card/")[2].rpartition("/")[0]
    graphs = (f"dataset-card/{ident}/1", "things")
    written = b"".join(service.get(f"/graph/{name}.nt").content for name in graphs)
    job = ended(service, sent(service, written, name="x.nt", dry_run=True))
    assert job["states"] == {"unchanged": 1}
    assert job["warned"] == 0


def unordered(value: Any) -> Any:
    """Return a value whose lists of texts are sorted: of those a graph does not keep the order."""
    if isinstance(value, dict):
        return {key: unordered(item) for key, item in value.items()}
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return sorted(value)
    return [unordered(item) for item in value] if isinstance(value, list) else value


def test_the_report_counts_fields_read_kept_and_left_out(service: TestClient) -> None:
    task: Any = {"name": "t", "canary": "c", "examples": [{"input": "?"}], "contact": "me"}
    cards: dict[str, object] = {
        "counts.json": with_harm(["N/A", ""], "ExamQA counts"),
        "task.json": task,
    }
    location = sent(service, archive(cards))
    job = ended(service, location)
    assert job["sources"]["bigbench"]["fields"] == {
        "read": 2, "kept": 1, "left_out": {"examples": 1}
    }  # fmt: skip
    sokolann = {"read": 15, "kept": 16, "left_out": {}}
    assert job["sources"]["sokolann-json"]["fields"] == sokolann
    assert job["fields"] == {"read": 17, "kept": 17, "left_out": {"examples": 1}}
    report = service.get(f"{location}/report").json()["outcomes"]
    assert {o["format"]: o["fields"]["left_out"] for o in report} == {
        "bigbench": ["examples"], "sokolann-json": []
    }  # fmt: skip
    table = {row["format"]: row for row in rows(service.get(f"{location}/report.csv"))}
    assert table["bigbench"]["fields_left_out"] == "examples"
    assert table["sokolann-json"]["fields_kept"] == "16"
    page = opened(service, f"{location}/report.html").words
    assert "15 fields read, 16 kept as text" in page
    assert "left out: examples" in page
    rehearsed = ended(service, sent(service, archive(cards), dry_run=True))
    assert rehearsed["fields"] == job["fields"]


@pytest.mark.parametrize("fields", [1, 502])
def test_a_change_beyond_what_is_kept_is_a_new_version(service: TestClient, fields: int) -> None:
    def said(end: str) -> Any:
        words = "word " * 5
        return {f"f{n}": [words * 300, end] for n in range(fields)} if fields > 1 else LONG + end

    name = f"ExamQA beyond {fields}"
    assert imported(service, said("One."), name)["state"] == "new"
    assert imported(service, said("One."), name)["state"] == "unchanged"
    assert imported(service, said("Two."), name)["state"] == "revised"
    assert imported(service, said("Two."), name)["state"] == "unchanged"


def test_a_long_structure_is_kept_in_parts_and_a_long_text_is_cut_and_said(
    service: TestClient,
) -> None:
    fields = [{"name": f"field-{n}", "description": LONG[:900]} for n in range(40)]
    card: object = {
        **CROISSANT,
        "recordSet": [{"name": "r", "field": fields}],
        "rai:dataBiases": LONG,
    }
    location = sent(service, archive({"a.json": card}))
    ended(service, location)
    (outcome,) = service.get(f"{location}/report").json()["outcomes"]
    (warning,) = outcome["warnings"]
    assert warning["field"] == "rai:dataBiases"
    assert warning["message"].endswith("of 24,999 characters are kept.")
    ident = outcome["records"][0].partition("/dataset-card/")[2].rpartition("/")[0]
    stored = service.get(f"/doc/id/dataset-card/{ident}.nt").text
    page = opened(service, f"/datasets/{ident.partition('/')[0]}").words
    assert "conformsTo http://mlcommons.org/croissant/1.0" in page
    for address in ("/datasets", "/api/v1/datasets"):
        assert ident.partition("/")[0] in service.get(address, params={"q": "FIELD-39"}).text
        assert ident.partition("/")[0] not in service.get(address, params={"q": "FIELD-40"}).text
    assert stored.count('alsoSays> "recordSet/0/field/') == 40
