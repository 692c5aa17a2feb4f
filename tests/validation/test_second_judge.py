"""pyshacl-turbo finds in the good and bad examples of every shape what pySHACL finds."""

from pathlib import Path

import pytest
from rdflib import Graph

from loaders.mapping.nquads import nquads
from service.validation import second_judge, validator
from service.validation.second_judge import verdict

HERE = Path(__file__).parent


@pytest.mark.parametrize(("which", "least"), [("good", 0), ("*", 150)])
def test_both_find_the_same_in_every_example(which: str, least: int) -> None:
    # the good ones alone, too: they have the nodes of the bad ones, whose faults would hide any
    examples = Graph()
    for path in sorted(HERE.glob(f"{which}/*.ttl")):
        examples.parse(path)
    found = verdict(validator.validate(examples))
    assert len(found) > least
    records = nquads(examples, "").encode()
    assert not second_judge.differs(records, b"", found)
    assert second_judge.differs(records, b"", frozenset([*found][1:]))
