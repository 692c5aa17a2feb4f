"""What the address of the page of deployment fit asks: a deployment, and what to see of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from loaders.model import CORE_DIMENSIONS
from service.common import parameters
from service.common.aliases import current_parameters
from service.common.problems import BadParameter, OnPage
from service.fit import from_graph
from service.fit import request as fit_request
from service.fit.claims import BenchmarkClaims, DeploymentClaims
from service.fit.request import FitAnswer, FitRequest
from service.ontology import scheme_queries
from service.ontology.parameters import Schemes
from service.store.port import Engine

CONTROLS = (
    "deployment", "title", "domain", "dimensions", "benchmark", "compare", "whatif",
    "verdict", "min_answered", "limit", "offset",
)  # fmt: skip
"""Parameters of the page beside the dimensions, each of which is a parameter of its own."""
API_PARAMETERS = CONTROLS[2:]
SHOWN = 25
"""How many benchmarks one page shows, and how many moves of each kind."""
LONGEST, LONGEST_NAME = 4_000, 200
"""Most characters of an address, and of the name in it: it is shared, and shown whole."""


@dataclass(frozen=True)
class FitAddress:
    """What the address of the page holds: parameters that are not empty."""

    given: Mapping[str, str]

    def link(self, path: str = "/fit", **changes: object) -> str:
        """Return an address with the same parameters but for some; None leaves one out."""
        new = {**self.given, **changes}
        query = urlencode({k: v for k, v in new.items() if v is not None}, safe=",:")
        return f"{path}?{query}" if query else path

    def only(self, *names: str) -> "FitAddress":
        """Return an address with no other parameters than these."""
        return FitAddress({name: value for name, value in self.given.items() if name in names})

    def without(self, *names: str) -> "FitAddress":
        """Return the address but for some parameters."""
        return FitAddress({name: value for name, value in self.given.items() if name not in names})

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """Return the parameters as fields of a form that sets those of `without` itself."""
        return list(self.without(*without).given.items())


def parse(pairs: Iterable[tuple[str, str]], schemes: Schemes) -> FitAddress:
    """Return what an address of the page holds; a parameter that is repeated holds several values.

    Each value is kept once: every link of the page repeats them. Raises `BadParameter` for
    a name that is not known.
    """
    found: dict[str, dict[str, None]] = {}
    for name, value in pairs:
        if value.strip():
            parts = [value] if name == "title" else value.split(",")
            found.setdefault(name, {}).update(dict.fromkeys(parts))
    parameters.only(found, (*CONTROLS, *schemes), "This address")
    given = {name: ",".join(parts) for name, parts in found.items()}
    _bounded(given)
    return FitAddress(current_parameters(given))


def _bounded(given: Mapping[str, str]) -> None:
    if (length := len(given.get("title", ""))) > LONGEST_NAME:
        raise BadParameter(
            f"The name has {length} characters; give at most {LONGEST_NAME}.", parameter="title"
        )
    if (length := sum(len(n) + len(v) for n, v in given.items())) > LONGEST:
        raise BadParameter(
            f"This address has {length} characters; it is shared and printed, so give at most "
            f"{LONGEST}. Choose fewer values.",
            parameter="address",
        )


@dataclass(frozen=True)
class FitInputs:
    """A deployment, the request of its fit, and all that an answer needs."""

    deployment: DeploymentClaims
    request: FitRequest
    schemes: Schemes
    every: Sequence[BenchmarkClaims]

    def answer(self) -> FitAnswer:
        """Return the fit. Raises `NotFound` for a benchmark that is not there."""
        return fit_request.answer(self.schemes, self.every, self.deployment, self.request)


def case(engine: Engine, at: FitAddress) -> FitInputs | None:
    """Return what an address asks; None where it describes no deployment.

    Raises `BadParameter` for a value that does not fit, `NotFound` for a deployment that is
    not there.
    """
    schemes = scheme_queries.schemes(engine)
    described = {name: value for name, value in at.given.items() if name in schemes}
    ident = at.given.get("deployment")
    if ident and described:
        name = next(iter(described))
        raise BadParameter(
            f"{name} describes a deployment and deployment={ident} names a stored one. "
            "Give one of the two; whatif changes a stored deployment.",
            on_page=OnPage(
                "This address names a recorded deployment and describes another. "
                "Give one of the two.",
                beside="deployment",
                heading="One deployment at a time",
            ),
            parameter=name,
            value=described[name],
        )
    if not ident and not described:
        return None
    deployment = (
        from_graph.deployment(engine, ident)
        if ident
        else _described(engine, schemes, at, described)
    )
    request = fit_request.parse(engine, schemes, _controls(at, described))
    return FitInputs(deployment, request, schemes, from_graph.benchmarks(engine, ident))


def _described(
    engine: Engine, schemes: Schemes, at: FitAddress, described: Mapping[str, str]
) -> DeploymentClaims:
    body: dict[str, Any] = {"characteristics": described, "title": at.given.get("title")}
    if at.given.get("domain", fit_request.ALL) != fit_request.ALL:
        body["domains"] = [at.given["domain"]]
    return fit_request.described_deployment(engine, schemes, body)


def _controls(at: FitAddress, described: Iterable[str]) -> dict[str, Any]:
    """Return the parameters of the request; described dimensions count beside named ones."""
    given: dict[str, Any] = {name: at.given.get(name) for name in API_PARAMETERS}
    named = str(given["dimensions"] or ",".join(CORE_DIMENSIONS)).split(",")
    return {**given, "dimensions": [*named, *described], "limit": given["limit"] or SHOWN}


def as_description(deployment: DeploymentClaims) -> FitAddress:
    """Return the coded values of a deployment as the description of one of its own."""
    found = {"domain": min(deployment.domains)} if deployment.domains else {}
    for dimension in dict.fromkeys(c.dimension for c in deployment.claims):
        claims = [c for c in deployment.claims if c.dimension == dimension]
        if codes := sorted(v for c in claims for v in c.values()):
            found[dimension] = ",".join(dict.fromkeys(codes))
    return FitAddress(found)
