"""What a SPARQL text is for and what it uses, by its tokens and not by its beginning.

Every pattern is linear by construction: what was matched once is not tried again. A scanner
cannot promise to read a text as an engine does (one takes `1e5SERVICE` for two words), so where
two readings are possible, `uses` takes the one that is refused. What really keeps a query from
the network is the process that it runs in (`service.sandbox`).
"""
# DESIGN: sparql-by-tokens

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

from service.common.problems import BadQuery
from service.store.query import ResultForm

MOST_LEVELS = 500
"""How deep brackets may nest: engines recurse, and real queries have some ten levels."""

Use = Literal["no", "SILENT", "yes"]
"""Whether a text uses an operation: not at all, only where its failure is none, or otherwise."""

_IN_NAME = r"\w\-\u00b7\u0300-\u036f\u203f\u2040"
_LOCAL = rf":(?:(?:[\w:%]|\\[^\n\r])(?:[{_IN_NAME}:%]++|\\[^\n\r]|\.++(?=[{_IN_NAME}:%\\]))*+)?+"
_HIDING = r"""
        \#[^\n\r]*+ | \\[^\n\r]
        | "(?!"")(?:[^"\\\n\r]++|\\[^\n\r])*+" | '(?!'')(?:[^'\\\n\r]++|\\[^\n\r])*+' )
    | (?P<iri> <(?:[^<>"{}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+> )
    | (?P<long> \"\"\"(?:[^"\\]++|\\.|"(?!""))*+\"\"\" | '''(?:[^'\\]++|\\.|'(?!''))*+''' )
    | (?P<unclosed> ["'].*+ )
"""
"""What may hold any character: the last part of one group, and three more."""
_TOKEN = re.compile(
    rf"""
      (?P<skip> \s++ | [?$]\w++ | @[A-Za-z]++(?:-{{1,2}}[A-Za-z0-9]++)*+
        | (?:\d++(?:\.\d++)?+|\.\d++)(?:[eE][+-]?\d++)?+ | {_HIDING}
    | (?P<word> [^\W\d](?:[{_IN_NAME}]++|\.++(?=[{_IN_NAME}]))*+ )(?P<local>{_LOCAL})?+
    | (?P<name> {_LOCAL} )
    | (?P<mark> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_SHIELD = re.compile(rf"(?P<skip>{_HIDING}", re.VERBOSE | re.DOTALL)
_PIECE = re.compile(r"\w++")

_RESULT_FORMS: dict[str, ResultForm] = {
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
            for piece in _PIECE.finditer(match.group()):  # engines read true.FILTER as three tokens
                yield Token(piece.group().upper(), match.start() + piece.start(), depth)
        elif match.lastgroup == "mark" and match.group() in "{}":
            depth -= match.group() == "}"
            yield Token(match.group(), match.start(), depth)
            depth += match.group() == "{"


def words(sparql: str) -> Iterator[str]:
    """Yield the bare words of a text in capitals."""
    return (token.text for token in tokens(sparql) if token.text not in "{}")


def update_start(sparql: str) -> int:
    """Return where the first operation of an update begins, behind its prologue."""
    starts = (token.start for token in tokens(sparql) if token.text in _UPDATES)
    return next(starts, len(sparql))


@lru_cache(maxsize=16)
def names_dataset(sparql: str) -> bool:
    """Tell whether a query chooses its own graphs with FROM or FROM NAMED."""
    return "from" in sparql.lower() and "FROM" in words(sparql)


@lru_cache(maxsize=16)
def result_form(sparql: str) -> ResultForm:
    """Return which form the result of a query has.

    Raises `BadQuery` for an update, for nesting too deep, and for SERVICE that is not SILENT.
    """
    check_depth(sparql)
    form = next((w for w in words(sparql) if w in _RESULT_FORMS or w in _UPDATES), None)
    if form in _UPDATES:
        raise BadQuery(
            f"This is an update ({form}), not a query. Post it as update=…, or as "
            "application/sparql-update.",
            operation=form,
        )
    if uses(sparql, "SERVICE") == "yes":
        raise switched_off("SERVICE")
    # a text with no form at all does not parse, and the engine says where
    return _RESULT_FORMS[form or "SELECT"]


def refuse_any_service(sparql: str) -> None:
    """Raise `BadQuery` for `SERVICE SILENT`, where only a scan keeps a query from the network."""
    if uses(sparql, "SERVICE") != "no":
        raise switched_off("SERVICE")


def check_update(sparql: str, *, allow_silent: bool = False) -> None:
    """Raise `BadQuery` for an update that would reach beyond this store, or nests too deep.

    `allow_silent` lets through operations with SILENT, where the system closes the network.
    """
    check_depth(sparql)
    for operation in ("SERVICE", "LOAD"):
        if uses(sparql, operation) not in ({"no", "SILENT"} if allow_silent else {"no"}):
            raise switched_off(operation)


def switched_off(operation: str) -> BadQuery:
    """Return the error for a text that uses such an operation."""
    return BadQuery(
        f"The text uses {operation}, which is switched off: nothing is fetched and nothing "
        "leaves this server.",
        feature=operation,
    )


def check_depth(sparql: str) -> None:
    """Raise `BadQuery` for a text whose brackets nest deeper than an engine should follow."""
    if sum(map(sparql.count, ("(", "[", "{", "<<"))) <= MOST_LEVELS:
        return
    marks = _SHIELD.sub(_brackets, sparql).encode("ascii", "ignore")
    for terms, bracket in ((b"<<(", b"("), (b"<<", b"("), (b")>>", b")"), (b">>", b")")):
        marks = marks.replace(terms, bracket)
    steps = memoryview(marks.translate(_STEPS, _NO_STEP)).cast("b")
    if max(accumulate(steps), default=0) > MOST_LEVELS:
        raise BadQuery(f"The text nests more than {MOST_LEVELS} levels deep. Flatten it.")


_OPEN, _CLOSE = b"([{", b")]}"
_STEPS = bytes.maketrans(_OPEN + _CLOSE, b"\x01\x01\x01\xff\xff\xff")
_NO_STEP = bytes(b for b in range(256) if b not in _OPEN + _CLOSE)


def _brackets(match: re.Match[str]) -> str:
    """Return the brackets of an IRI, as its `<` may be a comparison; nothing else has any."""
    if match.lastgroup != "iri":
        return " "
    return "".join(c for c in match.group() if c in "()[]")


_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LINE_END = re.compile(r"[\n\r]")
_LAST_CHARACTER = 0x10FFFF
_BEFORE_NAMES = {"PREFIX", "GRAPH", "WITH", "USING", "NAMED", "TO", "ADD", "MOVE", "COPY"}
"""What may stand before a name outside all braces."""


def uses(sparql: str, operation: str) -> Use:
    """Tell whether a text uses `SERVICE` or `LOAD`, and whether only as `SILENT`.

    Where it may be read in several ways, the answer is yes; so it is where codepoint escapes,
    which some engines resolve before all else, lead to another text that uses it.
    """
    named = operation in sparql.upper() or "\\" in sparql
    return _looked_for(sparql, operation) if named else "no"


@lru_cache(maxsize=16)
def _looked_for(sparql: str, operation: str) -> Use:
    texts = {sparql, _ESCAPE.sub(_character, sparql)}
    found = {_used(text, operation) for text in texts if operation in text.upper()}
    worst: tuple[Use, ...] = ("yes", "SILENT")
    return next((use for use in worst if use in found), "no")


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= _LAST_CHARACTER else match[0]


def _used(sparql: str, operation: str) -> Use:
    scan = _Scan(sparql, operation)
    for match in _TOKEN.finditer(sparql):
        if match.lastgroup != "skip" and scan.is_used(match):
            return "yes"
    return "yes" if scan.begun else "SILENT" if scan.has_silent else "no"


class _Scan:
    """One pass over the tokens of a text that names an operation somewhere."""

    def __init__(self, sparql: str, operation: str) -> None:
        self._text, self._operation = sparql, operation
        self._iri_with_hash = -1
        self._before = ""
        self._depth = 0
        self.begun = False
        """Whether the last token may have been the operation."""
        self.has_silent = False

    def is_used(self, match: re.Match[str]) -> bool:
        """Take the next token; return whether the operation is used without SILENT, or may be."""
        text = match.group().upper()
        if self.begun:
            self.begun = False
            if text.startswith("SILENT"):
                self.has_silent = True
            else:
                return True
        found = self._may_be(match, text)
        self._depth += (text == "{") - (text == "}")
        self._before = text
        return found

    def _may_be(self, match: re.Match[str], text: str) -> bool:
        match match.lastgroup:
            case "unclosed":
                return True
            case "iri":
                self._iri_with_hash = match.start() if "#" in text else self._iri_with_hash
                # `<` may be a comparison: then a quote begins a string, and behind a bracket
                # that closes the comparison the operation may stand
                return "'" in text or (")" in text and self._operation in text)
            case "long":
                # and then a hash begins a comment, up to an end of line that this string passes
                return bool(_LINE_END.search(text)) and self._in_comment(match)
            case "word":
                return self._is_operation(text)
            case "local":
                return self._is_operation_and_name(match["word"].upper(), match.end())
        return False

    def _in_comment(self, match: re.Match[str]) -> bool:
        hash_at = self._iri_with_hash
        return hash_at >= 0 and not _LINE_END.search(self._text, hash_at, match.start())

    def _is_operation(self, text: str) -> bool:
        _, found, rest = text.rpartition(self._operation)
        if not found:
            return False
        self.begun = not rest
        self.has_silent |= rest.startswith("SILENT")
        return bool(rest) and not rest.startswith("SILENT")

    def _is_operation_and_name(self, prefix: str, end: int) -> bool:
        """Tell whether `servicex:y` is `SERVICE x:y`, where an operation may stand."""
        if self._operation not in prefix:
            return False
        if self._operation == "LOAD":
            return not self._depth and self._before not in _BEFORE_NAMES
        following = (m for m in _TOKEN.finditer(self._text, end) if m.lastgroup != "skip")
        after = next(following, None)
        return after is not None and after.group() == "{"


def forgiving(sparql: str) -> str:
    """Return an update that may clear and drop graphs which are not there.

    To this service a graph without triples is none, so clearing one is no error.
    """
    found = [*tokens(sparql), Token("", len(sparql), 0)]
    return _with_put_in(
        sparql,
        (
            (token.start + len(token.text), " SILENT")
            for token, after in pairwise(found)
            if token.text in {"CLEAR", "DROP"} and token.depth == 0 and after.text != "SILENT"
        ),
    )


def _with_put_in(sparql: str, insertions: Iterable[tuple[int, str]]) -> str:
    """Return a text with others put in at offsets of it, in their order."""
    parts, done = [], 0
    for offset, added in insertions:
        parts += [sparql[done:offset], added]
        done = offset
    return "".join([*parts, sparql[done:]])


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
    return _with_put_in(
        sparql,
        (
            (token.start, _template(sparql, found, index) + clause)
            for index, token in enumerate(found)
            if token.text == "WHERE" and token.depth == 0
        ),
    )


def _template(sparql: str, found: list[Token], where: int) -> str:
    """Return the delete template that `DELETE WHERE {…}` leaves out, else nothing."""
    following = map(found.__getitem__, range(where + 1, len(found)))
    opened = next(following, None)
    if not where or found[where - 1].text != "DELETE" or opened is None or opened.text != "{":
        return ""
    closed = next((t for t in following if t.text == "}" and t.depth == opened.depth), None)
    return sparql[opened.start : closed.start + 1] + " " if closed else ""
