"""Answers of named questions as tables for people: titles that link, in place of IRIs."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rdflib import URIRef

from loaders.mapping.iris import BASE
from service.common.csv_tables import columns
from service.common.digits import printed
from service.linked_data.presentation import curie
from service.linked_data.titles import labels
from service.ontology.labels import label
from service.ontology.plain_names import PLAIN, with_term
from service.store.port import Engine
from service.web.pages.shared.links import page_of

_WEB = ("http://", "https://", "urn:")
_TITLE = "Title"
"""What a column is called behind the name of the one whose things it names."""
_NAMES = {"title", "name", "label"}
"""Columns that are left out where they repeat the first one."""
_CODES = {"basis", "measurement", "rule", "stage", "standing"}
"""Columns whose texts are codes."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:")


@dataclass(frozen=True)
class CellText:
    """One value in a cell; `href` where a link leads, if anywhere, and `whole` its full name."""

    text: str
    href: str | None = None
    whole: str | None = None


Cell = tuple[CellText, ...]
"""The values of one cell; none where the answer leaves it open."""


@dataclass(frozen=True)
class AnswerTable:
    """An answer with a cell per row and column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def in_words(rows: Sequence[Mapping[str, Any]], engine: Engine) -> AnswerTable:
    """Return an answer in words: a thing and its title are one column, codes have their labels."""
    names = columns(rows)
    shown = [n for n in names if n.removesuffix(_TITLE) == n or n[: -len(_TITLE)] not in names]
    words = called(
        {part for row in rows for value in row.values() for part in _iris(value)}, engine
    )
    cells = [{n: _cell(n, row.get(n), row.get(f"{n}{_TITLE}"), words) for n in shown}
             for row in rows]  # fmt: skip
    kept = tuple(n for n in shown if not (n in _NAMES and _repeats(n, shown[0], cells)))
    return AnswerTable(kept, tuple(tuple(row[n] for n in kept) for row in cells))


def _repeats(name: str, first: str, cells: Sequence[Mapping[str, Cell]]) -> bool:
    """Return whether a column says in every row what the first one says, which links."""
    texts = (([p.text for p in row[name]], [p.text for p in row[first]]) for row in cells)
    return name != first and all(one == other for one, other in texts)


def called(iris: Iterable[str], engine: Engine) -> Mapping[str, str]:
    """Return what names of ours are called, by IRI: a review by its benchmark, use and author."""
    ours = {iri: _pieces(iri) for iri in iris if iri.startswith(BASE)}
    things = {URIRef(f"{BASE}{name}") for names, _ in ours.values() for name in names}
    said = labels(engine, (t for t in things if _has_own_label(t))) if things else {}
    return {iri: ", ".join([_joined(names, said), *rest]) for iri, (names, rest) in ours.items()}


def _pieces(iri: str) -> tuple[list[str], list[str]]:
    """Return the names that say together what a name of ours is, and words for its part of them."""
    path = iri.removeprefix(BASE)
    match path.split("/"):
        case ["id", "review", deployment, benchmark, author, *_]:
            return [f"id/benchmark/{benchmark}", f"id/deployment/{deployment}",
                    f"id/agent/{author}"], []  # fmt: skip
        case ["id", "gap", ident, version, *steps] if steps:
            return [f"id/gap/{ident}/{version}"], [step.replace("-", " ") for step in steps]
        case ["graph", *steps, version] if len(steps) > 1:
            return [f"id/{'/'.join(steps)}/{version}"], [f"version {version}"]
    return [path], []


def _has_own_label(thing: URIRef) -> bool:
    return thing.startswith(f"{BASE}id/") or "#" in thing


def _joined(names: Sequence[str], said: Mapping[URIRef, object]) -> str:
    texts = [_called(name, said) for name in names]
    return texts[0] if len(texts) == 1 else "{} for {}, by {}".format(*texts)


def _called(name: str, said: Mapping[URIRef, object]) -> str:
    thing = URIRef(f"{BASE}{name}")
    scheme, _, code = name.partition("/")
    if scheme == "dimension" and code in PLAIN:
        return with_term(code, label(name))
    if not _has_own_label(thing):
        return label(name)
    return str(said.get(thing) or _short(curie(thing)))


def _iris(value: Any) -> list[str]:
    """Return the IRIs in a value; several are one text with blanks between them."""
    return value.split() if isinstance(value, str) and value.startswith(_WEB) else []


def _cell(name: str, value: Any, title: Any, words: Mapping[str, str]) -> Cell:
    if value is None:
        return ()
    iris = _iris(value)
    if not iris:
        return (CellText(_plain(name, value)),)
    if title is not None and len(iris) == 1:
        return (CellText(str(title), page_of(iris[0]), iris[0]),)
    return tuple(CellText(words.get(i) or _short(curie(i)), page_of(i), i) for i in iris)


def _plain(name: str, value: Any) -> str:
    """Return a value that names nothing: yes or no, a number, a day, a code in words, a text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return printed(value)
    if _MOMENT.match(text := str(value)):
        return text.partition("T")[0]
    return text.replace("-", " ") if name in _CODES else text


def _short(name: str) -> str:
    """Return a name without what only says how it is fetched."""
    return re.sub(r"^(?:id/|https?://)", "", name)
