"""What a source may be: an address, or the name of a document that has none."""

import pytest
from pydantic import ValidationError

from loaders.contract import Document, Raw
from loaders.mapping import write
from loaders.model import Citation
from loaders.registry import read
from tests.loaders.reading import on, violations

SHA = "f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk"
NAMES = (
    f"ni:///sha-256;{SHA}",
    f"ni://example.org/sha-256;{SHA}?ct=text/plain",
    "urn:sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "urn:isbn:9780141036144",
    "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
    "swh:1:cnt:94a9ed024d3859793618152ea559a168bbcbb5e2",
)
CARD = """evalgap: 1
benchmark_name: Own log
benchmark: {{id: own-log}}
card: {{author: {{id: tester, name: Tester}}, origin: third-party}}
task:
  interaction_type: {{answer: One prompt., values: [single-turn], source: {{url: "{}"}}}}
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_document_without_an_address_can_be_cited(name: str) -> None:
    assert Citation(url=name).url == name
    document = read(Raw("own.yaml", CARD.format(name).encode()))
    assert isinstance(document, Document)
    (card,) = document.records
    assert name in {str(o) for _, _, o in write.triples(card, 1)}
    assert violations([card]) == []


@pytest.mark.parametrize("doi", ["doi:10.1000/182", "DOI: 10.1000/182"])
def test_a_doi_is_stored_as_its_address(doi: str) -> None:
    assert Citation(url=doi).url == "https://doi.org/10.1000/182"


@pytest.mark.parametrize(
    "words",
    [
        "javascript:alert(1)", "file:///etc/passwd", "data:text/plain,x", "mailto:a@b.org",
        "urn:x", "urn::x", "urn:sha256:", "urn:a b:c", "ni:///sha-256", "ni:sha-256;x", "doi:11/x",
        "swh:1:cnt:94a9", "see the paper", f"ni:///sha-256;{SHA} and more",
    ],
)  # fmt: skip
def test_what_names_no_document_is_no_source(words: str) -> None:
    with pytest.raises(ValidationError, match="no web address"):
        Citation(url=words)


def test_a_table_keeps_such_a_source_too() -> None:
    text = f"Benchmark name,Interaction type,interaction_type_source\nOwn,single-turn,{NAMES[0]}\n"
    document = read(Raw("own.csv", text.encode()))
    assert isinstance(document, Document)
    card = document.records[0]
    assert [c.url for c in on(card, "interaction-type").sources] == [NAMES[0]]
