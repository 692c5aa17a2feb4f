"""Cross-tabs of the graph: what benchmarks cover and where deployments live, by dimension.

Not to be taken for the coverage table of an import, which counts how many cards answer.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from service.common.problems import BadParameter, OnPage
from service.coverage.crosstab import CrosstabCell, UnmatchedDeployment, crosstab, unmatched
from service.fit import from_graph
from service.fit.claims import BenchmarkClaims, Claim, CodedValue, DeploymentClaims
from service.ontology import parameters, scheme_queries
from service.ontology.schemes import Scheme
from service.queries.cache import cached_per_key, cached_per_state
from service.store.port import Engine

DOMAIN = "domain"
"""May stand among the dimensions of a cross-tab; its values are the application domains."""
_AXES = (2, 3)
_Subject = TypeVar("_Subject", BenchmarkClaims, DeploymentClaims)


@dataclass(frozen=True)
class Coverage:
    """A cross-tab with its axes, and the deployments that no benchmark matches on them.

    `stages` says how many of the deployments are at which stage, `not-stated` among them.
    """

    axes: tuple[Scheme, ...]
    domain: str | None
    benchmarks: int
    deployments: int
    stages: Mapping[str, int]
    cells: tuple[CrosstabCell, ...]
    unmatched: tuple[UnmatchedDeployment, ...]


def coverage(engine: Engine, names: str, domain: str | None) -> Coverage:
    """Return the cross-tab of two or three dimensions joined by commas, within a domain.

    Raises `BadParameter` for another number of them, or a name that is not known.
    """
    axes = ",".join(axis.dimension for axis in _axes(engine, names))
    found = parameters.domain(engine, domain) if domain else ""
    return _crossed(engine, f"{axes} {found}")


@cached_per_key(most=16)
def _crossed(engine: Engine, request: str) -> Coverage:
    """Return a cross-tab, once for its page, its cells, its picture and its table."""
    names, _, within = request.partition(" ")
    axes, found = _axes(engine, names), within or None
    every, everywhere = subjects(engine)
    benchmarks = [c for c in every if found in {None, *c.domains}]
    deployments = [p for p in everywhere if found in {None, *p.domains}]
    return Coverage(
        axes,
        found,
        len(benchmarks),
        len(deployments),
        dict(sorted(Counter(d.stage for d in deployments).items())),
        tuple(crosstab(axes, benchmarks, deployments, [*every, *everywhere])),
        tuple(unmatched(axes, benchmarks, deployments)),
    )


def _axes(engine: Engine, names: str) -> tuple[Scheme, ...]:
    known = {**scheme_queries.schemes(engine), DOMAIN: scheme_queries.domain_scheme(engine)}
    given = parameters.dimensions(known, names, "dimensions")
    if len(given) not in _AXES:
        raise BadParameter(
            f"dimensions names two or three different dimensions joined by commas, not {names!r}. "
            f"Take any of: {', '.join(known)}.",
            on_page=OnPage(
                "A table crosses two or three different ones.",
                "",
                tuple(known),
                "dimension/",
            ),
            parameter="dimensions",
            value=names,
            known=list(known),
        )
    return tuple(known[name] for name in given)


@cached_per_state
def subjects(engine: Engine) -> tuple[tuple[BenchmarkClaims, ...], tuple[DeploymentClaims, ...]]:
    """Return all benchmarks and deployments with their domains among their claims."""
    benchmarks = map(_with_domain, from_graph.benchmarks(engine))
    return tuple(benchmarks), tuple(map(_with_domain, from_graph.deployments(engine)))


def _with_domain(of: _Subject) -> _Subject:
    """Return a benchmark or deployment with its domains as a claim among the others."""
    claim = Claim(DOMAIN, tuple(CodedValue(d) for d in sorted(of.domains)))
    return replace(of, claims=(*of.claims, claim))
