"""The catalogue: what it lists, how it is narrowed, and that its counts keep their word."""

import time
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from fastapi.testclient import TestClient

from loaders.model import CORE_DIMENSIONS
from service.web.pages.benchmarks.filters import ROWS
from tests.pages import opened, page, rows


def listed(client: TestClient, query: str = "") -> list[str]:
    """Return the benchmarks that a page shows, in order."""
    links = opened(client, f"/benchmarks?{query}").values("th[scope=row] > a", "href")
    return [address.removeprefix("/benchmarks/") for address in links]


def exported(client: TestClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/benchmarks.csv?{query}")
    assert answer.status_code == 200, answer.text
    return rows(answer)


def total(client: TestClient, query: str = "") -> int:
    """Return the number of benchmarks that a page says it has found."""
    shown = opened(client, f"/benchmarks?{query}").one("#count").words
    return int(shown.split(" of ")[0].replace(",", ""))


def choices(client: TestClient, query: str) -> Iterator[tuple[str, str, bool, int]]:
    """Yield name, value, whether it is chosen, and count of each choice of each filter."""
    for label in opened(client, f"/benchmarks?{query}").all("label.choice"):
        box, count = label.one("input"), label.one(".many").words
        yield box["name"], box["value"], label.has("[checked]"), int(count.replace(",", ""))


def every(client: TestClient, name: str, query: str = "") -> set[str]:
    """Return the ids of a whole list of the API."""
    address: str | None = f"/api/v1/{name}?limit=100&{query}"
    found: set[str] = set()
    while address:
        answer = client.get(address).json()
        found |= {item["id"] for item in answer["items"]}
        address = answer["next"]
    return found


def test_all_benchmarks_of_the_api_are_listed_over_the_pages(client: TestClient) -> None:
    whole = every(client, "benchmarks")
    pages = -(-len(whole) // ROWS)
    found = [name for n in range(1, pages + 1) for name in listed(client, f"page={n}")]
    assert len(found) == len(set(found))
    assert set(found) == whole
    assert total(client) == len(whole)


def test_it_says_how_many_answer_none_of_the_five_questions(client: TestClient) -> None:
    unanswered = {"hinted", "claimed", "not-stated"}
    silent = sum(
        all(row[name] in unanswered for name in CORE_DIMENSIONS) for row in exported(client)
    )
    words = f"{silent} of them answer none of the five questions yet"
    assert words in opened(client, "/benchmarks").words


@pytest.mark.parametrize(
    ("query", "api"),
    [
        ("interaction-type=single-turn", "assumes=interaction-type/single-turn"),
        ("query-authorship=examination", "assumes=query-authorship/examination"),
        ("query-authorship=natural-user", "assumes=query-authorship/natural-user"),
        ("domain=healthcare", "domain=healthcare"),
    ],
)
def test_a_facet_finds_what_the_api_finds(client: TestClient, query: str, api: str) -> None:
    found = exported(client, query)
    assert {row["id"] for row in found} == every(client, "benchmarks", api)
    assert total(client, query) == len(found) > 0


def test_the_csv_holds_exactly_the_rows_of_all_pages_in_their_order(client: TestClient) -> None:
    query = "domain=healthcare&sort=title"
    pages = range(1, -(-total(client, query) // ROWS) + 1)
    shown = [name for n in pages for name in listed(client, f"{query}&page={n}")]
    assert [row["id"] for row in exported(client, query)] == shown
    assert [row["id"] for row in exported(client, f"{query}&page=2")] == shown


def test_each_count_is_what_choosing_it_beside_the_other_filters_gives(client: TestClient) -> None:
    given = "domain=healthcare&interaction-type=single-turn"
    found = list(choices(client, given))
    names = {name for name, *_ in found}
    assert {"interaction-type", "domain", "verification", "status", "author", "origin"} <= names
    for name, value, checked, count in found[::7]:
        others = [p for p in parse_qsl(given) if p[0] != name]
        query = "&".join(f"{n}={v}" for n, v in [*others, (name, value)])
        assert count == len(exported(client, query)), (name, value)
        assert checked == ((name, value) in parse_qsl(given))


def test_choices_of_one_facet_add_up_and_facets_narrow(client: TestClient) -> None:
    single = {r["id"] for r in exported(client, "interaction-type=single-turn")}
    multi = {r["id"] for r in exported(client, "interaction-type=multi-turn")}
    both = {
        r["id"]
        for r in exported(client, "interaction-type=single-turn&interaction-type=multi-turn")
    }
    assert both == single | multi
    law = {r["id"] for r in exported(client, "domain=law")}
    narrowed = {r["id"] for r in exported(client, "domain=law&interaction-type=single-turn")}
    assert narrowed == single & law


def test_a_row_tells_how_each_assumption_is_known(client: TestClient) -> None:
    rows = {row["id"]: row for row in exported(client)}
    disputed = rows["healthbench"]
    assert disputed["information-completeness"] == "disputed"
    assert "Raman et al.: Mostly complete (stated)" in disputed["information-completeness_values"]
    assert (
        disputed["interaction-type"] == "derived"
        or "(stated)" in disputed["interaction-type_values"]
    )
    states = {row[d] for row in rows.values() for d in ("information-completeness",)}
    assert {"stated", "derived", "hinted", "in-words", "not-stated", "disputed"} <= states
    for row in rows.values():
        for dimension in ("query-authorship", "interaction-type", "outcome-validity"):
            assert (row[dimension] == "not-stated") == (
                row[f"{dimension}_values"] == "not stated"
            ), row


def test_a_row_shows_what_is_assumed_in_headed_columns(client: TestClient) -> None:
    found = opened(client, "/benchmarks?q=healthbench")
    heads = [head.words for head in found.all("thead th")]
    assert heads[0] == "Benchmark"
    assert heads[1] == "Who writes the question query authorship"
    row = found.one('tbody tr:has([href="/benchmarks/healthbench"])')
    cells = {cell["data-label"]: cell.words for cell in row.all("td")}
    assert "disputed" in cells["How much is told"]
    assert "Model judge (stated)" in cells["What is counted"]
    assert "language" in row.one("th .sub").words


def test_each_head_sorts_and_turns_round(client: TestClient) -> None:
    plain = opened(client, "/benchmarks")
    assert plain.one('th a[href="/benchmarks?sort=interaction-type"]').words == "How many turns"
    found = opened(client, "/benchmarks?sort=interaction-type")
    assert found.one("[aria-sort]")["aria-sort"] == "ascending"
    turned = found.one("[aria-sort] a")["href"]
    assert opened(client, turned).one("[aria-sort]")["aria-sort"] == "descending"
    for name in ("title", "gaps", "year", "outcome-validity"):
        there, back = (exported(client, f"sort={mark}{name}") for mark in ("", "-"))
        assert [row["id"] for row in there] == [row["id"] for row in back][::-1], name
    years = [int(row["year"]) for row in exported(client, "sort=year") if row["year"]]
    assert years == sorted(years, reverse=True)
    assert years
    assert client.get("/benchmarks?sort=-relevance").status_code == 400


def test_a_search_that_finds_nothing_says_what_may_be_meant(client: TestClient) -> None:
    assert "/benchmarks?q=MedQA" in opened(client, "/benchmarks?q=mdeqa").one(".card").links()


def test_words_are_found_in_titles_authors_and_answers(client: TestClient) -> None:
    assert "medqa" in listed(client, "q=MEDQA")
    assert "agentbench" in listed(client, "q=construct-validity+coders")
    answered = listed(client, "q=what+conversations+doctors+trip")
    assert answered == [] or "healthbench" in answered
    assert "healthbench" in listed(client, "q=trip+models+up")


def test_gaps_and_their_verification_narrow_the_list(client: TestClient) -> None:
    recomputed = exported(client, "verification=recomputed")
    assert "bean2026-scenarios" in {row["id"] for row in recomputed}
    assert all("recomputed" in row["gaps_verified_against"] for row in recomputed)
    assert all(row["gaps"] == "0" for row in exported(client, "verification=no-gap"))
    counts = [int(row["gaps"]) for row in exported(client, "sort=gaps")]
    assert counts == sorted(counts, reverse=True)


def test_nothing_found_says_what_to_relax(client: TestClient) -> None:
    query = "interaction-type=multi-session&domain=law&q=triage"
    assert total(client, query) == 0
    assert exported(client, query) == []
    found = opened(client, "/benchmarks?interaction-type=multi-session&domain=law")
    relax = found.holding(".card li", "without How many turns")
    (address,) = relax.links()
    count = total(client, urlsplit(address).query)
    assert "domain" in address
    assert count > 0
    assert relax.words == f"without How many turns : {count:,} benchmarks"


def test_the_address_holds_the_whole_state(client: TestClient) -> None:
    given = "q=question&domain=healthcare&interaction-type=single-turn&sort=title"
    answer = client.get(f"/benchmarks?{given}&status=&author=")
    assert dict(parse_qsl(urlsplit(answer.headers["hx-push-url"]).query)) == dict(parse_qsl(given))
    found = page(answer)
    assert found.one("#q")["value"] == "question"
    assert found.has('[value="single-turn"][checked]')
    for address in found.one('[aria-label="Filters in use"]').links():
        assert client.get(address).status_code == 200
        assert total(client, urlsplit(address).query) >= total(client, given)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("colour=red", "colour"),
        ("domain=astrology", "domain"),
        ("interaction-type=%3Cscript%3E", "interaction-type"),
        ("sort=best", "sort"),
        ("page=0", "page"),
        ("page=99999", "page"),
        ("page=two", "page"),
        ("author=nobody", "author"),
    ],
)
def test_rubbish_is_refused_with_what_there_is(client: TestClient, query: str, name: str) -> None:
    answer = client.get(f"/benchmarks?{query}")
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["parameter"] == name
    assert opened(client, f"/benchmarks?{query}", 400).injected() == []
    if name != "page":
        assert client.get(f"/benchmarks.csv?{query}").status_code == 400


def test_every_address_on_the_page_answers(client: TestClient) -> None:
    found = opened(client, "/benchmarks?domain=law").links()
    elsewhere = ("/coverage", "/fit", "/plans", "/query", "/author", "/gaps")
    mine = [a for a in found if not a.startswith(elsewhere)]
    for address in mine[:40]:
        assert client.get(address).status_code == 200, address


def cost(client: TestClient, query: str) -> float:
    """Return the processor time of a search, the best of three."""
    found = []
    for _ in range(3):
        began = time.process_time()
        exported(client, query)
        found.append(time.process_time() - began)
    return min(found)


def test_a_word_that_is_searched_for_again_and_again_is_looked_for_once(client: TestClient) -> None:
    often, once = "a+" * 30_000, "a" * 60_000
    assert cost(client, f"q={often}") < 8 * cost(client, f"q={once}")
    assert exported(client, f"q={often}") == exported(client, "q=a")


def test_the_number_of_items_stands_with_what_is_counted_and_sorts(client: TestClient) -> None:
    first = opened(client, "/benchmarks?sort=items").all(".catalogue-rows tbody tr")[0]
    assert "307,372 training examples" in first.words
    shown = opened(client, "/benchmarks/pathvqa").words
    assert "32,799 questions" in shown
    assert "4,998 images" in shown
    assert "not stated" in opened(client, "/benchmarks?q=squad").texts("td[data-label=Items]")[0]


def test_a_list_without_words_does_not_wait_for_the_search(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def searched(_: object) -> None:
        pytest.fail("the index of the search was asked for")

    monkeypatch.setattr("service.search.find.index", searched)
    for path in ("/benchmarks", "/benchmarks.csv", "/deployments", "/gaps", "/studies", "/systems",
                 "/datasets", "/sources", "/reviews", "/terms"):  # fmt: skip
        assert client.get(path).status_code == 200, path
