"""`evalgap.open`: the package that users import, on the shipped data and on stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import evalgap


@pytest.fixture(scope="module")
def graph() -> Iterator[evalgap.Graph]:
    with evalgap.open() as graph:
        yield graph


def test_named_queries_and_sparql_read_the_shipped_data(graph: evalgap.Graph) -> None:
    rows = graph.named("verdict-counts", deployment="public-self-assessment")
    assert rows[0]["violated"] == 4
    (row,) = graph.query("SELECT (COUNT(DISTINCT ?g) AS ?graphs) { GRAPH ?g { ?s ?p ?o } }")
    assert row["graphs"] > 100


@pytest.mark.parametrize(
    ("sparql", "sentence"),
    [
        ("ASK {}", "Only a SELECT query has rows."),
        ("SELECT", "does not parse at line 1"),
        ("DELETE WHERE { ?s ?p ?o }", "update"),
        ("SELECT * { SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o } }", "switched off"),
    ],
)
def test_what_has_no_rows_is_a_sentence(graph: evalgap.Graph, sparql: str, sentence: str) -> None:
    with pytest.raises(evalgap.Error, match=sentence):
        graph.query(sparql)


def test_an_unknown_name_or_store_is_a_sentence(graph: evalgap.Graph, tmp_path: Path) -> None:
    with pytest.raises(evalgap.Error, match="There is no query named 'nonsense'"):
        graph.named("nonsense")
    with pytest.raises(evalgap.Error, match="There is no store at"):
        evalgap.open(tmp_path / "nowhere")
