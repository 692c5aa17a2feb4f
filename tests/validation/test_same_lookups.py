"""A query that found nothing is left out where it would look up the same, and nowhere else."""

from collections.abc import Iterable

import pytest
from rdflib import RDF, SKOS, Literal, URIRef

from loaders.mapping.iris import BASE, EGAP
from service.validation import validator
from service.validation.same_lookups import follows_from_lookups
from service.validation.validator import Issue, Triple

_VALUE = URIRef(f"{BASE}value/query-authorship/crowd")
_OTHER = URIRef(f"{BASE}value/interaction-type/single-turn")


def _answer(card: str, coded: URIRef, counted: URIRef) -> list[Triple]:
    """Return an answer that counts one value and has a coding of another, or of the same."""
    node = URIRef(f"{BASE}id/card/{card}/a/1/query-authorship")
    coding = URIRef(f"{node}/coding-1")
    return [
        (node, RDF.type, EGAP.Assumption),
        (node, EGAP.onDimension, URIRef(f"{BASE}dimension/query-authorship")),
        (node, EGAP.assumesValue, counted),
        (node, EGAP.hasCoding, coding),
        (coding, RDF.type, EGAP.ValueCoding),
        (coding, EGAP.codingValue, coded),
        (coding, EGAP.basis, URIRef(f"{BASE}code/basis/stated")),
    ]


def _found(*answers: Iterable[Triple]) -> list[Issue]:
    shapes = {"value-in-scheme", "value-has-coding", "coding-rule-value"}
    triples = [triple for answer in answers for triple in answer]
    found = [issue for issue in validator.validate(triples) if issue.shape in shapes]
    assert found == [issue for issue in validator.plain(triples) if issue.shape in shapes]
    return found


def test_a_wrong_value_is_found_beside_right_ones_of_the_same_form() -> None:
    right = [_answer(f"right-{n}", _VALUE, _VALUE) for n in range(5)]
    assert _found(*right) == []
    assert _found(*right) == []
    uncoded = _found(*right, _answer("wrong", _VALUE, _OTHER))
    assert {issue.shape for issue in uncoded} == {"value-in-scheme", "value-has-coding"}
    assert {"wrong" in issue.focus for issue in uncoded} == {True}
    assert {issue.shape for issue in _found(_answer("right-1", _OTHER, _OTHER))} == {
        "value-in-scheme"
    }
    assert _found(*right) == []


def test_what_another_graph_says_of_a_value_counts_at_once() -> None:
    local = URIRef(f"{BASE}value/query-authorship/of-our-own")
    scheme = URIRef(f"{BASE}scheme/of-our-own")
    said = [
        (local, SKOS.inScheme, scheme),
        (scheme, EGAP.valuesOf, URIRef(f"{BASE}dimension/query-authorship")),
    ]
    assert [issue.shape for issue in _found(_answer("local", local, local))] == ["value-in-scheme"]
    assert _found(_answer("local", local, local), said) == []
    assert [issue.shape for issue in _found(_answer("local", local, local))] == ["value-in-scheme"]


def test_a_card_whose_name_begins_with_that_of_another_is_judged_by_its_own_codings() -> None:
    assert _found(_answer("one", _VALUE, _VALUE), _answer("one/a/1", _VALUE, _VALUE)) == []
    borrowed = [t for t in _answer("two", _VALUE, _VALUE) if t[1] != EGAP.hasCoding]
    there = URIRef(f"{BASE}id/card/one/a/1/query-authorship/coding-1")
    own = URIRef(f"{BASE}id/card/two/a/1/query-authorship")
    assert [i.shape for i in _found(borrowed)] == ["value-has-coding"]
    theirs = _answer("one", _VALUE, _VALUE)
    assert _found(theirs, [*borrowed, (own, EGAP.hasCoding, there)]) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT $this { $this <https://a.org/b> ?a FILTER (?a != ?b) }", True),
        ("SELECT $this { $this a:b/a:c ?a . FILTER NOT EXISTS { ?a (a:b|a:c)+ ?b } }", True),
        ("SELECT $this { $this a:b ?a FILTER (?a < ?b) }", False),
        ("SELECT $this { $this a:b ?a FILTER (STR(?a) = ?b) }", False),
        ("SELECT $this { $this a:b ?a FILTER regex (?a, 'b') }", False),
        ("SELECT $this { $this a:b ?a BIND (?a AS ?b) }", False),
        ("SELECT $this { $this a:b ?a FILTER (a:own(?a)) }", False),
        ("SELECT $this { $this a:b ?a FILTER (<https://a.org/f>(?a)) }", False),
    ],
)
def test_only_queries_that_compare_names_for_being_the_same_are_left_out(
    query: str,
    expected: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    assert follows_from_lookups(query) is expected


def test_a_text_that_is_a_name_is_no_name() -> None:
    said = _answer("texts", _VALUE, _VALUE)
    node = said[0][0]
    assert _found(said) == []
    assert _found([*said, (node, EGAP.assumesValue, Literal(str(_VALUE)))]) != []
