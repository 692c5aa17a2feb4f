"""An import holds a few batches at a time, however many records are set aside."""

from collections.abc import Iterator

from loaders.contract import Raw, RecordProblem, Rejected
from service.ingest.pipeline import ingest
from service.store.oxigraph.store import open_store
from service.validation.gate import Gate


def test_records_that_are_set_aside_are_passed_on_as_they_come() -> None:
    pulled = 0

    def many() -> Iterator[Rejected]:
        nonlocal pulled
        for pulled in range(100_000):
            yield Rejected(Raw("x.jsonl", b"{}", f"line {pulled}"), (RecordProblem("It is bad."),))

    engine, gate = open_store(None), Gate(0)
    outcomes = ingest(many(), engine, gate)
    assert next(outcomes).title == "x.jsonl, line 0"
    assert pulled < 5_000
    gate.close()
    engine.close()
