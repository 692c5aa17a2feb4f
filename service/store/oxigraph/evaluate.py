"""Run an untrusted query on an Oxigraph store and serialise the result within limits."""

import csv
import re
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from typing import IO, Any

import pyoxigraph as ox

from loaders.model.terms import PREFIXES
from service.common.problems import BadQuery, TooLarge
from service.store import forms
from service.store.query import EVERYTHING, Query, QueryDataset
from service.store.sparql_tokens import names_dataset, refuse_any_service, result_form, switched_off

_RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
}
_RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_DECLARED = re.compile(r"\bprefix\s++([^\s:]*+):", re.IGNORECASE)
_NAME = re.compile(r"([A-Za-z][\w-]{0,40}):[\w.-]*$")
_NO_PREFIX = "Prefix not found"
_JSON_ROW = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|\},\{|\}\]')
_NO_ADDRESS = "failed to lookup address"
_SMALLEST_ROW = 3
"""Bytes of the smallest row there can be, so that only large results are counted."""


def evaluate(store: ox.Store, ask: Query, out: IO[bytes], *, confined: bool = False) -> None:
    """Write the result of a query to `out`.

    Only where this process is `confined` from the network, `SERVICE SILENT` may try to reach it,
    and fails as the specification has it. Raises `BadQuery` for text that does not parse, is not
    a query or uses SERVICE otherwise, `TooLarge` past the rows or bytes, `NotAcceptable` for an
    answer that the media type cannot write; what `out` then holds is of no use.
    """
    result_form(ask.sparql)
    if not confined:
        refuse_any_service(ask.sparql)
    result = query(store, ask.sparql, ask.dataset, ask.base)
    is_graph = isinstance(result, ox.QueryTriples)
    capped = _Capped(out, ask, counts=not is_graph)
    try:
        if is_graph:
            rows = forms.fitting(_counted(result, ask.limits.rows), ask.media)
            ox.serialize(rows, capped, format=_RDF[ask.media])  # type: ignore[arg-type]
        else:
            result.serialize(capped, format=_RESULTS[ask.media])
            _check_rows(out, ask)
    except OSError as error:
        raise (capped.problem or _refused(error)) from error


def _refused(error: OSError) -> Exception:
    """Return the error for a SERVICE that no scan has found and the kernel has refused."""
    refused = isinstance(error, PermissionError) or _NO_ADDRESS in str(error)
    return switched_off("SERVICE") if refused else error


def query(
    store: ox.Store, sparql: str, dataset: QueryDataset = EVERYTHING, base: str | None = None
) -> Any:
    """Run a query over its dataset. Raises `BadQuery` with line and column."""
    try:
        return store.query(sparql, base_iri=base, **_visible(sparql, dataset))
    except SyntaxError as error:
        raise bad_syntax(error, sparql) from error
    except OSError as error:
        raise _refused(error) from error


def _visible(sparql: str, dataset: QueryDataset) -> dict[str, Any]:
    if dataset == EVERYTHING:
        # a dataset that the query chooses itself must not be widened to all graphs
        return {} if names_dataset(sparql) else {"use_default_graph_as_union": True}
    named = [ox.NamedNode(iri) for iri in dataset.named]
    default = [ox.NamedNode(iri) for iri in dataset.default]
    return {"default_graph": default, "named_graphs": named}


def bad_syntax(error: SyntaxError, sparql: str = "") -> BadQuery:
    """Return Oxigraph's syntax error in a text as a problem with line and column.

    Where a name ends there whose prefix is not declared, the sentence says which.
    """
    match = _PLACE.match(str(error))
    if match is None:
        return BadQuery(f"The text does not parse: {error}")
    line, column, expected = int(match[1]), int(match[2]), " ".join(match[3].split())
    return BadQuery(
        f"The text does not parse at line {line}, column {column}."
        + (_undeclared(sparql, line, column) if _NO_PREFIX in expected else ""),
        line=line,
        column=column,
        expected=expected[:300],
    )


def _undeclared(sparql: str, line: int, column: int) -> str:
    """Return a sentence on the prefix of the name that ends before a place, if it is unknown."""
    name = _NAME.search("".join(sparql.splitlines(keepends=True)[line - 1 : line])[: column - 1])
    if name is None or name[1] in _DECLARED.findall(sparql):
        return ""
    namespace = PREFIXES.get(name[1], "its namespace")
    return f" The prefix {name[1]}: is not declared. Begin with PREFIX {name[1]}: <{namespace}>."


class _Capped:
    """Passes bytes on while the limits allow it; past them, writing stops the evaluation.

    Rows are counted in what was written, each time that has doubled: a result with too many
    is stopped before it is twice too long. What is no XML is mended or refused.
    """

    def __init__(self, out: IO[bytes], ask: Query, *, counts: bool) -> None:
        self._out = out
        self._ask = ask
        self._written = 0
        self._is_xml = ask.media.endswith("+xml")
        self._count_at = ask.limits.rows * _SMALLEST_ROW if counts else ask.limits.bytes
        self.problem: TooLarge | None = None

    def write(self, data: bytes) -> int:
        self._out.write(self._admitted(forms.xml(data) if self._is_xml else data))
        return len(data)

    def _admitted(self, data: bytes) -> bytes:
        self._written += len(data)
        if self._written > self._ask.limits.bytes:
            self._stop(_too_large(self._ask.limits.bytes))
        if self._written > self._count_at:
            self._count_at = 2 * self._written
            if _rows(self._out, self._ask.media) > self._ask.limits.rows:
                self._stop(_too_many(self._ask.limits.rows))
        return data

    def flush(self) -> None:
        self._out.flush()

    def _stop(self, problem: TooLarge) -> None:
        self.problem = problem
        raise OSError(problem.detail)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The answer is larger than {limit / 2**20:g} MB. Narrow the query or add a LIMIT.",
        limit_bytes=limit,
    )


def _counted(triples: Iterable[Any], limit: int) -> Iterator[Any]:
    for number, triple in enumerate(triples, start=1):
        if number > limit:
            raise _too_many(limit)
        yield triple


def _check_rows(out: IO[bytes], ask: Query) -> None:
    if out.tell() > ask.limits.rows * _SMALLEST_ROW and _rows(out, ask.media) > ask.limits.rows:
        raise _too_many(ask.limits.rows)


def _too_many(limit: int) -> TooLarge:
    return TooLarge(
        f"The answer has more than {limit:,} rows. Narrow the query or add a LIMIT.",
        limit_rows=limit,
    )


def _rows(out: IO[bytes], media: str) -> int:
    """Return how many solutions a serialised result, or the beginning of one, holds."""
    end = out.tell()
    out.seek(0)
    if media.startswith("text/"):
        text = TextIOWrapper(out, "utf-8", newline="")
        found = sum(1 for _ in (csv.reader(text) if "csv" in media else text)) - 1
        text.detach()
    elif "xml" in media:
        found = out.read().count(b"</result>")
    else:
        found = sum(
            m.group() != b'"' and m.group()[:1] == b"}" for m in _JSON_ROW.finditer(out.read())
        )
    out.seek(end)
    return found
