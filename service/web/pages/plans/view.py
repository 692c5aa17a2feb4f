"""Staged plans as pages show them: stages with their steps, what is untested, every change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from rdflib import SKOS, URIRef

from loaders.mapping.iris import BASE, last_segment
from loaders.model import DESCRIBED, Agent, Attempt, Plan, SampleSize, Step, StepResult, Threshold
from loaders.writers.plan import (
    DESCRIBED_AS,
    NOT_STATED,
    attempt_words,
    result_words,
    sample_words,
    threshold_words,
)
from service.fit import from_graph
from service.linked_data.titles import labels
from service.ontology import graphs
from service.ontology.labels import in_sentence
from service.plans import commands, looks
from service.queries import lists
from service.queries.cache import cached_per_key, cached_per_state
from service.records import repository
from service.records.plan_rules import locks
from service.store.port import Engine
from service.web.pages.shared import numbers

STAGES: Mapping[str, tuple[str, str]] = {
    "compare-cards": ("Compare cards", "What the card assumes against what the deployment is."),
    "collect-data": ("Collect data", "On the task assumptions in doubt, from the deployment."),
    "test-task": ("Test task assumptions", "The loss from each, from conversation data."),
    "test-outcome": ("Test outcome assumptions", "What people do with the output. Needs people."),
}
"""The stages of Raman et al. 2026 in order: code, title and what happens there."""


@dataclass(frozen=True)
class AttemptCard:
    """One attempt at a step, in words; what it was made with and on is said where stated."""

    attempt: Attempt
    systems: str
    data: str
    result: str


@dataclass(frozen=True)
class StepCard:
    """One step with its state, and the steps that lock it, with what they test."""

    step: Step
    state: str
    locked_by: tuple[Step, ...]
    threshold: str | None
    sample: str | None
    attempts: tuple[AttemptCard, ...] = ()

    @property
    def name(self) -> str:
        """The assumptions that it is about, in words."""
        return named(self.step)

    @property
    def plain(self) -> str:
        """What it is about, by plain names: `Who decides`."""
        words = numbers.named_plainly(self.step.targets) or self.name
        return f"{words[:1].upper()}{words[1:]}"

    @property
    def why_no_size(self) -> str:
        """Why no sample size stands at a test."""
        trial = self.step.test_method == "randomised-trial"
        return f"not worked out; {looks.UNPAIRED}. {_ARMS}" if trial else "not worked out"

    @property
    def is_test(self) -> bool:
        """Whether it has a threshold and a result."""
        return self.step.is_test


_ARMS = (
    "Plan two arms (non-inferiority, two arms), with units per cluster and their correlation where "
    "one person gives several answers."
)


@dataclass(frozen=True)
class Stage:
    """One stage and its steps."""

    code: str
    title: str
    about: str
    cards: tuple[StepCard, ...]


@dataclass(frozen=True)
class UntestedAssumption:
    """An assumption of which no result tells whether it holds, and why."""

    dimension: str
    why: str


@dataclass(frozen=True)
class PlanChange:
    """A version of a plan: when and from where it came, and what differs from the one before."""

    version: int
    when: str
    source: str
    what: tuple[str, ...]


@dataclass(frozen=True)
class PlanPage:
    """A plan, stored (`version` from 1) or only drafted (0)."""

    plan: Plan
    version: int
    stages: tuple[Stage, ...]
    untested: tuple[UntestedAssumption, ...]
    changes: tuple[PlanChange, ...] = ()
    all_met: str | None = None

    @property
    def described(self) -> Mapping[str, str]:
        """What the plan says in words of its own, *not stated* where it does not."""
        return {DESCRIBED_AS[n]: getattr(self.plan, n) or NOT_STATED for n in DESCRIBED}


def page_of(plan: Plan, version: int = 0, changes: Sequence[PlanChange] = ()) -> PlanPage:
    """Return a plan as its page shows it."""
    cards = [_card(plan, step) for step in plan.steps]
    stages = (
        Stage(code, title, about, tuple(c for c in cards if c.step.stage == code))
        for code, (title, about) in STAGES.items()
    )
    chance = looks.all_met(plan)
    return PlanPage(
        plan,
        version,
        tuple(stages),
        tuple(_untested(plan)),
        tuple(changes),
        chance.words() if chance else None,
    )


@cached_per_key(most=256)
def shown(engine: Engine, ident: str) -> PlanPage:
    """Return a stored plan with every change of it. Raises `NotFound`."""
    plan, version = commands.load(engine, ident)
    return page_of(plan, version, history(engine, ident, version))


def _card(plan: Plan, step: Step) -> StepCard:
    waits = locks(plan.steps, step)
    locked = bool(waits) and step.step_status in {"planned", "in-progress"}
    return StepCard(
        step=step,
        state=step.decision or ("locked" if locked else step.step_status),
        locked_by=tuple(s for s in plan.steps if s.position in waits) if locked else (),
        threshold=threshold_words(step.threshold) if step.threshold else None,
        sample=sample_words(step.sample_size, in_sentence) if step.sample_size else None,
        attempts=tuple(_attempt(a) for a in step.tried),
    )


def _attempt(attempt: Attempt) -> AttemptCard:
    systems = ", ".join(s.name or s.id for s in attempt.result.systems)
    return AttemptCard(
        attempt,
        systems or NOT_STATED,
        attempt.data or NOT_STATED,
        result_words(attempt.result, in_sentence),
    )


def named(step: Step) -> str:
    """Return what a step is about, in words."""
    return numbers.named(step.targets) or "the plan"


def _untested(plan: Plan) -> Iterable[UntestedAssumption]:
    tests = {d: s for s in plan.steps if s.is_test for d in s.targets}
    for step in (s for s in plan.steps if s.stage == "compare-cards"):
        for dimension in step.targets:
            if why := _why_untested(step, tests.get(dimension)):
                yield UntestedAssumption(dimension, why)


def _why_untested(compared: Step, test: Step | None) -> str:
    if test is None:
        verdict = (compared.verdict or "unknown").replace("-", " ")
        return f"{verdict} by comparison of the cards; nothing was measured"
    if test.tried and test.decision != "waived":
        return "" if test.decision != "inconclusive" else f"step {test.position} was inconclusive"
    if test.decision == "waived":
        return f"waived: {test.reason}"
    return f"step {test.position} has no result yet"


def history(engine: Engine, ident: str, current: int) -> list[PlanChange]:
    """Return every version of a plan, the newest first, with what it changed."""
    versions = range(1, current + 1)
    stored = [s for v in versions for s in repository.readable(engine, "plan", [ident], v)]
    records = [s.record for s in stored if isinstance(s.record, Plan)]
    changes = [("made",), *(tuple(differences(a, b)) for a, b in pairwise(records))]
    found = []
    for one, what in zip(stored, changes, strict=True):
        known = repository.provenance(engine, one)
        found.append(PlanChange(one.version, str(known["recorded"]), str(known["file"]), what))
    return found[::-1]


def differences(old: Plan, new: Plan) -> Iterable[str]:
    """Return what differs between two versions of a plan, in words."""
    for name in ("title", "notes", "status", "card"):
        if getattr(old, name) != getattr(new, name):
            yield f"{name}: {getattr(old, name) or 'none'} → {getattr(new, name) or 'none'}"
    before = {s.position: s for s in old.steps}
    for step in new.steps:
        if step.position not in before:
            yield f"step {step.position} added"
        else:
            yield from _step_differences(before[step.position], step)
    for gone in before.keys() - {s.position for s in new.steps}:
        yield f"step {gone} removed"


def _step_differences(old: Step, new: Step) -> Iterable[str]:
    for name in Step.model_fields:
        first, second = getattr(old, name), getattr(new, name)
        if first != second and name != "results":
            words = name.replace("step_status", "status").replace("_", " ")
            before, after = (_shortened(_called(name, value)) for value in (first, second))
            yield f"step {new.position}, {words}: {before} → {after}"


_CODES: Mapping[str, str] = {
    "step_status": "step-status",
    "decision": "step-decision",
    "verdict": "verdict",
    "test_method": "test-method",
    "planned_design": "study-design",
}
"""Fields of a step with a code, and its scheme."""


def _called(field: str, value: Any) -> Any:
    """Return a value of a step; what a code is called in its place."""
    scheme = _CODES.get(field)
    return in_sentence(f"code/{scheme}/{value}") if scheme and value else value


def _shortened(value: Any) -> str:
    """Return a value of a step in words, cut where it is long; the version has it whole."""
    words = _words(value) if value not in {None, ()} else "none"
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]} …"


def _words(value: Any) -> str:
    match value:
        case Threshold():
            return threshold_words(value)
        case SampleSize():
            return sample_words(value, in_sentence)
        case StepResult():
            return result_words(value, in_sentence)
        case (Attempt(), *_):
            last = value[-1]
            return f"attempt {last.number}, {attempt_words(last, in_sentence)}"
        case Agent():
            return value.name
        case _:
            return str(value)


_LONGEST = 300


@cache
def codes(scheme: str) -> tuple[str, ...]:
    """Return the codes of one of our lists of codes, in the order of their names."""
    found = graphs.taxonomy().subjects(SKOS.inScheme, URIRef(f"{BASE}scheme/{scheme}"))
    return tuple(sorted(last_segment(code) for code in found))


@cached_per_state
def cards(engine: Engine) -> tuple[str, ...]:
    """Return the cards that people wrote; those made by programs are too many to choose from."""
    found = lists.listing(engine, "cards", {})
    return tuple(str(c["id"]) for c in found if c.get("writtenBy") != "machine")


def authors(engine: Engine, cards: Iterable[str]) -> dict[str, str]:
    """Return who wrote each of these cards, by name."""
    agents = {card: URIRef(f"{BASE}id/agent/{card.rpartition('/')[2]}") for card in cards}
    said = labels(engine, agents.values())
    return {card: str(said.get(agent, card)) for card, agent in agents.items()}


def names(engine: Engine, plan: Plan, use: str) -> tuple[str, str, str]:
    """Return id and title of the benchmark of a plan, and the title of its deployment or `use`."""
    benchmark = plan.card.partition("/")[0]
    titles = {b.id: b.title for b in from_graph.benchmarks(engine)}
    stored = {d.id: d.title for d in from_graph.deployments(engine)}
    called = stored.get(plan.deployment, use)
    return benchmark, titles.get(benchmark, benchmark), called
