"""The SPARQL page over HTTP: what is in the address, what is in the table, what went wrong."""

from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient

EGAP = "https://w3id.org/evalgap/"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def ask(client: TestClient, query: str, status: int = 200, **params: str) -> str:
    answer = client.get("/query", params={"query": query, **params}, headers=BROWSER)
    assert answer.status_code == status
    return answer.text


def test_names_of_ours_lead_to_pages_here_and_others_to_where_they_live(
    client: TestClient,
) -> None:
    rows = (f"<{EGAP}id/benchmark/medqa> <{EGAP}id/gap/bean2026-reported> "
            f"<{EGAP}id/card/medqa/evalgap/1> <{EGAP}value/interaction-type/single-turn> "
            "<https://example.org/x> <urn:x:y>")  # fmt: skip
    text = ask(client, f"SELECT ?x {{ VALUES ?x {{ {rows} }} }}")
    for href in ("/benchmarks/medqa", "/gaps/bean2026-reported", "/id/card/medqa/evalgap/1",
                 "/value/interaction-type/single-turn"):  # fmt: skip
        assert f'<a href="{href}"' in text
    assert '<a href="https://example.org/x" title="https://example.org/x" rel="noreferrer">' in text
    assert 'href="urn:' not in text
    assert "6 rows" in text


def test_literals_say_their_language_and_their_type(client: TestClient) -> None:
    text = ask(client, 'SELECT ?x ?gone { VALUES ?x { "مرحبا"@ar 1.5 "plain" } }')
    assert '<span dir="auto" lang="ar">مرحبا</span> <small>@ar</small>' in text
    assert '<span dir="auto">1.5</span> <small>xsd:decimal</small>' in text
    assert '<td><span dir="auto">plain</span></td>' in text
    assert '<span class="none">unbound</span>' in text


def test_terms_come_back_as_they_are(client: TestClient) -> None:
    text = ask(
        client, 'SELECT * { VALUES (?x ?y) { ("a\\tb\\n\\"c" UNDEF) (true 1e0) (UNDEF UNDEF) } }'
    )
    assert "a\tb\n&#34;c" in text
    assert "3 rows" in text
    assert text.count('<span class="none">unbound</span>') == 3
    assert "xsd:double" in text
    assert "0 rows" in ask(client, "SELECT ?x { FILTER(false) }")


def test_text_of_the_store_and_of_the_query_stays_text(client: TestClient) -> None:
    text = ask(client, 'SELECT (CONCAT("<", "script", ">alert(1)") AS ?x) {} # <img src=x>')
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<img" not in text
    assert "&lt;img src=x&gt;</textarea>" in text


@pytest.mark.parametrize(("query", "yes"), [("ASK {}", "yes"), ("ASK { FILTER(false) }", "no")])
def test_a_yes_or_no_is_told_in_a_word(client: TestClient, query: str, yes: str) -> None:
    assert f"Answer: {yes}" in ask(client, query)


def test_triples_are_a_table_with_turtle_to_download(client: TestClient) -> None:
    query = f"CONSTRUCT {{ <{EGAP}id/benchmark/medqa> <urn:p> ?x }} {{ VALUES ?x {{ 1 2 }} }}"
    text = ask(client, query)
    assert "2 rows" in text
    for name in ("subject", "predicate", "object"):
        assert f'<th scope="col">{name}</th>' in text
    assert "format=ttl" in text


def test_every_download_is_the_answer_to_this_query(client: TestClient) -> None:
    text = ask(client, "SELECT ?x { VALUES ?x { 1 2 3 } }", timeout="5")
    links = [part.partition('"')[0] for part in text.split('<a href="/sparql?')[1:]]
    assert len(links) == 4
    for link in links:
        answer = client.get(f"/sparql?{link.replace('&amp;', '&')}")
        assert answer.status_code == 200
        assert parse_qs(urlsplit(str(answer.url)).query)["timeout"] == ["5"]


def test_a_long_answer_shows_its_beginning_and_says_so(client: TestClient) -> None:
    digits = "{ VALUES ?x { 0 1 2 3 4 5 6 7 8 9 } } ".replace("?x", "?{}")
    query = "SELECT * { " + "".join(digits.replace("{}", name) for name in "abc") + "}"
    text = ask(client, query)
    assert "1,000 rows" in text
    assert "The first 500 of 1,000 rows are shown." in text
    assert text.count("<tr>") == 501


def test_a_query_that_does_not_parse_is_kept_with_line_and_column(client: TestClient) -> None:
    text = ask(client, "SELECT *\nWHERE { ?s ?p }", 400)
    assert 'data-line="2"' in text
    assert "line 2, column" in text
    assert "SELECT *\nWHERE { ?s ?p }</textarea>" in text
    assert 'aria-invalid="true"' in text


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
    assert said in ask(client, query, 400)


@pytest.mark.parametrize("value", ["soon", "0", "nan"])
def test_a_time_that_is_none_is_refused(client: TestClient, value: str) -> None:
    assert "timeout must be a number of seconds" in ask(client, "ASK {}", 400, timeout=value)


def test_the_limits_are_told_before_anything_runs(client: TestClient) -> None:
    text = client.get("/query").text
    assert "stopped after 30 seconds at most" in text
    assert "1,000,000 rows and 64 MB" in text
    assert "rows are shown." not in text


def test_a_question_fills_the_editor_with_its_arguments(client: TestClient) -> None:
    params = {"question": "assumed-vs-deployed", "dimension": "interaction-type",
              "assumed": "single-turn", "deployed": "multi-turn"}  # fmt: skip
    text = client.get("/query", params=params).text
    assert "value/interaction-type/multi-turn&gt;" in text.partition("<textarea")[2]
    assert '<option value="agentic">' in text
    assert 'value="multi-turn"' in text


def test_a_question_without_arguments_begins_with_its_example(client: TestClient) -> None:
    text = client.get("/query", params={"question": "assumed-vs-deployed"}).text
    assert 'name="deployed" value="multi-turn"' in text


def test_a_bad_argument_is_told_at_its_box_and_kept(client: TestClient) -> None:
    params = {"question": "assumptions-of-benchmark", "benchmark": "<nobody>"}
    answer = client.get("/query", params=params)
    assert answer.status_code == 400
    assert 'value="&lt;nobody&gt;"' in answer.text
    assert "is not known for" in answer.text.partition('<textarea id="query"')[0]


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
    assert "egap:describesBenchmark" in answer.text


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
