"""The deployments as a list to choose from: under their fields, by title."""

from collections import defaultdict

from service.fit import from_graph
from service.fit.claims import DeploymentClaims
from service.ontology import scheme_queries
from service.queries.cache import cached_per_state
from service.store.port import Engine

NO_FIELD = "Field not stated"


@cached_per_state
def by_field(engine: Engine) -> tuple[tuple[str, tuple[DeploymentClaims, ...]], ...]:
    """Return the stored deployments by the label of a field; one of several fields is in each."""
    names = {v.code: v.label for v in scheme_queries.domain_scheme(engine).values.values()}
    found: defaultdict[str, list[DeploymentClaims]] = defaultdict(list)
    for known in from_graph.deployments(engine):
        for field in {names.get(code, code) for code in known.domains} or {NO_FIELD}:
            found[field].append(known)
    return tuple(
        (field, tuple(sorted(found[field], key=lambda d: d.title.casefold())))
        for field in sorted(found, key=lambda f: (f == NO_FIELD, f.casefold()))
    )
