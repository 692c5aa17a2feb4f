"""The benchmarks whose tests can be planned for a use: those that come nearest, or break least."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from service.fit.request import ALL
from service.ontology import scheme_queries
from service.store.port import Engine
from service.web.pages.fit import address

MOST = 5
"""The most benchmarks that are named."""


@dataclass(frozen=True)
class PlanCandidates:
    """The benchmarks whose tests can be planned for a use, by id and title.

    `more` are as good and not named. `near` tells whether the first of them hold, in part at
    least, on anything; `finding` is what the fit says of them all. `elsewhere` tells that they are
    of other fields than the use, since those of its own field say nothing of what counts.
    """

    benchmarks: tuple[tuple[str, str], ...]
    more: int
    near: bool
    finding: str
    elsewhere: bool


def candidates(engine: Engine, given: Mapping[str, str]) -> PlanCandidates | None:
    """Return what may be planned for the use that a form names or describes; None for no use.

    Raises `BadParameter` as the page of the fit does, and `NotFound`.
    """
    schemes = scheme_queries.schemes(engine)
    said = {n: v for n, v in given.items() if v.strip() and n in {"deployment", "domain", *schemes}}
    if "deployment" in said:
        said.pop("domain", None)
    case = address.case(engine, address.parse(said.items(), schemes))
    if case is None:
        return None
    own = case.answer().summary
    first = own.to_plan
    if not first:
        everywhere = replace(case, request=replace(case.request, domain=ALL))
        found = everywhere.answer().summary
        first = found.to_plan if found.nearest else ()
    named = tuple((f.benchmark, f.title or f.benchmark) for f in first[:MOST])
    return PlanCandidates(
        named,
        len(first) - len(named),
        bool(own.nearest),
        own.verdict,
        bool(named) and not own.to_plan,
    )
