"""How fast real cards are imported, beside pySHACL called once per card in the same run.

Run with `make bench`; needs the real cards beside the checkout.
"""

import time
from itertools import islice
from pathlib import Path

import pyshacl
import pytest
from rdflib import Graph

from loaders.base import Document, Raw
from loaders.files import raw_records
from loaders.registry import read
from service import shacl
from service.engines.embedded import open_store
from service.gate import Gate
from service.ingest import ingest
from service.mapping.write import triples

ARCHIVE = Path(__file__).parents[3] / "shared/cards/sokolann/BenchmarkCards_JSON.tar.gz"
SAMPLE = 50


def documents() -> list[Document]:
    raws = (r for r in raw_records([ARCHIVE]) if isinstance(r, Raw))
    return [d for d in map(read, raws) if isinstance(d, Document)]


@pytest.mark.skipif(not ARCHIVE.exists(), reason="no real cards beside this checkout")
def test_import_of_the_sokolann_cards(tmp_path: Path) -> None:
    started = time.perf_counter()
    cards = documents()
    reading = time.perf_counter() - started

    engine, gate = open_store(tmp_path / "store"), Gate(2)
    started = time.perf_counter()
    states = [o.state for o in ingest(cards, engine, gate)]
    storing = time.perf_counter() - started
    gate.close()
    engine.close()
    assert states.count("imported") == len(cards)

    started = time.perf_counter()
    for card in islice(cards, SAMPLE):
        data = Graph()
        data += shacl.taxonomy()
        data += triples(card.records[0], 1)
        pyshacl.validate(data, shacl_graph=shacl.shapes())
    plain = SAMPLE / (time.perf_counter() - started)

    whole = len(cards) / (reading + storing)
    print(f"\n{len(cards)} cards: read {len(cards) / reading:.0f}/s, whole {whole:.0f}/s")
    print(f"pySHACL called once per card: {plain:.0f}/s; ratio {whole / plain:.1f}")
