"""The page of coverage over HTTP: the table, the kinds of empty, the lists and the texts."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from tests.http.names import BROWSER, page

CELL = re.compile(
    r'<td class="([^"]+)">\s*<a href="[^"]*cell=([^#"]+)#cell">(.*?)</a></td>', re.DOTALL
)


def cells(found: str) -> dict[str, tuple[str, str]]:
    """Return the class and the words of each cell by its combination."""
    return {
        name: (kind, " ".join(re.sub(r"<[^>]+>", " ", inside).split()))
        for kind, name, inside in CELL.findall(found)
    }


@pytest.mark.parametrize("domain", ["", "healthcare", "law"])
def test_the_table_holds_what_the_api_gives(client: TestClient, domain: str) -> None:
    shown = cells(page(client, f"/coverage?domain={domain}"))
    wanted = "dimensions=interaction-type,decision-mediation"
    found = client.get(f"/api/v1/coverage?{wanted}&domain={domain}").json()
    for cell in found["cells"]:
        kind, words = shown[",".join(cell["combination"].values())]
        if cell["empty"]:
            assert kind == cell["empty"]
        else:
            assert kind.startswith("shade-")
            assert words.startswith(f"{len(cell['benchmarks'])} benchmarks")
            derived = len(cell["derived_benchmarks"])
            assert (f", {derived} derived" in words) == bool(derived)
        homes = len(cell["deployments"])
        assert words.endswith(f"{homes} dep.") == bool(homes)
    assert len(shown) == len(found["cells"])


def test_rows_and_columns_have_headers_and_the_empties_a_legend(client: TestClient) -> None:
    found = page(client, "/coverage")
    assert found.count('<th scope="row">') == 6
    assert found.count('<th scope="col">') == 5 + 1
    for kind in ("no-benchmark", "not-stated", "value-never-used"):
        assert f'<i class="{kind}" aria-hidden="true"></i>' in found
        assert kind in {k for k, _ in cells(found).values()}


def test_a_cell_opens_the_list_of_who_lies_in_it(client: TestClient) -> None:
    found = page(client, "/coverage?domain=healthcare&cell=multi-turn,human-decides")
    section = found[found.index('<section id="cell"') :]
    assert 'href="/fit?deployment=public-self-assessment"' in section
    assert "0 benchmarks" in section
    full = page(client, "/coverage?cell=single-turn,output-is-decision")
    assert 'href="/benchmarks/medqa" dir="auto">MedQA</a>' in full


def test_a_deployment_without_a_match_has_a_text_to_copy(client: TestClient) -> None:
    found = unescape(page(client, "/coverage?domain=healthcare"))
    assert (
        'readonly rows="3" dir="auto">A benchmark is needed that has interaction type '
        "“Multi-turn”; decision mediation “Human decides” (as in: Members of the public asking an "
        "LLM about new symptoms).</textarea>"
    ) in found


def test_the_domain_may_be_an_axis(client: TestClient) -> None:
    found = cells(page(client, "/coverage?rows=domain&columns=interaction-type"))
    assert found["healthcare,single-turn"][0].startswith("shade-")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rows=language&columns=language", "two or three different dimensions"),
        ("rows=cost", "'cost'"),
        ("rows=language,novelty&columns=period", "two different"),
        ("domain=astrology", "healthcare"),
        ("cell=telepathy,human-decides", "such as"),
        ("cell=single-turn", "joined by a comma"),
        ("colour=red", "colour"),
    ],
)
def test_what_does_not_fit_is_told(client: TestClient, query: str, words: str) -> None:
    answer = client.get(f"/coverage?{query}", headers=BROWSER)
    assert answer.status_code == 400
    assert words in unescape(answer.text)
