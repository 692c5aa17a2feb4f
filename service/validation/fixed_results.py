"""Recorded results of plans stay, with their thresholds, also where triples are written.

Imports and `PATCH` bring plans as records, which `thresholds` looks at; here are the doors that
take any triples: SPARQL updates and the Graph Store Protocol.
"""
# DESIGN: plan-rules-once

from collections.abc import Mapping
from dataclasses import dataclass

from loaders.mapping.iris import BASE
from loaders.model import whole_number
from service.common.problems import Conflict
from service.queries import internal
from service.store.oxigraph.store import open_store
from service.store.port import Engine
from service.store.rdf_input import lines


@dataclass(frozen=True)
class _Step:
    """A step in one version of a plan: its results, units planned, every threshold it has.

    A threshold is (unit, most, least, level).
    """

    results: frozenset[str]
    thresholds: frozenset[tuple[str, ...]]
    planned: int


_Steps = Mapping[tuple[str, str], Mapping[int, _Step]]
"""Steps by the IRI of the plan and their number, then by version of the plan."""


def keep(before: Engine, after: Engine) -> None:
    """Raise `Conflict` where `after` lacks a recorded result, or has moved what was fixed for it.

    A result stays in the version that records it; its threshold, and the units planned at the
    least, in this and later ones, which have as many results or more.
    """
    now = _steps(after)
    for (plan, number), versions in _steps(before).items():
        for version, step in versions.items():
            if step.results and not _kept(version, step, now.get((plan, number), {})):
                raise Conflict(
                    f"Step {number} of the plan {plan.removeprefix(f'{BASE}id/plan/')!r} has a "
                    "result. It stays, and so do the threshold and size fixed before it. "
                    "Waive the step with a reason, or serve with --gate off.",
                    plan=plan,
                    step=number,
                )


def _kept(version: int, step: _Step, now: Mapping[int, _Step]) -> bool:
    later = [s for v, s in now.items() if v >= version]
    fixed = {s.thresholds for s in later} == {step.thresholds}
    grows = all(len(s.results) >= len(step.results) and s.planned >= step.planned for s in later)
    return now.get(version) == step and fixed and grows


def keep_replacing(engine: Engine, name: str, quads: bytes) -> None:
    """Raise `Conflict`, as `keep` does, if the graph `name` were to hold exactly these N-Quads."""
    if not any(s.results for versions in _steps(engine).values() for s in versions.values()):
        return
    scratch = open_store(None)
    for graph in {str(row["graph"]) for row in internal.rows(engine, "plan-graphs")} - {name}:
        scratch.commit(lines(engine.graph(graph), graph))
    if name:
        scratch.commit(lines(engine.default_graph()))
    scratch.commit(quads)
    try:
        keep(engine, scratch)
    finally:
        scratch.close()


def _steps(engine: Engine) -> _Steps:
    results: dict[tuple[str, str, int], set[str]] = {}
    thresholds: dict[tuple[str, str, int], set[tuple[str, ...]]] = {}
    planned: dict[tuple[str, str, int], int] = {}
    for row in internal.rows(engine, "plan-steps"):
        key = str(row["plan"]), str(row["position"]), int(str(row["version"]))
        ends = tuple(str(row.get(name, "")) for name in ("unit", "most", "least", "level"))
        thresholds.setdefault(key, set()).add(ends)
        results.setdefault(key, set()).update(str(row[n]) for n in ("result",) if n in row)
        planned[key] = max(planned.get(key, 0), whole_number(str(row.get("planned", 0))) or 0)
    found: dict[tuple[str, str], dict[int, _Step]] = {}
    for plan, number, version in thresholds:
        key = plan, number, version
        step = _Step(frozenset(results[key]), frozenset(thresholds[key]), planned[key])
        found.setdefault((plan, number), {})[version] = step
    return found
