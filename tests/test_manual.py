"""The manual is whole and true: what the code has is in it, and every link leads somewhere."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from service.common.settings import Settings
from service.queries import catalog
from service.web.pages.guides.manual import rendered
from tests import manual
from tests.conftest import ROOT
from tests.manual import DOCS, MADE, anchors, every_command, every_route
from tests.pages import opened, parsed

FILES = {
    *DOCS.glob("*.md"),
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *(
        ROOT / name
        for name in ("data/README.md", "data/CORPUS.md", "data/codebook.md", "ontology/README.md")
    ),
}
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE_BLOCK = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", MADE)
def test_what_is_made_from_the_code_is_as_the_code_has_it(name: str) -> None:
    """After a change: `python -m tests.manual`, and read the difference."""
    assert manual.page(name) == (DOCS / f"{name}.md").read_text("utf-8")


def entries() -> set[str]:
    """Return what headings and first cells of table rows of the manual are about."""
    text = "\n".join(path.read_text("utf-8") for path in sorted(DOCS.glob("*.md")))
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    rows = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
    return {*titles, *(code for row in rows for code in re.findall(r"`([^`]+)`", row))}


def test_every_setting_command_route_and_named_query_has_its_entry() -> None:
    wanted = {
        *(f"EVALGAP_{name.upper()}" for name in Settings.model_fields),
        *(words for words, _ in every_command()),
        *(path.replace(":path}", "}") for path, _ in every_route()),
        *catalog.named_queries(),
    }
    assert wanted - entries() == set()


def links(file: Path) -> Iterator[str]:
    """Yield the relative links of a Markdown file, outside its code blocks."""
    prose = _CODE_BLOCK.sub("", file.read_text("utf-8"))
    yield from (link for link in _LINK.findall(prose) if "://" not in link)


def test_every_link_between_the_documents_leads_to_a_file_and_a_heading() -> None:
    lost = []
    for file in sorted(FILES):
        for link in links(file):
            path, _, fragment = link.partition("#")
            target = (file.parent / path).resolve() if path else file
            there = target.exists() and target.is_relative_to(ROOT)
            if not there or (fragment and fragment not in anchors(target.read_text("utf-8"))):
                lost.append(f"{file.relative_to(ROOT)}: {link}")
    assert lost == []


def test_every_page_is_listed_in_the_index_of_the_manual_and_in_the_readme() -> None:
    index, readme = (set(links(path)) for path in (DOCS / "README.md", ROOT / "README.md"))
    pages = {path.name for path in DOCS.glob("*.md")} - {"README.md"}
    assert pages - index == set()
    assert {f"service/docs/{name}" for name in pages} - readme == set()


def test_readme_is_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


def test_no_heading_stands_twice_on_a_page() -> None:
    for file in FILES:
        found = anchors(file.read_text("utf-8"))
        assert len(found) == len(set(found)), file


def test_the_service_shows_every_page_with_its_headings_and_its_links_lead_to_pages(
    clients: Callable[[str], TestClient],
) -> None:
    client = clients("embedded")
    links = opened(client, "/guides/manual").links()
    addresses = {a for a in links if a.startswith("/guides/manual/")}
    assert {f"/guides/manual/{path.stem}" for path in DOCS.glob("[a-z]*.md")} <= addresses
    pages = {a: opened(client, a) for a in ("/guides/manual", *addresses)}
    headings = {address: set(page.values("*", "id")) for address, page in pages.items()}
    for address, page in pages.items():
        for link in page.values("*", "href"):
            target, _, heading = link.partition("#")
            assert not target or target.startswith(("/", "https://", "http://")), link
            if target in pages and heading:
                assert heading in headings[target], f"{address}: {link}"


def test_readme_shows_what_the_service_answers(clients: Callable[[str], TestClient]) -> None:
    client = clients("embedded")
    readme = (ROOT / "README.md").read_text("utf-8")
    ((path, rows),) = re.findall(r"\$ curl 'http://[^/]+(/\S+)'\n((?:\S.*\n)+?)```", readme)
    assert client.get(path).text.splitlines() == rows.splitlines()
    ((query, rows),) = re.findall(r"'query=\n(.*?)'\n(.*?)```", readme, re.DOTALL)
    found = client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
    assert found.text.splitlines() == rows.splitlines()
    for name in ("benchmarks", "cards", "deployments", "reviews"):
        total = client.get(f"/api/v1/{name}?limit=1").json()["total"]
        assert f"{total} {name}" in readme
    stats = client.get("/api/v1/stats").json()
    pairs = stats["totals"]["withNumberPrimaryOrRecomputed"]
    assert f"{stats['totals']['gaps']} measured gaps, {pairs} of which have a number" in readme
    (kinds,) = (t["rows"] for t in stats["tables"] if t["question"] == "gaps-by-comparison")
    apart = sum(row["records"] for row in kinds) - stats["totals"]["gaps"]
    assert f"another {apart} measured figures are no pair" in readme
    shown = re.findall(r"^│ (\d+) +│ (\d+) to (\d+) +│ (\S+) ", readme, re.MULTILINE)
    fit = client.get("/api/v1/deployments/public-self-assessment/fit?limit=3").json()
    columns = ("rank", "best_rank", "worst_rank", "benchmark")
    assert shown == [tuple(str(row[name]) for name in columns) for row in fit["benchmarks"]]
    assert f"\n{fit['summary']['sentence'].partition('Nearest:')[0]}Nearest:" in readme
    gaps = client.get("/api/v1/stats").json()["totals"]
    assert f"{gaps['gaps']} measured gaps, {gaps['withNumber']} of which" in " ".join(
        readme.split()
    )


def test_html_in_markdown_is_shown_and_not_passed_on() -> None:
    text = "# A\n\n<script>x()</script>\n\nb <img src=x onerror=y()> [c](javascript:x())\n"
    found = parsed(rendered("a", "service/docs/a.md", text).html)
    assert not found.has("script, img, [href]")
    assert "<script>x()</script>" in found.words


def test_a_page_that_is_not_there_names_those_that_are(
    clients: Callable[[str], TestClient],
) -> None:
    answer = clients("embedded").get("/guides/manual/nothing")
    assert answer.status_code == 404
    assert "settings" in answer.json()["known"]


def test_a_notebook_is_sent_as_it_is_shipped(clients: Callable[[str], TestClient]) -> None:
    client = clients("embedded")
    sent = client.get("/guides/notebooks/mission.ipynb")
    assert sent.content == manual.NOTEBOOK.read_bytes()
    assert sent.headers["content-type"] == "application/x-ipynb+json"
    assert client.get("/guides/notebooks/none.ipynb").json()["known"] == ["mission.ipynb"]


DESIGN = (ROOT / "DESIGN.md").read_text("utf-8")
DECISIONS = re.findall(r"^### (.*)$", DESIGN, re.MULTILINE)
_NAMED = re.compile(r"#\s*DESIGN: ([a-z0-9-]+)")
_PATH = re.compile(r"`((?:service|loaders|tests|data|ontology|shapes)/[\w./*-]*)`")


def test_a_decision_that_code_names_stands_in_design_once() -> None:
    sources = [
        path for root in ("service", "loaders", "tests") for path in (ROOT / root).rglob("*.py")
    ]
    named = {name for path in sources for name in _NAMED.findall(path.read_text("utf-8"))}
    assert named - set(DECISIONS) == set()
    assert len(DECISIONS) == len(set(DECISIONS))
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in DECISIONS)


def test_every_file_that_design_names_is_there() -> None:
    lost = [path for path in _PATH.findall(DESIGN) if not any(ROOT.glob(path.rstrip("/")))]
    assert lost == []
