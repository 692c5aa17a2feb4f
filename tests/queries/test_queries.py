"""SPARQL stands in files: none in Python, and each file in the form that its README names."""

import ast
import re
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from rdflib import Literal, URIRef

from service.common.problems import BadRequest
from service.queries import internal
from tests.conftest import ROOT

FILES = sorted((ROOT / "service").rglob("*.rq"))
IN_PYTHON = {
    "service/store": "a store asks its engine about graphs, in the ways of that engine",
    "service/access": "SQL of the log and the tokens",
    "service/ingest/set_aside.py": "SQL of the file of set-aside records",
    "service/queries/catalog.py": "the pattern of a VALUES block and what replaces it",
    "service/queries/counted.py": "the filter of current versions and what is put behind it",
    "service/queries/internal.py": "the pattern of a parameter and what replaces it",
    "service/web/readiness.py": "the smallest query there is, to see that a reader answers",
    "service/web/sparql/protocol.py": "an example in OpenAPI",
}
"""Where SPARQL, or what looks like it, may stand in a string, and why."""
_SPARQL = re.compile(
    r"\b(ASK|BIND|CONSTRUCT|DELETE|DESCRIBE|FILTER|GRAPH|INSERT|OPTIONAL|SELECT|UNION|VALUES|WHERE)"
    r"\b[^{}]*\{|\bPREFIX +\w*: *<|[?$]\w+ +(a|[?$]\w+|<[^>]*>|[\w-]+:[\w|:-]+) +[?$<\"\w]"
)
_CURRENT = re.compile(r"FILTER NOT EXISTS \{ \?(\w+) dcterms:isReplacedBy \?(\w+) \}")
_VERSIONS = {
    "all-versions.rq", "import-versions.rq", "names-of-today.rq", "recorded.rq", "renamed.rq",
    "repeats.rq", "tombstone.rq", "tombstones.rq", "value-schemes.rq",
}  # fmt: skip
"""Files that ask for what replaced a version, name or value, and not for the current one alone."""


def texts(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and text of every string of a module that is no docstring.

    What an f-string takes in stands in its text as `<x>`.
    """
    inside: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                inside.add(docstring)
            case ast.JoinedStr(values=parts):
                inside.update(parts)
                constants = (p.value if isinstance(p, ast.Constant) else "<x>" for p in parts)
                yield node.lineno, "".join(map(str, constants))
            case ast.Constant(value=str(text)) if node not in inside:
                yield node.lineno, text


def test_no_python_string_is_sparql() -> None:
    found = []
    for path in sorted([*(ROOT / "service").rglob("*.py"), *(ROOT / "loaders").rglob("*.py")]):
        where = path.relative_to(ROOT)
        if not any(str(parent) in IN_PYTHON for parent in (where, *where.parents)):
            strings = texts(path.read_text("utf-8"))
            found += [f"{where}:{line}" for line, text in strings if _SPARQL.search(text)]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'rows = engine.select("SELECT ?s WHERE { ?s a ?type }")',
        'known = engine.ask(f"ASK {{ ?version ?of {iri} }}")',
        'pattern = "?x skos:prefLabel|rdfs:label ?label"',
        'part = f"VALUES ?x {{ {names} }}"',
        'start = f"PREFIX egap: <{base}>"',
    ],
)
def test_sparql_in_a_python_string_is_seen(source: str) -> None:
    assert [line for line, text in texts(source) if _SPARQL.search(text)] == [1]


def test_every_file_is_sparql_as_it_stands() -> None:
    store = ox.Store()
    for path in FILES:
        store.query(path.read_text("utf-8"))


def test_the_current_version_is_asked_for_in_one_form() -> None:
    odd = []
    for path in FILES:
        rest = _CURRENT.sub("", path.read_text("utf-8"))
        if "isReplacedBy" in rest and path.name not in _VERSIONS:
            odd.append(path.name)
    assert odd == []


def test_terms_are_put_in_the_place_of_parameters_and_nowhere_else() -> None:
    odd = URIRef("urn:x:$start"), Literal('"} $graph')
    text = internal.bound("part-statements", graph=odd[0], start=odd[1])
    assert "GRAPH <urn:x:$start> {" in text
    assert f"STRSTARTS(STR(?s), {odd[1].n3()})" in text
    listed = internal.bound("current-files", series=(URIRef("urn:a"), URIRef("urn:b")))
    assert "VALUES ?series { <urn:a> <urn:b> }" in listed


@pytest.mark.parametrize("terms", [{}, {"iri": URIRef("urn:a"), "other": URIRef("urn:b")}])
def test_a_query_without_its_terms_or_with_others_is_refused(terms: dict[str, URIRef]) -> None:
    with pytest.raises(ValueError, match="known"):
        internal.bound("known", **terms)


def test_an_iri_that_is_none_is_refused() -> None:
    with pytest.raises(BadRequest, match="no IRI"):
        internal.bound("known", iri=URIRef("urn:a> ?p ?o } #"))
