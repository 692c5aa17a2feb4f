"""What only its authors have seen counts nowhere, until somebody publishes it by name.

Nor does what is no pair of evaluation and changed conditions: it is kept, named and counted apart.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.common.settings import Settings
from service.queries import catalog
from service.web.app import create_app
from tests.answers import answer, kept
from tests.pages import opened, rows
from tests.tokens import AUTHORIZED, TOKEN

OWN = "own-bean2026-gpt4o-recomputed"
ASKED = "self_reported=true"
OF_ALL = {"changed-since"}
"""Questions about what was stored when, and not about what was measured."""
GRAPH = "https://w3id.org/evalgap/graph/gap"
JANE = {"id": "jane-doe", "name": "Jane Doe"}
WHY = "Item results are public; numbers computed again."
RISK = "/api/v1/deployments/public-self-assessment/risk?benchmark=bean2026-scenarios"
LISTS = [
    "/api/v1/gaps", "/api/v1/studies", "/api/v1/systems", "/api/v1/benchmarks", "/gaps.csv",
    "/benchmarks.csv", "/api/v1/stats", "/api/v1/coverage", RISK, "/api/v1/benchmarks/medqa",
    "/api/v1/systems/gpt-4o-2024-05-13",
]  # fmt: skip
"""What lists, counts or weighs records, by its address."""


SHIPPED = (
    "bean2026-gpt4o-recomputed", "raman2026-redflag", "yao2024-tau-gpt4o-retail",
    "agweyu2026-treatment-failure", "korom2025-treatment", "agarwal2023-radiology",
    "zhang2024-gsm1k",
    "obermeyer2019-cost-proxy",
)  # fmt: skip
"""Gaps of several kinds: taken apart, a ratio, a gain, in use, without a number, disputed."""


def doubles(client: TestClient) -> list[dict[str, Any]]:
    """Return shipped gaps once more, as somebody's own."""
    texts = (client.get(f"/api/v1/gaps/{ident}.yaml").text for ident in SHIPPED)
    found = [yaml.safe_load(text)["records"][0] for text in texts]
    changed = {"verification": "self-reported", "comparison": "pair"}
    start = {"benchmark": "bean2026-scenarios"}  # effects have none
    return [{**start, **r, "id": f"own-{r['id']}", **changed} for r in found]


def others(client: TestClient) -> list[dict[str, Any]]:
    """Return shipped gaps once more, as effects of deployment."""
    texts = (client.get(f"/api/v1/gaps/{ident}.yaml").text for ident in SHIPPED)
    found = [yaml.safe_load(text)["records"][0] for text in texts]
    return [{**r, "id": f"apart-{r['id']}", "comparison": "effect-of-deployment"} for r in found]


def imported(client: TestClient, records: list[dict[str, Any]]) -> str:
    """Import records and return the report."""
    file = json.dumps({"evalgap": 1, "records": records}, default=str)
    place = client.post("/api/v1/imports?name=own.json", content=file).headers["location"]
    client.get(f"{place}/events")
    return client.get(f"{place}/report.csv").text


def answers(client: TestClient) -> dict[str, str]:
    """Return what lists say, without the one table that counts apart what is no pair."""
    given = {path: client.get(path).text for path in LISTS}
    stats = json.loads(given["/api/v1/stats"])
    stats["tables"] = [t for t in stats["tables"] if t["question"] != "gaps-by-comparison"]
    return {**given, "/api/v1/stats": json.dumps(stats)}


@pytest.fixture(scope="module")
def before_and_after() -> Iterator[tuple[dict[str, str], TestClient]]:
    """Return what lists say of the shipped data, and a service that holds the doubles too."""
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        before = answers(client)
        report = imported(client, [*doubles(client), *others(client)])
        assert client.get(f"/api/v1/gaps/{OWN}").status_code == 200, report
        yield before, client


@pytest.fixture
def own(before_and_after: tuple[dict[str, str], TestClient]) -> TestClient:
    return before_and_after[1]


def test_no_question_counts_them(own: TestClient) -> None:
    names = catalog.named_queries()
    assert [n for n in names if n not in OF_ALL and answer(own, n) != kept(n)] == []


def test_no_list_count_or_pool_has_them(
    before_and_after: tuple[dict[str, str], TestClient],
) -> None:
    before, client = before_and_after
    after = answers(client)
    assert {p for p in LISTS if after[p] != before[p]} == set()
    links = opened(client, "/gaps").links()
    assert not [link for link in links if "/own-" in link or "/apart-" in link]


@pytest.mark.one_engine
def test_what_is_no_pair_is_shown_by_its_name_and_counted_apart(
    own: TestClient, client: TestClient
) -> None:
    effects = "comparison=effect-of-deployment"
    listed = own.get(f"/api/v1/gaps?limit=100&{effects}").json()["items"]
    shipped = {r["id"] for r in rows(client.get(f"/gaps.csv?{effects}"))}
    assert {g["id"] for g in listed} == shipped | {f"apart-{ident}" for ident in SHIPPED}
    assert {g["compared"] for g in listed} == {"effect-of-deployment"}
    table = rows(own.get(f"/gaps.csv?{effects}"))
    assert {r["comparison"] for r in table} == {"effect-of-deployment"}
    assert len(table) == len(listed)
    (count,) = [
        row["records"]
        for row in own.get("/queries/gaps-by-comparison?other_comparisons=true").json()["rows"]
        if row["comparison"].endswith("/effect-of-deployment")
    ]
    assert count == len(listed)
    assert f"effect of deployment {count}" in opened(own, "/gaps").words
    assert {r["comparison"] for r in rows(own.get("/gaps.csv"))} == {"pair"}
    page = opened(own, "/gaps/apart-raman2026-redflag").words
    assert "Effect of deployment. No pair:" in page
    beside = opened(own, "/benchmarks/bean2026-scenarios?tab=results").links()
    assert "/gaps/apart-raman2026-redflag" in beside
    found = own.get("/api/v1/benchmarks/bean2026-scenarios").json()["gaps"]
    assert {g["compared"] for g in found} >= {"pair", "effect-of-deployment"}


def test_a_pair_may_say_so_and_counts(own: TestClient) -> None:
    record = others(own)[0] | {"id": "said-pair", "comparison": "pair"}
    assert "set aside" not in imported(own, [record])
    assert own.get("/api/v1/gaps?q=GPT-4o&comparison=pair").json()["total"] > 1
    assert "said-pair" in {r["id"] for r in rows(own.get("/gaps.csv"))}


@pytest.mark.one_engine
def test_the_numbers_of_the_dataset_say_how_many_there_are(
    own: TestClient, client: TestClient
) -> None:
    """They have to agree with the dump, so they count them, and say so."""
    said = f"{len(SHIPPED)} of the versions of gaps are self-reported: counted here"
    for path in ("/void.ttl", "/catalog.ttl"):
        assert said in " ".join(own.get(path).text.split()), path
        assert "self-reported:" not in client.get(path).text


def test_who_asks_for_them_gets_them(own: TestClient) -> None:
    listed = [own.get(f"/api/v1/gaps?limit=1{more}").json()["total"] for more in ("", f"&{ASKED}")]
    assert listed[1] == listed[0] + len(SHIPPED)
    assert len(rows(own.get(f"/gaps.csv?{ASKED}"))) == listed[1]
    levels = own.get(f"/queries/verification-levels?{ASKED}").json()["rows"]
    (level,) = [row for row in levels if "self-reported" in row["verification"]]
    assert level["gaps"] == len(SHIPPED)
    sparql = own.get(f"/queries/verification-levels.rq?{ASKED}").text
    assert "self-reported" not in sparql
    assert "self-reported" in own.get("/queries/verification-levels.rq").text
    assert own.get("/api/v1/gaps?self_reported=maybe").status_code == 400


def test_they_stand_marked_at_their_address_and_on_their_deployment(own: TestClient) -> None:
    found = opened(own, f"/gaps/{OWN}")
    assert "Only those who measured it have seen these results" in found.one(".warning").words
    deployment = own.get("/api/v1/deployments/public-self-assessment").json()
    (listed,) = [g for g in deployment["gaps"] if g["id"] == OWN]
    assert listed["verifiedAgainst"] == "self-reported"
    page = opened(own, "/doc/id/deployment/public-self-assessment").words
    assert "(self-reported)" in page


def test_to_publish_takes_a_name_a_sentence_and_a_level(own: TestClient) -> None:
    path = f"/api/v1/gaps/{OWN}/publication"
    whole = {"by": JANE, "reason": WHY, "verification": "recomputed"}
    for lacking in whole:
        given = {name: value for name, value in whole.items() if name != lacking}
        assert own.post(path, json=given).status_code == 422, lacking
    for bare in ("x", "I say so", "yes yes yes yes"):
        refused = own.post(path, json={**whole, "reason": bare})
        assert (refused.status_code, "of four words at least" in refused.text) == (422, True), bare
    nobody = {**whole, "by": {"id": "x", "name": "?"}}
    assert own.post(path, json=nobody).status_code == 422
    assert own.post(path, json={**whole, "verification": "self-reported"}).status_code == 422
    assert own.post(path, json=whole, headers={"Authorization": ""}).status_code == 401
    done = own.post(path, json=whole)
    assert done.status_code == 200, done.text
    found = done.json()
    assert (found["version"], found["verification"]) == (2, "recomputed")
    assert (found["published_by"]["name"], found["published_because"]) == ("Jane Doe", WHY)
    assert OWN in {row["id"] for row in rows(own.get("/gaps.csv"))}
    assert "published by Jane Doe" in opened(own, f"/gaps/{OWN}").words
    assert own.post(path, json=whole).status_code == 409


def test_an_import_does_not_publish_in_passing(own: TestClient) -> None:
    ident = "own-raman2026-redflag"
    text = own.get(f"/api/v1/gaps/{ident}.yaml").text.replace("self-reported", "full-text")
    report = imported(own, yaml.safe_load(text)["records"])
    assert "would count without anybody having published it" in report
    assert own.get(f"/api/v1/gaps/{ident}").json()["verification"] == "self-reported"


def test_triples_do_not_publish_in_passing(own: TestClient) -> None:
    ident, level = "own-agarwal2023-radiology", "https://w3id.org/evalgap/ontology#verifiedAgainst"
    name, code = f"{GRAPH}/{ident}/1", "https://w3id.org/evalgap/code/verification"
    held = own.get("/rdf-graph-store", params={"graph": name, "format": "nt"}).text
    raised = held.replace("verification/self-reported", "verification/full-text")
    assert raised != held
    where = f"GRAPH <{name}> {{ ?gap <{level}> ?was }}"
    swap = (
        f"DELETE {{ {where} }} INSERT {{ GRAPH <{name}> {{ ?gap <{level}> <{code}/full-text> }} }} "
        f"WHERE {{ {where} }}"
    )
    later = raised.replace(f"{ident}/1", f"{ident}/2")
    turtle = {"Content-Type": "text/turtle"}
    for refused in (
        own.post("/update", data={"update": swap}),
        own.put("/rdf-graph-store", params={"graph": name}, content=raised, headers=turtle),
        own.put(
            "/rdf-graph-store", params={"graph": f"{name[:-1]}2"}, content=later, headers=turtle
        ),
        own.post(
            "/rdf-graph-store", params={"graph": f"{name[:-1]}2"}, content=later, headers=turtle
        ),
    ):
        assert refused.status_code == 422, refused.text
        assert "having published it" in refused.text
    assert own.get(f"/api/v1/gaps/{ident}").json()["verification"] == "self-reported"
    same = own.put("/rdf-graph-store", params={"graph": name}, content=held, headers=turtle)
    assert same.status_code in {200, 204}, same.text


def test_an_import_takes_no_bare_reason_for_a_publication(own: TestClient) -> None:
    ident = "own-korom2025-treatment"
    text = own.get(f"/api/v1/gaps/{ident}.yaml").text.replace("self-reported", "full-text")
    (record,) = yaml.safe_load(text)["records"]
    report = imported(own, [{**record, "published_by": JANE, "published_because": "x"}])
    assert "would count without anybody having published it" in report


def test_what_nobody_else_can_see_is_not_published(own: TestClient) -> None:
    ident = "own-yao2024-tau-gpt4o-retail"
    record = yaml.safe_load(own.get(f"/api/v1/gaps/{ident}.yaml").text)["records"][0]
    home = "https://w3id.org/evalgap/id/plan/mine/1"
    imported(own, [{**record, "sources": [{"url": home}]}])
    given: dict[str, Any] = {"by": JANE, "reason": WHY, "verification": "full-text"}
    refused = own.post(f"/api/v1/gaps/{ident}/publication", json=given)
    assert refused.status_code == 422
    assert "names no source outside this store" in refused.text
    given["sources"] = [{"url": "https://example.org/preprint", "locator": "table 2"}]
    assert own.post(f"/api/v1/gaps/{ident}/publication", json=given).status_code == 200


def test_every_query_for_current_records_leaves_them_out() -> None:
    queries = {**catalog.named_queries(), **catalog.lists()}
    left = {q.name for q in queries.values() if "isReplacedBy" in q.sparql and not q.on_request}
    assert left == set()
