"""One deployment: what each author says of it, what was measured and reviewed, what is open."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from loaders.mapping.iris import last_segment
from loaders.model import (
    CORE_DIMENSIONS,
    PAIR,
    Assessment,
    Characteristic,
    Gap,
    Profile,
    Review,
)
from service.catalogue.strips import NOT_STATED
from service.common.digits import plural
from service.fit import from_graph
from service.fit.claims import DeploymentClaims
from service.ontology.dimensions import dimensions
from service.ontology.labels import plain_name
from service.queries import lists
from service.records import repository
from service.records.repository import StoredRecord
from service.store.port import Engine
from service.web.pages.deployments.index import ShortAnswer, short
from service.web.pages.gaps import gap as gap_pages
from service.web.pages.shared.gap_plot import GapPlot, gap_plot
from service.web.pages.shared.paging import ROWS
from service.web.pages.studies import index as studies
from service.web.pages.studies.index import ListedStudy

WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class WrittenProfile:
    """A current profile: its version, when it was recorded, and from which file."""

    profile: Profile
    version: int
    recorded: str
    file: str


@dataclass(frozen=True)
class AnswerRow:
    """One dimension: the short answer of all profiles, and what each of them says in full."""

    dimension: str
    core: bool
    short: ShortAnswer
    said: tuple[tuple[WrittenProfile, Characteristic], ...]


@dataclass(frozen=True)
class ReviewRow:
    """A review of a card for this deployment: the benchmark by its title, verdicts by dimension."""

    review: Review
    benchmark: str
    title: str
    verdicts: Mapping[str, Assessment]


@dataclass(frozen=True)
class MeasuredBenchmark:
    """A benchmark of which a gap was measured for this deployment, and how many were."""

    id: str
    title: str
    gaps: int


@dataclass(frozen=True)
class StudyOfUse:
    """A study that measured something for the deployment, or only stands in for it."""

    study: ListedStudy
    stands_in: bool


@dataclass(frozen=True)
class DeploymentPage:
    """Everything that the page of a deployment shows.

    `total` counts all that was measured for it, of which the first are in `plot` and `others`
    (these are no pairs). `unreviewed` are the benchmarks that were measured and not reviewed.
    """

    id: str
    title: str
    stage: str
    domains: tuple[str, ...]
    written: tuple[WrittenProfile, ...]
    answers: tuple[AnswerRow, ...]
    total: int
    plot: GapPlot
    others: tuple[Gap, ...]
    reviews: tuple[ReviewRow, ...]
    reviewed: int
    unreviewed: tuple[MeasuredBenchmark, ...]
    studies: tuple[StudyOfUse, ...]
    open: tuple[str, ...]


def deployment(engine: Engine, ident: str) -> DeploymentPage:
    """Return a deployment as its page shows it. Raises `NotFound`, `Gone` and `Renamed`."""
    stored = repository.described(engine, "deployment", ident, "profile")
    written = tuple(_written(engine, found) for found in stored)
    # one whose profiles are all withdrawn counts nowhere, and is shown all the same
    known = _known(engine, ident)
    answers = tuple(_answers(engine, written, ident))
    measured = [g for g in _measured(engine) if g.deployment == ident]
    listed = lists.listing(engine, "reviews", {"deployment": ident})
    titles = {b.id: b.title for b in from_graph.benchmarks(engine)}
    of_use = tuple(_studies(engine, ident, measured))
    pairs = [g for g in measured if g.comparison in {None, PAIR}]
    return DeploymentPage(
        ident,
        known.title if known else min(w.profile.title for w in written),
        known.stage if known else NOT_STATED,
        tuple(sorted(known.domains if known else {d for w in written for d in w.profile.domains})),
        written,
        answers,
        len(measured),
        gap_plot(pairs[:ROWS]),
        tuple(g for g in measured if g not in pairs)[:ROWS],
        tuple(_reviews(engine, listed[:ROWS], titles)),
        len(listed),
        tuple(_unreviewed(measured, {last_segment(r["benchmark"]) for r in listed}, titles)),
        of_use,
        tuple(_open(answers, pairs, of_use, len(listed))),
    )


def _known(engine: Engine, ident: str) -> DeploymentClaims | None:
    """Return what profiles state of a deployment, also of one that a user described alone."""
    every = (*from_graph.deployments(engine), *from_graph.own_deployments(engine))
    return next((d for d in every if d.id == ident), None)


def _written(engine: Engine, stored: StoredRecord) -> WrittenProfile:
    profile = stored.record
    assert isinstance(profile, Profile)  # noqa: S101 - `described` returns this kind
    came = repository.provenance(engine, stored)
    return WrittenProfile(
        profile, stored.version, str(came["recorded"] or ""), str(came["file"] or "")
    )


def _answers(
    engine: Engine, written: tuple[WrittenProfile, ...], ident: str
) -> Iterator[AnswerRow]:
    """Yield the five core dimensions, and each further one that a profile speaks of."""
    known = _known(engine, ident)
    claimed = known.claimed if known else {}
    said = {
        name: tuple(
            (w, c) for w in written for c in w.profile.characteristics if c.dimension == name
        )
        for name in dimensions(engine)
    }
    for name, some in said.items():
        if some or name in CORE_DIMENSIONS:
            core = name in CORE_DIMENSIONS
            yield AnswerRow(name, core, short(name, claimed.get(name, ())), some)


def _measured(engine: Engine) -> list[Gap]:
    return [*gap_pages.records(engine), *gap_pages.compared_otherwise(engine)]


def _reviews(
    engine: Engine, listed: Iterable[Mapping[str, Any]], titles: Mapping[str, str]
) -> Iterator[ReviewRow]:
    of = {str(item["id"]): last_segment(item["benchmark"]) for item in listed}
    for stored in repository.current(engine, "review", of):
        review = stored.record
        if isinstance(review, Review):
            benchmark = of[review.id]
            verdicts = {a.dimension: a for a in review.assessments}
            yield ReviewRow(review, benchmark, titles.get(benchmark, benchmark), verdicts)


def _unreviewed(
    measured: Iterable[Gap], reviewed: set[str], titles: Mapping[str, str]
) -> Iterator[MeasuredBenchmark]:
    found = [g.benchmark for g in measured if g.benchmark and g.benchmark not in reviewed]
    for name in sorted(set(found)):
        yield MeasuredBenchmark(name, titles.get(name, name), found.count(name))


def _studies(engine: Engine, ident: str, measured: Iterable[Gap]) -> Iterator[StudyOfUse]:
    """Yield the listed studies that measured something for it, and those that stand in for it."""
    found = {study.id for gap in measured for study in gap_pages.studies(gap)}
    for thing in studies.index(engine).things:
        stands_in = any(place == ident for place, _ in thing.shown.stands_in_for)
        if stands_in or thing.id in found:
            yield StudyOfUse(thing.shown, stands_in)


def _open(
    answers: Iterable[AnswerRow],
    pairs: list[Gap],
    of_use: tuple[StudyOfUse, ...],
    reviews: int,
) -> Iterator[str]:
    """Yield what the graph does not say of a deployment: each a fact about what is recorded."""
    core = [a for a in answers if a.core]
    if lacking := [plain_name(a.dimension) for a in core if a.short.state == NOT_STATED]:
        yield f"Not stated by any profile: {'; '.join(lacking)}."
    if of_use and all(s.stands_in for s in of_use if "field" in s.study.settings):
        yield "No recorded study observed this use in the field."
    if not pairs:
        yield "No gap between an evaluation and this use is recorded."
        return
    alone = {g.varies[0] for g in pairs if len(g.varies) == 1}
    parts = {
        d
        for g in pairs
        for x in g.decompositions
        for c in x.contributions
        if len(c.dimensions) == 1
        for d in c.dimensions
    }
    never = [plain_name(d) for d in CORE_DIMENSIONS if d not in alone | parts]
    if never:
        yield f"Never changed alone in what was measured: {'; '.join(never)}."
    if bare := sum(not g.intervals for g in pairs):
        of = f"{bare} of {plural(pairs, 'gap', 'gaps')}"
        yield f"{of} {'has' if bare == 1 else 'have'} no interval in the record."
    if not reviews:
        yield "Nobody has reviewed yet whether a benchmark holds here."
