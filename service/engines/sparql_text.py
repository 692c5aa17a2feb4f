"""What a SPARQL text asks for, told by its tokens and not by its beginning."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from service.engines.questions import AnswerKind
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
    | (?P<mark> . )
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


class Token(NamedTuple):
    """A bare word in capitals, or a brace, with where it begins and how deep in braces."""

    text: str
    start: int
    depth: int


def tokens(sparql: str) -> Iterator[Token]:
    """Yield words and braces; strings, IRIs, names, variables and comments are passed over."""
    depth = 0
    for match in _TOKEN.finditer(sparql):
        if match.lastgroup == "word":
            yield Token(match.group().upper(), match.start(), depth)
        elif match.group() in {"{", "}"} and match.lastgroup == "mark":
            depth -= match.group() == "}"
            yield Token(match.group(), match.start(), depth)
            depth += match.group() == "{"


def words(sparql: str) -> list[str]:
    """Return the bare words of a text in capitals."""
    return list(_words(sparql))


@lru_cache(maxsize=16)
def _words(sparql: str) -> tuple[str, ...]:
    """Return them once for the several questions that are asked of one text."""
    return tuple(word.upper() for _, _, word, _ in _TOKEN.findall(sparql) if word)


def update_start(sparql: str) -> int:
    """Return where the first operation of an update begins, behind its prologue."""
    starts = (token.start for token in tokens(sparql) if token.text in _UPDATES)
    return next(starts, len(sparql))


def names_dataset(sparql: str) -> bool:
    """Tell whether a query chooses its own graphs with FROM or FROM NAMED."""
    return "FROM" in words(sparql)


def query_kind(sparql: str) -> AnswerKind:
    """Return what kind of answer a query has.

    Raises `BadQuery` for an update, and for SERVICE, which would leave this machine.
    """
    found = words(sparql)
    form = next((w for w in found if w in _KINDS or w in _UPDATES), None)
    if form in _UPDATES:
        raise BadQuery(
            f"This is an update ({form}), not a query. Post it as update=…, or as "
            "application/sparql-update.",
            operation=form,
        )
    _refuse("SERVICE", found)
    # a text with no form at all does not parse, and the engine says where
    return _KINDS[form or "SELECT"]


def check_update(sparql: str) -> None:
    """Raise `BadQuery` for an update that would reach beyond this store."""
    found = words(sparql)
    _refuse("SERVICE", found)
    _refuse("LOAD", found)


def _refuse(feature: str, found: list[str]) -> None:
    if feature in found:
        raise BadQuery(
            f"The text uses {feature}, which is switched off: nothing is fetched and nothing "
            "leaves this server.",
            feature=feature,
        )


def forgiving(sparql: str) -> str:
    """Return an update that may clear and drop graphs which are not there.

    To this service a graph without triples is none, so clearing one is no error.
    """
    found = [*tokens(sparql), Token("", len(sparql), 0)]
    for token, after in reversed(list(pairwise(found))):
        if token.text in {"CLEAR", "DROP"} and token.depth == 0 and after.text != "SILENT":
            end = token.start + len(token.text)
            sparql = f"{sparql[:end]} SILENT{sparql[end:]}"
    return sparql


_RELATIVE = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.-]*:)[^<>\"{}|^`\\\x00-\x20]*>")


def with_base(sparql: str, base: str | None) -> str:
    """Return a text whose relative IRIs are resolved against `base`, unless it says against what.

    A text without any stays as it is, so that the place of a syntax error is right.
    """
    if base is None or not _RELATIVE.search(sparql) or "BASE" in words(sparql):
        return sparql
    return f"BASE <{base}> {sparql}"


def with_using(sparql: str, default: tuple[str, ...], named: tuple[str, ...]) -> str:
    """Return an update whose WHERE clauses see the given graphs (USING, USING NAMED).

    Raises `BadQuery` where the text chooses its graphs itself, as the protocol demands.
    """
    if not default and not named:
        return sparql
    found = list(tokens(sparql))
    if {"USING", "WITH"} & {t.text for t in found}:
        raise BadQuery("using-graph-uri may not be given for an update with USING or WITH.")
    clause = "".join(f"USING <{g}> " for g in default) + "".join(
        f"USING NAMED <{g}> " for g in named
    )
    result = sparql
    for before, token in reversed(list(pairwise(found))):
        if token.text == "WHERE" and token.depth == 0:
            head = result[: token.start] + _template(result, before, token, found)
            result = head + clause + result[token.start :]
    return result


def _template(sparql: str, before: Token, where: Token, found: list[Token]) -> str:
    """Return the delete template that `DELETE WHERE {…}` leaves out, else nothing."""
    if before.text != "DELETE":
        return ""
    opened = next(t for t in found if t.start > where.start and t.text == "{")
    closed = next(
        t for t in found if t.start > opened.start and t.text == "}" and t.depth == opened.depth
    )
    return sparql[opened.start : closed.start + 1] + " "
