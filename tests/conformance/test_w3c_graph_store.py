"""The cases of the SPARQL 1.1 Graph Store Protocol suites of w3c/rdf-tests, under their names.

The newer suite (`graph-store-protocol`) has a manifest for graphs named in the query and one for
graphs named by the address. The older one (`http-rdf-update`) tells one long story, of which each
case here retells as much as it needs; where it asks for 200, a 204 without content is as good, as
the newer one says.
"""

from typing import NamedTuple

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from rdflib import Graph
from rdflib.compare import isomorphic

STORE = "/rdf-graph-store"
IRI = f"http://www.example{STORE}"
TURTLE = "text/turtle; charset=utf-8"
PREFIXES = "PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX v: <http://www.w3.org/2006/vcard/ns#>"
PERSON = f"<{IRI}/person/1>"
JOHN = f'{PERSON} a foaf:Person ; foaf:businessCard [ a v:VCard ; v:fn "John Doe" ] .'
JANE = JOHN.replace("John", "Jane")
ALICE = '[] a foaf:Person ; foaf:businessCard [ a v:VCard ; v:given-name "Alice" ] .'
NAME = f'{PERSON} foaf:name "Jane Doe" .'
FAMILY_NAME = f'{PERSON} foaf:familyName "Doe" .'
GIVEN_NAME = f'{PERSON} foaf:givenName "Jane" .'

CREATED, MISSING, FOUND = {201}, {404}, {200}
DONE = {200, 204}
STORED = CREATED | DONE
GONE = MISSING | DONE


class Step(NamedTuple):
    """One request of a case, the statuses it may end in, and the triples of the answer.

    `{location}` in the path stands for the address that the step before has been given.
    """

    method: str
    path: str
    expected: set[int]
    sent: tuple[str, ...] = ()
    found: str | None = None
    media: str = TURTLE


Case = list[Step]


def put(path: str, triples: str, expected: set[int]) -> Step:
    return Step("PUT", path, expected, (triples,))


def post(path: str, *parts: str, expected: set[int]) -> Step:
    """Send triples; several parts go as multipart/form-data."""
    return Step("POST", path, expected, parts)


def get(path: str, triples: str) -> Step:
    return Step("GET", path, FOUND, found=triples)


def indirect(name: str) -> str:
    escaped = f"{IRI}/{name}".replace(":", "%3A").replace("/", "%2F")
    return f"{STORE}?graph={escaped}"


def direct(name: str) -> str:
    return f"{STORE}/{name}"


def put_get_repeat(first: str, second: str) -> Case:
    return [
        put(first, JOHN, CREATED),
        get(second, JOHN),
        put(second, JANE, DONE),
        get(first, JANE),
    ]


def put_delete_get_delete(path: str) -> Case:
    return [
        put(path, ALICE, STORED),
        Step("DELETE", path, DONE),
        Step("GET", path, MISSING),
        Step("DELETE", path, GONE),
    ]


def post_get_post_get(path: str) -> Case:
    return [
        post(path, JANE, expected=STORED),
        get(path, JANE),
        post(path, FAMILY_NAME, GIVEN_NAME, expected=DONE),
        get(path, JANE + FAMILY_NAME + GIVEN_NAME),
    ]


def head_existing(path: str) -> Case:
    return [put(path, JOHN, STORED), Step("HEAD", path, FOUND)]


ONE, TWO, FOUR = "person/1.ttl", "person/2.ttl", "person/4.ttl"
DEFAULT = f"{STORE}?default"
UNESCAPED = f"{STORE}?graph={IRI}/"
NEW_GRAPH = [post(STORE, ALICE, expected=CREATED)]
LOCATION = "{location}"

NEWER = {
    "put_get_repeat": put_get_repeat(direct(ONE), indirect(ONE)),
    "put_get_repeat_indirect": put_get_repeat(indirect(ONE), indirect(ONE)),
    "put_get_repeat_direct": put_get_repeat(direct(ONE), direct(ONE)),
    "put_get_default": [put(DEFAULT, ALICE, STORED), get(DEFAULT, ALICE)],
    "put_delete_get_delete_indirect": put_delete_get_delete(indirect(TWO)),
    "put_delete_get_delete_direct": put_delete_get_delete(direct(TWO)),
    "post_get_post_get_indirect": post_get_post_get(indirect(ONE)),
    "post_get_post_get_direct": post_get_post_get(direct(ONE)),
    "post_get_new_graph": [*NEW_GRAPH, get(f"{STORE}?graph={LOCATION}", ALICE)],
    "head_existing_indirect": head_existing(indirect(ONE)),
    "head_existing_direct": head_existing(direct(ONE)),
    "head_non_existing_indirect": [Step("HEAD", indirect(FOUR), MISSING)],
    "put_get_uri_pct_encoded_indirect": [
        put(indirect(ONE), JOHN, CREATED),
        get(UNESCAPED + ONE, JOHN),
    ],
    "put_get_uri_pct_encoded_twice": [
        put(UNESCAPED + ONE, JOHN, CREATED),
        get(UNESCAPED + "person/%31.ttl", JOHN),
        Step("GET", UNESCAPED + "person/%2531.ttl", MISSING),
    ],
}
"""Indirect and direct; `put_get_repeat` mixes both, as the first of the newer manifests did."""

RDF_XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
INITIAL = [put(direct(ONE), JOHN, CREATED)]
REPLACED = [*INITIAL, put(direct(ONE), JANE, {204})]
IN_DEFAULT = [put(DEFAULT, ALICE, STORED)]
DELETED = [put(direct(TWO), JANE, CREATED), Step("DELETE", direct(TWO), DONE)]
NAMED = [*REPLACED, post(direct(ONE), NAME, expected=DONE)]
IN_PARTS = [*NAMED, post(direct(ONE), FAMILY_NAME, GIVEN_NAME, expected=DONE)]

OLDER = {
    "put__initial_state": INITIAL,
    "get_of_put__initial_state": [*INITIAL, get(indirect(ONE), JOHN)],
    "put__graph_already_in_store": REPLACED,
    "get_of_put__graph_already_in_store": [*REPLACED, get(direct(ONE), JANE)],
    # theirs demands 201, though a default graph is always there; the newer suite takes all three
    "put__default_graph": IN_DEFAULT,
    "get_of_put__default_graph": [*IN_DEFAULT, get(DEFAULT, ALICE)],
    # what did not fit has been lost in their manifest; the name of the case tells
    "put__mismatched_payload": [
        *IN_DEFAULT,
        Step("PUT", DEFAULT, {400}, (JANE,), media="application/rdf+xml"),
        Step("PUT", DEFAULT, {400}, (RDF_XML,)),
        get(DEFAULT, ALICE),
    ],
    "delete__existing_graph": DELETED,
    "get_of_delete__existing_graph": [*DELETED, Step("GET", direct(TWO), MISSING)],
    "delete__nonexistent_graph": [Step("DELETE", direct(TWO), MISSING)],
    # theirs lacks the full stop that ends the triple
    "post__existing_graph": NAMED,
    "get_of_post__existing_graph": [*NAMED, get(direct(ONE), JANE + NAME)],
    "post__multipart_formdata": IN_PARTS,
    "get_of_post__multipart_formdata": [
        *IN_PARTS,
        get(direct(ONE), JANE + NAME + FAMILY_NAME + GIVEN_NAME),
    ],
    "post__create__new_graph": NEW_GRAPH,
    "get_of_post__create__new_graph": [*NEW_GRAPH, get(LOCATION, ALICE)],
    "get_of_post__after_noop": [
        *NEW_GRAPH,
        post(LOCATION, "", expected=DONE),
        get(LOCATION, ALICE),
    ],
    "head_on_an_existing_graph": [*INITIAL, Step("HEAD", direct(ONE), FOUND)],
    "head_on_a_nonexisting_graph": [Step("HEAD", direct(FOUR), MISSING)],
}


@pytest.mark.parametrize("case", [*NEWER, *OLDER])
def test_exchange(plain: TestClient, case: str) -> None:
    location = ""
    for step in (NEWER | OLDER)[case]:
        answer = send(plain, step, location)
        assert answer.status_code in step.expected, (step, answer.text)
        if step.expected == FOUND:
            assert answer.headers["content-type"] == TURTLE
        if step.found is not None:
            assert isomorphic(read(answer.text), read(PREFIXES + step.found))
        location = answer.headers.get("location", location)


def test_every_case_of_the_suites_is_here() -> None:
    newer = set(NEWER) - {"put_get_repeat"}
    assert (sum(name.endswith("_direct") for name in newer), len(newer)) == (4, 4 + 9)
    assert len(OLDER) == 19


def send(client: TestClient, step: Step, location: str) -> Response:
    """Return what the service answers; bodies get the prefixes that they need."""
    path = step.path.format(location=location)
    headers = {"Accept": "text/turtle" if step.method == "GET" else TURTLE}
    bodies = [PREFIXES + triples for triples in step.sent]
    if len(bodies) > 1:
        files = [(f"{n}.ttl", (f"{n}.ttl", body, TURTLE)) for n, body in enumerate(bodies)]
        return client.request(step.method, path, files=files, headers=headers)
    if bodies:
        headers["Content-Type"] = step.media
    return client.request(step.method, path, content="".join(bodies), headers=headers)


def read(turtle: str) -> Graph:
    return Graph().parse(data=turtle, format="turtle", publicID=IRI)
