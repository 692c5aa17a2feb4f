"""Classes of metric: what sort of number a score is, and what may be computed from it.

What follows from a class is data of the ontology (`egap:shareOfItems`, `egap:withinWhole`).
"""

from collections.abc import Mapping

from service.ontology.scheme_queries import tail, true
from service.ontology.schemes import MetricClass
from service.queries import internal
from service.queries.cache import cached_per_state
from service.store.port import Engine


@cached_per_state
def metric_classes(engine: Engine) -> Mapping[str, MetricClass]:
    """Return the classes of metric by code."""
    found = (
        MetricClass(
            tail(row, "class") or "",
            str(row["label"]),
            true(row, "shareOfItems"),
            true(row, "withinWhole"),
        )
        for row in internal.rows(engine, "metric-classes")
    )
    return {item.code: item for item in found}
