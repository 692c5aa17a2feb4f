"""Problems as a page says them: titles in place of codes, each with the address that has it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Request

from service.common.problems import OnPage, Problem
from service.ontology.labels import label, plain_name
from service.web.thing_pages import list_of

_MOST = 100
"""The most choices that a page names."""
_LONGEST_QUERY = 500
"""Characters of a query that each choice repeats in its address."""
_APART = re.compile("([,:])")
"""What parts several codes in one parameter."""


@dataclass(frozen=True)
class SpokenProblem:
    """What the page of a problem shows.

    `heading` says what is wrong in a few words. `choices` are titles of what may stand in the
    address instead, each with that address (or none), `titles` those of things that may be meant,
    by id. `without` is the address without what it does not take, called `without_words`, and
    `list` that of the list in which a missing thing would stand.
    """

    heading: str
    sentence: str
    choices: tuple[tuple[str, str], ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    without: str = ""
    without_words: str = ""
    list: str = ""


def spoken(request: Request, problem: Problem) -> SpokenProblem:
    """Return what the page of a problem shows."""
    said = problem.on_page
    listed = list_of(str(problem.extra.get("kind", "")))
    if said is None:
        return SpokenProblem(problem.heading, problem.detail, list=listed)
    return SpokenProblem(
        problem.heading,
        said.sentence,
        tuple((_called(said, code), _address(request, said, code)) for code in said.codes[:_MOST]),
        said.titles,
        _without(request, said.beside) if said.beside else "",
        "The first page" if said.beside == "page" else "The same page without it",
        listed,
    )


def _called(said: OnPage, code: str) -> str:
    if said.base == "dimension/":
        return said.titles.get(code) or plain_name(code)
    return said.titles.get(code) or label(f"{said.base}{code}")


def _address(request: Request, said: OnPage, code: str) -> str:
    """Return the address of a request with a code in place of what does not fit; none for others.

    It stands at the end of the path, or in a parameter.
    """
    path, query = _path(request), request.url.query
    if not said.given or not _can_be_repeated(request):
        return ""
    if path.endswith(f"/{said.given}"):
        return quote(f"{path.removesuffix(said.given)}{code}") + (f"?{query}" if query else "")
    pairs = parse_qsl(query)
    for place, (name, value) in enumerate(pairs):
        parts = _APART.split(value)
        if said.given in parts:
            mended = "".join(code if part == said.given else part for part in parts)
            pairs[place] = (name, mended)
            return _with_query(path, pairs)
    return ""


def _without(request: Request, name: str) -> str:
    if not _can_be_repeated(request):
        return ""
    pairs = [pair for pair in parse_qsl(request.url.query) if pair[0] != name]
    return _with_query(_path(request), pairs)


def _can_be_repeated(request: Request) -> bool:
    """Tell whether an address says all of a request, and is not too long to stand in a page."""
    return request.method in {"GET", "HEAD"} and len(request.url.query) <= _LONGEST_QUERY


def _with_query(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    return quote(path) + (f"?{urlencode(pairs, safe=',:')}" if pairs else "")


def _path(request: Request) -> str:
    return str(request.scope["path"]).removeprefix(request.scope.get("root_path", ""))
