"""What the author page shows of a judged file: the original words beside what was read into them.

Nothing here is stored. A record that was judged bad is shown all the same, so that each problem
can stand at the field that it is about.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from rdflib import Graph

from loaders.base import Problem
from loaders.mapping.write import triples
from loaders.model import CORE_DIMENSIONS, Coding, Description, Profile, Record, Statement
from loaders.vocab import bind
from service import exports
from service.engines.base import Engine
from service.negotiate import SUFFIXES
from service.outcome import Outcome, standing
from service.pages import vocabulary

SHOWN = 50
"""The most records of one file that a page shows whole."""

_LARGEST = 200_000
"""Characters of a file that is offered inside the page."""
_NAMES = {
    "yaml": ("EvalGap YAML", ".yaml"),
    "authors": ("the authors' YAML", ".authors.yaml"),
    "md": ("Markdown", ".md"),
}


@dataclass(frozen=True)
class Mapped:
    """A coded value that was read into the words: on what basis, by which rule, from what.

    A code that is none of ours has no label.
    """

    code: str
    label: str
    basis: str
    rule: str = ""
    source_text: str = ""
    share: str = ""


@dataclass(frozen=True)
class Row:
    """One question: the words of the source on the left, the terms of ours on the right."""

    dimension: str
    label: str
    question: str
    standing: str
    statement: Statement | None
    mapped: tuple[Mapped, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class File:
    """A record as a file that the page itself carries."""

    name: str
    label: str
    href: str


@dataclass(frozen=True)
class Read:
    """One record of a file: its further fields, its questions, and the files it makes."""

    kind: str
    id: str
    title: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[Row, ...]
    files: tuple[File, ...]


@dataclass(frozen=True)
class Judged:
    """What became of one document of a file, with everything read from it."""

    outcome: Outcome
    reads: tuple[Read, ...]
    problems: tuple[Problem, ...]
    """Those that are about no question that is shown."""

    @property
    def valid(self) -> bool:
        """Whether an import would store it."""
        return self.outcome.state != "set aside"


def judged(engine: Engine, outcome: Outcome, records: Sequence[Record]) -> Judged:
    """Return an outcome with the records that were read, whether or not they are valid."""
    valid = outcome.state != "set aside"
    reads = tuple(_read(engine, r, outcome.problems, valid=valid) for r in records)
    placed = {p for read in reads for row in read.rows for p in row.problems}
    rest = tuple(p for p in outcome.problems if p not in placed)
    return Judged(outcome, reads, rest)


def _read(engine: Engine, record: Record, problems: Iterable[Problem], *, valid: bool) -> Read:
    statements: tuple[Statement, ...] = ()
    if isinstance(record, Description):
        statements = record.assumptions
    elif isinstance(record, Profile):
        statements = record.characteristics
    return Read(
        record.kind,
        record.id,
        str(getattr(record, "title", record.id)),
        tuple(_fields(record)),
        rows(statements, problems) if statements else (),
        tuple(_files(engine, record)) if valid else (),
    )


def rows(statements: Iterable[Statement], problems: Iterable[Problem]) -> tuple[Row, ...]:
    """Return a row for each statement, and for each core question that has none."""
    given = {s.dimension: s for s in statements}
    every = dict.fromkeys([*CORE_DIMENSIONS, *given])
    listed = list(problems)
    return tuple(_row(d, given.get(d), [p for p in listed if concerns(p, d)]) for d in every)


def _row(dimension: str, statement: Statement | None, problems: Sequence[Problem]) -> Row:
    asked = vocabulary.words(f"dimension/{dimension}")
    return Row(
        dimension,
        asked.label,
        (statement.question if statement else None) or asked.question,
        standing(statement).replace(" ", "-") if statement else "not-stated",
        statement,
        tuple(_mapped(c) for c in statement.codings) if statement else (),
        tuple(problems),
    )


def _mapped(coding: Coding) -> Mapped:
    return Mapped(
        coding.code,
        vocabulary.label(f"value/{coding.code}") or "",
        coding.basis,
        coding.rule or "",
        coding.source_text or "",
        "" if coding.share is None else str(coding.share),
    )


def concerns(problem: Problem, dimension: str) -> bool:
    """Tell whether a problem is about a question of a card, by the path of its field."""
    steps = re.split(r"[/ ]", problem.field.replace("_", "-"))
    return dimension in steps


def _fields(record: Record) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield the fields of a record that are words, codes or names, as they were read."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        values = value if isinstance(value, tuple) else (value,)
        words = tuple(_words(v) for v in values if v is not None)
        if name not in {"id", "assumptions", "characteristics"} and words and all(words):
            yield name.replace("_", " "), words


def _words(value: Any) -> str:
    """Return a plain value or a named thing in words; nothing for what is more than that."""
    if isinstance(value, BaseModel):
        name = getattr(value, "name", None)
        ident = getattr(value, "id", "")
        return f"{name} ({ident})" if name else str(ident)
    return str(value)


def _files(engine: Engine, record: Record) -> Iterable[File]:
    stem = record.id.replace("/", "-")
    made = exports.writers(engine, record)
    for form, (label, suffix) in _NAMES.items():
        if SUFFIXES[form] in made:
            yield from _file(f"{stem}{suffix}", label, SUFFIXES[form], made[SUFFIXES[form]]())
    graph = bind(Graph())
    for triple in triples(record, 1):
        graph.add(triple)
    yield from _file(f"{stem}.ttl", "Turtle", "text/turtle", graph.serialize(format="turtle"))


def _file(name: str, label: str, media: str, text: str) -> Iterable[File]:
    if len(text) <= _LARGEST:
        data = b64encode(text.encode()).decode()
        yield File(name, label, f"data:{media};charset=utf-8;base64,{data}")
