"""What is written as a file is read again as it was."""

import json
import tarfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph

from loaders.contract import Document, Raw
from loaders.mapping.iris import record_iri
from loaders.mapping.read import record as mapped
from loaders.mapping.write import triples
from loaders.reading.cleaning import clean, is_missing
from loaders.reading.source_fields import value_of, written
from loaders.reading.trees import parse
from loaders.registry import documents
from loaders.writers.source import source_tree
from loaders.writers.text import yaml_text

_PIECES = st.sampled_from(
    [*'ab\\"\':#-?!&*%@`|>[]{},\n\t', " ", "  ", "\\n", ": ", " #", "- ", "true", "12", "é", "😀",
     "\x85", "\u2028", "\ufeff", "\xa0", "x" * 40]
)  # fmt: skip
TEXTS = st.lists(_PIECES, min_size=1, max_size=60).map("".join)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)


@given(TEXTS, TEXTS)
def test_every_text_comes_back_from_yaml(first: str, second: str) -> None:
    tree = {"a": first, "b": {"c": [second, first]}}
    assert parse(yaml_text(tree).encode()) == tree


@given(VALUES)
def test_a_value_that_is_kept_as_text_is_found_again(value: object) -> None:
    found = value_of(written(value))
    assert found == (value.strip() if isinstance(value, str) else value)


def said(value: Any) -> Any:
    """Return what a source says: without what is empty, and lists of texts as sets."""
    if isinstance(value, str):
        return None if is_missing(value) else clean(value).strip()
    if isinstance(value, dict):
        found = {key: said(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item not in (None, [], {})}
    if isinstance(value, list):
        items = [item for item in map(said, value) if item not in (None, [], {})]
        return sorted(set(items)) if all(isinstance(i, str) for i in items) else items
    return value


def read_back(record: Any) -> Any:
    """Return a record as the graph gives it back."""
    graph = Graph()
    for triple in triples(record, 1):
        graph.add(triple)
    return mapped(graph, type(record), str(record_iri(record.kind, record.id, 1)))


def test_real_cards_come_back_as_their_source_has_them(real_cards: Path) -> None:
    files = [(p.read_bytes(), str(p)) for p in real_cards.glob("croissant/datasets/**/*.json")]
    with tarfile.open(real_cards / "sokolann/BenchmarkCards_JSON.tar.gz") as tar:
        members = [m for m in tar if m.isfile()][::60]
        files += [(tar.extractfile(m).read(), m.name) for m in members]  # type: ignore[union-attr]
    assert len(files) > 80
    for data, name in files:
        for document in documents(Raw(name, data)):
            assert isinstance(document, Document)
            tree = source_tree(read_back(document.records[0]))
            written_again = json.loads(json.dumps(tree, default=float))
            assert said(written_again) == said(json.loads(data.decode("utf-8-sig"))), name
