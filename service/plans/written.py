"""Plans as documents, with what is computed of them beside what they hold."""

from collections.abc import Callable, Mapping
from typing import Any

from loaders.model import Plan, Record
from loaders.writers.plan import plan_markdown
from service.ontology.labels import in_sentence
from service.plans.looks import all_met
from service.records import exports, repository
from service.records.json_types import ChanceOfPlan
from service.store.port import Engine


def writers(
    engine: Engine, record: Record, deployment: str | None = None
) -> Mapping[str, Callable[[], str]]:
    """Return what `exports.writers` does, and for a plan the one of its Markdown."""
    made = exports.writers(engine, record, deployment)
    if not isinstance(record, Plan):
        return made
    plan, text = record, exports.FORMS[-1]
    return {**made, text: lambda: markdown(engine, plan)}


def markdown(engine: Engine, plan: Plan) -> str:
    """Return a plan as Markdown, with every attempt and every version."""
    chance = all_met(plan)
    history = repository.history(engine, "plan", plan.id)
    return plan_markdown(plan, history, chance.words() if chance else None, in_sentence)


def computed(record: Record) -> dict[str, Any]:
    """Return what the API says of a plan beside the record: how likely all its tests are met."""
    chance = all_met(record) if isinstance(record, Plan) else None
    if chance is None:
        return {"all_met": None} if isinstance(record, Plan) else {}
    found: ChanceOfPlan = {
        "steps": chance.steps,
        "not_counted": chance.left_out,
        "at_no_loss": round(chance.no_loss, 3),
        "at_expected_losses": None if chance.expected is None else round(chance.expected, 3),
    }
    return {"all_met": found}
