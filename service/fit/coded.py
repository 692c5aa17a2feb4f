"""Which benchmarks and deployments are coded with a term: the examples of it.

A value counts where a source states it or a rule derives it, also by a narrower value; a hint and a
claim without a source do not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rdflib import URIRef

from loaders.mapping.iris import BASE
from service.fit import from_graph
from service.fit.claims import BenchmarkClaims, DeploymentClaims
from service.ontology import scheme_queries
from service.ontology.schemes import Scheme
from service.ontology.terms import DIMENSION, path_of
from service.queries import counted, internal
from service.store.port import Engine

MOST = 12
"""The most examples that are named."""


@dataclass(frozen=True)
class CodedThings:
    """The first things of a kind that are coded so, by id and title, and how many there are."""

    kind: str
    total: int
    first: tuple[tuple[str, str], ...]


def coded(engine: Engine, term: str) -> tuple[CodedThings, ...]:
    """Return what has a value, answers a dimension or lies in a domain; of other terms nothing."""
    scheme, _, code = term.partition("/")
    schemes = scheme_queries.schemes(engine)
    if scheme not in {DIMENSION, "domain", *schemes}:
        return ()
    things: dict[str, Iterable[BenchmarkClaims | DeploymentClaims]] = {
        "benchmark": from_graph.benchmarks(engine),
        "deployment": [d for d in from_graph.deployments(engine) if not d.own],
    }
    return tuple(
        _first(kind, (t for t in some if _is_coded(t, schemes, scheme, code)))
        for kind, some in things.items()
    )


def _is_coded(
    thing: BenchmarkClaims | DeploymentClaims,
    schemes: Mapping[str, Scheme],
    scheme: str,
    code: str,
) -> bool:
    if scheme == "domain":
        return code in thing.domains
    if scheme == DIMENSION:
        return bool(thing.said.get(code))
    own = {value for said in thing.said.get(scheme, ()) for value in said.values}
    return code in own or code in schemes[scheme].lies_in(own)


def _first(kind: str, found: Iterable[BenchmarkClaims | DeploymentClaims]) -> CodedThings:
    every = sorted((thing.title or str(thing.id), str(thing.id)) for thing in found)
    return CodedThings(kind, len(every), tuple((i, title) for title, i in every[:MOST]))


def uses(engine: Engine, term: str) -> dict[str, int]:
    """Return how many current records of each kind name a term anywhere; only those that count.

    A term that is a reason not to count is looked for in all current records.
    """
    iri = f"{BASE}{path_of(term)}"
    sparql = internal.bound("term-uses", term=URIRef(iri))
    if not any(reason.met(iri) for reason in counted.UNCOUNTED):
        sparql = counted.counted(sparql)
    return {str(row["kind"]): int(str(row["records"])) for row in engine.select(sparql)}
