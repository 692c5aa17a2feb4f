"""A claim as it was sent, read and checked against the graph."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from loaders.contract import problems_of
from service.common.problems import BadParameter
from service.fit import from_graph
from service.fit.claims import DeploymentClaims
from service.fit.request import described_deployment
from service.ontology import scheme_queries
from service.queries.names import id_now
from service.score_claims import subjects
from service.score_claims.model import DescribedUse, ScoreClaimRequest
from service.score_claims.score import ClaimedScore, read_score
from service.store.port import Engine


@dataclass(frozen=True)
class ScoreClaim:
    """A claim whose benchmark and use are known: who claims it and why does not matter.

    `systems` are those that bear the name of the model; none where none does.
    """

    benchmark: str
    score: ClaimedScore
    metric: str | None
    model: str | None
    systems: tuple[str, ...]
    use: DeploymentClaims


def parse(given: Any) -> ScoreClaimRequest:
    """Return a body as the request that it is. Raises `BadParameter` naming the field."""
    try:
        return ScoreClaimRequest.model_validate(given)
    except ValidationError as error:
        problem = problems_of(error)[0]
        raise BadParameter(problem.sentence(), parameter=problem.field) from error


def read(engine: Engine, requested: ScoreClaimRequest) -> ScoreClaim:
    """Return the claim of a request.

    Raises `BadParameter` for a score that cannot be, `NotFound` for a benchmark or a deployment
    that is not there.
    """
    score = read_score(str(requested.score))
    model = (requested.model or "").strip() or None
    return ScoreClaim(
        subjects.benchmark(engine, requested.benchmark),
        score,
        (requested.metric or "").strip() or None,
        model,
        subjects.systems(engine, model) if model else (),
        _use(engine, requested.use),
    )


def _use(engine: Engine, given: str | DescribedUse) -> DeploymentClaims:
    if isinstance(given, str):
        return from_graph.deployment(engine, id_now(engine, "deployment", given.strip()))
    body: Mapping[str, Any] = given.model_dump(exclude_none=True)
    return described_deployment(engine, scheme_queries.schemes(engine), body)
