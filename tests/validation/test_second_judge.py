"""pyshacl-turbo finds in the good and bad examples of every shape what pySHACL finds."""

import re
import time
from pathlib import Path

import pytest
from rdflib import RDF, Graph
from rdflib.namespace import SH

from loaders.mapping.iris import BASE, EGAP
from loaders.mapping.nquads import nquads
from service.ontology import graphs
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


def test_the_second_judge_takes_no_longer_than_the_first_over_rules() -> None:
    """A path from an unbound value took it 40 times as long: an import of 3,820 cards hung."""
    text = _codings(100)
    triples = list(Graph().parse(data=text, format="nt"))
    judges = (
        lambda: validator.validate(triples),
        lambda: second_judge.differs(text, b"", frozenset()),
    )
    times = []
    for judge in judges:
        judge()  # the first time, shapes are prepared
        before = time.process_time()
        judge()
        times.append(time.process_time() - before)
    assert times[1] < 4 * times[0], times


def _codings(count: int) -> bytes:
    """Return assumptions with a coding each, by a rule."""
    lines = []
    for number in range(count):
        node = f"https://w3id.org/evalgap/id/card/c{number}/a/1/query-authorship"
        lines += [
            f"<{node}> <{RDF.type}> <{EGAP.Assumption}> .",
            f"<{node}> <{EGAP.hasCoding}> <{node}/coding-1> .",
            f"<{node}/coding-1> <{RDF.type}> <{EGAP.ValueCoding}> .",
            f"<{node}/coding-1> <{EGAP.codingValue}> <{BASE}value/query-authorship/crowd> .",
            f"<{node}/coding-1> <{EGAP.basis}> <{BASE}code/basis/hinted> .",
            f'<{node}/coding-1> <{EGAP.ruleId}> "answer-key-scoring" .',
        ]
    return "".join(f"{line}\n" for line in lines).encode()


def test_every_shape_gives_the_properties_that_it_reads() -> None:
    """So that the second judge needs nothing else of the taxonomy."""
    assert not any(graphs.shapes().subject_objects(SH.closed))
    for form in (SH.select, SH.ask):
        for text in graphs.shapes().objects(None, form):
            assert not re.search(r"[?$]\w+\s+(?:[?$]\w+|!(?!=)\S+)\s+[?$]\w+", _plain(str(text))), (
                text
            )


def _plain(query: str) -> str:
    """Return a query without its comments, and without the variables that it selects."""
    return re.sub(r"#.*|SELECT[^{]*(?=\{)|BY [^{}]*", "", query)
