"""Names of records with several versions, of withdrawn ones, and of what strangers wrote."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from rdflib import Literal

from loaders.contract import Raw
from loaders.mapping.iris import BASE, DCAT, DCTERMS, EGAP, PROVENANCE
from loaders.registry import read
from service.common.settings import Settings
from service.ingest.pipeline import ingest
from service.web.app import create_app
from tests.pages import opened, rows
from tests.web.linked_data.names import FORMS, graph, iri

ROOT = Path(__file__).parents[3]
CARD = (ROOT / "data/cards/medqa.yaml").read_text("utf-8")
ODD = 'This <MASK> & "that" ﬁne שלום <script>alert(1)</script>'

RENAMED = ("benchmark/medqa", "card/medqa/evalgap")
"""What was called `usmle` before."""


@pytest.fixture(scope="module")
def edited() -> Iterator[TestClient]:
    """Return a client of a service with three versions of a card, a withdrawn one, an odd one."""
    app = create_app(Settings(store=None, seed=False, validators=0))
    with TestClient(app, follow_redirects=False) as client:
        for source, text in (
            ("one", CARD),
            ("two", CARD.replace("benchmark_name: MedQA", "benchmark_name: MedQA again")),
            ("bad", CARD.replace("id: medqa", "id: bad")),
            ("worse", CARD.replace("id: medqa", "id: bad").replace("accepted", "withdrawn", 1)),
            ("odd", f"benchmark_details:\n  name: {ODD!r}\n  overview: {ODD!r}\n"),
        ):
            assert isinstance(client.app, FastAPI)
            held = client.app.state.services
            raw = Raw(f"{source}.yaml", text.encode())
            (outcome,) = ingest([read(raw)], held.engine, held.gate)
            assert outcome.state in {"new", "revised"}
        for name in RENAMED:
            new = iri(f"/id/{name}").n3()
            old = iri(f"/id/{name.replace('medqa', 'usmle')}").n3()
            held.engine.commit(f"{old} {DCTERMS.isReplacedBy.n3()} {new} {PROVENANCE.n3()} .\n")
        yield client


def test_a_series_leads_to_its_current_version_and_names_all(edited: TestClient) -> None:
    series = iri("/id/card/medqa/evalgap")
    found = graph(edited, "/id/card/medqa/evalgap")
    versions = {iri(f"/id/card/medqa/evalgap/{n}") for n in (1, 2)}
    assert found.value(series, DCAT.hasCurrentVersion) == iri("/id/card/medqa/evalgap/2")
    assert set(found.objects(series, DCAT.hasVersion)) == versions
    assert set(found.objects(None, DCTERMS.title)) == {Literal("MedQA again")}
    page = opened(edited, "/id/card/medqa/evalgap")
    assert "is that of all versions" in page.words
    listed = page.values("[aria-labelledby=versions-title] a", "href")
    assert listed == [f"/id/card/medqa/evalgap/{n}" for n in (1, 2)]


def test_an_old_version_stays_and_names_its_successor(edited: TestClient) -> None:
    found = graph(edited, "/id/card/medqa/evalgap/1")
    old, new = (iri(f"/id/card/medqa/evalgap/{n}") for n in (1, 2))
    assert (old, DCTERMS.isReplacedBy, new) in found
    assert found.value(old, DCTERMS.title) == Literal("MedQA")
    old_page, new_page = (opened(edited, f"/id/card/medqa/evalgap/{n}").words for n in (1, 2))
    assert "A newer version has replaced this one" in old_page
    assert "A newer version" not in new_page


@pytest.mark.parametrize("path", ["/id/card/bad/evalgap", "/id/card/bad/evalgap/2"])
def test_what_was_withdrawn_is_shown_and_marked(edited: TestClient, path: str) -> None:
    status = iri("/code/review-status/withdrawn")
    assert (iri("/id/card/bad/evalgap/2"), EGAP.reviewStatus, status) in graph(edited, path)
    assert "Withdrawn It is shown here and counted nowhere." in opened(edited, path).words


def test_the_graph_of_a_withdrawn_record_and_its_benchmark_stay(edited: TestClient) -> None:
    assert edited.get("/graph/card/bad/evalgap/2").status_code == 200
    assert edited.get("/id/benchmark/bad").status_code == 303


def test_the_page_lists_what_the_api_lists_without_withdrawn_cards(edited: TestClient) -> None:
    items = edited.get("/api/v1/benchmarks").json()["items"]
    listed = rows(edited.get("/benchmarks.csv"))
    found = {row["id"]: (row["title"], int(row["cards"])) for row in listed}
    known = {item["id"]: (item["name"], item["cards"]) for item in items}
    assert known.keys() == found.keys()
    assert found.items() <= known.items()
    assert "bad" not in known


def test_text_of_strangers_stays_text(edited: TestClient) -> None:
    cards = edited.get("/api/v1/cards").json()["items"]
    path = next(i["@id"] for i in cards if i["id"].startswith("sokolann"))[len(BASE) - 1 :]
    page = opened(edited, path)
    assert ODD in page.one("h1").verbatim
    assert not page.has("script:not([src]), mask")
    for form in FORMS:
        assert Literal(ODD) in set(graph(edited, path, form).objects(None, DCTERMS.title))


def test_links_are_made_of_web_addresses_only(edited: TestClient) -> None:
    assert isinstance(edited.app, FastAPI)
    name = f"{BASE}graph/strange"
    edited.app.state.services.engine.commit(
        f"<{BASE}id/x> <urn:p> <javascript:alert(1)> <{name}> .\n"
        f'<{BASE}id/x> <http://x.test/p> "<b>1</b>"^^<http://x.test/t> <{name}> .\n'
        f"<{BASE}id/x> <http://x.test/q> _:b <{name}> .\n"
        f'_:b <http://x.test/p> "x"@ar <{name}> .\n'
    )
    page = opened(edited, "/id/x")
    assert "javascript:alert(1)" in page.words
    assert "<b>1</b>" in page.words
    assert page.injected() == []
    assert not page.has("b")
    assert opened(edited, "/graph/strange").has("[lang=ar]")


def test_a_property_that_rdf_xml_cannot_write(edited: TestClient) -> None:
    assert isinstance(edited.app, FastAPI)
    edited.app.state.services.engine.commit(
        f"<{BASE}id/y> <http://x.test/1> _:b <{BASE}graph/odd> .\n"
    )
    for form in ("ttl", "trig", "nq", "jsonld", "nt"):
        assert edited.get(f"/graph/odd.{form}").status_code == 200
    assert edited.get("/graph/odd.rdf").status_code == 406


@pytest.mark.parametrize(
    "address",
    [
        "/id/benchmark/{}",
        "/id/card/{}/evalgap",
        "/id/card/{}/evalgap.ttl",
        "/doc/id/card/{}/evalgap.nt?x=%C3%A9",
        "/api/v1/cards/{}/evalgap",
        "/api/v1/cards/{}/evalgap.yaml",
        "/api/v1/benchmarks/{}",
        "/benchmarks/{}",
    ],
)
def test_an_old_name_leads_to_the_new_one_for_ever(edited: TestClient, address: str) -> None:
    moved = edited.get(address.format("usmle"))
    assert (moved.status_code, moved.headers["location"]) == (301, address.format("medqa"))
    assert edited.get(moved.headers["location"]).status_code in {200, 303}


def test_the_graph_says_which_name_replaced_which(edited: TestClient) -> None:
    found = graph(edited, "/graph/provenance")
    old, new = iri("/id/benchmark/usmle"), iri("/id/benchmark/medqa")
    assert found.value(old, DCTERMS.isReplacedBy) == new


def test_the_version_that_a_newer_one_replaced_is_no_old_name(edited: TestClient) -> None:
    assert edited.get("/id/card/medqa/evalgap/1.ttl").status_code == 200
