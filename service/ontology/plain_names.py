"""Names of dimensions and verdicts for readers who do not know the terms of the paper.

They stand beside the terms (`Query authorship`), which have their definitions, and never instead.
"""

from collections.abc import Mapping

PLAIN: Mapping[str, str] = {
    "query-authorship": "Who writes the question",
    "information-completeness": "How much is told",
    "interaction-type": "How many turns",
    "decision-mediation": "Who decides",
    "outcome-validity": "What is counted",
}
"""The five dimensions of the card in plain words."""

VERDICTS: Mapping[str, str] = {
    "holds": "holds",
    "partially-holds": "partly",
    "violated": "violated",
    "unknown": "unknown",
    "disputed": "disputed",
    "not-applicable": "does not apply",
}
"""Code of a verdict to its word, in the order of the columns in which they are counted."""


def plain(dimension: str, label: str) -> str:
    """Return the plain name of a dimension; its label where it has none."""
    return PLAIN.get(dimension, label)


def with_term(dimension: str, label: str) -> str:
    """Return the plain name with the term beside it: `How many turns (interaction type)`."""
    return f"{PLAIN[dimension]} ({label.lower()})" if dimension in PLAIN else label
