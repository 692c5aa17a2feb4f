"""What deployments and benchmarks are called, for pages that hold their ids."""

from collections.abc import Mapping

from service.fit import from_graph
from service.queries.cache import cached_per_state
from service.store.port import Engine


@cached_per_state
def titles(engine: Engine) -> Mapping[tuple[str, str], str]:
    """Return the title of each deployment and benchmark under its kind and id."""
    uses = {("deployment", d.id): d.title for d in from_graph.deployments(engine) if d.id}
    return uses | {("benchmark", b.id): b.title for b in from_graph.benchmarks(engine) if b.title}
