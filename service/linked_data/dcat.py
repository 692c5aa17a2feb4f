"""The catalogue (DCAT 3): the dataset, its files with their digests, and the services over it."""

from collections.abc import Iterable

from rdflib import FOAF, RDF, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from loaders.mapping.iris import BASE, DCAT, DCTERMS, SCHEMA
from service.ingest.seeding import stored_release
from service.linked_data.dump import Dump, dumps
from service.linked_data.licences import CC_BY
from service.linked_data.statistics import statistics
from service.linked_data.void import (
    RIGHTS,
    Said,
    dataset_of,
    en,
    general,
    new,
    rights,
    say,
    sources,
)
from service.store.port import Engine

SPDX = Namespace("http://spdx.org/rdf/terms#")
MEDIA = Namespace("https://www.iana.org/assignments/media-types/")

_RANGES = {
    DCTERMS.conformsTo: DCTERMS.Standard,
    DCTERMS.creator: FOAF.Agent,
    DCTERMS.license: DCTERMS.LicenseDocument,
    DCAT.landingPage: FOAF.Document,
    DCAT.mediaType: DCTERMS.MediaType,
    DCAT.compressFormat: DCTERMS.MediaType,
    FOAF.homepage: FOAF.Document,
}


def catalogue(base_url: str, engine: Engine, publisher: str) -> Graph:
    """Return the catalogue, as DCAT-AP 3 asks for it, published by who has this name.

    The dumps are made for it where there are none yet.
    """
    graph, found, dataset = new(), statistics(engine), dataset_of(base_url)
    whole, operator = URIRef(f"{base_url}/catalog"), URIRef(f"{base_url}/catalog#publisher")
    say(graph, operator, {RDF.type: FOAF.Agent, FOAF.name: Literal(publisher)})
    graph.bind("spdx", SPDX, replace=True)
    files, release = dumps(engine).files.values(), stored_release(engine)
    listed: Said = {
        RDF.type: DCAT.Catalog,
        DCTERMS.publisher: operator,
        FOAF.homepage: URIRef(f"{base_url}/"),
        DCAT.dataset: dataset,
        DCAT.service: list(_services(graph, base_url, dataset)),
    }
    described: Said = {
        RDF.type: DCAT.Dataset,
        DCAT.distribution: [_distribution(graph, base_url, file) for file in files],
        DCAT.landingPage: URIRef(f"{base_url}/"),
        DCTERMS.conformsTo: URIRef(f"{BASE}ontology"),
        DCAT.version: Literal(release.short) if release else None,
    }
    for node, said in ((whole, listed), (dataset, described)):
        say(graph, node, {**general(found), **said})
        rights(graph, node, RIGHTS)
    sources(graph, dataset, found)
    _say_kinds(graph)
    return graph


def _say_kinds(graph: Graph) -> None:
    """Say of what is pointed at of which kind it is, as the ranges of DCAT-AP ask for it."""
    for predicate, kind in _RANGES.items():
        for value in list(graph.objects(None, predicate)):
            graph.add((value, RDF.type, kind))
    for agent, name in list(graph.subject_objects(SCHEMA.name)):
        graph.add((agent, FOAF.name, name))


def _distribution(graph: Graph, base_url: str, file: Dump) -> URIRef:
    name = file.path.name
    node, checksum = URIRef(f"{base_url}/catalog#{name}"), BNode(f"sha{file.sha256}")
    said: Said = {
        RDF.type: DCAT.Distribution,
        DCTERMS.title: en(f"Everything, as {name}"),
        DCTERMS.license: CC_BY,
        DCTERMS.modified: Literal(file.made),
        DCAT.accessURL: URIRef(f"{base_url}/catalog"),
        DCAT.downloadURL: URIRef(f"{base_url}/{name}"),
        DCAT.mediaType: MEDIA[file.media],
        DCAT.compressFormat: MEDIA[file.packed] if file.packed else None,
        DCAT.byteSize: Literal(file.size, datatype=XSD.nonNegativeInteger),
        SPDX.checksum: checksum,
    }
    say(graph, node, said)
    rights(graph, node, RIGHTS)
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
