"""The request of a fit: parsed, checked against the graph, and answered in plain values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loaders.model import CORE_DIMENSIONS
from service.common.aliases import current_parameters
from service.common.doors import either
from service.common.parameters import number, only, words
from service.common.problems import BadParameter, NotFound, OnPage
from service.fit.claims import (
    BenchmarkClaims,
    Claim,
    ClaimDifference,
    CodedValue,
    DeploymentClaims,
    Fit,
    FitChange,
)
from service.fit.rules import compared, fit
from service.fit.summary import Choice, FitSummary, summary
from service.fit.whatif import difference, moves, supposed, unjudged
from service.ontology.labels import plain_name
from service.ontology.parameters import Schemes, dimension, dimensions, domain, values
from service.ontology.plain_names import VERDICTS
from service.queries.names import id_now
from service.store.port import Engine

STATUSES = ("answered", "partly-answered", "not-stated", "not-applicable")
MOST = 100
"""The most benchmarks in one JSON answer, as in every list of the API."""
UNNAMED = "The described deployment"
"""The title of a description that has none."""
LONGEST_TITLE = 300
"""Characters of the title of a description."""
ALL = "all"
"""The choice of benchmarks of every domain."""
FEWEST_COMPARED, MOST_COMPARED = 2, 4
"""How many benchmarks stand side by side."""
_FIELDS = ("title", "domains", "characteristics")


@dataclass(frozen=True)
class FitRequest:
    """The request of a fit: which dimensions count, which benchmarks, and what is compared.

    `domain` is one domain, `all`, or None for those of the deployment itself. `verdicts` are pairs
    of a dimension and a verdict: only benchmarks that have all of them are shown. A benchmark with
    fewer than `min_answered` answered assumptions has no rank; None is the default of
    `service.fit.rules.fit`. As JSON, `limit` benchmarks are shown after the first `offset`; as CSV
    all of them.
    """

    relevant: tuple[str, ...] = CORE_DIMENSIONS
    domain: str | None = None
    benchmark: str | None = None
    compare: tuple[str, ...] | None = None
    verdicts: Choice = ()
    change: tuple[str, tuple[str, ...]] | None = None
    min_answered: int | None = None
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class FitAnswer:
    """The fit of one deployment; `moves` and `compared` are None unless requested.

    `domains` are those of the benchmarks that are compared, none for all of them; `left_out` is how
    many benchmarks of other domains are not. `summary` is of all that are compared, whatever is
    shown.
    """

    deployment: DeploymentClaims
    request: FitRequest
    fits: tuple[Fit, ...]
    summary: FitSummary
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
    beside = _compared(found, request.compare) if request.compare else None
    stated = compared(schemes, deployment, request.relevant)
    whole = summary(found, stated, request.relevant, domains, schemes, request.verdicts)
    left_out = len(every) - len(chosen)
    shown = tuple(f for f in found if _shown(f, request))
    return FitAnswer(deployment, request, shown, whole, domains, left_out, moved, beside)


def _shown(found: Fit, request: FitRequest) -> bool:
    """Return whether a benchmark is the one that is named, or has the verdicts that are."""
    if request.benchmark:
        return found.benchmark == request.benchmark
    return all(found.verdicts[name] == verdict for name, verdict in request.verdicts)


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
        raise NotFound(
            f"There is no benchmark {missing[0]!r} here. "
            f"See {either('list benchmarks', '/api/v1/benchmarks')}.",
            on_page=OnPage(f"There is no benchmark {missing[0]!r} here."),
            kind="benchmark",
            id=missing[0],
        )
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


def _compared(found: Iterable[Fit], names: Iterable[str]) -> tuple[ClaimDifference, ...]:
    by_name = {f.benchmark: f for f in found}
    return tuple(difference([by_name[name] for name in names]))


def change(schemes: Schemes, relevant: Sequence[str], given: str) -> tuple[str, tuple[str, ...]]:
    """Return the change that `dimension:value,value` supposes; no value means nothing stated."""
    name, colon, coded = given.partition(":")
    if not colon:
        raise BadParameter(
            f"whatif is written dimension:value, not {given!r}.",
            on_page=OnPage(
                f"A change is an assumption and its new value, not {given[:40]!r}.",
                beside="whatif",
                heading="This change cannot be read",
            ),
            parameter="whatif",
            value=given,
        )
    found = _counting(schemes, relevant, name, "whatif")
    return found, values(schemes[found], coded, "whatif")


def _benchmark(engine: Engine, given: str) -> str:
    """Return a benchmark by the id that it has today."""
    return id_now(engine, "benchmark", given)


def compared_ones(engine: Engine, given: object) -> tuple[str, ...]:
    """Return the benchmarks of `a,b` or a list. Raises `BadParameter` for less than two or many."""
    items = given if isinstance(given, list) else str(given).split(",")
    found = dict.fromkeys(str(n).strip() for n in items if str(n).strip())
    if not FEWEST_COMPARED <= len(found) <= MOST_COMPARED:
        raise BadParameter(
            f"compare names two to four benchmarks joined by commas, not {str(given)[:200]!r}.",
            on_page=OnPage(
                "Two to four benchmarks are shown side by side, and this address names "
                f"{len(found)}.",
                heading="Two to four can be compared",
            ),
            parameter="compare",
            value=str(given)[:200],
        )
    return tuple(_benchmark(engine, name) for name in found)


def choice(schemes: Schemes, relevant: Sequence[str], given: object) -> Choice:
    """Return the verdicts of `dimension:verdict` joined by commas, or of a list of these.

    Raises `BadParameter` for a dimension that does not count, and for what is no verdict.
    """
    items = given if isinstance(given, list) else str(given).split(",")
    found: dict[tuple[str, str], None] = {}
    for item in (str(i).strip() for i in items):
        name, _, verdict = item.partition(":")
        if verdict not in VERDICTS:
            raise BadParameter(
                f"verdict is written dimension:verdict, with one of {', '.join(VERDICTS)}, not "
                f"{item[:100]!r}.",
                on_page=OnPage(
                    f"{(verdict or item)[:100]!r} is no verdict on an assumption.",
                    verdict,
                    tuple(VERDICTS),
                    titles=VERDICTS,
                ),
                parameter="verdict",
                value=item[:100],
                known=list(VERDICTS),
            )
        found[_counting(schemes, relevant, name, "verdict"), verdict] = None
    return tuple(found)


def _counting(schemes: Schemes, relevant: Sequence[str], name: str, parameter: str) -> str:
    """Return a dimension that counts. Raises `BadParameter` for another one."""
    found = dimension(schemes, name, parameter)
    if found not in relevant:
        raise BadParameter(
            f"{parameter} names {found}, which is not among the relevant dimensions "
            f"({', '.join(relevant)}). Add it to dimensions.",
            on_page=OnPage(
                f"{plain_name(found)} is not among the assumptions that are compared here.",
                name,
                tuple(relevant),
                "dimension/",
            ),
            parameter=parameter,
            value=name,
        )
    return found


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
        compared_ones(engine, said["compare"]) if "compare" in said else None,
        choice(schemes, relevant, said["verdict"]) if "verdict" in said else (),
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
            f"characteristics: {twice[0]} is given twice. Give all its values in one list.",
            parameter=f"characteristics.{twice[0]}",
        )
    where = body.get("domains") or []
    listed = where if isinstance(where, list) else [where]
    found = frozenset(domain(engine, str(d)) for d in listed)
    title = words(body.get("title") or UNNAMED, "title")
    if len(title) > LONGEST_TITLE:
        raise BadParameter(f"title has at most {LONGEST_TITLE} characters.", parameter="title")
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
