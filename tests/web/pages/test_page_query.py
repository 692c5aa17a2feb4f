"""The SPARQL page over HTTP: what is in the address, what is in the table, what went wrong."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

from tests.pages import BROWSER, Part, opened, page

EGAP = "https://w3id.org/evalgap/"


def ask(client: TestClient, query: str, status: int = 200, **params: str) -> Part:
    """Return the page that answers a query."""
    answer = client.get("/query", params={"query": query, **params}, headers=BROWSER)
    assert answer.status_code == status
    return page(answer)


def title(found: Part) -> str:
    """Return the heading of the answer: how many rows there are, or yes or no."""
    return found.one("#answer-title").words


def test_names_of_ours_lead_to_pages_here_and_others_to_where_they_live(
    client: TestClient,
) -> None:
    rows = (f"<{EGAP}id/benchmark/medqa> <{EGAP}id/gap/bean2026-reported> "
            f"<{EGAP}id/card/medqa/evalgap/1> <{EGAP}value/interaction-type/single-turn> "
            "<https://example.org/x> <urn:x:y>")  # fmt: skip
    found = ask(client, f"SELECT ?x {{ VALUES ?x {{ {rows} }} }}")
    links = found.all("table.answer-rows a")
    assert [a["href"] for a in links] == [
        "/benchmarks/medqa", "/gaps/bean2026-reported", "/id/card/medqa/evalgap/1",
        "/value/interaction-type/single-turn", "https://example.org/x",
    ]  # fmt: skip
    assert (links[-1]["title"], links[-1]["rel"]) == ("https://example.org/x", "noreferrer")
    assert title(found).startswith("6 rows")


def test_literals_say_their_language_and_their_type(client: TestClient) -> None:
    found = ask(client, 'SELECT ?x ?gone { VALUES ?x { "مرحبا"@ar 1.5 "plain" } }')
    cells = found.texts("table.answer-rows td:first-child")
    assert cells == ["مرحبا @ar", "1.5 xsd:decimal", "plain"]
    assert found.one("[dir=auto][lang=ar]").verbatim == "مرحبا"
    assert found.texts("table.answer-rows td:last-child") == ["unbound"] * 3


def test_terms_come_back_as_they_are(client: TestClient) -> None:
    found = ask(
        client, 'SELECT * { VALUES (?x ?y) { ("a\\tb\\n\\"c" UNDEF) (true 1e0) (UNDEF UNDEF) } }'
    )
    assert found.all("table.answer-rows td")[0].verbatim == 'a\tb\n"c'
    assert title(found).startswith("3 rows")
    assert found.texts("table.answer-rows .none") == ["unbound"] * 3
    assert "xsd:double" in found.texts("table.answer-rows small")
    assert title(ask(client, "SELECT ?x { FILTER(false) }")).startswith("0 rows")


def test_text_of_the_store_and_of_the_query_stays_text(client: TestClient) -> None:
    query = 'SELECT (CONCAT("<", "script", ">alert(1)") AS ?x) {} # <img src=x>'
    found = ask(client, query)
    assert found.injected() == []
    assert found.texts("table.answer-rows td") == ["<script>alert(1)"]
    assert found.one("textarea#query").verbatim == query


@pytest.mark.parametrize(("query", "yes"), [("ASK {}", "yes"), ("ASK { FILTER(false) }", "no")])
def test_a_yes_or_no_is_told_in_a_word(client: TestClient, query: str, yes: str) -> None:
    assert title(ask(client, query)).startswith(f"Answer: {yes} ")


def test_triples_are_a_table_with_turtle_to_download(client: TestClient) -> None:
    query = f"CONSTRUCT {{ <{EGAP}id/benchmark/medqa> <urn:p> ?x }} {{ VALUES ?x {{ 1 2 }} }}"
    found = ask(client, query)
    assert title(found).startswith("2 rows")
    assert found.texts("table.answer-rows th[scope=col]") == ["subject", "predicate", "object"]
    assert any("format=ttl" in address for address in found.values("a[download]", "href"))


def test_every_download_is_the_answer_to_this_query(client: TestClient) -> None:
    found = ask(client, "SELECT ?x { VALUES ?x { 1 2 3 } }", timeout="5")
    links = found.values('a[href^="/sparql?"]', "href")
    assert len(links) == 4
    for link in links:
        answer = client.get(link)
        assert answer.status_code == 200
        assert parse_qs(urlsplit(str(answer.url)).query)["timeout"] == ["5"]


def test_a_long_answer_shows_its_beginning_and_says_so(client: TestClient) -> None:
    digits = "{ VALUES ?x { 0 1 2 3 4 5 6 7 8 9 } } ".replace("?x", "?{}")
    query = "SELECT * { " + "".join(digits.replace("{}", name) for name in "abc") + "}"
    found = ask(client, query)
    assert title(found).startswith("1,000 rows")
    assert found.one("#answer .warning").words == "The first 500 of 1,000 rows are shown."
    assert len(found.all("table.answer-rows tbody tr")) == 500


def test_a_query_that_does_not_parse_is_kept_with_line_and_column(client: TestClient) -> None:
    found = ask(client, "SELECT *\nWHERE { ?s ?p }", 400)
    wrong = found.one("#wrong")
    assert wrong["data-line"] == "2"
    assert "line 2, column" in wrong.words
    assert found.one("textarea#query[aria-invalid=true]").verbatim == "SELECT *\nWHERE { ?s ?p }"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("DROP ALL", "This is an update"),
        ("SELECT * { SERVICE <https://example.org/> { ?s ?p ?o } }", "SERVICE"),
        ("\x00\x01", "does not parse"),
        ("SELECT " + "x" * 60_000, "does not parse"),
    ],
)
def test_what_cannot_be_run_is_told_in_a_sentence(
    client: TestClient, query: str, said: str
) -> None:
    assert said in ask(client, query, 400).one("#wrong").words


@pytest.mark.parametrize("value", ["soon", "0", "nan"])
def test_a_time_that_is_none_is_refused(client: TestClient, value: str) -> None:
    found = ask(client, "ASK {}", 400, timeout=value)
    assert "timeout must be a number of seconds" in found.words


def test_the_limits_are_told_before_anything_runs(client: TestClient) -> None:
    found = opened(client, "/query")
    assert "stopped after 30 seconds at most" in found.one("#limits").words
    assert "1,000,000 rows and 64 MB" in found.one("#limits").words
    assert not found.has("#answer-title")


def test_a_question_fills_the_editor_with_its_arguments(client: TestClient) -> None:
    params = {"question": "assumed-vs-deployed", "dimension": "interaction-type",
              "assumed": "single-turn", "deployed": "multi-turn"}  # fmt: skip
    found = page(client.get("/query", params=params))
    assert "value/interaction-type/multi-turn>" in found.one("textarea#query").verbatim
    assert found.has("select[name=deployed] option[value=agentic]")
    assert found.one("select[name=deployed] option[selected]")["value"] == "multi-turn"


def test_a_question_without_arguments_begins_with_its_example(client: TestClient) -> None:
    found = page(client.get("/query", params={"question": "assumed-vs-deployed"}))
    assert found.one("select[name=deployed] option[selected]")["value"] == "multi-turn"


def test_a_bad_argument_is_told_at_its_box_and_kept(client: TestClient) -> None:
    params = {"question": "assumptions-of-benchmark", "benchmark": "<nobody>"}
    answer = client.get("/query", params=params)
    assert answer.status_code == 400
    box = page(answer).one(".field:has(> input[name=benchmark][aria-invalid=true])")
    assert box.one("input")["value"] == "<nobody>"
    assert "is not known here. Asked for is a benchmark" in box.one(".wrong").words


@pytest.mark.parametrize(
    ("params", "status"),
    [({"question": "no-such"}, 404), ({"colour": "red"}, 400),
     ({"question": "coverage", "colour": "red"}, 400)],
)  # fmt: skip
def test_what_is_not_known_is_said(client: TestClient, params: dict[str, str], status: int) -> None:
    assert client.get("/query", params=params, headers=BROWSER).status_code == status


def test_an_open_query_is_no_query(client: TestClient) -> None:
    answer = client.get("/query?query=&question=&timeout=")
    assert answer.status_code == 200
    assert "egap:describesBenchmark" in page(answer).one("textarea#query").verbatim


def test_a_browser_at_the_endpoint_is_led_to_the_page(client: TestClient) -> None:
    led = client.get("/sparql", headers=BROWSER)
    assert (led.status_code, led.headers["location"]) == (303, "/query")
    assert "Accept" in led.headers["vary"]
    for accept in ("*/*", "text/turtle", "application/rdf+xml, text/html;q=0.5"):
        assert client.get("/sparql", headers={"Accept": accept}).status_code == 200


def test_completion_knows_classes_properties_dimensions_and_values(client: TestClient) -> None:
    answer = client.get("/query/terms.json")
    found = {term["match"]: term for term in answer.json()["terms"]}
    assert found["egap:BenchmarkCard"]["kind"] == "class"
    assert found["egap:assumesValue"]["kind"] == "property"
    assert found["dimension:interaction-type"]["about"]
    value = found["value/interaction-type/single-turn"]
    assert value["insert"] == f"<{EGAP}value/interaction-type/single-turn>"
    assert answer.json()["prefixes"]["egap"] == f"{EGAP}ontology#"
    again = client.get("/query/terms.json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert "max-age" in answer.headers["cache-control"]
