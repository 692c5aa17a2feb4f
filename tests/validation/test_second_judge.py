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


def test_both_take_the_code_of_a_country() -> None:
    """From a store, pyshacl-turbo took every code to be unknown, and plain pySHACL had to decide."""
    name = "<https://w3id.org/evalgap/id/profile/here/author/1>"
    text = (
        f"{name} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
        "<https://w3id.org/evalgap/ontology#DeploymentProfile> .\n"
        f'{name} <https://w3id.org/evalgap/ontology#countryCode> "TH" .\n'
    )
    profile = Graph().parse(data=text, format="nt")
    found = verdict(validator.validate(profile))
    assert not [issue for issue in found if "country" in issue[1]]
    assert not second_judge.differs(text.encode(), b"", found)
