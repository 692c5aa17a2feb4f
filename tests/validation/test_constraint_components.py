"""Every constraint component of SHACL core (and sh:sparql) in a batch, against plain pySHACL.

The cases are named after the components of W3C's SHACL recommendation, section 4 and 5. Each is
a shape over the nodes of `DATA`, and is meant to find something.
"""

from collections.abc import Iterator

import pytest
from rdflib import BNode, Graph
from rdflib.namespace import SH
from rdflib.term import Node

from service.validation.pyshacl_batch import BatchValidator, understood
from service.validation.validator import Triple
from tests.validation.both_ways import as_it_comes, in_a_batch

PREFIXES = """
@prefix : <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
"""
DATA = """
:Teacher rdfs:subClassOf :Person .
:ann a :Person ; :name "Ann" ; :age 30 ; :knows :bob, :cy ; :start 1 ; :end 5 ; :label "a"@en .
:bob a :Person ; :name "Bob", "Rob" ; :age "old" ; :knows :ann, :dee ; :start 7 ; :end 3 .
:cy a :Teacher ; :age -3, 7.5 ; :knows :cy ; :nick "Cy"@en, "Cyril"@en, "Zi"@de ; :start 2 ;
  :end 2 .
:dee :name "Dee", "" ; :age 200 ; :knows "nobody", [ :name "Blank" ] ; :extra true .
:eve a :Person ; :name "Eve" ; :nick "Eve" ; :start "2020-01-01"^^xsd:date ; :end "x" .
"""
P = ":S a sh:NodeShape ; sh:targetClass :Person ; sh:targetNode :dee ; sh:property [ sh:path "
N = ":S a sh:NodeShape ; sh:targetClass :Person ; sh:targetNode :dee ; "
CASES = {
    "class": P + ":knows ; sh:class :Person ] .",
    "class-two": P + ":knows ; sh:class :Person, :Teacher ] .",
    "datatype": P + ":age ; sh:datatype xsd:integer ] .",
    "nodeKind": P + ":knows ; sh:nodeKind sh:IRI ] .",
    "minCount": P + ":name ; sh:minCount 1 ] .",
    "maxCount": P + ":name ; sh:maxCount 1 ; sh:message 'Only {?value} one' ] .",
    "minExclusive": P + ":age ; sh:minExclusive 7.5 ] .",
    "minInclusive": P + ":age ; sh:minInclusive 30 ] .",
    "maxExclusive": P + ":age ; sh:maxExclusive 30 ] .",
    "maxInclusive": P + ":age ; sh:maxInclusive 100 ] .",
    "minLength": P + ":name ; sh:minLength 3 ] .",
    "maxLength": P + ":name ; sh:maxLength 2 ] .",
    "pattern": P + ":name ; sh:pattern '^b' ; sh:flags 'i' ] .",
    "languageIn": P + ":nick ; sh:languageIn ( 'en' ) ] .",
    "uniqueLang": P + ":nick ; sh:uniqueLang true ] .",
    "equals": P + ":name ; sh:equals :nick ] .",
    "disjoint": P + ":name ; sh:disjoint :nick ] .",
    "lessThan": P + ":start ; sh:lessThan :end ] .",
    "lessThanOrEquals": P + ":start ; sh:lessThanOrEquals :end ] .",
    "not": N + "sh:not [ sh:path :name ; sh:minCount 2 ], [ sh:class :Teacher ] .",
    "and": N + "sh:and ( [ sh:path :name ; sh:minCount 1 ] [ sh:path :age ; sh:maxCount 1 ] ) .",
    "or": N + "sh:or ( [ sh:path :name ; sh:minCount 2 ] [ sh:path :nick ; sh:minCount 1 ] ) .",
    "or-two": N + "sh:or ( [ sh:class :Teacher ] ), ( [ sh:nodeKind sh:Literal ] :T ) . :T a "
    "sh:NodeShape ; sh:property [ sh:path :age ; sh:minInclusive 0 ] .",
    "xone": N + "sh:xone ( [ sh:path :name ; sh:minCount 1 ] [ sh:path :nick ; sh:minCount 1 ] ) .",
    "node": P + ":knows ; sh:node :T ] . :T a sh:NodeShape ; sh:property [ sh:path :name ; "
    "sh:minCount 1 ], [ sh:path :age ; sh:datatype xsd:integer ; sh:maxCount 1 ] .",
    "node-self": N + "sh:node :T, :U . :T sh:nodeKind sh:Literal . :U sh:class :Teacher .",
    "property-nested": P + ":knows ; sh:property [ sh:path :name ; sh:maxCount 1 ; sh:property "
    "[ sh:path :none ; sh:minCount 1 ] ], [ sh:path :age ; sh:minCount 1 ] ] .",
    "property-shared": ":A sh:targetClass :Person ; sh:property :Q . :B sh:targetNode :dee ; "
    "sh:property :Q . :Q a sh:PropertyShape ; sh:path :age ; sh:maxInclusive 100 .",
    "qualifiedMinCount": P + ":knows ; sh:qualifiedValueShape [ sh:class :Person ] ; "
    "sh:qualifiedMinCount 2 ] .",
    "qualifiedMaxCount": P + ":knows ; sh:qualifiedValueShape [ sh:property [ sh:path :name ; "
    "sh:minCount 1 ] ] ; sh:qualifiedMaxCount 0 ] .",
    "qualifiedValueShapesDisjoint": N + "sh:property [ sh:path :knows ; sh:qualifiedValueShape "
    "[ sh:class :Person ] ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShapesDisjoint true ], "
    "[ sh:path :knows ; sh:qualifiedValueShape [ sh:class :Teacher ] ; sh:qualifiedMinCount 1 ; "
    "sh:qualifiedValueShapesDisjoint true ] .",
    "closed": N + "sh:closed true ; sh:ignoredProperties ( rdf:type :knows ) ; "
    "sh:property [ sh:path :name ] .",
    "hasValue": P + ":knows ; sh:hasValue :ann ] .",
    "in": P + ":knows ; sh:in ( :ann :bob 'nobody' ) ] .",
    "targetSubjectsOf": ":S sh:targetSubjectsOf :nick ; sh:property [ sh:path :label ; "
    "sh:minCount 1 ] .",
    "targetObjectsOf": ":S sh:targetObjectsOf :knows ; sh:nodeKind sh:IRI .",
    "targetClassImplicit": ":Person a rdfs:Class, sh:NodeShape ; sh:property [ sh:path :none ; "
    "sh:minCount 1 ] .",
    "target-property-shape": ":S a sh:PropertyShape ; sh:path :name ; sh:minCount 1 ; "
    "sh:targetClass :Person .",
    "path-inverse": P + "[ sh:inversePath :knows ] ; sh:minCount 1 ] .",
    "path-sequence": P + "( :knows :name ) ; sh:minCount 3 ] .",
    "path-alternative": P + "[ sh:alternativePath ( :name :nick ) ] ; sh:maxCount 1 ] .",
    "path-zeroOrMore": P + "[ sh:zeroOrMorePath :knows ] ; sh:class :Person ] .",
    "path-oneOrMore": P + "[ sh:oneOrMorePath :knows ] ; sh:nodeKind sh:IRI ] .",
    "path-zeroOrOne": P + "[ sh:zeroOrOnePath :knows ] ; sh:class :Teacher ] .",
    "severity": P + ":name ; sh:minCount 1 ; sh:severity sh:Warning ], [ sh:path :nick ; "
    "sh:minCount 1 ; sh:severity sh:Info ] .",
    "deactivated": P + ":name ; sh:minCount 9 ; sh:deactivated true ], [ sh:path :age ; "
    "sh:minCount 2 ] .",
    "message-languages": P + ":nick ; sh:minCount 1 ; sh:message 'no nick'@en, 'kein Name'@de ] .",
    "deep": N + "sh:message 'Too deep to be written out by pySHACL.' ; sh:not [ sh:or ( [ sh:not "
    "[ sh:path :knows ; sh:node [ sh:xone ( [ sh:class :Person ] [ sh:property [ sh:path :age ; "
    "sh:maxCount 1 ] ] ) ] ] ] [ sh:class :Teacher ] ) ] .",
    "recursive": ":S a sh:NodeShape ; sh:targetClass :Person ; sh:property [ sh:path :knows ; "
    "sh:node :S ; sh:minCount 2 ] .",
    "sparql": N + "sh:sparql [ sh:message 'Age {?value} of {$this}' ; "
    "sh:select '''SELECT $this ?value WHERE { $this <http://example.org/age> ?value . "
    "FILTER (?value > 100 || ?value < 0) }''' ] .",
    "sparql-path": P + ":name ; sh:sparql [ sh:select '''SELECT $this ?value WHERE "
    "{ $this $PATH ?value . FILTER (STRLEN(?value) < 1) }''' ] ] .",
    "sparql-prefixes": "<http://example.org/> a owl:Ontology ; sh:declare [ sh:prefix 'ex' ; "
    "sh:namespace 'http://example.org/'^^xsd:anyURI ] . " + N + "sh:not [ sh:sparql [ sh:prefixes "
    "<http://example.org/> ; sh:select 'SELECT $this WHERE { $this ex:knows $this }' ] ] .",
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore::pyshacl.errors.ShapeRecursionWarning")
def test_a_batch_finds_what_pyshacl_finds(name: str) -> None:
    shapes = Graph().parse(data=PREFIXES + CASES[name], format="turtle")
    data = Graph().parse(data=PREFIXES + DATA, format="turtle")
    expected = as_it_comes(shapes, (), data)
    validator = BatchValidator(shapes, ())
    assert in_a_batch(validator, data) == expected
    assert expected
    assert not in_a_batch(validator, ()) or "targetNode" in CASES[name]
    assert in_a_batch(validator, data) == expected


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore::pyshacl.errors.ShapeRecursionWarning")
def test_fixed_data_counts_as_if_it_were_in_the_batch(name: str) -> None:
    shapes = Graph().parse(data=PREFIXES + CASES[name], format="turtle")
    data = sorted(Graph().parse(data=PREFIXES + DATA, format="turtle"))
    fixed, fresh = data[::2], data[1::2] + data[:4]
    assert in_a_batch(BatchValidator(shapes, fixed), fresh) == as_it_comes(shapes, fixed, fresh)


def test_a_blank_node_is_written_as_it_is_in_its_own_batch() -> None:
    shapes = Graph().parse(data=PREFIXES + P + ":knows ; sh:in ( 1 ) ] .", format="turtle")
    validator = BatchValidator(shapes, ())
    for name in ("One", "Two"):
        text = f"{PREFIXES} :dee :knows _:same . _:same :name '{name}' ."
        data = Graph().parse(data=text, format="turtle")
        (result,) = validator.results(_same_labels(data))
        assert name in str(result[SH.resultMessage])


def _same_labels(data: Graph) -> Iterator[Triple]:
    def same(term: Node) -> Node:
        return BNode("same") if isinstance(term, BNode) else term

    yield from ((same(s), p, same(o)) for s, p, o in data)


def test_shapes_with_a_component_of_their_own_are_left_to_pyshacl() -> None:
    own = ":Own a sh:ConstraintComponent ; sh:parameter [ sh:path :own ] ."
    assert not understood(Graph().parse(data=PREFIXES + own, format="turtle"))
