"""Independent clients of the endpoint: rdflib, SPARQLWrapper, and Comunica from npm."""

import csv
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from hashlib import sha256
from io import StringIO
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
from rdflib import RDF, Graph, Namespace, URIRef
from rdflib import Literal as Text
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)  # fmt: skip

from tests.servers import evalgap_server, without
from tests.tokens import TOKEN

EGAP = Namespace("https://w3id.org/evalgap/ontology#")
SELECT = f"SELECT ?b WHERE {{ ?b a <{EGAP.Benchmark}> }}"
CONSTRUCT = f"CONSTRUCT WHERE {{ ?b a <{EGAP.Benchmark}> }}"
ASK = f"ASK {{ ?b a <{EGAP.Benchmark}> }}"
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}

Iris = set[str]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of the endpoint of a running service."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "127.0.0.1")
        folder = tmp_path_factory.mktemp("clients")
        with evalgap_server(folder, "--gate", "off", token=TOKEN) as url:
            yield f"{url}/sparql"


@pytest.fixture(scope="module")
def benchmarks(endpoint: str) -> Iris:
    """Return the benchmarks as plain HTTP gives them."""
    with urlopen(f"{endpoint}?{urlencode({'query': SELECT})}") as answer:  # noqa: S310
        rows = json.load(answer)["results"]["bindings"]
    found = {row["b"]["value"] for row in rows}
    assert len(found) >= 12
    return found


Method = Literal["GET", "POST", "POST_FORM"]
METHODS: list[Method] = ["GET", "POST", "POST_FORM"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_rdflib_selects(endpoint: str, benchmarks: Iris, form: str, method: Method) -> None:
    graph = Graph(SPARQLStore(endpoint, method=method, returnFormat=form))
    assert {str(row[0]) for row in graph.query(SELECT)} == benchmarks  # type: ignore[index]


@pytest.mark.parametrize("method", METHODS)
def test_rdflib_asks_and_constructs(endpoint: str, benchmarks: Iris, method: Method) -> None:
    graph = Graph(SPARQLStore(endpoint, method=method))
    assert graph.query(ASK).askAnswer is True
    found = graph.query(CONSTRUCT).graph
    assert found is not None
    assert {str(s) for s in found.subjects(RDF.type, EGAP.Benchmark)} == benchmarks


def test_rdflib_reads_the_endpoint_as_a_graph(endpoint: str, benchmarks: Iris) -> None:
    graph = Graph(SPARQLStore(endpoint))
    assert {str(s) for s in graph.subjects(RDF.type, EGAP.Benchmark)} == benchmarks
    assert (URIRef(min(benchmarks)), RDF.type, EGAP.Benchmark) in graph
    assert len(graph) > len(benchmarks)


def test_rdflib_writes(endpoint: str) -> None:
    name = URIRef("http://www.example/rdflib")
    triple = (URIRef("http://www.example/s"), RDF.value, Text("naïve\n", lang="fr"))
    update = endpoint.replace("/sparql", "/update")
    store = SPARQLUpdateStore(endpoint, update, headers=dict(AUTHORIZATION))
    graph = Graph(store, identifier=name)
    graph.add(triple)
    assert list(graph) == [triple]
    graph.update("DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }")
    assert [int(str(o)) for o in graph.objects()] == [1]
    graph.remove((None, None, None))
    assert len(graph) == 0


def test_rdflib_without_the_token_may_not_write(endpoint: str) -> None:
    store = SPARQLUpdateStore(endpoint, endpoint)
    with pytest.raises(HTTPError) as refused:
        store.update("CLEAR ALL")
    assert refused.value.code == 401
    refused.value.close()


def json_iris(found: Any) -> Iris:
    return {row["b"]["value"] for row in found["results"]["bindings"]}


def xml_iris(found: Any) -> Iris:
    return {node.firstChild.data for node in found.getElementsByTagName("uri")}


def csv_iris(found: bytes) -> Iris:
    return {row["b"] for row in csv.DictReader(StringIO(found.decode()))}


def tsv_iris(found: bytes) -> Iris:
    return {line.strip("<>") for line in found.decode().splitlines()[1:]}


def turtle_iris(found: bytes) -> Iris:
    return graph_iris(Graph().parse(data=found, format="turtle"))


def graph_iris(found: Graph) -> Iris:
    return {str(s) for s in found.subjects(RDF.type, EGAP.Benchmark)}


READERS: dict[str, tuple[str, str, Callable[[Any], Iris]]] = {
    "select as json": (SELECT, JSON, json_iris),
    "select as xml": (SELECT, XML, xml_iris),
    "select as csv": (SELECT, CSV, csv_iris),
    "select as tsv": (SELECT, TSV, tsv_iris),
    "construct as turtle": (CONSTRUCT, TURTLE, turtle_iris),
    "construct as n3": (CONSTRUCT, N3, turtle_iris),
    "construct as json-ld": (CONSTRUCT, JSONLD, graph_iris),
    "construct as rdf+xml": (CONSTRUCT, RDFXML, graph_iris),
    "construct as xml": (CONSTRUCT, XML, graph_iris),
}
"""What SPARQLWrapper can ask for, and how to find the benchmarks in what it returns."""

WAYS = {
    "get": (GET, URLENCODED),
    "post": (POST, URLENCODED),
    "post directly": (POST, POSTDIRECTLY),
}


def wrapped(endpoint: str, query: str, form: str = JSON, way: str = "get") -> Any:
    """Return what SPARQLWrapper makes of an answer."""
    client = SPARQLWrapper(endpoint, returnFormat=form)
    method, encoding = WAYS[way]
    client.setMethod(method)
    client.setRequestMethod(encoding)
    for name, value in AUTHORIZATION.items():
        client.addCustomHttpHeader(name, value)
    client.setQuery(query)
    return client.queryAndConvert()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("reader", READERS)
def test_sparqlwrapper_reads(endpoint: str, benchmarks: Iris, reader: str, way: str) -> None:
    query, form, iris = READERS[reader]
    assert iris(wrapped(endpoint, query, form, way)) == benchmarks


@pytest.mark.parametrize("way", WAYS)
def test_sparqlwrapper_asks(endpoint: str, way: str) -> None:
    assert wrapped(endpoint, ASK, way=way)["boolean"] is True


@pytest.mark.parametrize("way", ["post", "post directly"])
def test_sparqlwrapper_writes(endpoint: str, way: str) -> None:
    data = "DATA { GRAPH <http://www.example/wrapped> { <urn:s> <urn:p> 'naïve' } }"
    question = "ASK { GRAPH <http://www.example/wrapped> { ?s ?p 'naïve' } }"
    for change, expected in (("INSERT", True), ("DELETE", False)):
        wrapped(endpoint, f"{change} {data}", way=way)
        assert wrapped(endpoint, question)["boolean"] is expected


COMUNICA = Path(__file__).with_name("comunica")


@pytest.fixture(scope="module")
def comunica() -> Path:
    """Return the command line of Comunica, installed once per lock file outside the project."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        without("node and npm are not there")
    lock = sha256((COMUNICA / "package-lock.json").read_bytes()).hexdigest()[:12]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "evalgap"
    folder = cache / f"comunica-{lock}"
    if not folder.exists():
        cache.mkdir(parents=True, exist_ok=True)
        install(npm, folder)
    return folder / "node_modules" / ".bin" / "comunica-sparql"


def install(npm: str, folder: Path) -> None:
    """Install to a new folder beside, and rename it once it is whole."""
    unfinished = Path(mkdtemp(dir=folder.parent))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(COMUNICA / name, unfinished)
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"]
    done = subprocess.run(
        [npm, "ci", *options], cwd=unfinished, capture_output=True, text=True, check=False
    )
    if done.returncode:
        shutil.rmtree(unfinished)
        without(f"npm ci failed: {done.stderr}")
    unfinished.rename(folder)


def printed(comunica: Path, endpoint: str, query: str, media: str) -> str:
    """Return what Comunica prints; it may have nothing to complain of."""
    done = subprocess.run(
        [comunica, endpoint, query, "-t", media], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return done.stdout


def test_comunica_selects(comunica: Path, endpoint: str, benchmarks: Iris) -> None:
    found = printed(comunica, endpoint, SELECT, "application/sparql-results+json")
    assert json_iris(json.loads(found)) == benchmarks


def test_comunica_constructs(comunica: Path, endpoint: str) -> None:
    query = f"CONSTRUCT {{ ?b ?p ?o }} WHERE {{ ?b a <{EGAP.Benchmark}> ; ?p ?o }}"
    found = printed(comunica, endpoint, query, "application/n-triples")
    expected = Graph(SPARQLStore(endpoint)).query(query).graph
    assert expected is not None
    assert isomorphic(Graph().parse(data=found, format="nt"), expected)


def test_the_lock_of_comunica_names_no_host() -> None:
    packages = json.loads((COMUNICA / "package-lock.json").read_text("utf-8"))["packages"]
    assert len(packages) > 100
    assert not any("resolved" in package for package in packages.values())
    assert all("integrity" in package for path, package in packages.items() if path)
