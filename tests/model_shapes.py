"""The shapes that follow from the model, kept in `shapes/model.ttl`.

For every field of every class the model says of what datatype or class its values are, and how
many there may be. `python -m tests.answers` writes that anew, so a new field has its shape from the
day it is added. Where another file of `shapes/` has a shape for the field, with words of its own,
what that does not say is added to it.
"""
# DESIGN: shapes-from-model

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rdflib import RDFS, Graph, URIRef
from rdflib.namespace import SH

from loaders.mapping.datatypes import datatype_of
from loaders.mapping.fields import Field, fields_of, node_classes, type_name
from loaders.mapping.iris import BASE, expand
from loaders.model import Node, Thing
from loaders.model.terms import PREFIXES, Coded, Link, LocalLink
from service.common.resources import turtle_files
from service.ontology import graphs

PATH = Path(__file__).parents[1] / "shapes" / "model.ttl"
_PREFIXES = {
    **PREFIXES,
    "edtf": "http://id.loc.gov/datatypes/edtf/",
    "egsh": f"{BASE}shapes#",
    "sh": str(SH),
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_HEAD = """\
# What the model says of each field: the datatype or class of its values, and how many there may be.
# Written by `python -m tests.answers` from loaders/model: change that, not this file.
# Shapes whose names begin with a small letter have words and further constraints in other files;
# here stands what those do not say.
"""
Said = dict[str, str]
"""Parameters of a shape with their values, as Turtle writes them."""


@dataclass(frozen=True)
class _Shapes:
    """The shapes of the other files, and what is found here: new shapes, and what to add."""

    by_hand: Graph
    new: dict[str, Said]
    added: dict[str, Said]

    def of(self, cls: type[Node], field: Field) -> list[URIRef]:
        """Return the shapes by hand that judge a field of a class; none that only warn."""
        target, path = expand(cls.rdf_type), expand(field.term.predicate)
        return sorted(
            shape
            for node in self.by_hand.subjects(SH.targetClass, target)
            for shape in self.by_hand.objects(node, SH.property)
            if isinstance(shape, URIRef)
            and (shape, SH.path, path) in self.by_hand
            and (shape, SH.severity, SH.Warning) not in self.by_hand
        )

    def said(self, shape: URIRef) -> Said:
        """Return the parameters of a shape by hand."""
        return {_curie(p): _curie(o) for p, o in self.by_hand.predicate_objects(shape)}


def text() -> str:
    """Return what `shapes/model.ttl` should hold. Raises `ValueError` where shapes differ."""
    files = [path for path in turtle_files("shapes") if path.name != PATH.name]
    shapes = _Shapes(graphs.from_turtle(path.read_bytes() for path in files), {}, {})
    blocks = []
    for cls in sorted(node_classes(), key=lambda cls: cls.rdf_type):
        names = filter(None, (_judged(shapes, cls, field) for field in fields_of(cls)))
        listed = ",\n        ".join(names)
        if listed:
            shape = {"sh:targetClass": cls.rdf_type, "sh:property": listed}
            blocks.append(_block(f"egsh:{type_name(cls)}", "sh:NodeShape", shape))
    blocks += [_block(name, "sh:PropertyShape", said) for name, said in shapes.new.items()]
    blocks += [_block(name, "", said) for name, said in sorted(shapes.added.items()) if said]
    prefixes = "\n".join(f"@prefix {name}: <{iri}> ." for name, iri in sorted(_PREFIXES.items()))
    return "\n\n".join([_HEAD + prefixes, *blocks]) + "\n"


def write() -> None:
    """Write the file anew."""
    PATH.write_text(text(), encoding="utf-8")


def _judged(shapes: _Shapes, cls: type[Node], field: Field) -> str | None:
    """Note what is to be said of a field; return the shape that the class needs for it, if any."""
    if _inherited(cls, field):
        return None
    by_hand = shapes.of(cls, field)
    known = [shapes.said(shape) for shape in by_hand]
    parameters, message = _values(cls, field)
    values = {
        parameter: value
        for parameter, value in parameters.items()
        if not any("sh:in" in said or said.get(parameter) == value for said in known)
    }
    counts = {p: v for p, v in _counts(cls, field).items() if not any(p in said for said in known)}
    fit = [shape for shape, said in zip(by_hand, known, strict=True) if _fits(said, values)]
    if fit:
        _note(shapes.added, _curie(fit[0]), values | counts)
        return None
    name = f"egsh:{_declaring(cls, field).__name__}-{field.term.predicate.partition(':')[2]}"
    words = field.name.replace("_", " ")
    head = {
        "sh:name": json.dumps(words[0].upper() + words[1:]),
        "sh:path": field.term.predicate,
        "sh:message": json.dumps(message),
    }
    _note(shapes.new, name, head | values | counts)
    return name


def _inherited(cls: type[Node], field: Field) -> bool:
    """Tell whether the ontology makes a shape of another class judge this field too."""
    above = set(graphs.taxonomy().objects(expand(cls.rdf_type), RDFS.subClassOf))
    return any(
        expand(other.rdf_type) in above and own.term == field.term
        for other in node_classes()
        for own in fields_of(other)
    )


def _fits(said: Said, values: Said) -> bool:
    """Tell whether the message of a shape by hand also serves for wrong values."""
    return not values or "{value}" in said.get("sh:message", "")


def _note(found: dict[str, Said], name: str, said: Said) -> None:
    if found.setdefault(name, said) != said:
        raise ValueError(f"Two classes differ in what they say of {name}: {found[name]}, {said}")


def _values(cls: type[Node], field: Field) -> tuple[Said, str]:
    """Return what the values of a field are, and what is said of any other."""
    term = field.term
    if field.node is not None or isinstance(term, LocalLink):
        kind = field.node.rdf_type if field.node else getattr(term, "to", "")
        mend = f"Describe it as one, or take it out of {term.predicate}."
        return {"sh:class": kind}, f"{{value}} is no {kind}. {mend}"
    if isinstance(term, Coded):
        return _code(term)
    if isinstance(term, Link):
        said, what, how = {"sh:nodeKind": "sh:IRI"}, "link", "<https://example.org/paper>"
    else:
        datatype = datatype_of(cls, field)
        assert datatype
        what, how = datatype.what, datatype.how
        said = {"sh:datatype": _curie(datatype.iri)}
    return said, f"{{value}} is no {what}. Write {term.predicate} as {how}."


def _code(term: Coded) -> tuple[Said, str]:
    if term.base == "dimension/":
        message = "{value} is not a dimension of the taxonomy. Use one of: {choices}."
        return {"sh:class": "egap:Dimension"}, message
    below = {"sh:nodeKind": "sh:IRI", "sh:pattern": json.dumps(f"^{BASE}{term.base}")}
    if term.base.startswith("code/"):
        message = f"{{value}} is not known for {term.predicate}. Use one of: {{choices}}."
        return {"sh:class": "skos:Concept", **below}, message
    message = f"{{value}} is no name below {term.base}. Write {term.predicate} as such an IRI."
    return below, message


def _counts(cls: type[Node], field: Field) -> Said:
    if field.many:
        return {}
    # what others call an agent need have no name
    ours = cls.rdf_type.startswith("egap:")
    needed = {"sh:minCount": "1"} if ours and cls.model_fields[field.name].is_required() else {}
    # several authors may each call one thing by a name of their own
    shared = issubclass(cls, Thing) and field.term.predicate == "schema:name"
    return needed if shared else {**needed, "sh:maxCount": "1"}


def _declaring(cls: type[Node], field: Field) -> type[Node]:
    return next(
        c for c in reversed(cls.__mro__) if field.name in vars(c).get("__annotations__", {})
    )


def _curie(term: object) -> str:
    """Return a term as Turtle writes it here; what has no short form, as its text."""
    for prefix, start in _PREFIXES.items():
        if isinstance(term, URIRef) and term.startswith(start):
            return f"{prefix}:{term.removeprefix(start)}"
    return json.dumps(str(term)) if not str(term).isdigit() else str(term)


def _block(name: str, kind: str, said: Mapping[str, str]) -> str:
    lines = " ;\n    ".join(f"{parameter} {value}" for parameter, value in said.items())
    return f"{name} a {kind} ;\n    {lines} ." if kind else f"{name}\n    {lines} ."


if __name__ == "__main__":
    write()
