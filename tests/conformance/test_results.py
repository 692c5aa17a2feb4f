"""Every format of a result says the same; rdflib's own parsers read them."""

from io import BytesIO, StringIO

import pytest
from fastapi.testclient import TestClient
from rdflib import XSD, BNode, Dataset, Graph, Literal, URIRef
from rdflib.compare import isomorphic
from rdflib.query import Result
from rdflib.term import Identifier

Rows = list[dict[str, Identifier]]

TERMS: dict[str, Identifier] = {
    "iri": URIRef("http://www.example/a?b=c&d#e"),
    "iri beyond ascii": URIRef("http://www.example/naïve/日本"),
    "urn": URIRef("urn:x:y"),
    "string": Literal("plain"),
    "empty string": Literal(""),
    "spaces around": Literal("  two  "),
    "quotes": Literal("\"double\" and 'single'"),
    "newlines": Literal("one\ntwo\n\nthree"),
    "carriage returns": Literal("one\r\ntwo\rthree"),
    "tabs": Literal("one\ttwo"),
    "backslashes": Literal("C:\\new\\table"),
    "markup": Literal("<b>&amp;</b> ]]>"),
    "commas": Literal("a, b; c"),
    "like an iri": Literal("<urn:x>"),
    "like a number": Literal("007"),
    "unicode": Literal("naïve \u2013 日本 😀 \u00a0 e\u0301"),
    "separators": Literal("one\u2028two\u0085three"),
    "right to left": Literal("שלום", lang="he"),
    "language": Literal("chat", lang="fr"),
    "language and region": Literal("colour", lang="en-gb"),
    "language and quotes": Literal('say "hi"\n', lang="en"),
    "integer": Literal("42", datatype=XSD.integer),
    "negative integer": Literal("-7", datatype=XSD.integer),
    "decimal": Literal("0.25", datatype=XSD.decimal),
    "double": Literal("0.5", datatype=XSD.double),
    "boolean": Literal("true", datatype=XSD.boolean),
    "date": Literal("2026-02-28", datatype=XSD.date),
    "date and time": Literal("2026-02-28T12:00:00", datatype=XSD.dateTime),
    "own datatype": Literal("5 m\n", datatype=URIRef("http://www.example/length")),
}
NAMES = {name: f"n{number}" for number, name in enumerate(TERMS)}
VALUES = " ".join(f"('{NAMES[name]}' {term.n3()})" for name, term in TERMS.items())
TABLE = f"SELECT ?name ?term ?none {{ VALUES (?name ?term) {{ {VALUES} ('unbound' UNDEF) }} }}"

TYPED = ["application/sparql-results+json", "application/sparql-results+xml"]
TSV, CSV = "text/tab-separated-values", "text/csv"


def expected() -> dict[str, Identifier | None]:
    return {NAMES[name]: term for name, term in TERMS.items()} | {"unbound": None}


@pytest.mark.parametrize("media", [*TYPED, TSV])
def test_every_term_of_a_select_survives(plain: TestClient, media: str) -> None:
    result = select(plain, TABLE, media)
    assert [str(v) for v in result.vars or []] == ["name", "term", "none"]
    found = {str(row["name"]): row.get("term") for row in rows(result)}
    assert {n: n3(t) for n, t in found.items()} == {n: n3(t) for n, t in expected().items()}
    assert not any("none" in row for row in rows(result))


def test_every_term_of_a_csv_keeps_its_text(plain: TestClient) -> None:
    """CSV has text alone: no kind of term, and nothing that tells "" from unbound."""
    result = select(plain, TABLE, CSV)
    assert [str(v) for v in result.vars or []] == ["name", "term", "none"]
    found = {str(row["name"]): str(row.get("term", "")) for row in rows(result)}
    assert found == {name: str(term or "") for name, term in expected().items()}


@pytest.mark.parametrize("media", [*TYPED, TSV, CSV])
def test_blank_nodes_are_told_apart(plain: TestClient, media: str) -> None:
    query = (
        "SELECT ?a ?b ?c { VALUES ?x { 1 } BIND(BNODE() AS ?a) BIND(?a AS ?b) BIND(BNODE() AS ?c) }"
    )
    (row,) = rows(select(plain, query, media))
    assert isinstance(row["a"], BNode)
    assert row["a"] == row["b"] != row["c"]


@pytest.mark.parametrize("media", [*TYPED, TSV, CSV])
def test_order_and_number_of_rows_are_kept(plain: TestClient, media: str) -> None:
    query = "SELECT ?n ?m { VALUES ?n { 3 1 2 1 } VALUES ?m { 'x' } } ORDER BY DESC(?n)"
    assert [str(row["n"]) for row in rows(select(plain, query, media))] == ["3", "2", "1", "1"]


@pytest.mark.parametrize("media", [*TYPED, TSV, CSV])
def test_no_row_is_no_row(plain: TestClient, media: str) -> None:
    result = select(plain, "SELECT ?a ?b { ?a a ?b }", media)
    assert [str(v) for v in result.vars or []] == ["a", "b"]
    assert rows(result) == []


@pytest.mark.parametrize("media", TYPED)
@pytest.mark.parametrize(("query", "answer"), [("ASK {}", True), ("ASK { ?s ?p ?o }", False)])
def test_ask(plain: TestClient, media: str, query: str, answer: bool) -> None:  # noqa: FBT001
    result = Result.parse(BytesIO(fetch(plain, query, media).encode()), content_type=media)
    assert result.askAnswer is answer


DATASETS = pytest.mark.filterwarnings(
    "ignore:Dataset.default_context is deprecated:DeprecationWarning"  # rdflib's own parsers
)
GRAPHS = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
    "application/trig": "trig",
    "application/n-quads": "nquads",
}
STEPS = 3
CONSTRUCT = f"""PREFIX : <http://www.example/>
CONSTRUCT {{ :s :p ?term ; :step ?step . ?step :number ?n ; :in [ :unit ?n ] }}
WHERE {{
    {{ VALUES ?term {{ {" ".join(term.n3() for term in TERMS.values())} }} }}
    UNION {{ VALUES ?n {{ {" ".join(map(str, range(STEPS)))} }} BIND(BNODE() AS ?step) }}
}}"""


@DATASETS
@pytest.mark.parametrize("media", GRAPHS)
def test_every_triple_of_a_construct_survives(plain: TestClient, media: str) -> None:
    found = construct(plain, CONSTRUCT, media)
    objects = set(found.objects(URIRef("http://www.example/s"), URIRef("http://www.example/p")))
    assert {o.n3() for o in objects} == {t.n3() for t in TERMS.values()}
    assert len(found) == len(TERMS) + 4 * STEPS


@DATASETS
@pytest.mark.parametrize("media", list(GRAPHS)[1:])
def test_every_format_of_a_construct_is_the_same_graph(plain: TestClient, media: str) -> None:
    turtle = construct(plain, CONSTRUCT, "text/turtle")
    assert isomorphic(construct(plain, CONSTRUCT, media), turtle)


def fetch(client: TestClient, query: str, media: str) -> str:
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": media})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].partition(";")[0] == media
    return answer.content.decode("utf-8")


def select(client: TestClient, query: str, media: str) -> Result:
    """Return a table as rdflib reads it."""
    text = fetch(client, query, media)
    # text, and not bytes: else rdflib would cut lines at U+2028 and U+0085
    source = StringIO(text, newline="\n" if media == TSV else "") if media in {TSV, CSV} else None
    return Result.parse(source or BytesIO(text.encode()), content_type=media)


def rows(result: Result) -> Rows:
    return [{str(v): t for v, t in row.items()} for row in result.bindings]


def construct(client: TestClient, query: str, media: str) -> Graph:
    """Return the default graph of what rdflib reads; nothing may stand in another."""
    text = fetch(client, query, media)
    if media not in {"application/trig", "application/n-quads"}:
        return Graph().parse(data=text, format=GRAPHS[media])
    found = Dataset()
    found.parse(data=text, format=GRAPHS[media])
    whole: Graph = found.default_graph
    assert len(found) == len(whole)
    return whole


def n3(term: Identifier | None) -> str | None:
    """Return a term as text, which tells more apart than rdflib's equality of literals."""
    return None if term is None else term.n3()
