"""`fields`, `ids` and `view`: a client takes what it needs of lists, records and fits."""

import csv
import json

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.one_engine
CLAIM = {"benchmark": "MedQA", "score": "95 %", "use": "public-self-assessment"}


def test_fields_are_the_keys_that_are_wanted_and_the_identity(client: TestClient) -> None:
    record = client.get("/api/v1/gaps/bean2026-gpt4o-recomputed?fields=value, unit").json()
    assert set(record) == {"@context", "@id", "id", "value", "unit"}
    thing = client.get("/api/v1/benchmarks/medqa?fields=cards").json()
    assert set(thing) == {"@context", "@id", "id", "cards"}
    page = client.get("/api/v1/benchmarks?fields=name&limit=2").json()
    assert [set(item) for item in page["items"]] == [{"@id", "id", "name"}] * 2
    assert page["total"] > 100
    rows = client.get("/api/v1/benchmarks.csv?fields=name").text.splitlines()
    assert next(csv.reader(rows))[1:] == ["id", "name"]
    works = client.get("/api/v1/sources?fields=doi").json()["items"]
    assert {frozenset(item) for item in works} == {frozenset({"@id", "id", "doi"})}


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("gaps/bean2026-gpt4o-recomputed", "titel"),
        ("benchmarks/medqa", "crads"),
        ("benchmarks", "doamins"),
        ("gaps?view=full", "sourcess"),
    ],
)
def test_a_field_that_is_not_there_is_refused_with_near_names(
    client: TestClient, address: str, field: str
) -> None:
    mark = "&" if "?" in address else "?"
    answer = client.get(f"/api/v1/{address}{mark}fields=id,{field}")
    problem = answer.json()
    assert (answer.status_code, problem["parameter"]) == (400, "fields")
    assert problem["value"] not in problem["known"]
    assert problem["near"]
    assert f"Did you mean {problem['near'][0]}" in problem["detail"]


def test_a_far_word_has_no_near_name(client: TestClient) -> None:
    problem = client.get("/api/v1/benchmarks?fields=zzqqxxvv").json()
    assert problem["near"] == []
    assert "Did you mean" not in problem["detail"]


@pytest.mark.parametrize(
    ("term", "mend"),
    [("hasAssumptoin", "The nearest is"), ("zzqqxxvv", "Remove it.")],
)
def test_a_property_that_is_not_there_has_the_nearest_or_none(
    client: TestClient, term: str, mend: str
) -> None:
    ident = "id/card/bean2026-scenarios/raman-et-al/1"
    card = client.get(f"/doc/{ident}", headers={"Accept": "text/turtle"}).text
    base = "https://w3id.org/evalgap/"
    author = f'<{base}id/agent/raman-et-al> <https://schema.org/name> "Raman et al." .'
    triple = f'<{base}{ident}> <{base}ontology#{term}> "x" .'
    sent = f"{card}\n{author}\n{triple}"
    turtle = {"Content-Type": "text/turtle"}
    told = client.post("/api/v1/validate", content=sent, headers=turtle).text
    assert "has no such property" in told
    assert mend in told


def test_ids_ask_for_several_in_their_order(client: TestClient) -> None:
    page = client.get("/api/v1/benchmarks?ids=medqa,healthbench,nothing").json()
    assert [item["id"] for item in page["items"]] == ["medqa", "healthbench"]
    assert (page["absent"], page["total"]) == (["nothing"], 2)
    first = client.get("/api/v1/benchmarks?ids=medqa,healthbench&limit=1").json()
    assert [i["id"] for i in client.get(first["next"]).json()["items"]] == ["healthbench"]
    narrowed = client.get("/api/v1/benchmarks?ids=medqa&domain=software").json()
    assert (narrowed["items"], narrowed["absent"]) == ([], ["medqa"])
    many = ",".join(f"x{n}" for n in range(101))
    assert client.get(f"/api/v1/benchmarks?ids={many}").status_code == 400


def test_a_full_item_is_what_its_own_address_gives(client: TestClient) -> None:
    for several, ident in (("gaps", "bean2026-gpt4o-recomputed"), ("systems", "gpt-4o")):
        (item,) = client.get(f"/api/v1/{several}?ids={ident}&view=full").json()["items"]
        alone = client.get(f"/api/v1/{several}/{ident}").json()
        assert item == {k: v for k, v in alone.items() if k != "@context"}
    assert client.get("/api/v1/gaps?view=brief").status_code == 400


@pytest.mark.parametrize("ident", ["public-self-assessment", "penda-primary-care"])
def test_a_brief_fit_is_small_and_says_what_the_whole_one_says(
    client: TestClient, ident: str
) -> None:
    """Of all shipped deployments, these are among those with the largest brief fit."""
    address = f"/api/v1/deployments/{ident}/fit"
    answer = client.get(f"{address}?view=brief")
    assert len(answer.content) < 8 * 1024
    brief, whole = answer.json(), client.get(f"{address}?limit=10").json()
    assert brief["finding"] == whole["summary"]["sentence"]
    assert brief["deployment"] == whole["deployment"]
    assert [t["dimension"] for t in brief["test_first"]] == [
        t["dimension"] for t in whole["test_first"]
    ]
    assert [(b["rank"], b["benchmark"], b["verdicts"]) for b in brief["items"]] == [
        (b["rank"], b["benchmark"], {f["dimension"]: f["verdict"] for f in b["findings"]})
        for b in whole["benchmarks"]
    ]
    one = client.get(f"{address}?view=brief&benchmark=medqa&limit=100").json()
    assert [b["benchmark"] for b in one["items"]] == ["medqa"]
    assert client.get(f"{address}?view=short").status_code == 400


def test_what_is_described_and_what_is_claimed_have_brief_answers(client: TestClient) -> None:
    use = {"characteristics": {"interaction-type": "multi-turn"}}
    fit = client.post("/api/v1/fit?view=brief", json={"deployment": use, "limit": 3})
    assert len(fit.json()["items"]) == 3
    whole = client.post("/api/v1/claims/check", json=CLAIM)
    brief = client.post("/api/v1/claims/check?view=brief", json=CLAIM)
    assert 10 * len(brief.content) < len(whole.content)
    assert brief.json()["headline"] == whole.json()["headline"]
    assert [a["verdict"] for a in brief.json()["assumptions"]] == [
        a["verdict"] for a in whole.json()["assumptions"]
    ]


@pytest.mark.parametrize(
    "address",
    [
        "benchmarks",
        "benchmarks/medqa",
        "gaps?fields=name",
        "deployments?ids=public-self-assessment",
    ],
)
def test_what_a_client_has_is_not_sent_again(client: TestClient, address: str) -> None:
    answer = client.get(f"/api/v1/{address}")
    tag = answer.headers["etag"]
    again = client.get(f"/api/v1/{address}", headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    mark = "&" if "?" in address else "?"
    other = client.get(f"/api/v1/{address}{mark}fields=id", headers={"If-None-Match": tag})
    assert json.loads(other.content)
