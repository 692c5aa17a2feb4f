"""Measured figures and ladders as values of the answer: numbers, words, n, who measured."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from loaders.model import (
    CORE_DIMENSIONS,
    NO_INTERVAL,
    Contribution,
    Decomposition,
    Estimate,
    Gap,
    Interval,
    Measurement,
    System,
    interval_words,
)
from service.common.amounts import QUALIFIERS, measure
from service.common.digits import Digits, counted, exact, printed
from service.evidence.figures import PROPORTION_UNITS, Figure
from service.fit.claims import DeploymentClaims
from service.ontology.labels import label
from service.score_claims.citing import SourceNumbers
from service.score_claims.losses import LEAST, AlikeFigures, PlacedFigure, nearness, points
from service.score_claims.model import (
    Ladder,
    LadderChange,
    LadderScore,
    LossGroup,
    LossInterval,
    LossRange,
    MeasuredLoss,
    TitledThing,
)

_DIRECTIONS = {True: "higher is better", False: "lower is better", None: "direction not stated"}
_ROUNDED = Decimal("0.01")


@dataclass(frozen=True)
class FigureContext:
    """What figures are put into words with: the gaps behind them, titles, and whose claim it is."""

    gaps: Mapping[str, Gap]
    titles: Mapping[str, str]
    domains: Mapping[str, frozenset[str]]
    benchmark: str
    systems: frozenset[str]
    use: DeploymentClaims
    sources: SourceNumbers

    def title(self, benchmark: str | None) -> TitledThing | None:
        """Return a benchmark with its title; None for none."""
        if not benchmark:
            return None
        return TitledThing(id=benchmark, title=self.titles.get(benchmark) or benchmark)


def group(known: FigureContext, found: AlikeFigures) -> LossGroup:
    """Return figures of one change with their range, or why there is none."""
    first, kind = found.first, found.first.figure.metric_class
    words = (kind.label or kind.code) if kind else "class of metric not stated"
    return LossGroup(
        assumptions=list(first.assumptions),
        also_changed=list(first.also_changed),
        scope=first.scope,
        metric_class=kind.code if kind else None,
        metric_words=words,
        range=_range(found),
        no_range_because=None if found.ends else _no_range(len(found.comparable)),
        figures=[loss(known, f) for f in found.figures],
    )


def _range(found: AlikeFigures) -> LossRange | None:
    if found.ends is None:
        return None
    low, high = (float(exact(end).quantize(_ROUNDED)) for end in found.ends)
    return LossRange(lowest=low, highest=high, figures=len(found.comparable), studies=found.studies)


def _no_range(comparable: int) -> str:
    return f"{comparable} of at least {LEAST} comparable figures"


def loss(known: FigureContext, placed: PlacedFigure) -> MeasuredLoss:
    """Return one figure with all that a reader needs to judge it."""
    figure = placed.figure
    gap = known.gaps[figure.gap]
    estimate = _estimate(gap, figure.part)
    widest = _widest(estimate)
    sizes = [figure.before.n, figure.after.n]
    return MeasuredLoss(
        gap=figure.gap,
        part=figure.part or None,
        title=figure.title,
        points=placed.points,
        words=_points(figure.value or 0.0, figure.unit, figure.step, figure.qualifier),
        interval=_interval(widest, figure.unit) if widest else None,
        interval_words=_interval_words(estimate, figure.unit, figure.step),
        n=sizes,
        n_words=_sizes(sizes, figure.not_given),
        metric=_metric(gap, figure),
        studies=_studies(gap, figure.studies),
        systems=named(gap.systems),
        benchmark=figure.benchmark or None,
        deployment=figure.deployment,
        verification=figure.verification,
        measured_by=_measured_by(estimate, gap),
        same_model=bool(known.systems & figure.systems),
        same_benchmark=figure.benchmark == known.benchmark,
        stands_in=_stands_in(gap, figure.studies),
        not_comparable=placed.not_comparable,
        sources=known.sources.cited(gap.sources),
    )


def _estimate(gap: Gap, part: str) -> Estimate:
    """Return the contribution at a place of a gap; the gap itself where no place is given."""
    parts = {
        f"decomposition-{d.key}/contribution-{c.position}": c
        for d in gap.decompositions
        for c in d.contributions
    }
    return parts.get(part, gap)


def _measured_by(estimate: Estimate, gap: Gap) -> str | None:
    """Return who measured a figure; of a contribution that does not say, who measured the gap."""
    code = estimate.measured_by or gap.measured_by
    return label(f"code/measurer/{code}").lower() if code else None


def _metric(gap: Gap, figure: Figure) -> str | None:
    """Return the metric of the first score with its direction; None where no score names one."""
    code = figure.before.metric or figure.after.metric
    name = next((m.metric.name for m in gap.measurements if m.metric.id == code), None)
    return f"{name} ({_DIRECTIONS[figure.higher_is_better]})" if name else None


def named(systems: Iterable[System]) -> list[TitledThing]:
    """Return systems with their names."""
    return [TitledThing(id=s.id, title=s.name or s.id) for s in systems]


def _studies(gap: Gap, chosen: Collection[str]) -> list[TitledThing]:
    found = {m.study.id: m.study for m in gap.measurements if m.study and m.study.id in chosen}
    return [TitledThing(id=i, title=s.name or i) for i, s in sorted(found.items())]


def _stands_in(gap: Gap, chosen: Collection[str]) -> bool:
    """Tell whether a study of a figure stands in for a use, with people who act a part of it."""
    return any(
        m.study.stands_in_for is not None
        for m in gap.measurements
        if m.study and m.study.id in chosen
    )


def _in_points(value: Digits, unit: str) -> Decimal:
    return exact(value) * 100 / int(PROPORTION_UNITS[unit])


def _printed(value: Digits, unit: str, step: Digits | None) -> str:
    """Return a difference in points with the digits that it was reported with."""
    found = _in_points(value, unit).normalize()
    plain = found if -int(found.as_tuple().exponent) > 0 else found.quantize(Decimal(1))
    return printed(plain, None if step is None else _in_points(step, unit).normalize())


def _points(value: Digits, unit: str, step: Digits | None, qualifier: str | None) -> str:
    lead = QUALIFIERS.get(qualifier or "", "")
    return f"{lead} {_printed(value, unit, step)}".strip()


def _interval(found: Interval, unit: str) -> LossInterval:
    return LossInterval(
        lower=float(_in_points(found.lower, unit)),
        upper=float(_in_points(found.upper, unit)),
        level=float(found.level),
        method=found.interval_method,
        unit=found.sampling_unit,
        caution=found.caution,
    )


def _widest(estimate: Estimate) -> Interval | None:
    return max(estimate.intervals, key=lambda i: i.upper - i.lower, default=None)


def _cautions(*estimates: Estimate) -> list[str]:
    """Return why not to lean on the widest intervals, each reason once."""
    widest = [w for w in map(_widest, estimates) if w and w.caution]
    return list(dict.fromkeys(w.caution for w in widest if w.caution))


def _interval_words(estimate: Estimate, unit: str, step: Digits | None) -> str:
    """Return the widest interval in words, or that none was reported, or seen."""
    widest = _widest(estimate)
    if widest is None:
        seen = "interval-not-seen" not in estimate.not_given
        return NO_INTERVAL if seen else "no interval seen"
    lower, upper = (_printed(end, unit, step) for end in (widest.lower, widest.upper))
    by = f"by {widest.sampling_unit}" if widest.sampling_unit else None
    return interval_words(lower, upper, widest.level, by)


def _sizes(sizes: Sequence[int | None], not_given: Collection[str]) -> str:
    known = list(dict.fromkeys(counted(n) for n in sizes if n))
    if known:
        return f"n {' and '.join(known)}"
    return "no n seen" if "sample-size-not-seen" in not_given else "no n reported"


def ladders(known: FigureContext, broken: Collection[str], again: Collection[str]) -> list[Ladder]:
    """Return the gaps that one study took apart step by step over broken assumptions alone.

    At least two of them changed, one after the other. `again` names gaps whose figures are those of
    another record. Nearest first, then those in which most changed.
    """
    found = [
        ladder
        for gap in known.gaps.values()
        if gap.id not in again and gap.unit in PROPORTION_UNITS
        for division in gap.decompositions
        if (ladder := _ladder(known, gap, division, broken)) is not None
    ]
    order = ("here", "same-domain", "elsewhere")
    return sorted(found, key=lambda x: (order.index(x.scope), -len(_covered(x)), x.gap))


def _covered(ladder: Ladder) -> set[str]:
    return {name for step in ladder.steps for name in step.assumptions}


def _ladder(
    known: FigureContext, gap: Gap, found: Decomposition, broken: Collection[str]
) -> Ladder | None:
    scores = {f"measurement-{m.key}": m for m in gap.measurements}
    rungs = [scores.get(r.measurement) for r in sorted(found.rungs, key=lambda r: r.position)]
    at = [m for m in rungs if m and m.value is not None]
    if len(at) < len(rungs) or gap.value is None or not _climbs(found, broken):
        return None
    steps = [_step(c, gap.unit, broken) for c in found.contributions]
    covered = {name for step in steps for name in step.assumptions}
    if len(steps) < LEAST or len(covered) < LEAST:
        return None
    sizes = [at[0].n, at[-1].n]
    return Ladder(
        gap=gap.id,
        title=gap.title,
        scope=nearness({gap.deployment}, _domains(known, gap), known.use),
        benchmark=known.title(gap.benchmark),
        systems=named(gap.systems),
        scores=[_score(m) for m in at],
        steps=steps,
        total=points(float(gap.value), gap.unit),
        total_words=_points(gap.value, gap.unit, gap.precision, gap.qualifier),
        total_interval_words=_interval_words(gap, gap.unit, gap.precision),
        cautions=_cautions(gap, *found.contributions),
        n_words=_sizes(sizes, gap.not_given),
        complete=covered == set(broken),
        verification=gap.verification,
        measured_by=_measured_by(gap, gap),
        same_benchmark=gap.benchmark == known.benchmark,
        same_model=any(s.id in known.systems for s in gap.systems),
        stands_in=_stands_in(gap, {m.study.id for m in gap.measurements if m.study}),
        sources=known.sources.cited(gap.sources),
    )


def _climbs(found: Decomposition, broken: Collection[str]) -> bool:
    """Tell whether a division is by steps, each of which changed what breaks, and nothing held."""
    cores = [{d for d in c.dimensions if d in CORE_DIMENSIONS} for c in found.contributions]
    return (
        found.decomposition_method == "sequential"
        and all(core and core <= set(broken) for core in cores)
        and all(c.value is not None for c in found.contributions)
    )


def _domains(known: FigureContext, gap: Gap) -> frozenset[str]:
    """Return the domains of the benchmark of a gap, and of the use where it was measured in it."""
    return known.domains.get(gap.benchmark or "", frozenset())


def _step(found: Contribution, unit: str, broken: Collection[str]) -> LadderChange:
    value = found.value or Decimal()
    return LadderChange(
        assumptions=[d for d in CORE_DIMENSIONS if d in found.dimensions and d in broken],
        also_changed=sorted(d for d in found.dimensions if d not in CORE_DIMENSIONS),
        points=points(float(value), unit),
        words=_printed(value, unit, found.precision),
        interval_words=_interval_words(found, unit, found.precision),
    )


def _score(found: Measurement) -> LadderScore:
    value = found.value or Decimal()
    return LadderScore(
        name=(found.condition and found.condition.name) or found.key.replace("-", " "),
        about=found.condition.description if found.condition else None,
        value=float(value) * (100 if found.unit == "fraction" else 1),
        words=measure(value, found.unit, found.precision),
    )
