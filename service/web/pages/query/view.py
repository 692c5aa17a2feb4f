"""What the SPARQL page shows: an answer as a table, the question it may start from, copies of it.

A query runs once for the page; only the first `ROWS` rows are put into the table, all are
counted, and the downloads have all of them.
"""

import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlencode

from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from service.common import parameters
from service.common.problems import BadParameter
from service.common.resources import inside
from service.linked_data.presentation import curie
from service.queries import catalog
from service.queries.catalog import NamedQuery
from service.store import results
from service.store.port import Engine
from service.store.query import ResultForm
from service.store.sparql_tokens import result_form
from service.web.pages.query.choices import Box, boxes
from service.web.pages.shared.links import page_of

ROWS = 500
"""The most rows of an answer that a page shows."""

START = inside("web", "pages", "query", "start.rq").read_text(encoding="utf-8")
"""What the editor holds when nothing was chosen."""

_FORMS: Mapping[ResultForm, Mapping[str, str]] = {
    "bindings": {"csv": "CSV", "tsv": "TSV", "json": "JSON", "xml": "XML"},
    "boolean": {"json": "JSON", "xml": "XML"},
    "graph": {"ttl": "Turtle", "nt": "N-Triples", "jsonld": "JSON-LD", "rdf": "RDF/XML"},
}
_ACCEPTED = {
    "bindings": "text/csv",
    "boolean": "application/sparql-results+json",
    "graph": "text/turtle",
}
_PYTHON = """\
import urllib.parse, urllib.request

query = {query}
form = urllib.parse.urlencode({{"query": query}}).encode()
request = urllib.request.Request({endpoint!r}, form, {{"Accept": {accept!r}}})
with urllib.request.urlopen(request) as answer:
    print(answer.read().decode(), end="")
"""


@dataclass(frozen=True)
class AnswerCell:
    """A term as it is shown: where it leads, its whole IRI, its language or datatype."""

    text: str
    href: str | None = None
    iri: str = ""
    language: str | None = None
    datatype: str = ""


@dataclass(frozen=True)
class ShownAnswer:
    """An answer on a page: its first rows as cells, how many rows it has, and the seconds."""

    columns: tuple[str, ...]
    rows: tuple[tuple[AnswerCell | None, ...], ...]
    total: int
    boolean: bool | None
    seconds: float


@dataclass(frozen=True)
class EditorStart:
    """What the editor begins with, the question it comes from, and what is wrong with that."""

    text: str
    question: NamedQuery | None = None
    boxes: Sequence[Box] = ()
    problem: BadParameter | None = None


def run(text: str, answer: Callable[[str], IO[bytes]]) -> ShownAnswer:
    """Return the answer to a query as a page shows it; `answer` gives it in a media type.

    Raises what `answer` raises, and `BadQuery` for what is no query.
    """
    form = result_form(text)
    started = time.monotonic()
    with answer(results.MEDIA[form]) as body:
        seconds = time.monotonic() - started
        found = results.read(body, form, ROWS)
    rows = tuple(tuple(t if t is None else cell(t) for t in row) for row in found.rows)
    return ShownAnswer(found.columns, rows, found.total, found.boolean, seconds)


def cell(term: Node) -> AnswerCell:
    """Return a term as a cell; a name of ours is shortened and leads to its page."""
    match term:
        case Literal():
            datatype = "" if term.datatype is None else curie(str(term.datatype))
            return AnswerCell(str(term), language=term.language, datatype=datatype)
        case URIRef():
            return AnswerCell(curie(str(term)), page_of(str(term)), str(term))
        case BNode():
            return AnswerCell(f"_:{term}")
    return AnswerCell(str(term))


def start(name: str | None, given: Mapping[str, str], engine: Engine) -> EditorStart:
    """Return what the editor holds: the named question with these arguments, or its examples.

    Raises `NotFound` for a name that no question has, `BadParameter` for arguments of none.
    """
    if name is None:
        if given:
            raise BadParameter(
                f"This page has no parameter {next(iter(given))!r}.",
                on_page=parameters.no_field(next(iter(given))),
                parameter=next(iter(given)),
                known=["query", "question", "timeout"],
            )
        return EditorStart(START)
    question = catalog.named_query(name)
    arguments = given or {p.name: p.example for p in question.params.values()}
    shown = boxes(question, arguments, engine)
    try:
        return EditorStart(catalog.bind(question, arguments, engine), question, shown)
    except BadParameter as problem:
        return EditorStart(question.sparql, question, shown, problem)


def downloads(text: str, timeout: str) -> list[tuple[str, str]]:
    """Return the forms in which the answer to a query can be had, with their addresses."""
    given = {"query": text} | ({"timeout": timeout} if timeout else {})
    return [
        (name, f"/sparql?{urlencode({**given, 'format': form})}")
        for form, name in _FORMS[result_form(text)].items()
    ]


def as_curl(endpoint: str, text: str) -> str:
    """Return the command that asks the query at an endpoint."""
    accept = shlex.quote(f"Accept: {_ACCEPTED[result_form(text)]}")
    query = shlex.quote(f"query={text}")
    return f"curl -H {accept} {shlex.quote(endpoint)} \\\n  --data-urlencode {query}"


def as_python(endpoint: str, text: str) -> str:
    """Return a program, of the standard library alone, that asks the query at an endpoint."""
    plain = text.replace("\n", "").isprintable()
    safe = plain and '"""' not in text and "\\" not in text and not text.endswith('"')
    query = f'"""{text}"""' if safe else repr(text)
    return _PYTHON.format(query=query, endpoint=endpoint, accept=_ACCEPTED[result_form(text)])
