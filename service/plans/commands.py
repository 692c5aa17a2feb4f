"""Plans in the store: made from a deployment and a card, changed step by step, nothing lost."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

from loaders.contract import Document, Raw
from loaders.mapping.iris import record_iri, series_iri
from loaders.model import (
    CORE_DIMENSIONS,
    DESCRIBED,
    Agent,
    Card,
    Gap,
    Plan,
    Record,
    Step,
    Threshold,
)
from loaders.model.terms import Path, Slug, Text
from service.access import LogEntry
from service.common.problems import BadParameter, Conflict, NotFound
from service.fit import from_graph, own
from service.fit.claims import BenchmarkClaims, Claim, DeploymentClaims, Finding
from service.fit.rules import find
from service.ingest import alone
from service.ingest.pipeline import ingest
from service.ontology import graphs, scheme_queries
from service.ontology.labels import in_sentence, label
from service.ontology.plain_names import VERDICTS
from service.ontology.schemes import DISPUTED, Scheme
from service.plans.changes import StepChange, changed, check_sizes, gap_of, takes_size
from service.plans.sample_size import SampleSizeRequest, sample_size
from service.plans.stages import StageFinding, staged
from service.queries import internal
from service.records import repository
from service.records.plan_rules import locks
from service.store.port import Engine
from service.validation.gate import Gate

Verdict = Literal["holds", "partially-holds", "violated", "unknown", "not-applicable"]


class GivenFinding(BaseModel):
    """A verdict on one assumption, and on what basis."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    dimension: Slug
    verdict: Verdict
    basis: Text = "given with the request"


class PlanRequest(BaseModel):
    """What a plan is made from; without findings, the fit gives the verdicts.

    The deployment is one that is stored, or described by `characteristics`, with its `domains` and
    a name in `use`: then it is stored with the plan, as the author's own and under `license`.
    `card` is `benchmark/author`, or the id of a benchmark that has one card.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: Slug
    title: Text | None = None
    deployment: Slug | None = None
    characteristics: dict[str, Any] | None = None
    domains: tuple[Slug, ...] = ()
    use: Text | None = None
    license: own.Licence | None = None
    card: Path
    author: Agent
    findings: tuple[GivenFinding, ...] | None = None
    threshold: Threshold | None = None
    sample: SampleSizeRequest | None = None
    notes: Text | None = None
    registration: Text | None = None
    system_version: Text | None = None
    comparator: Text | None = None
    population: Text | None = None
    primary: Text | None = None
    harms: Text | None = None
    missing: Text | None = None


@dataclass(frozen=True)
class ChangedPlan:
    """A plan after a change: its version, and what became of the gap that the step feeds."""

    plan: Plan
    version: int
    gap: dict[str, Any] | None


def create(engine: Engine, gate: Gate, requested: PlanRequest, write: LogEntry) -> ChangedPlan:
    """Store a new plan. Raises `Conflict` for an id that is taken, `NotFound`, `Invalid`."""
    if internal.holds(engine, "known", iri=series_iri("plan", requested.id)):
        raise Conflict(f"There is a plan {requested.id!r} already. Choose another id.")
    plan = drafted(engine, requested)
    records: list[Record] = [plan]
    if requested.characteristics is not None:
        if requested.license is None:
            raise BadParameter(
                "A described deployment is stored with its plan: choose under which license, "
                f"one of {', '.join(own.LICENCES)}.",
                parameter="license",
                known=list(own.LICENCES),
            )
        kept = own.profile(_place(engine, requested), requested.author, requested.license)
        records.insert(0, kept)
    alone.store(engine, gate, alone.document(f"plans/{plan.id}", records, requested), write)
    stored, version = load(engine, plan.id)
    return ChangedPlan(stored, version, None)


def _place(engine: Engine, requested: PlanRequest) -> DeploymentClaims:
    """Return the deployment that is named or described. Raises `BadParameter` for both or none."""
    if (requested.deployment is None) == (requested.characteristics is None):
        raise BadParameter(
            "A plan is for one deployment: name a stored one in deployment, or describe one in "
            "characteristics.",
            parameter="deployment",
        )
    if requested.deployment is not None:
        return from_graph.deployment(engine, requested.deployment)
    return own.described(engine, requested.use, requested.domains, requested.characteristics)


def card_of(engine: Engine, given: str) -> str:
    """Return a card by `benchmark/author`, or by its benchmark if that has one card.

    Raises `BadParameter` with the cards of a benchmark that has several, `NotFound` of none.
    """
    if "/" in given:
        return given
    cards = repository.described(engine, "benchmark", given, "card")
    known = sorted(stored.record.id for stored in cards)
    if len(known) != 1:
        raise BadParameter(
            f"The benchmark {given!r} has {len(known)} cards. Choose one: {', '.join(known)}.",
            parameter="card",
            known=known,
        )
    return known[0]


def drafted(engine: Engine, requested: PlanRequest) -> Plan:
    """Return the plan that a request asks for, without storing it. Raises `NotFound`."""
    place = _place(engine, requested)
    card = card_of(engine, requested.card)
    found = _findings(engine, requested, card, place)
    steps = staged(found, graphs.assumption_kinds(), requested.threshold)
    if requested.sample is not None:
        size = sample_size(requested.sample)
        steps = tuple(
            s.model_copy(update={"sample_size": size}) if takes_size(s, size) else s for s in steps
        )
    for step in steps:
        check_sizes(step)
    words = {name: getattr(requested, name) for name in ("notes", *DESCRIBED)}
    return Plan(
        id=requested.id,
        title=requested.title or _title(engine, place, card),
        deployment=str(place.id),
        card=card,
        author=requested.author,
        steps=steps,
        **words,
    )


def load(engine: Engine, ident: str) -> tuple[Plan, int]:
    """Return the current version of a plan, and its number. Raises `NotFound`."""
    stored = repository.load(engine, "plan", ident)
    assert isinstance(stored.record, Plan)  # noqa: S101 - `load` returns this kind
    return stored.record, stored.version


def step_of(plan: Plan, position: int) -> Step:
    """Return a step by its number. Raises `NotFound`."""
    for step in plan.steps:
        if step.position == position:
            return step
    raise NotFound(f"The plan {plan.id!r} has no step {position}; it has {len(plan.steps)}.")


def change(
    engine: Engine, gate: Gate, at: tuple[str, int], requested: StepChange, write: LogEntry
) -> ChangedPlan:
    """Store a plan (by its id) with one step (by its number) changed, and the gap of a result.

    Raises `Conflict` where the plan does not allow it or has moved on, `Invalid`, `NotFound`.
    """
    ident, position = at
    plan, version = load(engine, ident)
    if requested.version not in {None, version}:
        raise Conflict(
            f"The plan is at version {version} now, not {requested.version}. Look again."
        )
    step = changed(plan, step_of(plan, position), requested, in_sentence)
    gap, outcome = _fed(engine, gate, plan, version + 1, step) if requested.result else (None, None)
    if gap is not None:
        link = str(series_iri("gap", gap.id))
        step = _feeding(step, link)
    steps = tuple(step if s.position == position else s for s in plan.steps)
    new = plan.model_copy(update={"steps": steps})
    if new != plan:
        records: list[Record] = [new] if gap is None else [gap, new]
        document = alone.document(f"plans/{ident}/steps/{position}", records, requested)
        alone.store(engine, gate, document, write)
    return ChangedPlan(*load(engine, ident), outcome)


def _feeding(step: Step, link: str) -> Step:
    """Return a step whose last attempt feeds a gap."""
    *earlier, last = step.attempts
    attempts = (*earlier, last.model_copy(update={"results": (link,)}))
    results = tuple(dict.fromkeys((*step.results, link)))
    return step.model_copy(update={"attempts": attempts, "results": results})


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


class LockedStep(TypedDict):
    """A step by its position, and the steps that lock it."""

    position: int
    locked_by: list[int]


def locked_steps(plan: Plan) -> list[LockedStep]:
    """Return, per step, whether it is locked and by which steps."""
    return [{"position": s.position, "locked_by": locks(plan.steps, s)} for s in plan.steps]


def _title(engine: Engine, place: DeploymentClaims, card: str) -> str:
    """Return what a plan is called that nobody gave a title: by those of use and benchmark."""
    ident = card.partition("/")[0]
    titles = {known.id: known.title for known in from_graph.benchmarks(engine)}
    return f"{place.title or place.id}, staged evaluation of {titles.get(ident) or ident}"


def _findings(
    engine: Engine, requested: PlanRequest, card_id: str, deployment: DeploymentClaims
) -> list[StageFinding]:
    """Return what is given, else what the fit of the card finds: reviews first, then rules.

    Beyond the core, a dimension of which neither the deployment nor a review says anything is no
    finding, as in the fit: there is nothing to compare, and nothing that anybody asked to test.
    """
    if requested.findings is not None:
        return [StageFinding(f.dimension, f.verdict, f.basis) for f in requested.findings]
    card = repository.load(engine, "card", card_id).record
    assert isinstance(card, Card)  # noqa: S101 - `load` returns this kind
    schemes, benchmark = scheme_queries.schemes(engine), _alone(engine, card, str(deployment.id))
    names = dict.fromkeys(a.dimension for a in card.assumptions)
    known = (find(schemes.get(name, Scheme(name)), benchmark, deployment) for name in names)
    return [
        StageFinding(f.dimension, *_started(f))
        for f in known
        if f.dimension in CORE_DIMENSIONS or f.deployed or f.how == "asserted"
    ]


def _alone(engine: Engine, card: Card, deployment: str) -> BenchmarkClaims:
    """Return what one card claims of its benchmark, and what reviews of it judge."""
    name = f"card/{card.id}"
    for found in from_graph.benchmarks(engine, deployment):
        if found.id == card.benchmark.id:
            claims = (c for c in found.claims if _version_of(c.record, name))
            judged = (j for j in found.judgements if _version_of(j.card, name))
            return replace(
                found, claims=tuple(claims), judgements=tuple(judged), lower_level_claims=()
            )
    return BenchmarkClaims(card.benchmark.id)


def _version_of(version: str | None, series: str) -> bool:
    return (version or "").rpartition("/")[0] == series


def _started(found: Finding) -> tuple[str, str]:
    """Return the verdict that a plan starts from, and its basis; what is disputed is unknown."""
    disputed = found.verdict == DISPUTED
    verdict = "unknown" if disputed else found.verdict
    if found.how == "asserted":
        said = sorted((str(j.review).removeprefix("review/"), j.verdict) for j in found.judgements)
        words = ", ".join(f"{VERDICTS[given]} in the review {name}" for name, given in said)
        return verdict, f"{'Disputed' if disputed else 'Asserted'}: {words}."
    assumed = _listed(found.dimension, found.assumed, found.claims)
    deployed = _listed(found.dimension, found.deployed, found.characteristics)
    parts = (p.part for p in found.parts if (p.verdict, p.rule) == (found.verdict, found.rule))
    part = next(parts, None)
    rule = label(f"code/fit-rule/{found.rule}")
    how = f"{'Disputed' if disputed else 'Derived'} by the rule “{rule}”"
    how = f"{how} on {label(f'scheme/{part}').lower()}" if part else how
    return verdict, f"{how}: assumed {assumed}, deployed {deployed}."


def _listed(dimension: str, codes: Iterable[str], claims: Iterable[Claim]) -> str:
    """Return values in words, those that no source states marked as derived or claimed."""
    given = {(c.code, c.basis, claim.claimed) for claim in claims for c in claim.coded}
    stated = {code for code, basis, claimed in given if basis == "stated" and not claimed}
    unsourced = {code for code, _, claimed in given if claimed}
    marks = {code: "claimed, no source" if code in unsourced else "derived" for code in codes}
    named = {code: f"“{label(f'value/{dimension}/{code}')}”" for code in codes}
    words = (named[c] if c in stated else f"{named[c]} ({marks[c]})" for c in sorted(codes))
    return ", ".join(words) or "not stated"
