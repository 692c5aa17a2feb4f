"""How the tests follow names as a program does (as a person does: `tests/pages.py`)."""

from fastapi.testclient import TestClient
from rdflib import Graph, URIRef

from loaders.mapping.iris import BASE

FORMS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml", "json": "json-ld"}


def iri(path: str) -> URIRef:
    return URIRef(BASE + path.removeprefix("/"))


def graph(client: TestClient, path: str, form: str = "ttl") -> Graph:
    answer = client.get(f"{path}.{form}")
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.text, format=FORMS[form])
