"""From gap records to figures: what each measured, on which dimensions, in which domains."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from loaders.model import Contribution, Decomposition, Estimate, Gap, Measurement
from service.evidence import copies
from service.evidence.figures import Arm, Figure, FigureInterval
from service.fit import from_graph
from service.ontology.metric_classes import metric_classes
from service.ontology.scheme_queries import tail
from service.ontology.schemes import MetricClass
from service.queries import internal
from service.queries.cache import cached_per_state
from service.records.gaps import current
from service.store.port import Engine

_Ends = tuple[Measurement | None, Measurement | None]


@cached_per_state
def figures(engine: Engine) -> tuple[Figure, ...]:
    """Return the figures of every current gap; of one that is recorded twice each says so."""
    fields = {b.id: b.domains for b in from_graph.benchmarks(engine)}
    fields |= {f"at {p.id}": p.domains for p in from_graph.deployments(engine)}
    classes = metric_classes(engine)
    rows = internal.rows(engine, "several-systems")
    several = frozenset(tail(row, "system") or "" for row in rows)
    counted = (held.gap for held in current(engine).values() if held.counts)
    found = (f for gap in counted for f in of_gap(gap, fields, classes))
    known = (replace(f, several=not several.isdisjoint(f.systems)) for f in found)
    return copies.marked(known, _within(engine))


def _within(engine: Engine) -> Mapping[str, frozenset[str]]:
    pairs = [
        (tail(row, "dimension") or "", tail(row, "above") or "")
        for row in internal.rows(engine, "dimensions-within")
    ]
    return {name: frozenset(above for n, above in pairs if n == name) for name, _ in pairs}


def of_gap(
    gap: Gap, domains: Mapping[str, frozenset[str]], classes: Mapping[str, MetricClass]
) -> list[Figure]:
    """Return the contributions of a gap, or the gap itself where it is not taken apart.

    `domains` has those of a benchmark under its id, and those of a deployment under `at {id}`.
    `classes` has the classes of metric by code.
    """
    near = domains.get(gap.benchmark or "", frozenset()) | domains.get(
        f"at {gap.deployment}", frozenset()
    )
    read = _GapReader(gap, classes)
    parts = [read.part(d, c) for d in gap.decompositions for c in d.contributions]
    return [replace(figure, domains=near) for figure in parts or [read.whole()]]


@dataclass(frozen=True)
class _GapReader:
    """Reads the figures of one gap."""

    gap: Gap
    classes: Mapping[str, MetricClass]

    def whole(self) -> Figure:
        return self.figure(self.gap, frozenset(self.gap.varies), self.ends())

    def ends(self) -> _Ends:
        scores = self.scores()
        return scores.get(self.gap.evaluation), scores.get(self.gap.changed)

    def scores(self) -> dict[str, Measurement]:
        return {f"measurement-{m.key}": m for m in self.gap.measurements}

    def part(self, parent: Decomposition, part: Contribution) -> Figure:
        scores, base = self.scores(), f"decomposition-{parent.key}"
        rungs = {f"{base}/rung-{r.position}": scores.get(r.measurement) for r in parent.rungs}
        ends = (rungs.get(part.from_rung or ""), rungs.get(part.to_rung or ""))
        found = self.figure(part, frozenset(part.dimensions), ends)
        place = f"{base}/contribution-{part.position}"
        return replace(found, role="contribution", part=place, losses=part.losses, gains=part.gains)

    def figure(self, estimate: Estimate, dimensions: frozenset[str], ends: _Ends) -> Figure:
        """Return what an estimate says; one between unknown ends has the metrics of the gap."""
        gap = self.gap
        measured = [m for m in ends if m] or [m for m in self.ends() if m]
        before, after = map(self.arm, ends)
        return Figure(
            gap=gap.id,
            role="whole-gap",
            dimensions=dimensions,
            changed=_changed(before, after),
            value=_float(estimate.value),
            unit=estimate.unit,
            kind=gap.gap_kind,
            verification=gap.verification,
            title=gap.title,
            benchmark=gap.benchmark or "",
            deployment=gap.deployment,
            author=gap.author.id,
            studies=frozenset(m.study.id for m in ends if m and m.study),
            systems=frozenset(s.id for s in gap.systems),
            classes=frozenset(self.class_of(m) for m in measured),
            directions=frozenset(m.metric.higher_is_better for m in measured),
            status=gap.status,
            qualifier=estimate.qualifier,
            as_reported=estimate.as_reported,
            lowest=_float(estimate.lowest),
            highest=_float(estimate.highest),
            step=_float(estimate.precision or gap.precision),
            intervals=tuple(_bounds(estimate)),
            before=before,
            after=after,
            not_given=estimate.not_given,
            conflicts=frozenset(gap.conflicts_with),
            sources=tuple(s.url for s in gap.sources),
        )

    def class_of(self, score: Measurement) -> MetricClass | None:
        code = score.metric.metric_class
        return self.classes.get(code, MetricClass(code, code)) if code else None

    def arm(self, score: Measurement | None) -> Arm:
        if score is None:
            return Arm()
        kind = self.class_of(score)
        return Arm(
            n=score.n,
            events=score.events,
            value=_float(score.value),
            unit=score.unit,
            step=_float(score.precision),
            metric=score.metric.id,
            study=score.study.id if score.study else None,
            under=frozenset(score.condition.under if score.condition else ()),
            items=bool(kind and kind.share_of_items),
        )


def _bounds(estimate: Estimate) -> Iterator[FigureInterval]:
    for i in estimate.intervals:
        yield FigureInterval(
            float(i.lower),
            float(i.upper),
            float(i.level),
            i.interval_method,
            i.sampling_unit,
            i.clusters,
            i.caution,
        )


def _changed(before: Arm, after: Arm) -> frozenset[str]:
    """Return the dimensions on which the conditions of two scores state different values."""
    first, second = before.where, after.where
    return frozenset(d for d in first.keys() & second.keys() if first[d] != second[d])


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
