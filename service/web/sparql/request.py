"""SPARQL queries over HTTP: parse the parameters, choose the form of the answer.

Kept free of heavy imports: the lanes (`service.web.sparql.lanes.process`) start with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from service.common.negotiation import choose
from service.common.problems import BadParameter, TooLarge
from service.store.query import Limits, Query
from service.store.sparql_tokens import result_form

RESULTS = [
    "application/sparql-results+json",
    "application/json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
]
GRAPHS = [
    "text/turtle",
    "application/n-triples",
    "application/ld+json",
    "application/rdf+xml",
    "application/trig",
    "application/n-quads",
]
OFFERED = {"bindings": RESULTS, "boolean": RESULTS[:3], "graph": GRAPHS}
_SHORT = {
    "json": [RESULTS[0], GRAPHS[2]], "srj": [RESULTS[0]],
    "xml": [RESULTS[2], GRAPHS[3]], "srx": [RESULTS[2]],
    "csv": [RESULTS[3]], "tsv": [RESULTS[4]],
    "ttl": [GRAPHS[0]], "turtle": [GRAPHS[0]], "n3": [GRAPHS[0]], "nt": [GRAPHS[1]],
    "jsonld": [GRAPHS[2]], "json-ld": [GRAPHS[2]], "rdf": [GRAPHS[3]], "rdf+xml": [GRAPHS[3]],
    "trig": [GRAPHS[4]], "nq": [GRAPHS[5]],
}  # fmt: skip
"""The media types that a short name stands for, of which a form of result offers one at most."""

Params = Mapping[str, Sequence[str]]
"""The values of each parameter of a request, in the order they were given."""


def parse_query(text: str, params: Params, accept: str | None, base: str, most: Limits) -> Query:
    """Return the query of a request, over all graphs, with its answer's form and its limits.

    `most` is what `timeout=` may lower. Raises `BadQuery`, `BadParameter`, and `NotAcceptable`
    where no form of such an answer is one that the client takes.
    """
    offered = OFFERED[result_form(text)]
    media = choose(accept, offered, _requested_media(params, offered))
    limits = replace(most, seconds=seconds(params, most.seconds))
    return Query(text, media, limits=limits, base=base)


def check_length(text: str, limit: int) -> None:
    """Raise `TooLarge` for a query of more characters than are allowed."""
    if len(text) > limit:
        raise TooLarge(
            f"The query has {len(text):,} characters; {limit:,} are allowed.", limit=limit
        )


def content_type(media: str) -> str:
    """Return the media type as it is sent: a text says its encoding."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media


def _requested_media(params: Params, offered: list[str]) -> str | None:
    """Return the media type that `format=` asks for; of several, the first that is offered."""
    given = [part for value in params.get("format", ()) for part in value.split(",") if part]
    named = [_SHORT.get(part, [part]) for part in given]
    fitting = [media for medias in named for media in medias if media in offered]
    return next(iter([*fitting, *given]), None)


def seconds(params: Params, limit: float) -> float:
    """Return the time for an operation: what `timeout=` asks for, and never more than the limit.

    Raises `BadParameter` for what is no time.
    """
    given = params.get("timeout", ())[-1:]
    if not given:
        return limit
    try:
        requested = float(given[0])
    except ValueError:
        requested = 0.0
    if not requested > 0:
        raise BadParameter(
            f"timeout must be a number of seconds above 0, not {given[0]!r}.", parameter="timeout"
        )
    return min(requested, limit)
