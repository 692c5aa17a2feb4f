"""For one benchmark and deployment: what was measured for the assumptions that may not hold."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.evidence.from_graph import figures
from service.evidence.relevance import DimensionEvidence, evidence
from service.fit import from_graph
from service.fit.claims import BenchmarkClaims, DeploymentClaims, Finding, Fit
from service.fit.request import FitRequest, answer
from service.ontology import scheme_queries
from service.ontology.schemes import DISPUTED, PARTIALLY, UNKNOWN, VIOLATED
from service.queries import internal, names
from service.store.port import Engine

_OPEN = {VIOLATED, PARTIALLY, UNKNOWN, DISPUTED}
"""Verdicts under which an assumption may fail: one that holds in part fails for the rest."""


@dataclass(frozen=True)
class Risk:
    """The fit of one benchmark, and per assumption that may not hold what was measured for it."""

    title: str
    fit: Fit
    evidence: tuple[tuple[Finding, DimensionEvidence], ...]


def risk(engine: Engine, ident: str, benchmark: str, relevant: tuple[str, ...]) -> Risk:
    """Return the evidence for each assumption that is not known to hold as a whole.

    Raises `NotFound` for a deployment or benchmark that is not there.
    """
    benchmark = names.id_now(engine, "benchmark", benchmark)
    deployment, every = from_graph.deployment(engine, ident), from_graph.benchmarks(engine, ident)
    return risk_at(engine, deployment, every, FitRequest(relevant, benchmark=benchmark))


def risk_at(
    engine: Engine,
    deployment: DeploymentClaims,
    every: Sequence[BenchmarkClaims],
    request: FitRequest,
) -> Risk:
    """Return the same for a deployment that may not be stored; `request` names one benchmark."""
    alone = [c for c in every if c.id == request.benchmark]
    (found,) = answer(scheme_queries.schemes(engine), alone, deployment, request).fits
    open_ = [f for f in found.findings if f.verdict in _OPEN]
    wider = above(engine)
    measured = figures(engine)
    parts = (
        (f, evidence(f.dimension, frozenset(wider[f.dimension]), measured, deployment))
        for f in open_
    )
    return Risk(deployment.title, found, tuple(parts))


def above(engine: Engine) -> defaultdict[str, set[str]]:
    """Return the dimensions that each lies under, but for the two kinds that hold them all."""
    return _grouped(
        (scheme_queries.tail(row, "dimension") or "", scheme_queries.tail(row, "above") or "")
        for row in internal.rows(engine, "broader-dimensions")
    )


def _grouped(pairs: Iterable[tuple[str, str]]) -> defaultdict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, above in pairs:
        found[name].add(above)
    return found
