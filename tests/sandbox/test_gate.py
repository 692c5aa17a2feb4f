"""A validator that ends costs at most the one record that ended it; the pool lives on."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pytest

from loaders.contract import Document, Raw
from loaders.registry import documents
from service.validation.gate import Gate, Submission

POISON = "Poison"


FATAL = f"""lambda triples: (
    lambda data: __import__("ctypes").string_at(0)
    if any(str(value) == {POISON!r} for _, _, value in data)
    else __import__("importlib").import_module("service.validation.validator").validate(data)
)(list(triples))"""


class Fatal:
    """Judges as ever, and ends the process on one title, as a fault of a parser would.

    Sent by its text, because a validator cannot read the files of the tests.
    """

    def __reduce__(self) -> tuple[object, ...]:
        return eval, (FATAL,)


def submissions(*titles: str) -> list[Submission]:
    made = []
    for title in titles:
        body = f'{{"benchmark_details": {{"name": "{title}"}}}}'.encode()
        (found,) = documents(Raw(f"{title}.json", body))
        assert isinstance(found, Document)
        made.append(Submission(found.records[0], 1))
    return made


@pytest.fixture(scope="module")
def gate() -> Iterator[Gate]:
    with closing(Gate(1)) as found:
        yield found


def test_a_record_that_ends_the_validator_is_found_and_refused(gate: Gate) -> None:
    gate._judge, before = Fatal(), gate._judge  # type: ignore[assignment]
    batch = submissions("A", "B", POISON, "C", "D")
    checked = gate.submit(batch, "").result()
    gate._judge = before
    assert [c.iri for c in checked] == [c.iri for c in batch]
    refused = [c for c in checked if any(i.severity == "Violation" for i in c.issues)]
    assert [c.iri for c in refused] == [batch[2].iri]
    assert "ended the process" in refused[0].issues[0].message
    assert all(c.nquads for c in checked if c not in refused)


def test_a_validator_that_is_killed_from_outside_costs_nothing(gate: Gate) -> None:
    (under_way, pid) = (gate.submit(submissions("A", "B"), ""), gate._later(gate._done, os.getpid))
    os.kill(pid.result(), signal.SIGKILL)
    after = gate.submit(submissions("E"), "").result()
    assert [c.issues for c in (*under_way.result(), *after) if c.issues and not c.nquads] == []
