"""The port of the store, on every kind of engine there is."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from rdflib import Literal, URIRef

from service.engines.base import Ask, Dataset, Engine, Limits
from service.engines.embedded import open_store
from service.engines.remote import open_remote
from service.problems import BadQuery, BadRequest, Problem, StoreUnavailable, TooLarge
from tests.servers import PASSWORD, USER, free_port, oxigraph_server, virtuoso_server

JSON = "application/sparql-results+json"
S, P, G, H = (f"urn:evalgap:test:{name}" for name in "spgh")
WORDS = 'quotes " and \\ and\nlines, \u00fcml\u00e4ut, \u2028 and \U0001f600'
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module", params=["memory", "disk", "oxigraph-server", "virtuoso"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """Return an engine of each kind over a store of its own."""
    folder: Path = tmp_path_factory.mktemp("engine")
    with ExitStack() as stack:
        found = _opened(request.param, folder, stack)
        yield found
        found.close()


def _opened(kind: str, folder: Path, stack: ExitStack) -> Engine:
    if kind == "oxigraph-server":
        return open_remote(stack.enter_context(oxigraph_server(folder)))
    if kind == "virtuoso":
        url = stack.enter_context(virtuoso_server(folder))
        return open_remote(url, user=USER, password=PASSWORD)
    return open_store(folder / "store" if kind == "disk" else None)


@pytest.fixture(autouse=True)
def clean(engine: Engine) -> None:
    """Begin every test without the graphs that the tests use."""
    engine.commit("", drop=[G, H])


def quad(value: object, graph: str = G) -> str:
    return f"<{S}> <{P}> {Literal(value).n3()} <{graph}> .\n"


def ask(engine: Engine, sparql: str, **limits: float) -> bytes:
    with engine.answer(Ask(sparql, JSON, limits=Limits(**limits))) as body:  # type: ignore[arg-type]
        return body.read()


def test_text_comes_back_as_it_went(engine: Engine) -> None:
    engine.commit(f"<{S}> <{P}> {_escaped(WORDS)} <{G}> .\n")
    assert list(engine.graph(G).objects()) == [Literal(WORDS)]
    assert engine.select(f"SELECT ?o {{ GRAPH <{G}> {{ ?s ?p ?o }} }}")[0]["o"] == Literal(WORDS)


def _escaped(words: str) -> str:
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        words = words.replace(char, escape)
    return f'"{words}"'


@pytest.mark.parametrize("value", [1, True, "plain"])
def test_values_keep_their_type(engine: Engine, value: object) -> None:
    engine.commit(quad(value))
    assert [o.toPython() for o in engine.graph(G).objects() if isinstance(o, Literal)] == [value]


def test_reads_see_the_union_of_the_graphs(engine: Engine) -> None:
    engine.commit(quad(1) + quad(2, H))
    rows = engine.select(f"SELECT ?o {{ <{S}> ?p ?o }} ORDER BY ?o")
    assert [str(row["o"]) for row in rows] == ["1", "2"]
    assert (
        len(engine.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ <{S}> ?p ?o . ?s ?p ?o }}")) == 2
    )


def test_a_dataset_narrows_what_is_seen(engine: Engine) -> None:
    engine.commit(quad(1) + quad(2, H))
    text = f"SELECT ?o {{ <{S}> <{P}> ?o }}"
    with engine.answer(Ask(text, "text/csv", Dataset(default=(H,)))) as body:
        assert body.read().split() == [b"o", b"2"]


def test_a_commit_replaces_whole_graphs(engine: Engine) -> None:
    engine.commit(quad(1) + quad(2, H))
    engine.commit(quad(3), drop=[G, H])
    assert list(engine.graph(G).objects()) == [Literal(3)]
    assert not engine.graph(H)


def test_what_does_not_parse_changes_nothing(engine: Engine) -> None:
    engine.commit(quad(1))
    with pytest.raises((SyntaxError, Problem)):
        engine.commit(quad(2) + "<broken", drop=[G])
    assert list(engine.graph(G).objects()) == [Literal(1)]


def test_the_dump_holds_every_graph(engine: Engine) -> None:
    engine.commit(quad(1) + quad(2, H))
    lines = b"".join(engine.dump()).decode().split("\n")
    assert {line.split(" ")[-2] for line in lines if S in line} == {f"<{G}>", f"<{H}>"}


def test_ask_tells_yes_from_no(engine: Engine) -> None:
    engine.commit(quad(1))
    assert engine.ask(f"ASK {{ GRAPH <{G}> {{ ?s ?p ?o }} }}")
    assert not engine.ask(f"ASK {{ GRAPH <{H}> {{ ?s ?p ?o }} }}")


def test_answers_are_the_same_bytes_as_of_any_other_engine(engine: Engine) -> None:
    engine.commit(quad("a,b") + quad("true"))
    text = f"SELECT ?o {{ GRAPH <{G}> {{ ?s ?p ?o }} }} ORDER BY STR(?o)"
    with engine.answer(Ask(text, "text/csv")) as body:
        assert body.read() == b'o\r\n"a,b"\r\ntrue\r\n'


@pytest.mark.parametrize("text", ["SELECT * {", "SELECT * { SERVICE <http://127.0.0.1:9/> { } }"])
def test_what_is_no_query_is_a_bad_query(engine: Engine, text: str) -> None:
    with pytest.raises(BadQuery):
        ask(engine, text)


def test_too_many_rows_and_bytes_are_too_large(engine: Engine) -> None:
    engine.commit("".join(f'<{S}> <{P}> "{"x" * 50}{n}" <{G}> .\n' for n in range(100)))
    text = f"SELECT ?o {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"
    assert ask(engine, text, rows=100)
    for limits in ({"rows": 99}, {"bytes": 1000}):
        with pytest.raises(TooLarge):
            ask(engine, text, **limits)


def test_an_update_is_seen(engine: Engine) -> None:
    engine.update(f"INSERT DATA {{ GRAPH <{G}> {{ <{S}> <{P}> 1 }} }}")
    assert (URIRef(S), URIRef(P), Literal(1)) in engine.graph(G)
    for text in ("LOAD <http://127.0.0.1:9/>", "INSERT DATA {"):
        with pytest.raises(BadQuery):
            engine.update(text)


def test_a_server_makes_no_backups_for_us(tmp_path: Path) -> None:
    with oxigraph_server(tmp_path / "server") as url:
        engine = open_remote(url)
        with pytest.raises(BadRequest):
            engine.backup(tmp_path / "backup")
        engine.close()


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1"):
        open_remote(f"http://127.0.0.1:{free_port()}/query")
