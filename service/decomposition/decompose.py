"""Decompose a gap: contributions, subtotals and residual, with intervals and warnings.

Intervals are percentile bootstraps: over items (what is paired stays paired) and over clusters
(all rungs of a cluster are drawn together). Values are percentages and percentage points; a
loss is positive, also where lower scores are better. Wilson 1927 for one proportion.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from service.common.problems import BadRequest
from service.decomposition import diagnostics, shapley
from service.decomposition.bootstrap import MANY, Floats, cluster_means, item_means
from service.decomposition.design import Design, by_kind, design
from service.decomposition.diagnostics import Cluster, Flow
from service.decomposition.scores import Items, Scores

LEVEL = 0.95
MOST_RESAMPLES = 100_000


@dataclass(frozen=True)
class ScoreInterval:
    """An interval in percent or percentage points at level 0.95, with what was resampled."""

    lower: float
    upper: float
    unit: str
    method: str


@dataclass(frozen=True)
class Score:
    """One condition: mean score in percent, n, successes where scores are 0 or 1."""

    rung: str
    changed: tuple[str, ...] | None
    value: float
    n: int | None
    events: int | None
    intervals: tuple[ScoreInterval, ...]


@dataclass(frozen=True)
class Difference:
    """A difference of scores in percentage points; positive is a loss."""

    value: float
    intervals: tuple[ScoreInterval, ...]


@dataclass(frozen=True)
class ContributionEstimate(Difference):
    """What one change, or several that came together, took off the score.

    `start` and `end` are rungs (none for a mean over orders). `equal_clusters` is the same
    difference with every cluster weighing alike. `lowest` and `highest` are the ends over all
    orders of changes, where every combination was measured.
    """

    name: str
    dimensions: tuple[str, ...]
    start: str | None
    end: str | None
    flow: Flow | None
    equal_clusters: float | None
    lowest: float | None
    highest: float | None


@dataclass(frozen=True)
class ShapleyBounds:
    """Bounds of a Shapley value where not every combination of changes was measured.

    `lower` and `upper` hold whatever the missing scores are; the `falling` ones hold if no
    further change ever raises a score (none where a measured one did).
    """

    dimensions: tuple[str, ...]
    lower: float
    upper: float
    falling_lower: float | None
    falling_upper: float | None


@dataclass(frozen=True)
class DecompositionEstimate:
    """A gap and its parts; `subtotals` by kind of assumption; parts + residual = total."""

    method: str
    scores: tuple[Score, ...]
    contributions: tuple[ContributionEstimate, ...]
    subtotals: Mapping[str, Difference]
    residual: Difference
    total: Difference
    bounds: tuple[ShapleyBounds, ...]
    clusters: tuple[Cluster, ...]
    warnings: tuple[str, ...]
    resamples: int
    seed: int
    level: float = LEVEL


@dataclass(frozen=True, eq=False)
class _Inputs:
    """What every number is computed from; `means` and draws are turned so that more is better."""

    scores: Scores
    made: Design
    means: Floats
    draws: Mapping[str, Floats]
    clusters: Floats | None

    def difference(self, row: Floats) -> Difference:
        value, intervals = self.value(row), self.intervals(row)
        return Difference(value, intervals)

    def value(self, row: Floats) -> float:
        return float(100 * row @ self.means)

    def intervals(self, row: Floats) -> tuple[ScoreInterval, ...]:
        tail = 100 * (1 - LEVEL) / 2
        found = {u: np.percentile(100 * d @ row, [tail, 100 - tail]) for u, d in self.draws.items()}
        return tuple(
            ScoreInterval(float(low), float(high), unit, "bootstrap-percentile")
            for unit, (low, high) in found.items()
        )


def decompose(
    scores: Scores,
    kind_of: Mapping[str, str],
    *,
    resamples: int = 10_000,
    seed: int = 1,
    higher_is_better: bool = True,
) -> DecompositionEstimate:
    """Return the decomposition that the measured conditions allow.

    `kind_of` maps dimensions to the kind of assumption that subtotals are made of. Raises
    `BadRequest` for conditions from which no gap follows.
    """
    if not 1 <= resamples <= MOST_RESAMPLES:
        raise BadRequest(f"resamples is a whole number from 1 to {MOST_RESAMPLES:,}.")
    if seed < 0:
        raise BadRequest("seed is a whole number from 0.")
    made = design(scores)
    draws, noticed = _draws(scores.items, resamples, seed)
    table = diagnostics.cluster_scores(scores.items)
    work = _Inputs(
        scores,
        made,
        _turned(scores.means, higher_is_better),
        {unit: _turned(d, higher_is_better) for unit, d in draws.items()},
        _turned(table, higher_is_better) if table is not None else None,
    )
    contributions = _contributions(work, higher_is_better=higher_is_better)
    clusters = diagnostics.clusters(scores.items, table, work.clusters, made.contrasts)
    return DecompositionEstimate(
        method=made.method,
        scores=_scores(scores),
        contributions=contributions,
        subtotals={k: work.difference(r) for k, r in by_kind(made, kind_of).items()},
        residual=work.difference(made.residual),
        total=work.difference(made.total),
        bounds=_bounds(work),
        clusters=clusters,
        warnings=(
            *diagnostics.warnings(scores, made, work.clusters, [c.value for c in contributions]),
            *_unsure(contributions),
            *diagnostics.unknown(made, kind_of),
            *noticed,
        ),
        resamples=resamples if draws else 0,
        seed=seed,
    )


def _unsure(contributions: Iterable[ContributionEstimate]) -> Iterator[str]:
    for part in contributions:
        if any(i.upper == i.lower for i in part.intervals):
            yield (
                f"The interval of {part.name} has no width: all that was drawn scores alike, "
                "so resampling cannot tell how sure it is."
            )


def _turned(values: Floats, higher_is_better: bool) -> Floats:  # noqa: FBT001 - as the metric says
    """Return scores of which more is better."""
    return values if higher_is_better else 1 - values


def _draws(
    items: Items | None, resamples: int, seed: int
) -> tuple[dict[str, Floats], tuple[str, ...]]:
    """Return resampled means by what is drawn, and what was noticed."""
    if items is None:
        return {}, ()
    drawn = {"item": item_means(items.scores, resamples, seed)}
    if 1 < len(items.clusters) < len(items.scores):
        drawn["cluster"] = cluster_means(items.scores, items.cluster, resamples, seed)
    whole = {unit: d.values[~np.isnan(d.values).any(axis=1)] for unit, d in drawn.items()}
    noticed = [_WEIGHTED.format(unit) for unit, d in drawn.items() if d.weighted]
    for unit, kept in whole.items():
        noticed += _left_out(unit, resamples - len(kept), resamples)
    return {u: kept for u, kept in whole.items() if 2 * len(kept) >= resamples}, tuple(noticed)


def _left_out(unit: str, left: int, resamples: int) -> Iterator[str]:
    if 2 * left > resamples:
        yield f"No interval over {unit}s: most draws of {unit}s leave a rung without any item."
    elif left:
        yield f"{left:,} of {resamples:,} draws of {unit}s left a rung empty and are not counted."


_WEIGHTED = (
    f"Intervals over {{}}s: with {MANY:,} or more that nearly all differ, each counts twice or not "
    "at all in a resample (Owen and Eckles 2012) instead of being drawn."
)


def _scores(scores: Scores) -> tuple[Score, ...]:
    changed = [tuple(sorted(c)) for c in scores.changed] if scores.changed is not None else None
    return tuple(
        Score(
            rung,
            changed[j] if changed is not None else None,
            float(100 * scores.means[j]),
            n,
            events,
            (wilson(events, n),) if events is not None and n is not None else (),
        )
        for j, (rung, n, events) in enumerate(
            zip(scores.rungs, scores.sizes, scores.events, strict=True)
        )
    )


def wilson(events: int, n: int) -> ScoreInterval:
    """Return the 95 % Wilson score interval of a proportion, in percent."""
    from statsmodels.stats.proportion import proportion_confint  # noqa: PLC0415 - slow to import

    lower, upper = proportion_confint(events, n, alpha=1 - LEVEL, method="wilson")
    return ScoreInterval(100 * float(lower), 100 * float(upper), "item", "wilson")


def _contributions(work: _Inputs, *, higher_is_better: bool) -> tuple[ContributionEstimate, ...]:
    made, rungs = work.made, work.scores.rungs
    equal = diagnostics.equal_weights(work.clusters)
    spans = _over_orders(work) if made.method == "order-averaged" else {}
    return tuple(
        ContributionEstimate(
            value=work.value(row),
            intervals=work.intervals(row),
            name=part.name,
            dimensions=part.dimensions,
            start=rungs[part.start] if part.start is not None else None,
            end=rungs[part.end] if part.end is not None else None,
            flow=diagnostics.flow(
                work.scores.items, part.start, part.end, higher_is_better=higher_is_better
            ),
            equal_clusters=float(100 * row @ equal) if equal is not None else None,
            lowest=100 * spans[i].lower if spans else None,
            highest=100 * spans[i].upper if spans else None,
        )
        for i, (part, row) in enumerate(zip(made.parts, made.contrasts, strict=True))
    )


def _measured(work: _Inputs) -> dict[int, float]:
    return {m: float(v) for m, v in zip(work.made.masks, work.means, strict=True)}


def _over_orders(work: _Inputs) -> dict[int, shapley.ValueRange]:
    v, count = _measured(work), len(work.made.players)
    return {i: shapley.over_orders(i, count, v) for i in range(count)}


def _bounds(work: _Inputs) -> tuple[ShapleyBounds, ...]:
    count = len(work.made.players)
    if count > shapley.MOST_PLAYERS or len(work.made.masks) == 2**count:
        return ()
    return tuple(_unordered(work, i) for i in range(count))


def _unordered(work: _Inputs, player: int) -> ShapleyBounds:
    v, count = _measured(work), len(work.made.players)
    free = shapley.bounds(player, count, v)
    falling = shapley.monotone_bounds(player, count, v)
    return ShapleyBounds(
        work.made.players[player],
        100 * free.lower,
        100 * free.upper,
        100 * falling.lower if falling else None,
        100 * falling.upper if falling else None,
    )
