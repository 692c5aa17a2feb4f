"""One review as prose: who judged, against what, and for each assumption verdict and reason."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from loaders.model import Assessment, Assumption, Card, Review
from service.common.digits import plural
from service.common.problems import Gone, NotFound, Unreadable
from service.fit import from_graph
from service.fit.claims import Claim
from service.ontology.plain_names import VERDICTS
from service.queries import lists
from service.records import repository
from service.store.port import Engine
from service.web.pages.shared.tables import called


@dataclass(frozen=True)
class JudgedAssumption:
    """One assumption: the judgement, what the card assumes, what the deployment's profiles say."""

    assessment: Assessment
    assumed: Assumption | None
    deployed: tuple[Claim, ...]


@dataclass(frozen=True)
class OtherReview:
    """Another review for the same deployment: of which benchmark, by whom."""

    id: str
    benchmark: str
    author: str
    same: bool


@dataclass(frozen=True)
class ReviewPage:
    """A review with what it is about; `summary` counts its verdicts in words.

    `card` is None where the version that was reviewed cannot be read.
    """

    review: Review
    version: int
    recorded: str
    benchmark: str
    benchmark_title: str
    deployment_title: str
    card: Card | None
    card_version: int
    judged: tuple[JudgedAssumption, ...]
    summary: str
    others: tuple[OtherReview, ...]


def review(engine: Engine, ident: str) -> ReviewPage:
    """Return a review as its page shows it. Raises `NotFound`, `Gone`, `Renamed`, `Unreadable`."""
    stored = repository.load(engine, Review.kind, ident)
    found = stored.record
    assert isinstance(found, Review)  # noqa: S101 - `load` returns this kind
    path, _, version = found.card.rpartition("/")
    card = _card(engine, path, int(version))
    benchmark = card.benchmark.id if card else path.partition("/")[0]
    deployments = {d.id: d for d in from_graph.deployments(engine)}
    place = deployments.get(found.deployment)
    titles = {b.id: b.title for b in from_graph.benchmarks(engine)}
    return ReviewPage(
        found,
        stored.version,
        str(repository.provenance(engine, stored)["recorded"] or ""),
        benchmark,
        titles.get(benchmark) or (card.title if card else benchmark),
        place.title if place else found.deployment,
        card,
        int(version),
        tuple(_judged(found, card, place.claimed if place else {})),
        _summary(found),
        tuple(_others(engine, found, benchmark)),
    )


def _card(engine: Engine, path: str, version: int) -> Card | None:
    try:
        card = repository.load(engine, Card.kind, path, version).record
    except (Gone, NotFound, Unreadable):
        return None
    return card if isinstance(card, Card) else None


def _judged(
    found: Review, card: Card | None, deployed: Mapping[str, tuple[Claim, ...]]
) -> Iterator[JudgedAssumption]:
    assumed = {a.dimension: a for a in card.assumptions} if card else {}
    for one in found.assessments:
        name = one.dimension
        yield JudgedAssumption(one, assumed.get(name), deployed.get(name, ()))


def _summary(found: Review) -> str:
    """Return how many assumptions have which verdict: `3 violated, 1 partly, 1 holds`."""
    counts = Counter(one.verdict for one in found.assessments)
    said = [f"{counts[code]} {words}" for code, words in VERDICTS.items() if counts[code]]
    judged = plural(len(found.assessments), "assumption", "assumptions")
    return f"Of {judged}: {', '.join(said)}." if said else "It judges no assumption."


def _others(engine: Engine, found: Review, benchmark: str) -> Iterator[OtherReview]:
    """Yield the other reviews for the deployment, those of the same benchmark first."""
    listed = lists.listing(engine, "reviews", {"deployment": found.deployment})
    others = [i for i in listed if i["id"] != found.id]
    same = {str(i["id"]): i["benchmark"].endswith(f"/{benchmark}") for i in others}
    titles = called({str(i["benchmark"]) for i in others}, engine)
    for item in sorted(others, key=lambda i: (not same[str(i["id"])], str(i["id"])))[:10]:
        title = titles[str(item["benchmark"])]
        yield OtherReview(str(item["id"]), title, str(item["author"]), same[str(item["id"])])
