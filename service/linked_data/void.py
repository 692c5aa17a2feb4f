"""The service describes itself in RDF: service description, VoID, example queries.

All descriptions speak of the same things under the same names, which lie under the address
that the service was asked at: `…/void#dataset`, `…/sparql#service`, `…/catalog`.
"""

import re
from collections.abc import Iterable, Mapping

from rdflib import FOAF, RDF, RDFS, SH, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from loaders.mapping.iris import BASE, DCAT, DCTERMS, EGAP, SCHEMA, bind
from loaders.model.terms import PREFIXES
from service.linked_data.licences import CC_BY, ORIGINS, FormatOrigin
from service.linked_data.statistics import StoreStatistics, statistics
from service.queries import catalog
from service.queries.catalog import NamedQuery
from service.store.port import Engine, Limits

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = Namespace("http://rdfs.org/ns/void#")
FORMATS = Namespace("http://www.w3.org/ns/formats/")

RESULT_FORMATS = (
    *(f"SPARQL_Results_{name}" for name in ("JSON", "XML", "CSV", "TSV")),
    *("Turtle", "N-Triples", "JSON-LD", "RDF_XML", "TriG", "N-Quads"),
)
TITLE = "EvalGap: what AI benchmarks take for granted, and where it fails"
ABOUT = (
    "Benchmarks, the assumptions built into them, the deployments they are used to justify, "
    "reviews that judge the one against the other, and measured gaps with their decompositions."
)
RIGHTS = (
    "The ontology, the shapes and the shipped records are licensed CC BY 4.0. A record that was "
    "imported keeps the licence of its source; the parts of this dataset name the sources."
)

Said = Mapping[URIRef, Node | Iterable[Node] | None]
"""What is said of one thing: for each property one value, several, or none."""


def say(graph: Graph, subject: Node, said: Said) -> None:
    """Add what is said of a subject."""
    for predicate, value in said.items():
        for one in [value] if isinstance(value, Node) else value or ():
            graph.add((subject, predicate, one))


def new() -> Graph:
    """Return an empty graph with every prefix of ours bound."""
    graph = bind(Graph())
    for prefix, namespace in (("void", VOID), ("sd", SD), ("foaf", FOAF)):
        graph.bind(prefix, namespace, replace=True)
    return graph


def en(text: str) -> Literal:
    """Return a text of ours, which is English."""
    return Literal(text, lang="en")


def service_description(
    base_url: str,
    engine: Engine,
    *,
    updates: bool,
    limits: Limits,
    max_query_chars: int,
) -> Graph:
    """Return what `/sparql` answers where no query is given (SPARQL 1.1 Service Description).

    `updates` says whether somebody, with a token, may write.
    """
    graph, dataset = new(), dataset_of(base_url)
    said: Said = {
        RDF.type: [SD.Service, DCAT.DataService],
        SD.endpoint: URIRef(f"{base_url}/sparql"),
        SD.supportedLanguage: [SD.SPARQL11Query, *([SD.SPARQL11Update] if updates else [])],
        SD.resultFormat: [FORMATS[name] for name in RESULT_FORMATS],
        SD.feature: SD.UnionDefaultGraph,
        SD.defaultDataset: dataset,
        DCTERMS.title: en("EvalGap SPARQL endpoint"),
        DCTERMS.description: en(_words(limits, max_query_chars)),
        DCTERMS.license: CC_BY,
    }
    say(graph, URIRef(f"{base_url}/sparql#service"), said)
    _default_dataset(graph, dataset, statistics(engine))
    return graph


def _words(limits: Limits, chars: int) -> str:
    return (
        f"Without FROM or dataset parameters a query sees all graphs as one. A query has at most "
        f"{chars:,} characters and {limits.seconds:g} seconds, its answer at most "
        f"{limits.rows:,} rows and {limits.bytes // 2**20} MiB; past a limit there is an error "
        f"and never a part of the answer. SERVICE and LOAD are off; nothing leaves this server. "
        f"Every version of a record has a graph of its own, named "
        f"{BASE}graph/{{kind}}/{{id}}/{{version}}, beside the shared graphs listed here."
    )


def _default_dataset(graph: Graph, dataset: URIRef, found: StoreStatistics) -> None:
    union = BNode("union")
    say(graph, dataset, {RDF.type: SD.Dataset, SD.defaultGraph: union})
    say(graph, union, {RDF.type: SD.Graph, VOID.triples: Literal(found.triples)})
    say(graph, union, {VOID.entities: Literal(found.entities)})
    for number, (name, triples) in enumerate(found.graphs.items()):
        node, inner = BNode(f"graph{number}"), BNode(f"content{number}")
        graph.add((dataset, SD.namedGraph, node))
        say(graph, node, {RDF.type: SD.NamedGraph, SD.name: name, SD.graph: inner})
        say(graph, inner, {RDF.type: SD.Graph, VOID.triples: Literal(triples)})


def dataset_of(base_url: str) -> URIRef:
    """Return the name of the dataset that this service holds."""
    return URIRef(f"{base_url}/void#dataset")


def void(base_url: str, engine: Engine) -> Graph:
    """Return the dataset in numbers (VoID), with its classes, properties and sources."""
    graph, found, dataset = new(), statistics(engine), dataset_of(base_url)
    said: Said = {
        RDF.type: VOID.Dataset,
        FOAF.homepage: URIRef(f"{base_url}/"),
        VOID.sparqlEndpoint: URIRef(f"{base_url}/sparql"),
        VOID.dataDump: [URIRef(f"{base_url}/{name}") for name in ("dump.nq.gz", "dump.trig")],
        VOID.uriSpace: Literal(BASE),
        VOID.vocabulary: _vocabularies(found),
        VOID.feature: [FORMATS[name] for name in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")],
        VOID.triples: Literal(found.triples),
        VOID.entities: Literal(found.entities),
        VOID.classes: Literal(len(found.classes)),
        VOID.properties: Literal(len(found.properties)),
        VOID.exampleResource: _examples(found),
    }
    say(graph, dataset, {**general(found), **said})
    rights(graph, dataset, RIGHTS)
    _partitions(graph, dataset, found)
    sources(graph, dataset, found)
    page: Said = {
        RDF.type: VOID.DatasetDescription,
        DCTERMS.title: en("The dataset of this EvalGap service, in numbers"),
        FOAF.primaryTopic: dataset,
    }
    say(graph, URIRef(f"{base_url}/void"), page)
    return graph


def general(found: StoreStatistics) -> Said:
    """Return what is said of the dataset and of its catalogue alike."""
    return {
        DCTERMS.title: en(TITLE),
        DCTERMS.description: en(f"{ABOUT}{self_reported(found.uncounted)}"),
        DCTERMS.license: CC_BY,
        DCTERMS.modified: found.modified,
    }


def self_reported(versions: int) -> str:
    """Return a sentence on the versions of records among those counted that count nowhere else."""
    if not versions:
        return ""
    verb = "is" if versions == 1 else "are"
    return (
        f" {versions} of the versions of gaps {verb} self-reported: counted here, since the dump "
        "and the endpoint have them, and left out of lists and questions."
    )


def rights(graph: Graph, subject: URIRef, text: str) -> URIRef:
    """Say what rights there are on something, as a statement with a name; return that."""
    statement = URIRef(f"{subject}-rights" if "#" in subject else f"{subject}#rights")
    say(graph, statement, {RDF.type: DCTERMS.RightsStatement, RDFS.label: en(text)})
    graph.add((subject, DCTERMS.rights, statement))
    return statement


def _vocabularies(found: StoreStatistics) -> list[Node]:
    return [
        URIRef(namespace)
        for namespace in PREFIXES.values()
        if any(name.startswith(namespace) for name in found.properties)
    ]


def _examples(found: StoreStatistics) -> list[Node]:
    classes = (EGAP.Benchmark, EGAP.BenchmarkCard, EGAP.Deployment, EGAP.PerformanceGap)
    return [found.examples[c] for c in classes if c in found.examples]


def _partitions(graph: Graph, dataset: URIRef, found: StoreStatistics) -> None:
    for number, (name, entities) in enumerate(found.classes.items()):
        part = BNode(f"class{number:03}")
        graph.add((dataset, VOID.classPartition, part))
        say(graph, part, {VOID["class"]: name, VOID.entities: Literal(entities)})
        if name == EGAP.PerformanceGap and found.uncounted:
            say(graph, part, {DCTERMS.description: en(self_reported(found.uncounted).strip())})
    for number, (name, triples) in enumerate(found.properties.items()):
        part = BNode(f"property{number:03}")
        graph.add((dataset, VOID.propertyPartition, part))
        say(graph, part, {VOID.property: name, VOID.triples: Literal(triples)})


def sources(graph: Graph, dataset: URIRef, found: StoreStatistics) -> None:
    """Say of each source who wrote it, under which licence, and how many records it gave."""
    for name in dict.fromkeys(s.format for s in found.sources):
        part = URIRef(f"{dataset}-{name}")
        origin = ORIGINS.get(name, FormatOrigin(f"Records in the format {name}", "Not stated."))
        mine = [s for s in found.sources if s.format == name]
        records = sum(s.count for s in mine)
        own = self_reported(sum(s.uncounted for s in mine))
        said: Said = {
            RDF.type: [VOID.Dataset, DCAT.Dataset],
            DCTERMS.title: en(origin.title),
            DCTERMS.description: en(f"{origin.title}. Versions of records: {records}.{own}"),
            DCTERMS.license: origin.licence,
            DCTERMS.source: origin.source,
            DCTERMS.isPartOf: dataset,
            DCTERMS.creator: [s.author for s in mine],
            VOID.documents: Literal(records),
        }
        say(graph, part, said)
        rights(graph, part, origin.rights)
        graph.add((dataset, VOID.subset, part))
        for source in mine:
            graph.add((source.author, SCHEMA.name, Literal(source.name)))


def example_queries(base_url: str) -> Graph:
    """Return the named questions as SHACL executables, as SIB's SPARQL examples are written."""
    graph = new()
    prefixes = URIRef(f"{base_url}/queries#prefixes")
    for query in catalog.named_queries().values():
        said: Said = {
            RDF.type: [SH.SPARQLExecutable, SH.SPARQLSelectExecutable],
            RDFS.label: en(query.title),
            RDFS.comment: en(" ".join(filter(None, (query.question, query.about)))),
            SH.select: Literal(query.sparql),
            SH.prefixes: prefixes,
            SCHEMA.target: URIRef(f"{base_url}/sparql"),
            SCHEMA.keywords: [Literal(word) for word in _keywords(query)],
            RDFS.seeAlso: URIRef(f"{base_url}/queries/{query.name}.rq"),
        }
        say(graph, URIRef(f"{base_url}/queries#{query.name}"), said)
    for prefix, namespace in _declared():
        node = BNode(f"prefix{prefix}")
        graph.add((prefixes, SH.declare, node))
        value = Literal(namespace, datatype=XSD.anyURI)
        say(graph, node, {SH.prefix: Literal(prefix), SH.namespace: value})
    return graph


def _keywords(query: NamedQuery) -> list[str]:
    return sorted({*query.name.split("-"), *query.params} - {"and", "of", "vs", "what", "without"})


def _declared() -> list[tuple[str, str]]:
    texts = "\n".join(query.sparql for query in catalog.named_queries().values())
    return sorted(set(re.findall(r"^PREFIX (\S*): <([^>]*)>", texts, re.MULTILINE)))
