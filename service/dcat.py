"""The catalogue (DCAT 3): the dataset, its files with their digests, and the services over it."""

from collections.abc import Iterable

from rdflib import FOAF, RDF, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from loaders.vocab import BASE, DCAT, DCTERMS
from service.content import content
from service.describe import RIGHTS, Said, dataset_of, en, general, new, say, sources
from service.dumps import Dump, dumps
from service.engines.base import Engine
from service.origins import CC_BY

SPDX = Namespace("http://spdx.org/rdf/terms#")
MEDIA = Namespace("https://www.iana.org/assignments/media-types/")


def catalogue(base_url: str, engine: Engine) -> Graph:
    """Return the catalogue. The dumps are made for it where there are none yet."""
    graph, found, dataset = new(), content(engine), dataset_of(base_url)
    graph.bind("spdx", SPDX, replace=True)
    files = dumps(engine).files.values()
    whole: Said = {
        RDF.type: DCAT.Catalog,
        FOAF.homepage: URIRef(f"{base_url}/"),
        DCAT.dataset: dataset,
        DCAT.service: list(_services(graph, base_url, dataset)),
    }
    described: Said = {
        RDF.type: DCAT.Dataset,
        DCAT.distribution: [_distribution(graph, base_url, file) for file in files],
        DCAT.landingPage: URIRef(f"{base_url}/"),
        DCTERMS.conformsTo: URIRef(f"{BASE}ontology"),
    }
    say(graph, URIRef(f"{base_url}/catalog"), {**general(found), **whole})
    say(graph, dataset, {**general(found), **described})
    sources(graph, dataset, found)
    return graph


def _distribution(graph: Graph, base_url: str, file: Dump) -> URIRef:
    name = file.path.name
    node, checksum = URIRef(f"{base_url}/catalog#{name}"), BNode(f"sha{file.sha256}")
    said: Said = {
        RDF.type: DCAT.Distribution,
        DCTERMS.title: en(f"Everything, as {name}"),
        DCTERMS.license: CC_BY,
        DCTERMS.rights: en(RIGHTS),
        DCTERMS.modified: Literal(file.made),
        DCAT.accessURL: URIRef(f"{base_url}/catalog"),
        DCAT.downloadURL: URIRef(f"{base_url}/{name}"),
        DCAT.mediaType: MEDIA[file.media],
        DCAT.compressFormat: MEDIA[file.packed] if file.packed else None,
        DCAT.byteSize: Literal(file.size, datatype=XSD.nonNegativeInteger),
        SPDX.checksum: checksum,
    }
    say(graph, node, said)
    digest: Said = {
        RDF.type: SPDX.Checksum,
        SPDX.algorithm: SPDX.checksumAlgorithm_sha256,
        SPDX.checksumValue: Literal(file.sha256, datatype=XSD.hexBinary),
    }
    say(graph, checksum, digest)
    return node


def _services(graph: Graph, base_url: str, dataset: URIRef) -> Iterable[Node]:
    protocol, openapi = "www.w3.org/TR/sparql11-protocol/", "spec.openapis.org/oas/v3.1.0"
    for name, title, endpoint, description, standard in (
        ("sparql#service", "SPARQL endpoint", "sparql", "sparql", protocol),
        ("catalog#api", "REST API", "api/v1", "openapi.json", openapi),
    ):
        node = URIRef(f"{base_url}/{name}")
        said: Said = {
            RDF.type: DCAT.DataService,
            DCTERMS.title: en(f"EvalGap {title}"),
            DCTERMS.license: CC_BY,
            DCTERMS.conformsTo: URIRef(f"https://{standard}"),
            DCAT.endpointURL: URIRef(f"{base_url}/{endpoint}"),
            DCAT.endpointDescription: URIRef(f"{base_url}/{description}"),
            DCAT.servesDataset: dataset,
        }
        say(graph, node, said)
        yield node
