"""The second opinion on an import, and the way back to plain pySHACL."""

import logging
from collections.abc import Iterable, Iterator
from itertools import chain

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from loaders.contract import Document, Raw
from loaders.mapping.write import triples
from loaders.registry import read
from service.common.problems import Disagreement
from service.common.settings import Settings
from service.ingest import alone
from service.ingest.pipeline import ingest
from service.ingest.seeding import shipped_files
from service.store.oxigraph.store import open_store
from service.validation import pyshacl_batch, validator
from service.validation.gate import Gate
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


def run(share: float, *, dry_run: bool = False) -> None:
    engine = open_store(None)
    for _ in ingest(shipped(), engine, Gate(0), audited=share, dry_run=dry_run):
        pass


def test_every_import_has_at_least_one_record_judged_again(asked: list[int]) -> None:
    run(1e-9)
    assert len(asked) == 1
    assert 0 < asked[0] < sum(1 for d in shipped() for r in d.records for _ in triples(r, 1))


def test_a_share_of_one_has_every_record_judged_again(asked: list[int]) -> None:
    run(1.0)
    assert sum(asked) >= sum(1 for d in shipped() for r in d.records for _ in triples(r, 1))


def test_what_is_not_stored_is_not_judged_again(asked: list[int]) -> None:
    run(1.0, dry_run=True)
    run(0)
    assert asked == []


@pytest.mark.parametrize("share", [1, 0])
def test_what_is_sent_alone_is_judged_again_as_often_as_any_record(
    monkeypatch: pytest.MonkeyPatch, asked: list[int], share: int
) -> None:
    monkeypatch.setattr(alone, "AUDITED", share)
    settings = Settings(store=None, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        client.put("/api/v1/matches", json=DECISION).raise_for_status()
        assert len(asked) == share
        client.post("/api/v1/plans", json=PLAN).raise_for_status()
        assert len(asked) == 2 * share


def test_a_difference_is_an_error_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validator, "plain", lambda data: [*validator.validate(data), ODD])
    with pytest.raises(Disagreement, match=r"Only plain pySHACL says so.*--plain-pyshacl"):
        run(1e-9)


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
