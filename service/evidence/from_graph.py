"""From gap records to figures: what each measured, on which dimensions, in which domains."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from loaders.model import Contribution, Decomposition, Estimate, Gap, Measurement
from service.evidence.figures import Arm, Figure, FigureInterval
from service.fit import from_graph
from service.queries import lists
from service.queries.cache import cached_per_state
from service.records import repository
from service.store.port import Engine


@cached_per_state
def figures(engine: Engine) -> tuple[Figure, ...]:
    """Return the figures of every current gap."""
    fields = {b.id: b.domains for b in from_graph.benchmarks(engine)}
    fields |= {f"at {p.id}": p.domains for p in from_graph.deployments(engine)}
    listed = (str(item["id"]) for item in lists.listing(engine, "gaps", {}))
    gaps = (repository.load(engine, "gap", ident).record for ident in listed)
    return tuple(f for gap in gaps if isinstance(gap, Gap) for f in of_gap(gap, fields))


def of_gap(gap: Gap, domains: Mapping[str, frozenset[str]]) -> list[Figure]:
    """Return the contributions of a gap, or the gap itself where it is not taken apart.

    `domains` gives the domains of a benchmark under its id, of a deployment under `at {id}`.
    """
    near = domains.get(gap.benchmark, frozenset()) | domains.get(
        f"at {gap.deployment}", frozenset()
    )
    parts = [_part(gap, d, c) for d in gap.decompositions for c in d.contributions]
    return [replace(figure, domains=near) for figure in parts or [_whole(gap)]]


def _whole(gap: Gap) -> Figure:
    scores = _scores(gap)
    ends = (scores.get(gap.evaluation), scores.get(gap.changed))
    return _figure(gap, gap, "whole-gap", frozenset(gap.varies), ends)


def _part(gap: Gap, parent: Decomposition, part: Contribution) -> Figure:
    scores, base = _scores(gap), f"decomposition-{parent.key}"
    rungs = {f"{base}/rung-{r.position}": scores.get(r.measurement) for r in parent.rungs}
    ends = (rungs.get(part.from_rung or ""), rungs.get(part.to_rung or ""))
    return _figure(gap, part, "contribution", frozenset(part.dimensions), ends)


def _scores(gap: Gap) -> dict[str, Measurement]:
    return {f"measurement-{m.key}": m for m in gap.measurements}


def _figure(
    gap: Gap,
    estimate: Estimate,
    role: str,
    dimensions: frozenset[str],
    ends: tuple[Measurement | None, Measurement | None],
) -> Figure:
    before, after = ends
    return Figure(
        gap=gap.id,
        role=role,
        dimensions=dimensions,
        changed=changed(before, after),
        value=_float(estimate.value),
        unit=estimate.unit,
        kind=gap.gap_kind,
        verification=gap.verification,
        title=gap.title,
        benchmark=gap.benchmark,
        deployment=gap.deployment,
        studies=frozenset(m.study.id for m in ends if m and m.study),
        status=gap.status,
        qualifier=estimate.qualifier,
        as_reported=estimate.as_reported,
        lowest=_float(estimate.lowest),
        highest=_float(estimate.highest),
        intervals=tuple(_bounds(estimate)),
        before=Arm(before.n, before.events) if before else Arm(),
        after=Arm(after.n, after.events) if after else Arm(),
        losses=estimate.losses if isinstance(estimate, Contribution) else None,
        gains=estimate.gains if isinstance(estimate, Contribution) else None,
        not_given=estimate.not_given,
        conflicts=frozenset(gap.conflicts_with),
        sources=tuple(s.url for s in gap.sources),
    )


def _bounds(estimate: Estimate) -> Iterator[FigureInterval]:
    for i in estimate.intervals:
        yield FigureInterval(
            float(i.lower), float(i.upper), float(i.level), i.interval_method, i.sampling_unit
        )


def changed(before: Measurement | None, after: Measurement | None) -> frozenset[str]:
    """Return the dimensions on which the conditions of two scores state different values."""
    first, second = _under(before), _under(after)
    return frozenset(d for d in first.keys() & second.keys() if first[d] != second[d])


def _under(score: Measurement | None) -> dict[str, frozenset[str]]:
    given = [v.split("/", 1) for v in score.condition.under] if score and score.condition else []
    return {d: frozenset(v for e, v in given if e == d) for d, _ in given}


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
