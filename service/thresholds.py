"""What a new version of a plan may not do: move a recorded threshold, or pass a lock."""

from collections.abc import Mapping

from loaders.model import Plan
from service.analysis.plan import moved, rushed
from service.engines.base import Engine
from service.repository import load
from service.shacl import Issue

_MOVED = (
    "The threshold of step {} was fixed before its result and stays. Leave both as they are, "
    "or waive the step with a reason."
)
_RUSHED = (
    "Step {} has a result and is locked: the steps that it waits for must be met, done or waived "
    "with a reason first."
)


def broken_rules(engine: Engine, revised: Mapping[str, Plan]) -> dict[str, list[Issue]]:
    """Return, by IRI of the new version, a finding for each step that breaks a rule."""
    found: dict[str, list[Issue]] = {}
    for iri, plan in revised.items():
        stored = load(engine, "plan", plan.id).record
        if isinstance(stored, Plan):
            steps = [(n, _MOVED) for n in moved(stored, plan)]
            steps += [(n, _RUSHED) for n in rushed(stored, plan)]
            found[iri] = [
                Issue(iri, f"step {n}", "", w.format(n), "Violation", "") for n, w in steps
            ]
    return found
