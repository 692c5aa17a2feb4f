"""What the author page shows of a judged file: the original words beside what was read into them.

Nothing here is stored. A record that was judged bad is shown all the same, so that each problem
can stand at the field that it is about.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pydantic import BaseModel
from rdflib import Graph, URIRef

from loaders.contract import RecordProblem
from loaders.mapping.iris import BASE, SKOS, bind
from loaders.mapping.write import triples
from loaders.model import CORE_DIMENSIONS, Coding, Description, Profile, Record, Review, Statement
from loaders.model.nodes import Citation
from loaders.model.statements import Assessment, Assumption, Confirmation, Evidence
from service.common.negotiation import SUFFIXES
from service.ingest.report import Outcome
from service.ontology import graphs, labels
from service.ontology.plain_names import with_term
from service.records import exports
from service.store.port import Engine
from service.store.rdf_input import write

SHOWN = 50
"""The most records of one file that a page shows whole."""

_LARGEST = 200_000
"""Characters of a file that is offered inside the page."""
_LISTED = ("assumptions", "characteristics", "assessments")
_NAMES = {
    "yaml": ("EvalGap YAML", ".yaml"),
    "authors": ("the authors' YAML", ".authors.yaml"),
    "md": ("Markdown", ".md"),
}


@dataclass(frozen=True)
class MappedValue:
    """A coded value that was read into the words: on what basis, by which rule, from what.

    A code that is none of ours has no label.
    """

    code: str
    label: str
    basis: str
    rule: str = ""
    rule_path: str = ""
    source_text: str = ""
    share: str = ""


@dataclass(frozen=True)
class CardRow:
    """One question: the words of the source on the left, the terms of ours on the right.

    In a review the words are an assessor's reason, and what is read is a verdict.
    """

    label: str
    question: str
    standing: str
    words: str = ""
    hints: tuple[str, ...] = ()
    sources: Sequence[Citation | Evidence] = ()
    mapped: tuple[MappedValue, ...] = ()
    verdict: str = ""
    confirmation: Confirmation | None = None
    problems: tuple[RecordProblem, ...] = ()


@dataclass(frozen=True)
class DownloadFile:
    """A record as a file: its form, its media type and its text."""

    form: str
    name: str
    label: str
    media: str
    text: str

    @property
    def href(self) -> str:
        """The file as an address that holds all of it, for pages that keep nothing."""
        data = b64encode(self.text.encode()).decode()
        return f"data:{self.media};charset=utf-8;base64,{data}"


@dataclass(frozen=True)
class RecordView:
    """One record of a file: its further fields, its questions, and the files it makes."""

    kind: str
    id: str
    title: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    rows: tuple[CardRow, ...]
    files: tuple[DownloadFile, ...]


@dataclass(frozen=True)
class JudgedDocument:
    """What became of one document of a file, with everything read from it."""

    outcome: Outcome
    reads: tuple[RecordView, ...]
    problems: tuple[RecordProblem, ...]
    """Those that are about no question that is shown."""

    @property
    def valid(self) -> bool:
        """Whether an import would store it."""
        return self.outcome.state not in {"set aside", "passed over"}


def judged(engine: Engine, outcome: Outcome, records: Sequence[Record]) -> JudgedDocument:
    """Return an outcome with the records that were read, whether or not they are valid."""
    valid = outcome.state not in {"set aside", "passed over"}
    reads = tuple(_read(engine, r, outcome.problems, valid=valid) for r in records)
    placed = {p for read in reads for row in read.rows for p in row.problems}
    rest = tuple(p for p in outcome.problems if p not in placed)
    return JudgedDocument(outcome, reads, rest)


def _read(
    engine: Engine, record: Record, problems: Iterable[RecordProblem], *, valid: bool
) -> RecordView:
    return RecordView(
        record.kind,
        record.id,
        str(getattr(record, "title", record.id)),
        tuple(_fields(record)),
        tuple(_rows(record, list(problems))),
        tuple(f for f in _files(engine, record) if len(f.text) <= _LARGEST) if valid else (),
    )


def _rows(record: Record, problems: Sequence[RecordProblem]) -> Iterable[CardRow]:
    """Yield a row for each question: of a card or profile the core ones in any case."""
    core = {d: _open(d) for d in CORE_DIMENSIONS}
    match record:
        case Review():
            given = {a.dimension: _verdict(a) for a in record.assessments}
        case Description():
            given = core | {a.dimension: _stated(a) for a in record.assumptions}
        case Profile():
            given = core | {c.dimension: _stated(c) for c in record.characteristics}
        case _:
            given = {}
    for dimension, row in given.items():
        yield replace(row, problems=tuple(p for p in problems if concerns(p, dimension)))


def _open(dimension: str) -> CardRow:
    path = f"dimension/{dimension}"
    name = with_term(dimension, labels.label(path))
    return CardRow(name, labels.of(path).question, "not-stated")


def _stated(statement: Statement) -> CardRow:
    unanswered = _open(statement.dimension)
    return replace(
        unanswered,
        question=statement.question or unanswered.question,
        standing=statement.standing.replace(" ", "-"),
        words=statement.answer or "",
        hints=statement.hints,
        sources=statement.sources,
        mapped=tuple(_mapped(c, claimed=statement.claimed) for c in statement.codings),
        confirmation=statement.confirmation if isinstance(statement, Assumption) else None,
    )


def _verdict(assessment: Assessment) -> CardRow:
    return replace(
        _open(assessment.dimension),
        words=assessment.rationale or "",
        sources=assessment.evidence,
        verdict=assessment.verdict,
    )


def _mapped(coding: Coding, *, claimed: bool) -> MappedValue:
    return MappedValue(
        coding.code,
        labels.of(f"value/{coding.code}").label,
        "claimed" if claimed and coding.basis != "hinted" else coding.basis,
        coding.rule or "",
        _rules().get(coding.rule or "", ""),
        coding.source_text or "",
        "" if coding.share is None else str(coding.share),
    )


@cache
def _rules() -> Mapping[str, str]:
    """Return the paths of the derivation rules by the names under which cards cite them."""
    graph = graphs.taxonomy()
    named = graph.subjects(SKOS.inScheme, URIRef(f"{BASE}scheme/derivation-rule"))
    return {str(graph.value(rule, SKOS.notation)): str(rule).removeprefix(BASE) for rule in named}


def concerns(problem: RecordProblem, dimension: str) -> bool:
    """Tell whether a problem is about a question of a card, by the path of its field."""
    steps = re.split(r"[/ ]", problem.field.replace("_", "-"))
    return dimension in steps


def _fields(record: Record) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield the fields of a record that are words, codes or names, as they were read."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        values = value if isinstance(value, tuple) else (value,)
        words = tuple(_words(v) for v in values if v is not None)
        if name not in {"id", *_LISTED} and words and all(words):
            yield name.replace("_", " "), words


def _words(value: Any) -> str:
    """Return a plain value, a source or a named thing in words; nothing for what is more."""
    if isinstance(value, Citation):
        quote = f": “{value.quote}”" if value.quote else ""
        return f"{', '.join(filter(None, (value.url, value.locator)))}{quote}"
    if isinstance(value, BaseModel):
        name = getattr(value, "name", None)
        ident = getattr(value, "id", "")
        return f"{name} ({ident})" if name else str(ident)
    return str(value)


def _files(engine: Engine, record: Record) -> Iterable[DownloadFile]:
    stem = record.id.replace("/", "-")
    made = exports.writers(engine, record)
    for form, (label, suffix) in _NAMES.items():
        if SUFFIXES[form] in made:
            text = made[SUFFIXES[form]]()
            yield DownloadFile(form, f"{stem}{suffix}", label, SUFFIXES[form], text)
    graph = bind(Graph())
    for triple in triples(record, 1):
        graph.add(triple)
    turtle = write(graph, "text/turtle").decode()
    yield DownloadFile("ttl", f"{stem}.ttl", "Turtle", "text/turtle", turtle)
