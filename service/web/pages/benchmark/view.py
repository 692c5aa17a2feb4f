"""One benchmark: what each of its cards assumes, and whether that holds in a chosen deployment.

The left half belongs to the benchmark and its cards, the right half to a deployment and its
assessors; neither is filled in from the other.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rdflib import Graph

from loaders.mapping.iris import last_segment
from loaders.model import CORE_DIMENSIONS, Assessment, Assumption, Card, Review
from service.catalogue.strips import NOT_STATED, StripCell, cell
from service.common.problems import BadParameter, OnPage
from service.fit import from_graph
from service.fit.claims import BenchmarkClaims, Claim, DeploymentClaims, Finding
from service.fit.rules import find
from service.ontology import scheme_queries
from service.ontology import taxonomy as ontology_taxonomy
from service.ontology.dimensions import Dimension, dimensions
from service.ontology.schemes import NOT_APPLICABLE, Scheme
from service.queries import lists
from service.queries.cache import cached_per_state
from service.records import repository
from service.records.repository import StoredRecord
from service.store.port import Engine
from service.web.pages.shared.dimension_parts import PartLine, part_lines

WITHDRAWN = "withdrawn"

taxonomy = cached_per_state(ontology_taxonomy.taxonomy)
"""The dimensions with group, question and values."""


@dataclass(frozen=True)
class CurrentCard:
    """A current card: which version, when it was recorded, and from which file."""

    card: Card
    version: int
    recorded: str
    file: str
    graph: Graph

    @property
    def unanswered(self) -> bool:
        """Whether the card answers nothing on any assumption; a hint is no answer."""
        return not any(
            a.answer or a.coded() or a.answer_status == NOT_APPLICABLE
            for a in self.card.assumptions
        )


@dataclass(frozen=True)
class RecordedAssessment:
    """What one review says of one assumption, and when it was recorded."""

    review: Review
    recorded: str
    assessment: Assessment


@dataclass(frozen=True)
class AssumptionRow:
    """One dimension: what the cards say of it, what lower levels say, and what holds.

    `finding` is None where no deployment was chosen.
    """

    cell: StripCell
    group: str | None
    question: str | None
    statements: tuple[tuple[CurrentCard, Assumption], ...]
    lower_level: tuple[Claim, ...]
    finding: Finding | None
    assessments: tuple[RecordedAssessment, ...]
    parts: tuple[PartLine, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether any card, any lower level or any assessor says anything."""
        return self.cell.state != NOT_STATED or bool(self.lower_level or self.assessments)


@dataclass(frozen=True)
class BenchmarkPage:
    """A benchmark with its cards, and with the deployment it is set against, if any."""

    id: str
    title: str
    domains: tuple[str, ...]
    cards: tuple[CurrentCard, ...]
    core: tuple[AssumptionRow, ...]
    further: tuple[AssumptionRow, ...]
    deployment: DeploymentClaims | None

    @property
    def strip(self) -> tuple[StripCell, ...]:
        """The five cells of the core dimensions."""
        return tuple(row.cell for row in self.core)

    @property
    def withdrawn(self) -> bool:
        """Whether no card counts any more."""
        return all(w.card.status == WITHDRAWN for w in self.cards)

    @property
    def said(self) -> tuple[CurrentCard, ...]:
        """The cards that say something on any assumption."""
        return tuple(w for w in self.cards if not w.unanswered)


@dataclass(frozen=True)
class DeploymentChoices:
    """The deployments to choose from: those with a review of this benchmark first."""

    reviewed: tuple[DeploymentClaims, ...]
    others: tuple[DeploymentClaims, ...]


@dataclass(frozen=True)
class _PageInputs:
    """What the rows of a page are made from."""

    schemes: Mapping[str, Scheme]
    words: Mapping[str, Dimension]
    cards: tuple[CurrentCard, ...]
    benchmark: BenchmarkClaims
    deployment: DeploymentClaims | None
    assessed: Mapping[str, tuple[RecordedAssessment, ...]]

    def row(self, dimension: Mapping[str, Any]) -> AssumptionRow:
        name = str(dimension["id"])
        said = [(w, a) for w in self.cards for a in w.card.assumptions if a.dimension == name]
        hinted = any(a.hints for w, a in said if w.card.status != WITHDRAWN)
        finding = (
            find(self.schemes[name], self.benchmark, self.deployment) if self.deployment else None
        )
        return AssumptionRow(
            cell(name, self.benchmark.claimed.get(name, ()), hinted=hinted),
            dimension["group"],
            dimension["question"],
            tuple((w, a) for w, a in said if _speaks(a)),
            self.benchmark.lower_level.get(name, ()),
            finding,
            self.assessed.get(name, ()),
            tuple(part_lines(self.words[name], finding)) if finding else (),
        )


def benchmark(engine: Engine, ident: str, deployment: str | None = None) -> BenchmarkPage:
    """Return a benchmark as its page shows it. Raises `NotFound`, `BadParameter`."""
    reviewed_for = _deployment(engine, deployment) if deployment else None
    known = _PageInputs(
        scheme_queries.schemes(engine),
        dimensions(engine),
        written(engine, ident),
        _benchmark(engine, ident, deployment),
        reviewed_for,
        _assessed(engine, ident, deployment) if deployment else {},
    )
    coded = (d for d in taxonomy(engine) if d["id"] in known.schemes)
    rows = {str(d["id"]): known.row(d) for d in coded}
    core = tuple(rows.pop(name) for name in CORE_DIMENSIONS if name in rows)
    title = known.benchmark.title or min(w.card.title for w in known.cards)
    domains = tuple(sorted(known.benchmark.domains))
    return BenchmarkPage(
        ident, title, domains, known.cards, core, tuple(rows.values()), known.deployment
    )


def written(engine: Engine, ident: str) -> tuple[CurrentCard, ...]:
    """Return the current cards of a benchmark, withdrawn ones too. Raises `NotFound`."""
    found = repository.described(engine, "benchmark", ident, "card")
    return tuple(_written(engine, stored) for stored in found)


def _written(engine: Engine, stored: StoredRecord) -> CurrentCard:
    card = stored.record
    assert isinstance(card, Card)  # noqa: S101 - `described` returns this kind
    came = repository.provenance(engine, stored)
    return CurrentCard(
        card, stored.version, str(came["recorded"] or ""), str(came["file"] or ""), stored.graph
    )


def _speaks(said: Assumption) -> bool:
    known = said.answer or said.codings or said.hints or said.looked_in
    return bool(known) or said.answer_status != NOT_STATED


def _benchmark(engine: Engine, ident: str, deployment: str | None) -> BenchmarkClaims:
    """Return what the fit knows of a benchmark; nothing where all its cards are withdrawn."""
    every = from_graph.benchmarks(engine, deployment)
    return next((c for c in every if c.id == ident), BenchmarkClaims(ident))


def _deployment(engine: Engine, ident: str) -> DeploymentClaims:
    known = {str(d.id): d for d in from_graph.deployments(engine)}
    if ident in known:
        return known[ident]
    raise BadParameter(
        f"deployment: there is no deployment {ident!r} here.",
        on_page=OnPage(
            f"There is no deployment {ident!r} here.",
            ident,
            tuple(known),
            titles={name: place.title for name, place in known.items()},
        ),
        parameter="deployment",
        value=ident,
        known=sorted(known),
    )


def _assessed(
    engine: Engine, ident: str, deployment: str
) -> Mapping[str, tuple[RecordedAssessment, ...]]:
    """Return what reviews of any card of the benchmark say for a deployment, by dimension."""
    found: defaultdict[str, list[RecordedAssessment]] = defaultdict(list)
    filters = {"deployment": deployment, "benchmark": ident}
    listed = (str(item["id"]) for item in lists.listing(engine, "reviews", filters))
    for stored in repository.current(engine, "review", listed):
        recorded = str(repository.provenance(engine, stored)["recorded"] or "")
        if isinstance(stored.record, Review) and stored.record.status != WITHDRAWN:
            for one in stored.record.assessments:
                found[one.dimension].append(RecordedAssessment(stored.record, recorded, one))
    return {name: tuple(some) for name, some in found.items()}


def choices(engine: Engine, ident: str) -> DeploymentChoices:
    """Return the deployments that a benchmark can be set against."""
    reviews = lists.listing(engine, "reviews", {"benchmark": ident})
    names = {last_segment(item["deployment"]) for item in reviews}
    every = sorted(from_graph.deployments(engine), key=lambda p: p.title.casefold())
    return DeploymentChoices(
        tuple(p for p in every if p.id in names), tuple(p for p in every if p.id not in names)
    )
