"""What a SPARQL text asks for, told by its tokens and not by its beginning."""

import re
from collections.abc import Iterator

from service.engines.base import AnswerKind
from service.problems import BadQuery

_TOKEN = re.compile(
    r"""
      (?P<skip> \#[^\n\r]* | \s+
        | <[^<>"{}|^`\\\x00-\x20]*>
        | \"\"\"(?:(?:"|"")?(?:[^"\\]|\\.))*\"\"\" | '''(?:(?:'|'')?(?:[^'\\]|\\.))*'''
        | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*'
        | [?$][^\W]\w* | @[A-Za-z]+(?:-[A-Za-z0-9]+)* )
    | (?P<name> [^\W\d_][\w.-]*:[^\s{}()\[\];,<>"']* | _?:[^\s{}()\[\];,<>"']* )
    | (?P<word> [A-Za-z_]\w* )
    | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)

_KINDS: dict[str, AnswerKind] = {
    "SELECT": "bindings",
    "ASK": "boolean",
    "CONSTRUCT": "graph",
    "DESCRIBE": "graph",
}
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"}


def words(sparql: str) -> Iterator[str]:
    """Yield the bare words of a text in capitals: no strings, IRIs, names or variables."""
    for match in _TOKEN.finditer(sparql):
        if match.lastgroup == "word":
            yield match.group().upper()


def names_dataset(sparql: str) -> bool:
    """Tell whether a query chooses its own graphs with FROM or FROM NAMED."""
    return "FROM" in words(sparql)


def query_kind(sparql: str) -> AnswerKind:
    """Return what kind of answer a query has.

    Raises `BadQuery` for an update, and for SERVICE, which would leave this machine.
    """
    found = list(words(sparql))
    form = next((w for w in found if w in _KINDS or w in _UPDATES), None)
    if form in _UPDATES:
        raise BadQuery(
            f"This is an update ({form}); this endpoint only answers queries.", operation=form
        )
    if "SERVICE" in found:
        raise BadQuery(
            "The query uses SERVICE. Federated queries are switched off: nothing leaves this "
            "server. Remove the SERVICE block.",
            feature="SERVICE",
        )
    # a text with no form at all does not parse, and the engine says where
    return _KINDS[form or "SELECT"]
