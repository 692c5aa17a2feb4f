"""SPARQL texts parsed here before a server sees them: errors have the same place everywhere.

Oxigraph has no door to its parser alone. A query is therefore asked with a contradiction that
it finds only after parsing, and an update begins with a step that fails before any other.
"""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import stack_size

import pyoxigraph as ox

from service.store.oxigraph.evaluate import bad_syntax
from service.store.sparql_tokens import update_start

_NOTHING = ox.Store()
_SERVER_STACK = 3 * 2**19
"""Bytes; threads of Rust programs, as Oxigraph's server is one, have 2 MiB."""

_FAILS = "CLEAR GRAPH <urn:evalgap:no-graph> ; "
"""The graph is not there, and no later step of the same request is run."""

_PLACE = re.compile(r"error at (\d+):(\d+)")


def check_query_syntax(sparql: str, base: str | None) -> None:
    """Raise `BadQuery` with line and column for a query that does not parse."""
    try:
        _NOTHING.query(
            sparql, base_iri=base, use_default_graph_as_union=True, default_graph=[]
        )  # no query may ask for both
    except SyntaxError as error:
        raise bad_syntax(error, sparql) from None
    except ValueError:
        return


def check_query_survival(sparql: str, base: str | None) -> None:
    """Raise `BadQuery` as `check_query_syntax` does, and end this process where a server would end.

    It is called in a process that may die. Parser and optimiser recurse, so the query
    is asked of an empty store on a stack no larger than the threads of servers have.
    """
    with _stack_of(_SERVER_STACK), ThreadPoolExecutor(1) as beside:
        beside.submit(_ask_nothing, sparql, base).result()


def _ask_nothing(sparql: str, base: str | None) -> None:
    check_query_syntax(sparql, base)
    with suppress(ValueError, RuntimeError, OSError):  # a server may know what this engine does not
        _NOTHING.query(sparql, base_iri=base)


@contextmanager
def _stack_of(size: int) -> Iterator[None]:
    before = stack_size(size)
    try:
        yield
    finally:
        stack_size(before)


def check_update_syntax(sparql: str, base: str | None) -> None:
    """Raise `BadQuery` with line and column for an update that does not parse."""
    start = update_start(sparql)
    try:
        _NOTHING.update(sparql[:start] + _FAILS + sparql[start:], base_iri=base)
    except SyntaxError as error:
        words = _as_given(str(error), sparql[:start])
        raise bad_syntax(SyntaxError(words), sparql) from None
    except RuntimeError:
        return


def _as_given(words: str, before: str) -> str:
    """Return an error with the place it has in the text without the step put in after `before`."""
    line, column = 1 + before.count("\n"), 1 + len(before.rpartition("\n")[2])

    def moved(place: re.Match[str]) -> str:
        at, here = int(place[1]), int(place[2])
        shift = len(_FAILS) if at == line and here >= column + len(_FAILS) else 0
        return f"error at {at}:{here - shift}"

    return _PLACE.sub(moved, words, count=1)
