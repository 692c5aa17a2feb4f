"""The request of a fit: parsed, checked against the graph, and answered in plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loaders.model import CORE_DIMENSIONS
from service.common.aliases import current_parameters
from service.common.parameters import number, only, words
from service.common.problems import BadParameter, NotFound
from service.fit.claims import (
    BenchmarkClaims,
    Claim,
    ClaimDifference,
    CodedValue,
    DeploymentClaims,
    Fit,
    FitChange,
)
from service.fit.rules import fit
from service.fit.whatif import difference, moves, supposed, unjudged
from service.ontology.parameters import Schemes, dimension, dimensions, domain, values
from service.queries.names import id_now
from service.store.port import Engine

STATUSES = ("answered", "partly-answered", "not-stated", "not-applicable")
MOST = 100
"""The most benchmarks in one JSON answer, as in every list of the API."""
ALL = "all"
"""The choice of benchmarks of every domain."""
_FIELDS = ("title", "domains", "characteristics")


@dataclass(frozen=True)
class FitRequest:
    """The request of a fit: which dimensions count, which benchmarks, and what is compared.

    `domain` is one domain, `all`, or None for those of the deployment itself. A benchmark with
    fewer than `min_answered` answered assumptions has no rank; None is the default of
    `service.fit.rules.fit`. As JSON, `limit` benchmarks are shown after the first `offset`; as CSV
    all of them.
    """

    relevant: tuple[str, ...] = CORE_DIMENSIONS
    domain: str | None = None
    benchmark: str | None = None
    compare: tuple[str, str] | None = None
    change: tuple[str, tuple[str, ...]] | None = None
    min_answered: int | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class FitAnswer:
    """The fit of one deployment; `moves` and `compared` are None unless requested.

    `domains` are those of the benchmarks that are compared, none for all of them; `left_out` is how
    many benchmarks of other domains are not.
    """

    deployment: DeploymentClaims
    request: FitRequest
    fits: tuple[Fit, ...]
    domains: frozenset[str] = frozenset()
    left_out: int = 0
    moves: tuple[FitChange, ...] | None = None
    compared: tuple[ClaimDifference, ...] | None = None


def answer(
    schemes: Schemes,
    every: Sequence[BenchmarkClaims],
    deployment: DeploymentClaims,
    request: FitRequest,
) -> FitAnswer:
    """Return the requested fit. Raises `NotFound` for a benchmark that is not there."""
    domains = _domains(deployment, request)
    chosen = _chosen(every, request, domains)
    found = fit(schemes, chosen, deployment, request.relevant, request.min_answered)
    moved = _moved(schemes, chosen, deployment, request, found) if request.change else None
    compared = _compared(found, request.compare) if request.compare else None
    shown = tuple(f for f in found if request.benchmark in {None, f.benchmark})
    left_out = len(every) - len(chosen)
    return FitAnswer(deployment, request, shown, domains, left_out, moved, compared)


def _domains(deployment: DeploymentClaims, request: FitRequest) -> frozenset[str]:
    """Return the domains whose benchmarks are compared; none for all of them."""
    if request.domain is None:
        return deployment.domains
    return frozenset() if request.domain == ALL else frozenset({request.domain})


def _chosen(
    every: Sequence[BenchmarkClaims], request: FitRequest, domains: frozenset[str]
) -> list[BenchmarkClaims]:
    """Return the benchmarks to rank; one that is requested by name is always among them."""
    named = {n for n in (request.benchmark, *(request.compare or ())) if n}
    if missing := sorted(named - {c.id for c in every}):
        raise NotFound(f"There is no benchmark {missing[0]!r} here. See /api/v1/benchmarks.")
    return [c for c in every if not domains or domains & c.domains or c.id in named]


def _moved(
    schemes: Schemes,
    chosen: list[BenchmarkClaims],
    deployment: DeploymentClaims,
    request: FitRequest,
    found: Iterable[Fit],
) -> tuple[FitChange, ...]:
    assert request.change is not None  # noqa: S101 - called only where there is one
    name, codes = request.change
    other = supposed(schemes[name], deployment, codes)
    after = fit(schemes, unjudged(chosen, name), other, request.relevant, request.min_answered)
    return tuple(m for m in moves(found, after) if request.benchmark in {None, m.benchmark})


def _compared(found: Iterable[Fit], pair: tuple[str, str]) -> tuple[ClaimDifference, ...]:
    by_name = {f.benchmark: f for f in found}
    return tuple(difference(by_name[pair[0]], by_name[pair[1]]))


def change(schemes: Schemes, relevant: Sequence[str], given: str) -> tuple[str, tuple[str, ...]]:
    """Return the change that `dimension:value,value` supposes; no value means nothing stated."""
    name, colon, coded = given.partition(":")
    if not colon:
        raise BadParameter(
            f"whatif is written dimension:value, not {given!r}.", parameter="whatif", value=given
        )
    found = dimension(schemes, name, "whatif")
    if found not in relevant:
        raise BadParameter(
            f"whatif changes {found}, which is not among the relevant dimensions "
            f"({', '.join(relevant)}). Add it to dimensions.",
            parameter="whatif",
            value=given,
        )
    return found, values(schemes[found], coded, "whatif")


def _benchmark(engine: Engine, given: str) -> str:
    """Return a benchmark by the id that it has today."""
    return id_now(engine, "benchmark", given)


def pair(engine: Engine, given: object) -> tuple[str, str]:
    """Return the two benchmarks of `a,b` or a list. Raises `BadParameter` for another number."""
    items = given if isinstance(given, list) else str(given).split(",")
    found = [str(n).strip() for n in items if str(n).strip()]
    if len(found) != 2:  # noqa: PLR2004 - a comparison has two sides
        raise BadParameter(
            f"compare names two benchmarks joined by a comma, not {given!r}.",
            parameter="compare",
            value=str(given),
        )
    first, second = (_benchmark(engine, name) for name in found)
    return first, second


def parse(engine: Engine, schemes: Schemes, given: Mapping[str, Any]) -> FitRequest:
    """Return the request in query parameters or in the fields of a body. Raises `BadParameter`."""
    current = current_parameters(given)
    said = {name: value for name, value in current.items() if value not in (None, "")}
    relevant: tuple[str, ...] = CORE_DIMENSIONS
    if "dimensions" in said:
        relevant = dimensions(schemes, said["dimensions"], "dimensions")
    return FitRequest(
        relevant,
        _domain(engine, words(said["domain"], "domain")) if "domain" in said else None,
        _benchmark(engine, words(said["benchmark"], "benchmark")) if "benchmark" in said else None,
        pair(engine, said["compare"]) if "compare" in said else None,
        change(schemes, relevant, words(said["whatif"], "whatif")) if "whatif" in said else None,
        number(said["min_answered"], "min_answered") if "min_answered" in said else None,
        min(number(said.get("limit", MOST), "limit"), MOST),
        number(said.get("offset", 0), "offset"),
    )


def _domain(engine: Engine, given: str) -> str:
    """Return a domain that there is, or `all`."""
    return ALL if given == ALL else domain(engine, given)


def described_deployment(
    engine: Engine, schemes: Schemes, body: Mapping[str, Any]
) -> DeploymentClaims:
    """Return the deployment that a description states: `title`, `domains`, `characteristics`.

    A characteristic is a value, a list of values, or a mapping with `values`, `answer` and
    `answer_status`. Raises `BadParameter` naming the field, its value and what to do.
    """
    only(body, _FIELDS, "description")
    given = body.get("characteristics")
    if not isinstance(given, Mapping) or not given:
        raise BadParameter(
            "characteristics: give at least one dimension with its values, such as "
            '{"interaction-type": "multi-turn"}.',
            parameter="characteristics",
        )
    claims = tuple(_characteristic(schemes, name, stated) for name, stated in given.items())
    names = [claim.dimension for claim in claims]
    if twice := [name for name in names if names.count(name) > 1]:
        raise BadParameter(
            f"characteristics: {twice[0]} stands twice. Give all its values in one list.",
            parameter=f"characteristics.{twice[0]}",
        )
    where = body.get("domains") or []
    listed = where if isinstance(where, list) else [where]
    found = frozenset(domain(engine, str(d)) for d in listed)
    title = words(body.get("title") or "The described deployment", "title")
    return DeploymentClaims(None, title, found, claims)


def _characteristic(schemes: Schemes, name: object, stated: object) -> Claim:
    where = f"characteristics.{name}"
    found = dimension(schemes, name, where)
    parts = stated if isinstance(stated, Mapping) else {"values": stated}
    only(parts, ("values", "answer", "answer_status"), where)
    coded = values(schemes[found], parts.get("values") or [], where)
    status = str(parts.get("answer_status") or ("answered" if coded else "not-stated"))
    if status not in STATUSES:
        raise BadParameter(
            f"{where}.answer_status is one of {', '.join(STATUSES)}, not {status!r}.",
            parameter=f"{where}.answer_status",
            value=status,
            known=list(STATUSES),
        )
    answer = words(parts["answer"], f"{where}.answer") if parts.get("answer") else None
    stated = (CodedValue(code, to_recode=schemes[found].to_recode(code)) for code in coded)
    return Claim(found, tuple(stated), status, answer)
