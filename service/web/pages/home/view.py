"""What the home page shows: how much the graph holds, and one gap taken apart."""

from dataclasses import dataclass

from service.common.problems import NotFound
from service.queries import catalog, lists
from service.queries.cache import cached_per_state
from service.store.port import Engine
from service.web.pages.gaps import gap as gap_view

SHOWN_GAP = "bean2026-gpt4o-recomputed"
"""The gap that the home page takes apart, where the store holds it."""

COUNTED = {
    "benchmarks": "Benchmark",
    "cards": "BenchmarkCard",
    "datasets": "EvaluationDataset",
    "implementations": "Implementation",
    "results": "EvaluationResult",
    "systems": "AISystem",
    "deployments": "Deployment",
    "reviews": "DeploymentReview",
    "gaps": "PerformanceGap",
}
"""What is counted, with the class it has in the ontology."""

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
class HomePage:
    """How many things and records the store holds, and the gap that is shown.

    `drafts` are the benchmarks of which no card is more than a draft: most have no answers yet.
    `stages` are the deployments by stage; `not stated` is one of them, and none is guessed.
    """

    counts: dict[str, int]
    drafts: int
    stages: dict[str, int]
    gap: gap_view.GapPage | None


@cached_per_state
def front(engine: Engine) -> HomePage:
    """Return what the home page shows of a store."""
    rows = catalog.run(catalog.named_query("records-by-kind"), {}, engine)
    by_class = {str(r["kind"]).rpartition("#")[2]: int(str(r["count"])) for r in rows}
    at = catalog.run(catalog.named_query("deployments-by-stage"), {}, engine)
    stages = {str(r["stage"]).replace("-", " "): int(str(r["deployments"])) for r in at}
    counts = {name: by_class.get(kind, 0) for name, kind in COUNTED.items()}
    cards = lists.listing(engine, "cards", {})
    read = {card["benchmark"] for card in cards if card["status"] != "draft"}
    drafts = len({card["benchmark"] for card in cards} - read)
    return HomePage(counts, drafts, stages, _gap(engine))


def _gap(engine: Engine) -> gap_view.GapPage | None:
    try:
        return gap_view.alone(engine, SHOWN_GAP)
    except NotFound:
        return None
