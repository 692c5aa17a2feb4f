"""What the store knows of the things and records that new triples refer to."""

from collections.abc import Collection, Iterable

from rdflib import URIRef

from loaders.mapping.iris import BASE
from service.queries import internal
from service.store.port import Engine
from service.store.rdf_input import lines


def known(engine: Engine, iris: Iterable[str]) -> str:
    """Return, as N-Triples, the types and assumptions that the store has for these IRIs.

    The shapes need them to see that a review's card, or a gap's benchmark, exists; and of a metric
    its class and direction, to see that a new record does not give it another.
    """
    ours = _ours(iris)
    if not ours:
        return ""
    return lines(internal.triples(engine, "references", x=ours)).decode()


def described(engine: Engine, iris: Iterable[str], touched: Collection[str]) -> bytes:
    """Return, as N-Triples, what graphs that are not `touched` say of these IRIs.

    Of things that is all that is said of them, of records their types and assumptions.
    """
    ours = _ours(iris)
    rows = internal.rows(engine, "described", x=ours) if ours else []
    return lines((r["x"], r["p"], r["o"]) for r in rows if str(r["graph"]) not in touched)


def _ours(iris: Iterable[str]) -> list[URIRef]:
    return [URIRef(iri) for iri in sorted(set(iris)) if iri.startswith(f"{BASE}id/")]
