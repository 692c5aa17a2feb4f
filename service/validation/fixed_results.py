"""Recorded results of plans stay and decide by rule, also where triples are written.

Imports and `PATCH` bring plans as records, which `thresholds` looks at; here are the doors that
take any triples: SPARQL updates and the Graph Store Protocol.
"""
# DESIGN: plan-rules-once

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loaders.mapping.iris import BASE, THINGS
from loaders.model import Plan, whole_number
from service.common.problems import Conflict, Invalid, NotFound, Unreadable
from service.queries import internal
from service.records.plan_decisions import unfounded
from service.records.repository import load
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


def founded(before: Engine, after: Engine, names: Iterable[str]) -> None:
    """Raise `Invalid` where one of the graphs by these names has a plan that says what it may not.

    It is judged as an import is: what the plan said in this version, or the one before, is left.
    One that the model cannot read is left to who reads it back.
    """
    for name in names:
        ident, _, number = name.removeprefix(_PLANS).rpartition("/")
        version = whole_number(number) if name.startswith(_PLANS) else None
        if version is None:
            continue
        new = _readable(after, ident, version)
        old = _readable(before, ident, version) or _readable(after, ident, version - 1)
        for step, words in unfounded(old, new) if new else ():
            raise Invalid(f"Step {step} of the plan {ident!r}: {words}", plan=ident, step=step)


_PLANS = f"{BASE}graph/plan/"


def _readable(engine: Engine, ident: str, version: int) -> Plan | None:
    try:
        record = load(engine, "plan", ident, version).record if version > 0 else None
    except (NotFound, Unreadable):
        return None
    return record if isinstance(record, Plan) else None


def keep_replacing(engine: Engine, name: str, quads: bytes) -> None:
    """Raise as `keep` and `founded` do, if the graph `name` were to hold exactly these N-Quads."""
    held = any(s.results for versions in _steps(engine).values() for s in versions.values())
    if not held and not name.startswith(_PLANS):
        return
    scratch = open_store(None)
    graphs = {str(row["graph"]) for row in internal.rows(engine, "plan-graphs")}
    shared = {str(THINGS)} if name.startswith(_PLANS) else set()  # the names of agents and metrics
    for graph in (graphs | shared) - {name}:
        scratch.commit(lines(engine.graph(graph), graph))
    if name:
        scratch.commit(lines(engine.default_graph()))
    scratch.commit(quads)
    try:
        keep(engine, scratch)
        founded(engine, scratch, [name])
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
