"""How the tests follow names: as a program, and as a person with a browser."""

from fastapi.testclient import TestClient
from rdflib import Graph, URIRef

from loaders.mapping.iris import BASE

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
FORMS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml", "json": "json-ld"}


def iri(path: str) -> URIRef:
    return URIRef(BASE + path.removeprefix("/"))


def graph(client: TestClient, path: str, form: str = "ttl") -> Graph:
    answer = client.get(f"{path}.{form}")
    assert answer.status_code == 200, answer.text
    return Graph().parse(data=answer.text, format=FORMS[form])


def page(client: TestClient, path: str) -> str:
    answer = client.get(path, headers=BROWSER)
    if answer.status_code == 303:
        answer = client.get(answer.headers["location"], headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    return answer.text
