"""Every constraint of shapes/ lets its good example pass and stops its bad one, in clear words.

An example is named after its constraint: `good/card-title.ttl`, `bad/card-title.ttl`. A bad one
opens with the words that its message must hold (`# expect: `) and, where one mistake cannot but
break a second constraint, with the name of that one (`# also: `). What follows from the model has
no examples: `test_model_shapes.py` asks about every field.
"""

import re
from functools import cache
from pathlib import Path

import pyshacl
import pyshacl_turbo
import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import SH
from rdflib.term import Node

from loaders.mapping.iris import BASE
from service.ontology import graphs
from service.validation import validator
from service.validation.validator import Issue

HERE = Path(__file__).parent
PLACEHOLDER = re.compile(r"[{}]|[?$]\w")


def examples(folder: str) -> list[str]:
    return sorted(path.stem for path in (HERE / folder).glob("*.ttl"))


def judged(path: Path) -> list[Issue]:
    """Return the issues of an example, which need not be whole: none of shapes from the model."""
    issues = validator.validate(Graph().parse(path, format="turtle"))
    return [issue for issue in issues if issue.shape not in from_model()]


@cache
def from_model() -> list[str]:
    return [name for name in local_names(constraints(SH.PropertyShape)) if not name[0].islower()]


def header(path: Path, key: str) -> list[str]:
    mark = f"# {key}: "
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(mark) for line in lines if line.startswith(mark)]


def constraints(kind: URIRef) -> set[URIRef]:
    return {s for s in graphs.shapes().subjects(RDF.type, kind) if isinstance(s, URIRef)}


def own_constraint(node_shape: URIRef) -> bool:
    return any((node_shape, p, None) in graphs.shapes() for p in (SH["or"], SH.sparql))


def local_names(shapes: set[URIRef]) -> list[str]:
    return sorted(str(s).rpartition("#")[2] for s in shapes)


@pytest.mark.parametrize("name", examples("good"))
def test_a_good_example_passes(name: str) -> None:
    issues = judged(HERE / "good" / f"{name}.ttl")
    assert [i for i in issues if i.shape == name or i.severity == "Violation"] == []


@pytest.mark.parametrize("name", examples("bad"))
def test_a_bad_example_is_stopped_in_clear_words(name: str) -> None:
    path = HERE / "bad" / f"{name}.ttl"
    issues = judged(path)
    own = [i for i in issues if i.shape == name]
    (expected,) = header(path, "expect")
    assert any(expected in i.message for i in own), [i.message for i in own]
    for issue in own:
        assert issue.message[0].isupper() or issue.message.startswith(issue.value)
        assert issue.message.endswith(".")
        assert not PLACEHOLDER.search(issue.message)
        assert BASE not in issue.message
    others = {i.shape for i in issues if i.severity == "Violation"} - {name}
    assert others <= set(header(path, "also"))


@pytest.mark.parametrize("folder", ["good", "bad"])
def test_every_constraint_has_its_example(folder: str) -> None:
    checked = {s for s in constraints(SH.NodeShape) if own_constraint(s)}
    names = local_names(checked | constraints(SH.PropertyShape))
    assert examples(folder) == [name for name in names if name not in from_model()]


def test_every_property_shape_names_its_field_in_words() -> None:
    shapes = constraints(SH.PropertyShape)
    assert local_names({s for s in shapes if graphs.shapes().value(s, SH.name) is None}) == []


def test_the_shapes_are_themselves_valid_shacl() -> None:
    # pySHACL takes 50 times as long over the same: tests/soak/test_meta_shacl.py
    shapes_of_shacl = Path(pyshacl.__file__).with_name("assets") / "shacl-shacl.ttl"
    judge = pyshacl_turbo.compile_shapes(Graph().parse(shapes_of_shacl))
    conforms, _, text = judge.validate(graphs.shapes())
    assert conforms, text
    shape = next(graphs.shapes().subjects(SH.path))
    assert not judge.validate(graphs.shapes() + odd(shape))[0]


def odd(shape: Node) -> Graph:
    """Return what is no SHACL: a shape with a word for a count."""
    return Graph().add((shape, SH.minCount, Literal("one")))
