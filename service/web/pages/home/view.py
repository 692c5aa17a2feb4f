"""What the home page shows: one gap as a waterfall, one finding, and how much there is."""

from dataclasses import dataclass

from service.common.problems import NotFound
from service.fit.outcomes import OutcomeFinding, outcome_finding
from service.queries import catalog, lists
from service.queries.cache import cached_per_state
from service.store.port import Engine
from service.web.pages.gaps import gap as gap_view
from service.web.pages.shared.fall import Fall, fall
from service.web.pages.shared.numbers import Breakdown

SHOWN_GAP = "bean2026-gpt4o-recomputed"
"""The gap that the home page shows, where the store holds it."""

CHANGES = (
    "Person's first message instead",
    "Conversation instead of a message",
    "The person's own conclusion",
)
"""What changes from row to row of that gap; its scores have names of their own."""

FIELD = "healthcare"
"""The domain whose benchmarks the finding is about."""

EXAMPLE_USE = "public-self-assessment"
"""The deployment that the form of a claim begins with."""

COUNTED = {
    "benchmarks": "Benchmark",
    "deployments": "Deployment",
    "gaps": "PerformanceGap",
    "studies": "Study",
    "reviews": "DeploymentReview",
    "sources": "Source",
    "systems": "AISystem",
    "datasets": "EvaluationDataset",
    "implementations": "Implementation",
    "results": "EvaluationResult",
}
"""What is counted, with the class it has in the ontology."""

NAMED = {"gaps": "measured gaps"}
"""What a count is called, if not by the name of its page."""

ONE = {"gaps": "measured gap", "studies": "study"}
"""What one is called, if not by the name of its page without its last letter."""

QUESTIONS = (
    "assumed-vs-deployed",
    "what-breaks",
    "conflicting-claims",
    "largest-gaps",
    "dimensions-without-evidence",
    "uncovered-deployments",
)
"""The named questions that stand on the home page; all of them stand at /queries."""


@dataclass(frozen=True)
class ShownGap:
    """A gap with its rows, and the names that these have on the home page."""

    page: gap_view.GapPage
    breakdown: Breakdown
    fall: Fall
    names: tuple[str, ...]


@dataclass(frozen=True)
class HomePage:
    """What the home page shows.

    `counts` are (address, name, count); `drafts` counts the benchmarks of which there are only
    drafts, `stages` the deployments by how far they have come.
    """

    counts: tuple[tuple[str, str, int], ...]
    drafts: int
    stages: dict[str, int]
    shown: ShownGap | None
    finding: OutcomeFinding
    example_use: str = EXAMPLE_USE


@cached_per_state
def front(engine: Engine) -> HomePage:
    """Return what the home page shows of a store."""
    at = catalog.run(catalog.named_query("deployments-by-stage"), {}, engine)
    stages = {str(r["stage"]).replace("-", " "): int(str(r["deployments"])) for r in at}
    cards = lists.listing(engine, "cards", {})
    read = {card["benchmark"] for card in cards if card["status"] != "draft"}
    drafts = len({card["benchmark"] for card in cards} - read)
    finding = outcome_finding(engine, FIELD)
    return HomePage(_counts(engine), drafts, stages, _shown(engine), finding)


def _counts(engine: Engine) -> tuple[tuple[str, str, int], ...]:
    rows = catalog.run(catalog.named_query("records-by-kind"), {}, engine)
    found = {str(r["kind"]).rpartition("#")[2]: int(str(r["count"])) for r in rows}
    return tuple(
        (f"/{name}", _called(name, found[kind]), found[kind])
        for name, kind in COUNTED.items()
        if found.get(kind)
    )


def _called(name: str, count: int) -> str:
    return ONE.get(name, name.removesuffix("s")) if count == 1 else NAMED.get(name, name)


def _shown(engine: Engine) -> ShownGap | None:
    try:
        page = gap_view.alone(engine, SHOWN_GAP)
    except NotFound:
        return None
    breakdown = next((b for b in page.breakdowns if b.key == "sequential"), page.breakdowns[0])
    rows = fall(breakdown, page.units)
    if rows is None:
        return None
    first, *changes, last = (row.number.words for row in rows.rows)
    names = CHANGES if len(changes) == len(CHANGES) else changes
    return ShownGap(page, breakdown, rows, (first, *names, last))
