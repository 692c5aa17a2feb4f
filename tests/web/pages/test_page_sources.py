"""The bibliography: names of sources on every page, its list, one page each, BibTeX and RIS."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from loaders.model import SourceCard
from service.bibliography import addresses
from service.common.settings import Settings
from service.web.app import create_app
from tests.ingest.test_withdrawals import imported
from tests.pages import opened, rows
from tests.shipped import ROOT, records
from tests.tokens import AUTHORIZED, TOKEN

ANN = {"id": "ann", "name": "Ann"}
RECORDS: list[dict[str, Any]] = [
    {"kind": "source-card", "id": "odd2024-care/ann", "source": {"id": "odd2024-care"},
     "title": r"50 % of #1 & {c} a_b \x ~ $5", "issued": "2024-05",
     "authors": "Šmíd-O'Neil, Zoë; {Brace}, A; Centre for Care and Cost; others",
     "venue": "Care & Cost", "source_type": "article", "doi": "10.1234/AB_c.1",
     "arxiv": "2405.00001", "addresses": ["https://example.org/copy?a=b%20c"]},
    {"kind": "source-card", "id": "ng2023-one/ann", "source": {"id": "ng2023-one"}, "title": "One",
     "authors": "Ng, Ada", "issued": "2023", "doi": "10.1234/one"},
    {"kind": "source-card", "id": "two/ann", "source": {"id": "two"}, "title": "Two",
     "authors": "Ng, Ada; de la Cruz, Bo", "issued": "2020", "venue": "Two by Two",
     "source_type": "preprint", "arxiv": "2001.00002"},
    {"kind": "source-card", "id": "untitled/ann", "source": {"id": "untitled"},
     "title": "A page", "addresses": ["https://example.org/page"]},
    {"kind": "card", "id": "quiz/ann", "benchmark": {"id": "quiz"}, "title": "Quiz",
     "publications": ["https://arxiv.org/pdf/2405.00001v3"],
     "pages": ["https://example.org/unknown/place", "https://www.example.org/page/"],
     "assumptions": [{"dimension": "interaction-type", "answer": "One question.",
       "answer_status": "answered",
       "sources": [{"url": "https://doi.org/10.1234/ab_C.1", "locator": "table 2",
                    "quote": "one question each"},
                   {"url": "https://doi.org/10.1234/ONE"},
                   {"url": "https://doi.org/10.48550/arXiv.2001.00002"}]},
       {"dimension": "outcome-validity", "looked_in": [
         {"url": "https://github.com/a/b/blob/12ab/docs/README.md"},
         {"url": "https://doi.org/10.9999/unknown"}]}]},
]  # fmt: skip


@pytest.fixture(scope="module")
def own() -> Iterator[TestClient]:
    settings = Settings(store=None, seed=False, validators=0, token=SecretStr(TOKEN))
    with TestClient(create_app(settings), headers=AUTHORIZED) as client:
        file = {"evalgap": 1, "records": [{"author": ANN, **record} for record in RECORDS]}
        (outcome,) = imported(client, file, "sources.json")
        assert outcome["state"] == "new", outcome["problems"]
        yield client


def test_links_name_the_work_under_any_of_its_addresses(own: TestClient) -> None:
    page = opened(own, "/benchmarks/quiz")
    named = {link["href"]: link.words for link in page.all("a.source")}
    assert named["https://doi.org/10.1234/ab_C.1"] == "Šmíd-O'Neil et al. 2024, Care & Cost"
    assert named["https://doi.org/10.1234/ONE"] == "Ng 2023"
    assert (
        named["https://doi.org/10.48550/arXiv.2001.00002"] == "Ng and de la Cruz 2020, Two by Two"
    )
    assert (
        named["https://github.com/a/b/blob/12ab/docs/README.md"] == "github.com/a/b, docs/README.md"
    )
    assert named["https://doi.org/10.9999/unknown"] == "DOI 10.9999/unknown"
    assert "table 2 : one question each" in page.words


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://arxiv.org/html/2410.03017v1", "arXiv:2410.03017"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC13039021/table/T2/",
         "PubMed Central PMC13039021"),
        ("https://huggingface.co/datasets/a/b/blob/main/README.md",
         "huggingface.co/datasets/a/b, README.md"),
        ("https://raw.githubusercontent.com/a/b/12ab/x/y.csv", "github.com/a/b, x/y.csv"),
        ("https://github.com/a/b/issues/3", "github.com/a/b, issues/3"),
        ("https://github.com/a", "github.com/a"),
        ("https://www.ets.org/erater/about.html", "www.ets.org/erater/about.html"),
        ("https://example.org/", "example.org"),
        ("https://w3id.org/evalgap/id/plan/x/1", "EvalGap, plan/x/1"),
        ("doi:10.1000/182", "DOI 10.1000/182"),
        ("a text", "a text"),
    ],
)  # fmt: skip
def test_an_address_without_a_card_says_what_it_is(address: str, words: str) -> None:
    assert addresses.spoken(address) == words


def test_json_and_csv_give_the_names_beside_the_addresses(
    own: TestClient, client: TestClient
) -> None:
    for path in ("cards/quiz/ann", "benchmarks/quiz"):
        named = own.get(f"/api/v1/{path}").json()["cited_as"]
        assert named["https://doi.org/10.1234/ONE"] == "Ng 2023"
        assert named["https://arxiv.org/pdf/2405.00001v3"].endswith("2024, Care & Cost")
    table = {row["id"]: row for row in rows(client.get("/gaps.csv"))}
    assert "Bean et al. 2026, Nature Medicine" in table["bean2026-gpt4o-recomputed"]["cited_as"]
    evidence = client.get("/api/v1/evidence/interaction-type").json()
    assert evidence["cited_as"]
    assert "doi.org" not in evidence["cited_as"].values()


def test_the_list_is_searched_narrowed_and_sorted(own: TestClient) -> None:
    def listed(query: str) -> list[str]:
        page = opened(own, f"/sources{query}")
        found = page.values(".bibliography th a[href^='/sources/']", "href")
        items = own.get(f"/api/v1/sources{query}").json()["items"]
        table = rows(own.get(f"/api/v1/sources.csv{query}"))
        assert found == [f"/sources/{item['id']}" for item in items]
        assert [row["id"] for row in table] == [item["id"] for item in items]
        return [item["id"] for item in items]

    first = own.get("/api/v1/sources?limit=1&sort=year").json()
    assert ([i["id"] for i in first["items"]], first["total"]) == (["odd2024-care"], 4)
    assert [i["id"] for i in own.get(first["next"]).json()["items"]] == ["ng2023-one"]
    bare = own.get("/api/v1/sources?described=no&limit=1")
    assert len(bare.json()["items"]) == 1
    assert own.get("/api/v1/sources?limit=0").status_code == 400
    assert listed("") == ["untitled", "ng2023-one", "two", "odd2024-care"]
    assert listed("?sort=year") == ["odd2024-care", "ng2023-one", "two", "untitled"]
    assert listed("?sort=records") == listed("")
    assert listed("?q=cruz") == ["two"]
    assert listed("?q=10.1234/ab_c.1") == ["odd2024-care"]
    assert listed("?q=https://arxiv.org/abs/2405.00001v9") == ["odd2024-care"]
    assert listed("?type=article&year=2024") == ["odd2024-care"]
    assert listed("?q=nowhere") == []
    for wrong in ("?sort=colour", "?colour=red", "?page=2"):
        assert own.get(f"/sources{wrong}").status_code == 400
    item = own.get("/api/v1/sources?q=cruz").json()["items"][0]
    assert item["cited_as"] == "Ng and de la Cruz 2020, Two by Two"
    assert item["authors"] == ["Ng, Ada", "de la Cruz, Bo"]
    assert (item["records"], item["not_seen"]) == (1, [])
    assert own.get("/api/v1/sources?q=one").json()["items"][0]["not_seen"] == ["venue"]
    bare = own.get("/api/v1/sources?described=no").json()["items"]
    assert {i["cited_as"] for i in bare} == {
        "DOI 10.9999/unknown", "example.org/unknown/place", "github.com/a/b, docs/README.md",
    }  # fmt: skip


def test_a_source_says_who_cites_it_and_what_was_not_seen(own: TestClient) -> None:
    page = opened(own, "/sources/odd2024-care")
    assert page.one("h1").words == "Šmíd-O'Neil et al. 2024, Care & Cost"
    assert "rests on it (how many turns) , table 2 : one question each" in page.words
    assert "names it as its publication" in page.words
    assert "others, whom the place where this was looked up does not name" in page.words
    links = page.values(".addresses a", "href")
    assert links[:2] == ["https://doi.org/10.1234/AB_c.1", "https://arxiv.org/abs/2405.00001"]
    document = own.get("/api/v1/sources/odd2024-care").json()
    assert document["records"] == 1
    assert {c["quote"] for c in document["cited_by"]} == {None, "one question each"}
    assert document["source_cards"][0]["id"] == "odd2024-care/ann"
    assert "10.1234/AB_c.1" in own.get("/api/v1/sources/odd2024-care.ttl").text
    assert own.get("/sources/none").status_code == 404
    answer = own.get("/id/source/two", headers={"accept": "text/html"})
    assert answer.url.path == "/sources/two"
    assert "/sources/two" in opened(own, "/doc/id/source/two").links()


def test_what_cites_a_source_leads_to_its_page(client: TestClient) -> None:
    bean = "https://doi.org/10.1038/s41591-025-04074-y"
    (work,) = client.get("/api/v1/sources", params={"q": bean}).json()["items"]
    links = opened(client, f"/sources/{work['id']}").values(".citing > li > a", "href")
    of_kind = {kind: [x for x in links if x.startswith(f"/{kind}/")] for kind in
               ("reviews", "studies", "gaps", "deployments")}  # fmt: skip
    assert all(of_kind.values())
    assert not [x for x in links if x.startswith(("/doc/id/study", "/doc/id/review"))]
    for first, *_ in of_kind.values():
        assert client.get(first).status_code == 200, first


def test_bibtex_writes_out_what_tex_takes_for_a_command(own: TestClient) -> None:
    text = own.get("/api/v1/sources/odd2024-care.bib")
    assert text.headers["content-type"].startswith("application/x-bibtex")
    assert (
        text.text
        == r"""@article{odd2024-care,
  author = {Šmíd-O'Neil, Zoë and \{Brace\}, A and {Centre for Care and Cost} and others},
  title = {{50 \% of \#1 \& \{c\} a\_b \textbackslash{}x \textasciitilde{} \$5}},
  year = {2024},
  journal = {Care \& Cost},
  doi = {10.1234/AB_c.1},
  eprint = {2405.00001},
  archiveprefix = {arXiv},
  url = {https://doi.org/10.1234/AB_c.1},
}
"""
    )
    assert own.get("/api/v1/sources.bib").text.count("\n@") == len(RECORDS) - 2


def test_ris_has_a_line_for_each_fact(own: TestClient) -> None:
    lines = own.get("/api/v1/sources/odd2024-care.ris").text.split("\r\n")
    assert (lines[0], lines[-2:]) == ("TY  - JOUR", ["ER  - ", ""])
    for line in ("AU  - Šmíd-O'Neil, Zoë", "PY  - 2024", "DA  - 2024/05//", "DO  - 10.1234/AB_c.1",
                 "T2  - Care & Cost", "AN  - arXiv:2405.00001"):  # fmt: skip
        assert line in lines
    assert own.get("/api/v1/sources.ris").text.count("TY  - ") == len(RECORDS) - 1


CITING = ("/gaps", "/gaps/bean2026-gpt4o-recomputed", "/gaps/ledger", "/benchmarks/medqa",
          "/fit?deployment=public-self-assessment")  # fmt: skip


@pytest.mark.parametrize("path", CITING)
def test_no_link_is_called_by_its_host_alone(client: TestClient, path: str) -> None:
    links = opened(client, path).all("a.source")
    assert links
    for link in links:
        host = link["href"].partition("//")[2].partition("/")[0]
        assert link.words != host or link["href"].rstrip("/").endswith(host)
    assert "doi.org" not in {link.words for link in links}


def test_every_paper_that_is_cited_has_a_card_or_is_listed_as_unresolved(
    client: TestClient,
) -> None:
    items = rows(client.get("/api/v1/sources.csv?described=no"))
    bare = {addresses.key(item["address"]) for item in items}
    papers = {key for key in bare if key.startswith(("doi:", "arxiv:", "pmc:"))}
    listed = {
        line for line in (ROOT / "data/sources/unresolved.txt").read_text().splitlines()
        if line and not line.startswith("#")
    }  # fmt: skip
    assert papers == listed


def test_the_cards_say_where_they_were_looked_up_and_lead_to_one_work_each() -> None:
    cards = [r for r in records() if isinstance(r, SourceCard)]
    assert cards
    seen: dict[str, str] = {}
    for card in cards:
        assert card.sources, card.id
        assert card.looked_up_on, card.id
        assert card.names or card.authors is None, card.id
        links = [f"https://doi.org/{card.doi}"] if card.doi else []
        links += [f"https://arxiv.org/abs/{card.arxiv}"] if card.arxiv else []
        links += [f"https://pmc.ncbi.nlm.nih.gov/articles/{card.pmc}"] if card.pmc else []
        keys = {addresses.key(url) for url in (*links, *card.addresses)}
        assert keys, card.id
        assert not keys & seen.keys(), (card.id, [seen[k] for k in keys & seen.keys()])
        seen |= dict.fromkeys(keys, card.id)
