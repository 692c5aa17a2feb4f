"""Named queries: SPARQL files with metadata, run with typed parameters.

A file is valid SPARQL as it stands. Its parameters are the variables of one `VALUES` block,
filled with example terms; running it with other arguments replaces the terms in that block by
RDF terms made here, so no text of a caller ever becomes part of a query. What runs is also
what `/queries/{name}.rq` shows, and what any SPARQL endpoint would answer the same way.
"""
# DESIGN: parameters-as-values

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from rdflib import XSD, Literal, URIRef
from typing_extensions import TypedDict

from loaders.mapping.iris import BASE
from loaders.reading.yaml12 import read_yaml
from service.common import parameters
from service.common.doors import either
from service.common.json_types import Fields
from service.common.problems import BadParameter, NotFound, OnPage
from service.common.resources import inside
from service.ontology.old_codes import OldCode, dimension_and_code, old_codes
from service.queries import counted, internal
from service.queries.names import iri_now
from service.store.port import Engine, Row

_VALUES = re.compile(r"VALUES \(([^()]*+)\) \{[^{}]*+\}")
_SLUG = re.compile(r"[a-z0-9]+([-/][a-z0-9]+)*")
_ADDRESS = re.compile(r"https?://[^\x00-\x20<>\"{}|\\^`\x7f]+")
_CASTS: Mapping[str, Any] = {"integer": int, "decimal": Decimal, "date": date.fromisoformat}
_DATATYPES = {"integer": XSD.integer, "decimal": XSD.decimal, "date": XSD.date}


READERS: Mapping[str, str] = {
    "deployers": "For those about to deploy",
    "authors": "For authors of benchmarks",
    "auditors": "For those who check the evidence",
    "developers": "For those who import and query",
}
"""Kind of reader to the heading of the questions that it asks most."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: its type, an example, and for terms of ours the path they lie under.

    `also` is a word that it takes beside them.
    """

    name: str
    type: str
    example: str
    about: str = ""
    base: str = ""
    optional: bool = False
    also: str = ""


@dataclass(frozen=True)
class Column:
    """A column of a list: its type, and whether an item may lack it."""

    name: str
    type: str
    about: str = ""
    optional: bool = False


QueryParameter = Annotated[dict[str, Any], Fields("QueryParameter", Parameter)]


class QueryItem(TypedDict):
    """A named question with its parameters; `reader` is the kind of reader that asks it most."""

    name: str
    title: str
    question: str
    about: str | None
    reader: str | None
    parameters: list[QueryParameter]


@dataclass(frozen=True)
class NamedQuery:
    """A named query: the question that it answers, in words, and its SPARQL text.

    The text gives only what counts (`service.queries.counted`). The parameters `on_request`, each
    `true` or `false`, add the rest. `reader` is the kind of reader that asks it most, one of
    `READERS`; the queries behind lists have none.
    """

    name: str
    title: str
    question: str
    sparql: str
    about: str = ""
    params: Mapping[str, Parameter] = field(default_factory=dict)
    reader: str = ""
    columns: tuple[Column, ...] = ()
    """What an item of a list has beside its identity; of other queries nothing is declared."""

    @property
    def on_request(self) -> tuple[Parameter, ...]:
        """The parameters that ask for records which do not count otherwise."""
        return tuple(
            Parameter(u.parameter, "boolean", "true", u.about, optional=True)
            for u in counted.on_request(self.sparql)
        )

    @property
    def examples(self) -> dict[str, str]:
        """An argument for each parameter, with which it has an answer on the shipped data."""
        return {p.name: p.example for p in self.params.values()}

    def document(self) -> QueryItem:
        """Return the query as JSON values."""
        return {
            "name": self.name,
            "title": self.title,
            "question": self.question,
            "about": self.about or None,
            "reader": self.reader or None,
            "parameters": [vars(p) for p in (*self.params.values(), *self.on_request)],
        }


@cache
def named_queries() -> Mapping[str, NamedQuery]:
    """Return every named query by its name. Raises `ValueError` for a file that breaks the form."""
    return _folder("queries", "named")


@cache
def lists() -> Mapping[str, NamedQuery]:
    """Return the queries behind the lists of the API: all parameters are filters."""
    return _folder("queries", "lists")


def _folder(*parts: str) -> dict[str, NamedQuery]:
    return {path.stem: _load(path) for path in sorted(inside(*parts).glob("*.rq"))}


def named_query(name: str) -> NamedQuery:
    """Return a named query. Raises `NotFound` with the names there are."""
    if name not in named_queries():
        raise NotFound(
            f"There is no query named {name!r}. "
            f"See {either('list questions', '/queries')} for all of them.",
            on_page=OnPage(
                f"There is no question named {name!r}.",
                name,
                tuple(named_queries()),
                titles={name: query.question for name, query in named_queries().items()},
            ),
            kind="question",
            id=name,
            known=list(named_queries()),
        )
    return named_queries()[name]


def bind(query: NamedQuery, arguments: Mapping[str, str], engine: Engine) -> str:
    """Return the SPARQL text with the arguments in its `VALUES` block.

    Raises `BadParameter` for an argument that is missing, unknown or of the wrong type.
    """
    _known(query, arguments)
    return _bound(query, [each for way in _ways(query, arguments) for each in way], engine)


def _bound(query: NamedQuery, every: Iterable[Mapping[str, str]], engine: Engine) -> str:
    """Return the SPARQL text with a row of its `VALUES` block for each of several arguments."""
    every = list(every)
    named = [p for p in query.params.values() if p.base and p.name in every[0]]
    filters = {f"{BASE}{p.base}{every[0][p.name]}" for p in named}
    sparql = counted.with_requested(query.sparql, every[0], filters)
    if not query.params:
        return sparql
    rows = [" ".join(_term(p, codes, engine) for p in query.params.values()) for codes in every]
    names = " ".join(f"?{name}" for name in query.params)
    block = f"VALUES ({names}) {{ {' '.join(f'({row})' for row in rows)} }}"
    return _VALUES.sub(lambda _: block, sparql, count=1)


def _ways(query: NamedQuery, arguments: Mapping[str, str]) -> list[list[dict[str, str]]]:
    """Return each way to read the arguments; rows are about what meets all of any one way.

    There is one way with one set of arguments unless an old code is among them, which is also read
    as what replaces it (together), or as each code that it may mean.
    """
    codes = _codes(query, arguments)
    ways = [[codes]]
    for name, old in old_parameters(query, arguments).items():
        base = codes[name].removesuffix(old.code)
        newer = [list(old.same)] if old.same else [[code] for code in old.may_mean]
        read = [[old.code], *([] if old.same and old.to_recode else newer)]
        ways = [
            [{**each, name: base + code} for each in way for code in some]
            for way in ways
            for some in read
        ]
    return ways


def old_parameters(query: NamedQuery, arguments: Mapping[str, str]) -> dict[str, OldCode]:
    """Return the parameters that are old codes of values, and what became of each."""
    codes = _codes(query, arguments)
    found: dict[str, OldCode] = {}
    for p in query.params.values():
        path = p.base.format_map(defaultdict(str, codes)) + codes.get(p.name, "")
        if old := old_codes().get(dimension_and_code(path)):
            found[p.name] = old
    return found


def _known(query: NamedQuery, arguments: Mapping[str, str]) -> None:
    """Raise `BadParameter` for an argument that the query does not have."""
    known = [*query.params, *(p.name for p in query.on_request)]
    for name in arguments:
        if name not in known:
            raise BadParameter(
                f"The query {query.name} has no parameter {name!r}.",
                on_page=parameters.no_field(name),
                parameter=name,
                known=known,
            )


def _codes(query: NamedQuery, arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the arguments with full IRIs of ours shortened to the codes they stand for."""
    codes = dict(arguments)
    for p in query.params.values():
        if p.base and p.name in codes:
            base = p.base.format_map(defaultdict(str, codes))
            codes[p.name] = codes[p.name].removeprefix(BASE).removeprefix(base)
    return codes


def run(query: NamedQuery, arguments: Mapping[str, str], engine: Engine) -> list[Row]:
    """Return the rows that answer a query with these arguments.

    Where an old code is now several, one of a part, the rows are those about things (their first
    column) that have all of them. Raises `BadParameter` as `bind` does.
    """
    ways = _ways(query, arguments)
    if len(ways) == 1:
        return engine.select(bind(query, arguments, engine))
    _known(query, arguments)
    about = query.sparql.partition("SELECT ?")[2].split()[0]
    rows: dict[str, Row] = {}
    for way in ways:
        found = [engine.select(_bound(query, [each], engine)) for each in way]
        common = set.intersection(*({row.get(about) for row in some} for some in found))
        rows |= {repr(row): row for some in found for row in some if row.get(about) in common}
    return [*rows.values()]


def _load(path: Path) -> NamedQuery:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    head = "".join(line[2:].removeprefix(" ") for line in lines if line.startswith("#+"))
    sparql = "".join(line for line in lines if not line.startswith("#+"))
    meta = read_yaml(head)
    params = {n: Parameter(n, **p) for n, p in meta["params"].items()}
    declared = _VALUES.search(sparql)
    names = declared[1].replace("?", "").split() if declared else []
    if params and names != list(params):
        raise ValueError(f"{path.name}: the VALUES block must bind {list(params)}, not {names}")
    text = counted.counted(sparql)
    return NamedQuery(
        path.stem,
        meta["title"],
        meta["question"],
        text,
        meta.get("about", ""),
        params,
        meta.get("reader", ""),
        tuple(Column(name, **column) for name, column in meta.get("columns", {}).items()),
    )


def _term(parameter: Parameter, arguments: Mapping[str, str], engine: Engine) -> str:
    """Return the term for a parameter as SPARQL writes it; UNDEF where a filter is not used."""
    given = arguments.get(parameter.name)
    if given:
        return _given(parameter, given, arguments, engine).n3()
    if parameter.optional:
        return "UNDEF"
    raise BadParameter(
        f"The parameter {parameter.name!r} is missing ({parameter.about}), "
        f"for example {parameter.example}.",
        parameter=parameter.name,
        example=parameter.example,
    )


def _given(
    parameter: Parameter, given: str, arguments: Mapping[str, str], engine: Engine
) -> URIRef | Literal:
    if parameter.also and given == parameter.also:
        return Literal(given)
    if parameter.base:
        return _iri(
            parameter, given, parameter.base.format_map(defaultdict(str, arguments)), engine
        )
    if parameter.type == "string":
        return Literal(given)
    if parameter.type == "iri":
        return _address(parameter, given)
    try:
        return Literal(_CASTS[parameter.type](given), datatype=_DATATYPES[parameter.type])
    except (ValueError, ArithmeticError) as error:
        raise BadParameter(
            f"The parameter {parameter.name!r} must be of type {parameter.type}, not {given!r}.",
            on_page=OnPage(
                f"{given[:40]!r} does not fit. Asked for is {parameter.about}.",
                given,
                beside=parameter.name,
            ),
            parameter=parameter.name,
            example=parameter.example,
        ) from error


def _iri(parameter: Parameter, code: str, base: str, engine: Engine) -> URIRef:
    """Return the IRI of a code or slug, once the store is seen to know it."""
    iri = URIRef(f"{BASE}{base}{code}")
    if _SLUG.fullmatch(base + code) and internal.holds(engine, "known", iri=iri):
        return iri_now(engine, iri) if base.startswith("id/") else iri
    known = names_below(base, engine)
    raise BadParameter(
        f"{code!r} is not known for {parameter.name!r} ({parameter.about}).",
        on_page=OnPage(
            f"{code!r} is not known here. Asked for is {parameter.about}.", code, tuple(known), base
        ),
        parameter=parameter.name,
        value=code,
        known=[*filter(None, [parameter.also]), *known],
    )


def _address(parameter: Parameter, given: str) -> URIRef:
    """Return a web address as it was given, once it holds nothing that ends an IRI in SPARQL."""
    if _ADDRESS.fullmatch(given):
        return URIRef(given)
    raise BadParameter(
        f"The parameter {parameter.name!r} must be a web address, not {given!r}.",
        parameter=parameter.name,
        example=parameter.example,
    )


def names_below(base: str, engine: Engine) -> list[str]:
    """Return the first 200 names of things below a path, such as `id/deployment/`, without it."""
    if not _SLUG.fullmatch(base.strip("/")):
        return []
    rows = internal.rows(engine, "names-below", start=Literal(f"{BASE}{base}"))
    return [str(row["s"]).removeprefix(f"{BASE}{base}") for row in rows]
