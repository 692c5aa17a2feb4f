"""pyshacl-turbo finds in the good and bad examples of every shape what pySHACL finds."""

from pathlib import Path

from rdflib import Graph

from loaders.mapping.nquads import nquads
from service.validation import second_judge, validator
from service.validation.second_judge import verdict

HERE = Path(__file__).parent


def test_both_find_the_same_in_every_example() -> None:
    examples = Graph()
    for path in sorted(HERE.glob("*/*.ttl")):
        examples.parse(path)
    found = verdict(validator.validate(examples))
    assert len(found) > 150
    records = nquads(examples, "").encode()
    assert not second_judge.differs(records, b"", found)
    assert second_judge.differs(records, b"", frozenset([*found][1:]))
