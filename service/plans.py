"""Plans in the store: made from a deployment and a card, changed step by step, nothing lost."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from loaders.base import Document, Raw, problems_of
from loaders.model import (
    Agent,
    Assumption,
    Card,
    Characteristic,
    Gap,
    Plan,
    Profile,
    Record,
    Review,
    Step,
    Threshold,
)
from loaders.model.terms import Path, Slug, Text
from loaders.vocab import record_iri, series_iri
from service import repository
from service.analysis.plan import Finding, locks, staged
from service.analysis.sample_size import Wanted, sample_size
from service.analysis.step_change import StepChange, changed, gap_of
from service.decomposing import kinds
from service.engines.base import Engine
from service.gate import Gate
from service.ingest import ingest
from service.problems import Conflict, Invalid, NotFound

RULE = "coded-values-compared@1"
"""How a verdict is derived where nobody has reviewed."""
Verdict = Literal["holds", "partially-holds", "violated", "unknown", "not-applicable"]
Form = TypeVar("Form", bound=BaseModel)


class GivenFinding(BaseModel):
    """A verdict on one assumption, and on what basis."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    dimension: Slug
    verdict: Verdict
    basis: Text = "given with the request"


class PlanRequest(BaseModel):
    """What a plan is made from; without findings, reviews and coded values give the verdicts."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Slug
    title: Text | None = None
    deployment: Slug
    card: Path
    author: Agent
    findings: tuple[GivenFinding, ...] | None = None
    threshold: Threshold | None = None
    sample: Wanted | None = None
    notes: Text | None = None


@dataclass(frozen=True)
class Changed:
    """A plan after a change: its version, and what became of the gap that the step feeds."""

    plan: Plan
    version: int
    gap: dict[str, Any] | None


def form(given: Any, cls: type[Form]) -> Form:
    """Return a request as its class. Raises `Invalid` naming every field that does not fit."""
    try:
        return cls.model_validate(given)
    except ValidationError as error:
        problems = problems_of(error)
        raise Invalid(problems[0].sentence(), problems=[dict(vars(p)) for p in problems]) from error


def create(engine: Engine, gate: Gate, wanted: PlanRequest) -> Changed:
    """Store a new plan. Raises `Conflict` for an id that is taken, `NotFound`, `Invalid`."""
    if engine.ask(f"ASK {{ ?version ?of {series_iri('plan', wanted.id).n3()} }}"):
        raise Conflict(f"There is a plan {wanted.id!r} already. Choose another id.")
    plan = drafted(engine, wanted)
    _store(engine, gate, f"plans/{plan.id}", [plan], wanted)
    stored, version = load(engine, plan.id)
    return Changed(stored, version, None)


def drafted(engine: Engine, wanted: PlanRequest) -> Plan:
    """Return the plan that a request asks for, without storing it. Raises `NotFound`."""
    steps = staged(_findings(engine, wanted), kinds(), wanted.threshold)
    if wanted.sample is not None:
        size = sample_size(wanted.sample)
        steps = tuple(
            s.model_copy(update={"sample_size": size}) if s.stage.startswith("test-") else s
            for s in steps
        )
    return Plan(
        id=wanted.id,
        title=wanted.title or f"{wanted.deployment}, staged evaluation from {wanted.card}",
        deployment=wanted.deployment,
        card=wanted.card,
        author=wanted.author,
        notes=wanted.notes,
        steps=steps,
    )


def load(engine: Engine, ident: str) -> tuple[Plan, int]:
    """Return the current version of a plan, and its number. Raises `NotFound`."""
    stored = repository.load(engine, "plan", ident)
    assert isinstance(stored.record, Plan)  # noqa: S101 - the kind is asked for
    return stored.record, stored.version


def step_of(plan: Plan, position: int) -> Step:
    """Return a step by its number. Raises `NotFound`."""
    for step in plan.steps:
        if step.position == position:
            return step
    raise NotFound(f"The plan {plan.id!r} has no step {position}; it has {len(plan.steps)}.")


def change(engine: Engine, gate: Gate, ident: str, position: int, wanted: StepChange) -> Changed:
    """Store a plan with one step changed, and the gap that a result makes.

    Raises `Conflict` where the plan does not allow it or has moved on, `Invalid`, `NotFound`.
    """
    plan, version = load(engine, ident)
    if wanted.version not in {None, version}:
        raise Conflict(f"The plan is at version {version} now, not {wanted.version}. Look again.")
    step = changed(plan, step_of(plan, position), wanted)
    gap, told = _fed(engine, gate, plan, version + 1, step) if wanted.result else (None, None)
    if gap is not None:
        link = str(series_iri("gap", gap.id))
        results = tuple(dict.fromkeys((*step.results, link)))
        step = step.model_copy(update={"results": results})
    steps = tuple(step if s.position == position else s for s in plan.steps)
    new = plan.model_copy(update={"steps": steps})
    if new != plan:
        records: list[Record] = [new] if gap is None else [gap, new]
        _store(engine, gate, f"plans/{ident}/steps/{position}", records, wanted)
    return Changed(*load(engine, ident), told)


def _fed(
    engine: Engine, gate: Gate, plan: Plan, version: int, step: Step
) -> tuple[Gap | None, dict[str, Any]]:
    """Return the gap of a step, if the shapes take it, and what to tell about it."""
    made = gap_of(plan, step, str(record_iri("plan", plan.id, version)))
    if isinstance(made, str):
        return None, {"id": None, "why": made}
    document = Document(Raw("gap", b""), "evalgap", (made,))
    (outcome,) = ingest([document], engine, gate, dry_run=True)
    if outcome.problems:
        return None, {"id": None, "why": " ".join(p.sentence() for p in outcome.problems)}
    return made, {"id": made.id, "why": None}


def _store(
    engine: Engine, gate: Gate, source: str, records: Iterable[Record], wanted: BaseModel
) -> None:
    # with its place, as sources are told apart by their bytes and two steps may be asked the same
    asked = {"at": source, "asked": wanted.model_dump(mode="json", exclude_none=True)}
    data = json.dumps(asked, ensure_ascii=False).encode()
    document = Document(Raw(source, data), "evalgap", tuple(records))
    (outcome,) = ingest([document], engine, gate)
    if outcome.problems:
        report = outcome.document()
        raise Invalid(outcome.problems[0].sentence(), problems=report["problems"])


def state(plan: Plan) -> list[dict[str, Any]]:
    """Return, per step, whether it is locked and by which steps."""
    return [{"position": s.position, "locked_by": locks(plan.steps, s)} for s in plan.steps]


def _findings(engine: Engine, wanted: PlanRequest) -> list[Finding]:
    """Return what is given, else what reviews assert, else what coded values tell."""
    if wanted.findings is not None:
        return [Finding(f.dimension, f.verdict, f.basis) for f in wanted.findings]
    card = repository.load(engine, "card", wanted.card).record
    assert isinstance(card, Card)  # noqa: S101 - the kind is asked for
    described = repository.described(engine, "deployment", wanted.deployment, "profile")
    profiles = [s.record for s in described if isinstance(s.record, Profile)]
    asserted = _asserted(_reviews(engine, wanted, card))
    return [
        asserted.get(a.dimension) or derived(a, _observed(profiles, a.dimension))
        for a in card.assumptions
    ]


def _reviews(engine: Engine, wanted: PlanRequest, card: Card) -> list[Review]:
    filters = {"deployment": wanted.deployment, "benchmark": card.benchmark.id}
    rows = repository.listing(engine, "reviews", filters)
    loaded = (repository.load(engine, "review", str(row["id"])).record for row in rows)
    return [r for r in loaded if isinstance(r, Review) and r.card.rpartition("/")[0] == card.id]


def _asserted(reviews: Iterable[Review]) -> dict[str, Finding]:
    """Return one finding per dimension; reviews that disagree make it unknown, not an average."""
    said: dict[str, dict[str, str]] = {}
    for review in reviews:
        for one in review.assessments:
            said.setdefault(one.dimension, {})[review.id] = one.verdict
    return {dimension: _agreed(dimension, by) for dimension, by in said.items()}


def _agreed(dimension: str, by: Mapping[str, str]) -> Finding:
    words = ", ".join(f"{verdict} in the review {name}" for name, verdict in sorted(by.items()))
    verdicts = set(by.values())
    if len(verdicts) == 1:
        return Finding(dimension, verdicts.pop(), f"Asserted: {words}.")
    return Finding(dimension, "unknown", f"Disputed: {words}.")


def _observed(profiles: Iterable[Profile], dimension: str) -> list[Characteristic]:
    return [c for p in profiles for c in p.characteristics if c.dimension == dimension]


def derived(assumption: Assumption, observed: Iterable[Characteristic]) -> Finding:
    """Return what the coded values of a card and of profiles tell, by rule `RULE`."""
    assumed = set(assumption.coded())
    deployed = {code for c in observed for code in c.coded()}
    if not assumed or not deployed:
        verdict = "unknown"
    elif deployed <= assumed:
        verdict = "holds"
    else:
        verdict = "partially-holds" if deployed & assumed else "violated"
    words = f"assumed {_listed(assumed)}, deployed {_listed(deployed)}"
    return Finding(assumption.dimension, verdict, f"Derived by {RULE}: {words}.")


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(c.partition("/")[2] for c in codes)) or "not stated"
