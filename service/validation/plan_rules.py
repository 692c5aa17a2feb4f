"""What a plan may not be: steps in a circle, what was fixed moved, a lock passed, unfounded."""

from collections.abc import Iterable, Iterator, Mapping

from loaders.model import Plan
from service.records.plan_decisions import unfounded
from service.records.plan_rules import circular, moved, rushed
from service.records.repository import readable
from service.store.port import Engine
from service.validation.validator import Issue

Found = Mapping[str, list[Issue]]
_MOVED = (
    "The threshold of step {} was fixed before its result and stays, and no fewer units may be "
    "planned than then. Leave them as they are, or waive the step with a reason."
)
_RUSHED = (
    "Step {} has a result and is locked: the steps that it waits for must be met, done or waived "
    "with a reason first."
)


_CIRCULAR = "Step {} can never start: what it depends on waits for it. Mend depends_on."


def broken_rules(engine: Engine, plans: Mapping[str, Plan], known: frozenset[str]) -> Found:
    """Return, by IRI of the version, a finding for each step of a plan that breaks a rule.

    `known` are the IRIs of those that revise a stored plan.
    """
    return {
        iri: [*_issues(iri, _broken(engine, plan, iri in known))] for iri, plan in plans.items()
    }


def _issues(iri: str, broken: Iterable[tuple[int, str]]) -> Iterator[Issue]:
    for step, words in broken:
        yield Issue(iri, f"step {step}", "", words, "Violation", "")


def _broken(engine: Engine, plan: Plan, revises: bool) -> Iterator[tuple[int, str]]:  # noqa: FBT001
    yield from ((n, _CIRCULAR.format(n)) for n in circular(plan))
    held = next(readable(engine, "plan", [plan.id] if revises else []), None)
    stored = held.record if held and isinstance(held.record, Plan) else None
    if stored is not None:
        yield from ((n, _MOVED.format(n)) for n in moved(stored, plan))
        yield from ((n, _RUSHED.format(n)) for n in rushed(stored, plan))
    yield from unfounded(stored, plan)
