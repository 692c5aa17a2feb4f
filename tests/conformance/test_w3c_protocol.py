"""The cases of the SPARQL 1.1 Protocol suite of w3c/rdf-tests, each under its name there.

The suite lets a service fetch the graphs that a query names; ours fetches nothing, so they are
put there first through the Graph Store Protocol, as the runner of the suite does itself.
"""

from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
D0, D1, D2, D3 = (DATA.format(number) for number in range(4))
FOAF = "http://xmlns.com/foaf/0.1/"
DC = "http://purl.org/dc/terms/"

BOOLEAN = {"application/sparql-results+json", "application/sparql-results+xml"}
TABULAR = BOOLEAN | {"text/csv", "text/tab-separated-values"}
RDF = {"text/turtle", "application/rdf+xml", "application/n-triples", "application/ld+json"}


class Request(NamedTuple):
    """What a case sends to the endpoint: parameters in its address, and perhaps a body."""

    method: str = "GET"
    params: tuple[tuple[str, str], ...] = ()
    media: str | None = None
    body: str | bytes = ""


def default(*graphs: str) -> tuple[tuple[str, str], ...]:
    return tuple(("default-graph-uri", graph) for graph in graphs)


def named(*graphs: str) -> tuple[tuple[str, str], ...]:
    return tuple(("named-graph-uri", graph) for graph in graphs)


def using(*graphs: str) -> tuple[tuple[str, str], ...]:
    return tuple(("using-graph-uri", graph) for graph in graphs)


def using_named(*graphs: str) -> tuple[tuple[str, str], ...]:
    return tuple(("using-named-graph-uri", graph) for graph in graphs)


BOTH = f"ASK {{ <{D1}> a ?type . <{D2}> a ?type . }}"
BOTH_NAMED = f"GRAPH ?g1 {{ <{D1}> a ?type }} GRAPH ?g2 {{ <{D2}> a ?type }}"
FULL = f"ASK {{ <{D3}> a ?type {BOTH_NAMED} }}"
FROM_ELSEWHERE = f"ASK FROM <{D3}> {{ {BOTH_NAMED} }}"

ASKED = {
    "query_post_form": Request("POST", default(D0), FORM, "query=ASK%20%7B%7D"),
    "query_dataset_default_graphs_get": Request(params=(("query", BOTH), *default(D1, D2))),
    "query_dataset_default_graphs_post": Request("POST", default(D1, D2), QUERY, BOTH),
    "query_dataset_named_graphs_post": Request(
        "POST", named(D1, D2), QUERY, f"ASK {{ {BOTH_NAMED} }}"
    ),
    "query_dataset_named_graphs_get": Request(
        params=(("query", f"ASK {{ {BOTH_NAMED} }}"), *named(D1, D2))
    ),
    "query_dataset_full": Request("POST", (*default(D3), *named(D1, D2)), QUERY, FULL),
    # the manifest escapes the "&" between the two graphs, which makes them one that is nowhere
    "query_multiple_dataset": Request("POST", named(D1, D2), QUERY, FROM_ELSEWHERE),
    "query_get": Request(params=(("query", "ASK {}"), *default(D0))),
    "query_post_direct": Request("POST", (), QUERY, "ASK {}"),
}
"""Queries whose answer is true."""

ANSWERED = {
    "query_content_type_select": ("SELECT (1 AS ?value) {}", TABULAR),
    "query_content_type_ask": ("ASK {}", BOOLEAN),
    "query_content_type_describe": ("DESCRIBE <http://example.org/>", RDF),
    "query_content_type_construct": ("CONSTRUCT { <s> <p> 1 } WHERE {}", RDF),
}
"""Queries, and the media types that fit their answers."""

CONFLICT = f"""PREFIX foaf: <{FOAF}>
WITH <http://example/addresses>
DELETE {{ ?person foaf:givenName 'Bill' }}
INSERT {{ ?person foaf:givenName 'William' }}
WHERE {{ ?person foaf:givenName 'Bill' }}"""

REFUSED = {
    "bad_query_method": Request("PUT", (("query", "ASK {}"), *default(D0)), FORM),
    "bad_multiple_queries": Request(params=(("query", "ASK {}"), ("query", "SELECT * {}"))),
    "bad_query_wrong_media_type": Request("POST", (), "text/plain", "ASK {}"),
    "bad_query_missing_form_type": Request("POST", (), None, "query=ASK%20%7B%7D"),
    "bad_query_missing_direct_type": Request("POST", (), None, "ASK {}"),
    "bad_query_non_utf8": Request(
        "POST", (), f"{QUERY}; charset=UTF-16", "ASK {}".encode("utf-16")
    ),
    "bad_query_syntax": Request(params=(("query", "ASK {"),)),
    "bad_update_get": Request(params=(("update", "CLEAR ALL"),)),
    "bad_multiple_updates": Request(
        "POST", (), FORM, "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT"
    ),
    "bad_update_wrong_media_type": Request("POST", (), "text/plain", "CLEAR NAMED"),
    "bad_update_missing_form_type": Request("POST", (), None, "update=CLEAR%20NAMED"),
    "bad_update_non_utf8": Request(
        "POST", (), f"{UPDATE}; charset=UTF-16", "CLEAR NAMED".encode("utf-16")
    ),
    "bad_update_syntax": Request("POST", (), FORM, "update=CLEAR%20XYZ"),
    "bad_update_dataset_conflict": Request(
        "POST", using_named("http://example/people"), UPDATE, CONFLICT
    ),
}
"""Requests that are the client's mistake; none of them changes anything."""

DOCUMENTS = " ".join(f"GRAPH <{g}> {{ <{g}> a foaf:Document }}" for g in (D1, D2, D3))
START = f"PREFIX dc: <{DC}> PREFIX foaf: <{FOAF}> DROP ALL ;\nINSERT DATA {{ {DOCUMENTS} }} ;\n"
SEEN = "INSERT { GRAPH <urn:seen> { ?s a dc:BibliographicResource } }"
IN = "INSERT { GRAPH <urn:seen> { ?s <http://example.org/in> ?in } }"
NOT_THE_THIRD = f"FILTER NOT EXISTS {{ GRAPH <urn:seen> {{ <{D3}> ?p ?o }} }}"
FIRST = f"<{D1}> a <{DC}BibliographicResource>"
SECOND = f"<{D2}> a <{DC}BibliographicResource>"

CHANGED = {
    "update_dataset_default_graph": (
        using(D1),
        f"{START}{SEEN} WHERE {{ ?s a foaf:Document }}",
        f"ASK {{ GRAPH <urn:seen> {{ {FIRST} }} {NOT_THE_THIRD} }}",
    ),
    "update_dataset_default_graphs": (
        using(D1, D2),
        f"{START}{SEEN} WHERE {{ ?s a foaf:Document }}",
        f"ASK {{ GRAPH <urn:seen> {{ {FIRST} . {SECOND} }} {NOT_THE_THIRD} }}",
    ),
    "update_dataset_named_graphs": (
        using_named(D1, D2),
        f"{START}{SEEN} WHERE {{ GRAPH ?g {{ ?s a foaf:Document }} }}",
        f"ASK {{ GRAPH <urn:seen> {{ {FIRST} . {SECOND} }} {NOT_THE_THIRD} }}",
    ),
    "update_dataset_full": (
        (*using(D1), *using_named(D2)),
        f"""{START}{IN} WHERE {{
            {{ GRAPH ?g {{ ?s a foaf:Document }} BIND(?g AS ?in) }}
            UNION {{ ?s a foaf:Document . BIND("default" AS ?in) }}
        }}""",
        f"""ASK {{
            GRAPH <urn:seen> {{
                <{D1}> <http://example.org/in> "default" . <{D2}> <http://example.org/in> <{D2}>
            }}
            {NOT_THE_THIRD}
        }}""",
    ),
}
"""Updates over a dataset that the request chooses, and a question that is then true."""


@pytest.mark.parametrize("case", ASKED)
def test_asked(plain: TestClient, case: str) -> None:
    load(plain)
    assert send(plain, ASKED[case]).json()["boolean"] is True


@pytest.mark.parametrize("case", ANSWERED)
def test_answered(plain: TestClient, case: str) -> None:
    query, fitting = ANSWERED[case]
    answer = send(plain, Request("POST", default(D0), QUERY, query))
    assert answer.is_success, answer.text
    assert answer.headers["content-type"].partition(";")[0] in fitting


@pytest.mark.parametrize("case", CHANGED)
def test_changed(plain: TestClient, case: str) -> None:
    params, update, question = CHANGED[case]
    assert send(plain, Request("POST", params, UPDATE, update)).is_success
    assert send(plain, Request("POST", (), QUERY, question)).json()["boolean"] is True


@pytest.mark.parametrize(
    ("media", "body"), [(FORM, "update=CLEAR+ALL"), (UPDATE, "CLEAR ALL")],
    ids=["update_post_form", "update_post_direct"],
)  # fmt: skip
def test_cleared(plain: TestClient, media: str, body: str) -> None:
    load(plain)
    assert send(plain, Request("POST", (), media, body)).is_success
    assert not holds_anything(plain)


def test_update_base_uri(plain: TestClient) -> None:
    graph = "http://example.org/protocol-base-test/"
    triple = f"GRAPH <{graph}> {{ <urn:s> <urn:p> <test> }}"
    update = f"CLEAR GRAPH <{graph}> ;\nINSERT DATA {{ {triple} }}"
    written = send(plain, Request("POST", (), UPDATE, update))
    assert written.is_success, written.text
    query = f"SELECT ?o {{ GRAPH <{graph}> {{ <urn:s> <urn:p> ?o }} }}"
    rows = send(plain, Request("POST", (), QUERY, query)).json()["results"]["bindings"]
    assert [row["o"]["type"] for row in rows] == ["uri"]
    assert rows[0]["o"]["value"].startswith("http")


@pytest.mark.parametrize("case", REFUSED)
def test_refused(plain: TestClient, case: str) -> None:
    load(plain)
    answer = send(plain, REFUSED[case])
    assert answer.is_client_error, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert holds_anything(plain)


def test_every_case_of_the_suite_is_here() -> None:
    alone = {"update_post_form", "update_post_direct", "update_base_uri"}
    assert len({*ASKED, *ANSWERED, *CHANGED, *REFUSED, *alone}) == 34


def load(client: TestClient) -> None:
    """Put the graphs that the suite keeps on the web into the store."""
    for graph in (D1, D2, D3):
        triple = f"<{graph}> a <{FOAF}Document> ."
        stored = client.put(
            "/rdf-graph-store",
            params={"graph": graph}, content=triple, headers={"Content-Type": "text/turtle"},
        )  # fmt: skip
        assert stored.is_success


def send(client: TestClient, request: Request) -> Response:
    """Return what the endpoint answers."""
    headers = {"Content-Type": request.media} if request.media else {}
    return client.request(
        request.method, "/sparql",
        params=list(request.params), content=request.body, headers=headers,
    )  # fmt: skip


def holds_anything(client: TestClient) -> bool:
    query = Request(params=(("query", "ASK { ?s ?p ?o }"),))
    return bool(send(client, query).json()["boolean"])
