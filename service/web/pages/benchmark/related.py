"""What stands at lower levels beside a benchmark: what is matched to it, and reported runs.

None of it is said of the benchmark: a run joins it only by the name of a dataset.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from loaders.mapping.iris import path_below
from loaders.model import Result
from service.queries import lists
from service.records import repository
from service.store.port import Engine

MOST = 30
"""The most runs that one page shows."""


@dataclass(frozen=True)
class ReportedRun:
    """A current result, when it was recorded, and the dataset names that it shares."""

    result: Result
    version: int
    recorded: str
    datasets: tuple[str, ...]


@dataclass(frozen=True)
class ReportedRuns:
    """The first runs by identity, and how many there are in all."""

    shown: tuple[ReportedRun, ...]
    total: int


def runs(engine: Engine, benchmark: str) -> ReportedRuns:
    """Return the results that name a dataset which the benchmark, or what is matched, names."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for item in lists.listing(engine, "runs", {"benchmark": benchmark}):
        found[str(item["id"])].add(str(item["dataset"]))
    first = sorted(found)[:MOST]
    return ReportedRuns(
        tuple(
            _run(engine, stored, tuple(sorted(found[stored.record.id])))
            for stored in repository.current(engine, "result", first)
        ),
        len(found),
    )


def _run(engine: Engine, stored: repository.HeldRecord, datasets: tuple[str, ...]) -> ReportedRun:
    result = stored.record
    assert isinstance(result, Result)  # noqa: S101 - what the list of runs names
    recorded = str(repository.provenance(engine, stored)["recorded"] or "")
    return ReportedRun(result, stored.version, recorded, datasets)


def matched(engine: Engine, benchmark: str) -> list[dict[str, Any]]:
    """Return the confirmed matches of the benchmark: what belongs to it, how, and who says so.

    Each is an item of the list of matches, with the `path` of the subject below `id/`.
    """
    filters = {"benchmark": benchmark, "status": "accepted"}
    found = lists.listing(engine, "matches", filters)
    return [{**item, "path": path_below(item["subject"])} for item in found]
