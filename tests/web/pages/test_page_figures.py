"""Every figure offers its address, SVG, PNG, CSV and a citation, and each of these is there."""

import pytest
from fastapi.testclient import TestClient

from tests.conftest import ROOT
from tests.pages import Part, opened, parsed, rows

CLAIM = "benchmark=medqa&score=95+%25&model=GPT-4o&use=public-self-assessment"
USE = "deployment=public-self-assessment"
PAGES = (
    "/",
    "/gaps",
    "/gaps?dimension=interaction-type",
    "/gaps/bean2026-gpt4o-recomputed",
    "/evidence/decision-mediation",
    "/coverage",
    f"/claim?{CLAIM}",
    f"/fit?{USE}",
    f"/fit/evidence?{USE}&benchmark=medqa",
    "/deployments/public-self-assessment",
    "/studies/helpmed-rct",
    "/systems/gpt-4o-2024-05-13",
)
"""A page of each kind that draws something."""
TEMPLATES = sorted((ROOT / "service" / "web" / "pages").rglob("*.html"))
NO_CHART = {"guide.html", "fit_print.html", "embed_forest.html"}
"""Templates whose figures are a drawing of the graph, or stand elsewhere with their tools."""


def charts(page: Part) -> list[Part]:
    """Return the figures of a page that draw numbers."""
    return [f for f in page.all("figure") if f.has("table.plot, table.heat, table.matrix, rect")]


@pytest.mark.parametrize("address", PAGES)
def test_a_figure_offers_five_things(client: TestClient, address: str) -> None:
    page = opened(client, address)
    drawn = charts(page)
    assert drawn
    for figure in drawn:
        tools = figure.one(".tools")
        words = tools.texts("li a")
        assert words[:4] == ["Link", "SVG", "PNG", "CSV"], address
        assert tools.one("[data-copy-link]")["href"] == f"#{figure['id']}"
        cited = tools.one(".cite p").words
        assert "[Figure]. Data release " in cited
        assert ", sha256 " in cited
        assert cited.endswith(f"{address}#{figure['id']}")
        assert tools.one(".cite pre").words.startswith("@misc{evalgap-")
    svg, png, csv = charts(page)[-1].one(".tools").values("li a", "href")[1:4]
    picture = client.get(svg)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    points, table = client.get(png), client.get(csv)
    assert points.content.startswith(b"\x89PNG")
    assert rows(table)
    release = f"EvalGap, data release {picture.headers['EvalGap-Release']}"
    assert parsed(picture.text).one("desc").words == release
    assert f"tEXtSource\0{release}".encode() in points.content
    assert release.endswith(points.headers["EvalGap-Release"])
    assert release.endswith(table.headers["EvalGap-Release"])
    assert picture.headers["EvalGap-Release"] in cited


def test_the_title_that_is_cited_is_that_of_the_picture(client: TestClient) -> None:
    tools = opened(client, f"/claim?{CLAIM}").one("#figure-ladder .tools")
    svg = tools.values("a", "href")[1]
    title = parsed(client.get(svg).text).one("title").words
    assert f"{title} [Figure]." in tools.one(".cite p").words


def test_own_results_have_their_figure_in_the_page_since_nothing_is_stored(
    client: TestClient,
) -> None:
    table = opened(client, "/gaps/decompose?example=1").one("#table").verbatim
    answer = client.post("/gaps/decompose", data={"table": table, "unit": "fraction"})
    forms = parsed(answer.text).one("figure .tools").values("a", "href")[1:4]
    assert [f.partition(";")[0] for f in forms] == [
        "data:image/svg+xml", "data:image/png", "data:text/csv",
    ]  # fmt: skip


def test_no_template_has_a_figure_without_them() -> None:
    without = [
        path.name
        for path in TEMPLATES
        if "<figure" in (text := path.read_text(encoding="utf-8"))
        and text.count("<figure") > text.count("tools(")
        and path.name not in NO_CHART
    ]
    assert without == []
