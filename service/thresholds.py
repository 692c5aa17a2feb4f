"""What a new version of a plan may not change: the threshold of a result that is recorded."""

from collections.abc import Mapping

from loaders.model import Plan
from service.analysis.plan import moved
from service.engines.base import Engine
from service.repository import load
from service.shacl import Issue

_WORDS = (
    "The threshold of step {} was fixed before its result and stays. Leave both as they are, "
    "or waive the step with a reason."
)


def moved_thresholds(engine: Engine, revised: Mapping[str, Plan]) -> dict[str, list[Issue]]:
    """Return, by IRI of the new version, a finding for each threshold that was moved."""
    found: dict[str, list[Issue]] = {}
    for iri, plan in revised.items():
        stored = load(engine, "plan", plan.id).record
        steps = moved(stored, plan) if isinstance(stored, Plan) else []
        found[iri] = [Issue(iri, f"step {n}", "", _WORDS.format(n), "Violation", "") for n in steps]
    return found
