"""What belongs together is proposed with reasons, decided by people, and never merged."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from ruamel.yaml import YAML

from loaders.contract import Document, Raw
from loaders.registry import read
from service.common.settings import Settings
from service.matching.rules import MatchCandidate, proposals
from service.web.app import create_app
from tests.tokens import AUTHORIZED, TOKEN

ANN = {"id": "ann", "name": "Ann"}


@pytest.fixture(scope="module")
def service() -> Iterator[TestClient]:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings)) as client:
        yield client


def decided(service: TestClient, **fields: Any) -> Any:
    body = {
        "subject": "benchmark/pubmedqa",
        "target": "benchmark/medqa",
        "relation": "variant-of",
        "reasons": ["A test."],
        "author": ANN,
        **fields,
    }
    return service.put("/api/v1/matches", json=body, headers=AUTHORIZED)


def test_a_match_is_proposed_confirmed_and_undone(service: TestClient) -> None:
    for decision, status in (
        ("propose", "draft"),
        ("confirm", "accepted"),
        ("reject", "withdrawn"),
    ):
        answer = decided(service, decision=decision)
        assert answer.status_code == 200, answer.text
        (item,) = service.get("/api/v1/matches?benchmark=medqa&withdrawn=true").json()["items"]
        assert (item["decided"], item["author"]) == (status, "Ann")
    ident = "benchmark/pubmedqa/benchmark/medqa"
    assert service.get(f"/api/v1/matches/{ident}").json()["version"] == 3
    assert service.get(f"/api/v1/matches/{ident}/2").json()["status"] == "accepted"
    assert service.get("/api/v1/benchmarks/pubmedqa").json()["cards"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"target": "benchmark/absent"}, "not a benchmark, dataset, implementation or system"),
        ({"target": "benchmark/pubmedqa"}, "its own target"),
        ({"relation": "resembles"}, "relation"),
        ({"reasons": []}, "no reason"),
        ({"decision": "maybe"}, "no decision"),
        ({"decision": "confirm", "author": None}, "author"),
        ({"confidence": 2}, "number from 0 to 1"),
        ({"subject": "../../x"}, "subject"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_with_reasons(
    service: TestClient, wrong: dict[str, Any], words: str
) -> None:
    before = service.get("/api/v1/matches").json()["total"]
    answer = decided(service, **wrong)
    assert answer.status_code == 422, answer.text
    assert words in answer.text
    assert service.get("/api/v1/matches").json()["total"] == before


def test_nobody_decides_without_the_token(service: TestClient) -> None:
    assert service.put("/api/v1/matches", json={}).status_code == 401


def test_proposals_are_a_file_to_edit_and_import(service: TestClient) -> None:
    answer = service.get("/api/v1/matches/proposals", headers={"Accept": "application/yaml"})
    assert answer.status_code == 200
    tree = YAML(typ="safe").load(answer.text)
    assert set(tree) == {"evalgap", "matches"}
    assert service.get("/api/v1/matches/proposals?least=x").status_code == 400


def test_a_file_of_decisions_is_read() -> None:
    text = """
evalgap: 1
matches:
  - {subject: dataset/a, target: benchmark/b, relation: dataset-of, confidence: 0.9, reasons: [x]}
"""
    document = read(Raw("m.yaml", text.encode()))
    assert isinstance(document, Document)
    (record,) = document.records
    assert (record.status, record.id) == ("draft", "dataset/a/benchmark/b")


def thing(ident: str, **fields: Any) -> MatchCandidate:
    return MatchCandidate(**{"kind": "benchmark", "id": ident, **fields})


def test_names_that_differ_by_a_sign_stay_apart() -> None:
    things = [thing("a", titles=("Q-Bench",)), thing("b", titles=("Q-Bench+",))]
    assert proposals(things) == []


def test_one_name_and_two_papers_stay_apart() -> None:
    ai2 = thing("a", titles=("ARC",), identifiers=frozenset({"arxiv:1803.05457"}))
    abstraction = thing("b", titles=("ARC",), identifiers=frozenset({"arxiv:1911.01547"}))
    assert proposals([ai2, abstraction]) == []
    (found,) = proposals([ai2, thing("c", titles=("a r c",))])
    assert (found.subject, found.target) == ("benchmark/c", "benchmark/a")
    assert found.reasons == ("Both are called 'a r c'.",)


def test_an_implementation_is_matched_by_the_dataset_it_runs_on() -> None:
    hub = frozenset({"huggingface:bigbio/med_qa"})
    things = [
        thing("medqa", identifiers=hub),
        thing("x", kind="implementation", uses=hub),
        thing("y", kind="implementation", uses=hub),
        thing("z", kind="dataset", identifiers=hub),
    ]
    found = {(p.subject, p.target, p.relation) for p in proposals(things)}
    assert found == {
        ("implementation/x", "benchmark/medqa", "implements"),
        ("implementation/y", "benchmark/medqa", "implements"),
        ("dataset/z", "benchmark/medqa", "dataset-of"),
    }


names = st.sampled_from(["A", "a", "B", "A B", "AB", "c+"])
papers = st.frozensets(st.sampled_from(["arxiv:1", "arxiv:2", "doi:3", "github:x/y"]), max_size=3)
described = st.builds(
    thing,
    st.sampled_from(["p", "q", "r", "s"]),
    kind=st.sampled_from(["benchmark", "dataset", "implementation"]),
    titles=st.lists(names, max_size=2).map(tuple),
    identifiers=papers,
    rank=st.integers(0, 1),
)


@given(st.lists(described, max_size=6, unique_by=lambda t: t.path))
def test_proposals_do_not_depend_on_order_and_are_never_sure(things: list[MatchCandidate]) -> None:
    found = proposals(things)
    assert found == proposals(things[::-1])
    assert all(Decimal("0.5") <= p.confidence < 1 and p.reasons for p in found)
    assert all(p.subject != p.target for p in found)
    assert len({frozenset((p.subject, p.target)) for p in found}) == len(found)
