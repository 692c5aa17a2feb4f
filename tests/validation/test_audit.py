"""The second opinion on an import, and the way back to plain pySHACL."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Never

import pyoxigraph as ox
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from loaders.contract import Document, Raw
from loaders.mapping.write import triples
from loaders.registry import read
from service.common.problems import Disagreement
from service.common.settings import Settings
from service.ingest.pipeline import ingest
from service.ingest.seeding import shipped_files
from service.store.oxigraph.store import open_store
from service.validation import gate, pyshacl_batch, second_judge, validator
from service.validation.gate import Gate
from service.validation.second_judge import Verdict
from service.validation.validator import Issue, Triple
from service.web.app import create_app
from tests.tokens import AUTHORIZED, TOKEN

ODD = Issue("urn:node", "Title", "", "Only plain pySHACL says so.", "Violation", "odd")
ANN = {"id": "ann", "name": "Ann"}
DECISION = {
    "subject": "benchmark/pubmedqa", "target": "benchmark/medqa", "relation": "variant-of",
    "reasons": ["A test."], "author": ANN, "decision": "confirm",
}  # fmt: skip
PLAN = {
    "id": "again", "deployment": "public-self-assessment", "card": "medqa/evalgap", "author": ANN,
}  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many triples plain pySHACL was asked about, each time."""
    calls: list[int] = []
    plain = validator.plain

    def counted(data: Iterable[Triple]) -> list[Issue]:
        known = list(data)
        calls.append(len(known))
        return plain(known)

    monkeypatch.setattr(validator, "plain", counted)
    return calls


def shipped() -> Iterator[Document]:
    for path in [p for p in shipped_files() if p.parent.name == "cards"][:6]:
        document = read(Raw(path.name, path.read_bytes()))
        assert isinstance(document, Document)
        yield document


def run(*, dry_run: bool = False, audited: bool = True) -> None:
    engine = open_store(None)
    for _ in ingest(shipped(), engine, Gate(0), audited=audited, dry_run=dry_run):
        pass


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many triples the second judge was shown, each time."""
    calls: list[int] = []
    differs = second_judge.differs

    def counted(records: bytes, context: bytes, found: Verdict) -> bool:
        calls.append(len(records.splitlines()))
        return differs(records, context, found)

    monkeypatch.setattr(gate, "differs", counted)
    return calls


def test_every_record_is_judged_by_two(looked_at: list[int], asked: list[int]) -> None:
    run()
    assert sum(looked_at) == sum(1 for d in shipped() for r in d.records for _ in triples(r, 1))
    assert asked == []


def test_the_second_sees_one_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[bytes] = []

    def noted(records: bytes, *_: object) -> bool:
        shown.append(records)
        return False

    monkeypatch.setattr(gate, "differs", noted)
    run()
    quads = [q for text in shown for q in ox.parse(text, format=ox.RdfFormat.N_QUADS)]
    assert {quad.graph_name for quad in quads} == {ox.DefaultGraph()}
    told = {(q.subject.value, q.predicate.value, q.object.value) for q in quads}
    assert told == {tuple(map(str, t)) for d in shipped() for r in d.records for t in triples(r, 1)}


def test_what_is_not_stored_is_not_judged_again(looked_at: list[int]) -> None:
    run(dry_run=True)
    run(audited=False)
    assert looked_at == []


def test_what_is_sent_alone_is_judged_by_two(looked_at: list[int]) -> None:
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        client.put("/api/v1/matches", json=DECISION).raise_for_status()
        assert len(looked_at) == 1
        client.post("/api/v1/plans", json=PLAN).raise_for_status()
        assert len(looked_at) == 2


def test_a_difference_that_pyshacl_bears_out_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "differs", lambda *_: True)
    monkeypatch.setattr(validator, "plain", lambda data: [*validator.validate(data), ODD])
    with pytest.raises(Disagreement, match=r"Only plain pySHACL says so.*--plain-pyshacl"):
        run()


def test_a_difference_that_pyshacl_does_not_bear_out_is_in_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, asked: list[int]
) -> None:
    first = next(r for d in shipped() for r in d.records)
    odd = replace(ODD, focus=str(next(iter(triples(first, 1)))[0]))
    monkeypatch.setattr(second_judge, "issues_of", lambda _: [odd])
    with caplog.at_level(logging.WARNING, "evalgap"):
        run()
    assert len(asked) == 1
    assert "otherwise than pySHACL, which decides" in caplog.text


def test_a_record_that_came_alone_is_named_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(gate, "differs", lambda *_: True)
    with caplog.at_level(logging.WARNING, "evalgap"):
        (_,) = ingest(islice(shipped(), 1), open_store(None), Gate(0))
    assert "/1 otherwise than pySHACL, which decides" in caplog.text


def test_a_second_judge_that_gives_up_has_no_opinion(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, asked: list[int]
) -> None:
    def fails(_: object) -> Never:
        raise RuntimeError

    monkeypatch.setattr(second_judge, "issues_of", fails)
    with caplog.at_level(logging.WARNING, "evalgap"):
        run()
    assert len(asked) == 1


def test_with_another_pyshacl_it_is_used_as_it_comes_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, asked: list[int]
) -> None:
    records = [list(triples(r, 1)) for d in shipped() for r in d.records][:3]
    expected = validator.validate(chain(*records))
    assert asked == []
    monkeypatch.setattr(pyshacl_batch, "FINGERPRINT", "another version")
    validator.batch_validator.cache_clear()
    with caplog.at_level(logging.WARNING, "evalgap"):
        assert validator.validate(chain(*records)) == expected
    assert len(asked) == 1
    assert "judged by plain pySHACL" in caplog.text
    validator.batch_validator.cache_clear()
