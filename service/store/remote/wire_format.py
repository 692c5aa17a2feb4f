"""What goes to a SPARQL server and comes back: updates written, results and triples read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from io import BufferedReader, RawIOBase
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import pyoxigraph as ox
from typing_extensions import Buffer

from service.common.problems import StoreUnavailable, TooLarge
from service.store import forms
from service.store.port import Limits, Query, ResultForm
from service.store.remote.dialects import NO_GRAPH
from service.store.remote.http import IN_MEMORY, too_large, unavailable

JSON = "application/sparql-results+json"
TRIPLES = "application/n-triples"

Graphs = Mapping[str, Sequence[ox.Triple]]
"""Triples by the graph they belong to; "" is the default graph."""

_UNREADABLE = (SyntaxError, ValueError, OSError)
_SMALLEST_ROW = 3
"""Bytes of the smallest row there can be, so that only large results are counted."""
_QUADS_AT_ONCE = 10_000


def results(body: IO[bytes], url: str) -> Any:
    """Read JSON results: solutions or a boolean. Raises `StoreUnavailable` for anything else."""
    try:
        return ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
    except _UNREADABLE as error:
        raise _not_sparql(url, error) from error


def solutions(found: Any, url: str) -> Iterator[Any]:
    """Yield the solutions of results one by one, as they are read. Raises as `results` does."""
    try:
        yield from found
    except _UNREADABLE as error:
        raise _not_sparql(url, error) from error


def triples(body: IO[bytes], url: str) -> Iterator[Any]:
    """Yield N-Triples one by one, as they are read. Raises as `results` does."""
    try:
        for quad in ox.parse(body, format=ox.RdfFormat.N_TRIPLES, lenient=True):
            yield quad.triple
    except _UNREADABLE as error:
        raise _not_sparql(url, error) from error


def _not_sparql(url: str, error: Exception) -> StoreUnavailable:
    return unavailable(url, f"does not answer as a SPARQL server: {str(error)[:200]}.")


def written(body: IO[bytes], form: ResultForm, ask: Query, url: str) -> IO[bytes]:
    """Return a result in the requested media type, positioned at its start.

    Raises `TooLarge` past the rows or bytes, `NotAcceptable` for what the media type cannot write.
    """
    with ExitStack() as failing:
        out = failing.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        try:
            _serialise(body, form, ask, _Bounded(out, ask), url)
        except _UNREADABLE as error:
            full = out.tell() > ask.limits.bytes
            raise too_large(ask.limits) if full else _not_sparql(url, error) from error
        failing.pop_all()  # whole: the caller closes it
    out.seek(0)
    return out


class _Bounded:
    """Passes bytes on until there are too many; writing then fails, and the work stops.

    What is no XML is mended or refused.
    """

    def __init__(self, out: IO[bytes], ask: Query) -> None:
        self._out = out
        self._limit = ask.limits.bytes
        self._is_xml = ask.media.endswith("+xml")

    def write(self, data: bytes) -> int:
        self._out.write(forms.xml(data) if self._is_xml else data)
        if self._out.tell() > self._limit:
            raise OSError
        return len(data)

    def flush(self) -> None:
        self._out.flush()


def _serialise(body: IO[bytes], form: ResultForm, ask: Query, out: _Bounded, url: str) -> None:
    if form == "graph":
        found = forms.fitting(_counted(triples(body, url), ask.limits), ask.media)
        ox.serialize(found, out, format=ox.RdfFormat.from_media_type(ask.media))  # type: ignore[arg-type]
        return
    _check_rows(body, ask.limits, url)
    found = results(body, url)
    found.serialize(out, format=ox.QueryResultsFormat.from_media_type(ask.media))


def watching(form: ResultForm, limits: Limits) -> Callable[[IO[bytes]], None]:
    """Return what raises `TooLarge` once the beginning of a body has too many rows or triples."""

    def watch(body: IO[bytes]) -> None:
        body.seek(0)
        found: Iterator[Any] = body if form == "graph" else _whole_solutions(body)
        for _ in _counted(found, limits):
            pass
        body.seek(0, 2)

    return watch


def _whole_solutions(body: IO[bytes]) -> Iterator[Any]:
    """Yield the solutions that have come in whole."""
    with suppress(SyntaxError):  # where the text ends for now
        found = ox.parse_query_results(body, format=ox.QueryResultsFormat.JSON)
        if isinstance(found, ox.QuerySolutions):
            yield from found


def _check_rows(body: IO[bytes], limits: Limits, url: str) -> None:
    """Raise `TooLarge` for too many solutions; leave the body at its start."""
    if body.seek(0, 2) > limits.rows * _SMALLEST_ROW:
        body.seek(0)
        for _ in _counted(solutions(results(body, url), url), limits):
            pass
    body.seek(0)


def _counted(found: Iterable[Any], limits: Limits) -> Iterator[Any]:
    for number, item in enumerate(found, start=1):
        if number > limits.rows:
            raise TooLarge(
                f"The answer has more than {limits.rows:,} rows. Narrow the query or add a LIMIT.",
                limit_rows=limits.rows,
            )
        yield item


def lines(quads: Iterable[Any]) -> Iterator[bytes]:
    """Yield quads as N-Quads, with literals as Oxigraph keeps them, whole lines at a time."""
    rest = iter(quads)
    while some := list(islice(rest, _QUADS_AT_ONCE)):
        store = ox.Store()
        store.extend(some)
        yield ox.serialize(store, format=ox.RdfFormat.N_QUADS) or b""


def by_graph(nquads: str | bytes) -> Graphs:
    """Return N-Quads as triples by graph. Raises `SyntaxError` where they do not parse."""
    found: dict[str, list[ox.Triple]] = {}
    for quad in ox.parse(nquads, format=ox.RdfFormat.N_QUADS):
        name = "" if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value
        found.setdefault(name, []).append(quad.triple)
    return found


def has_blank(graphs: Graphs) -> bool:
    """Tell whether any triple has a blank node, at any depth."""
    return any(_holds_blank(triple) for found in graphs.values() for triple in found)


def _holds_blank(term: Any) -> bool:
    if isinstance(term, ox.Triple):
        return _holds_blank(term.subject) or _holds_blank(term.object)
    return isinstance(term, ox.BlankNode)


def ntriples(triples: Iterable[ox.Triple]) -> str:
    """Return triples as N-Triples."""
    return "".join(f"{triple} .\n" for triple in triples)


def insertion(graphs: Graphs) -> str:
    """Return the update that inserts triples into graphs."""
    blocks = []
    for name, found in graphs.items():
        block = ntriples(found)
        blocks.append(f"GRAPH <{name}> {{\n{block}}}" if name else block)
    return "INSERT DATA {\n" + "\n".join(blocks) + "\n}"


def dropping(names: Iterable[str]) -> str:
    """Return the start of an update that drops graphs; "" is the default graph."""
    graphs = (f"GRAPH {ox.NamedNode(name)}" if name else "DEFAULT" for name in names)
    return "".join(f"DROP SILENT {graph} ;\n" for graph in graphs)


def emptying(names: Iterable[str]) -> str:
    """Return the update that empties graphs; see `Dialect.slow_drop`."""
    values = " ".join(str(ox.NamedNode(name)) for name in names)
    where = f"WHERE {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
    return f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} {where}"


def copying(staged: Mapping[str, str]) -> str:
    """Return the update that adds the triples of each graph (key) to another (value)."""
    # Virtuoso fails where there is one row only
    pairs = {**staged, NO_GRAPH: NO_GRAPH}
    values = " ".join(f"(<{source}> <{target}>)" for source, target in pairs.items())
    where = f"WHERE {{ VALUES (?from ?to) {{ {values} }} GRAPH ?from {{ ?s ?p ?o }} }}"
    return f"INSERT {{ GRAPH ?to {{ ?s ?p ?o }} }} {where}"


class _Mended(RawIOBase):
    """A file in which some words are replaced by others as it is read, line by line."""

    def __init__(self, body: IO[bytes], words: Mapping[bytes, bytes]) -> None:
        self._body = body
        self._words = words
        self._rest = b""

    def close(self) -> None:
        self._body.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        self._rest = self._rest or self._next()
        view = memoryview(buffer)
        size = min(len(view), len(self._rest))
        view[:size], self._rest = self._rest[:size], self._rest[size:]
        return size

    def _next(self) -> bytes:
        line = self._body.readline()
        for old, new in self._words.items():
            line = line.replace(old, new)
        return line


def mended(body: IO[bytes], words: Mapping[bytes, bytes]) -> IO[bytes]:
    """Return a file with words replaced, at its start; the other one is then closed."""
    if not words:
        return body
    copy = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the caller closes it
    with BufferedReader(_Mended(body, words)) as whole:
        while chunk := whole.read(IN_MEMORY):
            copy.write(chunk)
    copy.seek(0)
    return copy
