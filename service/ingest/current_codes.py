"""Old codes in what is imported: those that others say exactly are moved, each is noted."""
# DESIGN: old-codes

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from loaders.contract import Document, RecordProblem, Rejected
from loaders.mapping.fields import Field, fields_of, values_of
from loaders.model import Node, Record
from loaders.model.terms import Coded
from service.ontology.old_codes import OldCode, dimension_and_code, old_codes
from service.ontology.replaced import replacements
from service.records.moved import moved


def noted(document: Document | Rejected) -> Document | Rejected:
    """Return a document with a warning for each old code: what is stored, or left to a person."""
    if isinstance(document, Rejected):
        return document
    met = dict.fromkeys(old for record in document.records for old in _met(record))
    return replace(document, warnings=(*document.warnings, *map(_note, met))) if met else document


def in_current_codes(record: Record) -> Record:
    """Return a record with the codes of today; itself where it has no old one with successors."""
    return moved(record, replacements()) if any(_met(record)) else record


def _met(node: Node) -> Iterator[OldCode]:
    """Yield the old codes of values in a record."""
    for field in _leading_to_codes(type(node)):
        for value in values_of(node, field):
            if isinstance(value, Node):
                yield from _met(value)
            elif old := old_codes().get(dimension_and_code(value)):
                yield old


@cache
def _leading_to_codes(cls: type[Node]) -> tuple[Field, ...]:
    """Return the fields of a class that hold codes of values, or nodes that may."""
    return tuple(f for f in fields_of(cls) if _coded(f) or (f.node and _leading_to_codes(f.node)))


def _coded(field: Field) -> bool:
    return isinstance(field.term, Coded) and field.term.base == "value/"


def _note(old: OldCode) -> RecordProblem:
    mend = "It is kept as it is, to be recoded." if old.to_recode else "That is what is stored."
    return RecordProblem(old.sentence(), old.dimension, old.code, mend)
