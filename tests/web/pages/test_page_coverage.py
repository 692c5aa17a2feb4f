"""The page of coverage over HTTP: the table, the kinds of empty, the lists and the texts."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.pages import Part, opened


def cells(found: Part) -> dict[str, tuple[str, str]]:
    """Return the class and the words of each cell by its combination."""
    return {
        parse_qs(urlsplit(cell.one("a")["href"]).query)["cell"][0]: (cell["class"], cell.words)
        for cell in found.all(".heat td")
    }


@pytest.mark.parametrize("domain", ["", "healthcare", "law"])
def test_the_table_holds_what_the_api_gives(client: TestClient, domain: str) -> None:
    shown = cells(opened(client, f"/coverage?domain={domain}"))
    wanted = "dimensions=interaction-type,decision-mediation"
    found = client.get(f"/api/v1/coverage?{wanted}&domain={domain}").json()
    for cell in found["cells"]:
        kind, words = shown[",".join(cell["combination"].values())]
        if cell["empty"]:
            assert kind == cell["empty"]
        else:
            assert kind.startswith("shade-")
            number = len(cell["benchmarks"])
            assert words.startswith(f"{number} benchmark{'' if number == 1 else 's'}")
            derived = len(cell["derived_benchmarks"])
            assert (f", {derived} derived" in words) == bool(derived)
        homes = len(cell["deployments"])
        running = len(cell["deployments_in_use"])
        end = f"{homes} dep." + (f" ({running} in use)" if running else "")
        assert words.endswith(end) == bool(homes)
    assert len(shown) == len(found["cells"])


def test_rows_and_columns_have_headers_and_the_empties_a_legend(client: TestClient) -> None:
    found = opened(client, "/coverage")
    assert len(found.all("th[scope=row]")) == 8
    assert len(found.all("th[scope=col]")) == 7 + 1
    for kind in ("no-benchmark", "not-stated", "value-never-used"):
        assert found.has(f"i.{kind}[aria-hidden=true]")
        assert kind in {k for k, _ in cells(found).values()}


def test_a_cell_opens_the_list_of_who_lies_in_it(client: TestClient) -> None:
    found = opened(client, "/coverage?domain=healthcare&cell=multi-turn,human-decides")
    section = found.one("section#cell")
    assert "/fit?deployment=public-self-assessment" in section.links()
    assert "0 benchmarks" in section.texts("h3")
    full = opened(client, "/coverage?cell=single-turn,output-is-decision").one("section#cell")
    assert "MedQA" in full.texts('a[href="/benchmarks/medqa"][dir=auto]')


def test_a_deployment_without_a_match_has_a_text_to_copy(client: TestClient) -> None:
    found = opened(client, "/coverage?domain=healthcare")
    assert found.one("#ask-public-self-assessment[readonly]").verbatim == (
        "A benchmark is needed that has interaction type “Multi-turn”; decision mediation "
        "“Human decides” (as in: Members of the public asking an LLM about new symptoms)."
    )


def test_the_domain_may_be_an_axis(client: TestClient) -> None:
    found = cells(opened(client, "/coverage?rows=domain&columns=interaction-type"))
    assert found["healthcare,single-turn"][0].startswith("shade-")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("rows=language&columns=language", "A table crosses two or three different ones."),
        ("rows=no-such", "'no-such'"),
        ("rows=language,novelty&columns=period", "two different"),
        ("domain=astrology", "Healthcare"),
        ("cell=telepathy,human-decides", "No square of this table"),
        ("cell=single-turn", "There is no such square"),
        ("colour=red", "colour"),
    ],
)
def test_what_does_not_fit_is_told(client: TestClient, query: str, words: str) -> None:
    assert words in opened(client, f"/coverage?{query}", 400).words


def test_a_dimension_of_several_parts_has_the_values_of_all_and_no_old_one(
    client: TestClient,
) -> None:
    address = "/coverage?rows=query-authorship&columns=outcome-validity"
    heads = opened(client, address).texts("th[scope=row]")
    assert heads.index("Expert") < heads.index("Natural use")
    assert not {"User-written", "Examination item"} & set(heads)
    old = opened(client, f"{address}&cell=natural-user,behaviour").one("#cell").words
    assert old == opened(client, f"{address}&cell=natural-use,behaviour").one("#cell").words
