"""SPARQL texts parsed here before a server sees them: errors have the same place everywhere.

Oxigraph has no door to its parser alone. A query is therefore asked with a contradiction that
it finds only after parsing, and an update begins with a step that fails before any other.
"""

import re

import pyoxigraph as ox

from service.engines.evaluate import bad_syntax
from service.engines.sparql_text import update_start

_NOTHING = ox.Store()
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
        raise bad_syntax(error) from None
    except ValueError:
        return


def check_update_syntax(sparql: str, base: str | None) -> None:
    """Raise `BadQuery` with line and column for an update that does not parse."""
    start = update_start(sparql)
    try:
        _NOTHING.update(sparql[:start] + _FAILS + sparql[start:], base_iri=base)
    except SyntaxError as error:
        raise bad_syntax(SyntaxError(_as_given(str(error), sparql[:start]))) from None
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
