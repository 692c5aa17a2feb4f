"""The numbers of a measurement: scores of items, losses with their errors, what lost runs may do.

Each item weighs alike, so that means over items are what harnesses report where nothing is missing.
Standard errors are over items, paired (Student's t with n - 1 degrees of freedom), or over clusters
with the factor G / (G - 1) (Cameron and Miller 2015, section II.B).
"""
# DESIGN: judged-interval

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from loaders.logs import ReportedFigure, Run
from service.decomposition.decompose import DecompositionEstimate, decompose
from service.decomposition.intervals import FEW_CLUSTERS, ScoreInterval, jackknife_t
from service.decomposition.scores import Items, Scores
from service.measurement.pairing import (
    ERROR,
    SCORED,
    Floats,
    Ints,
    LogScores,
    Pairs,
    clusters_of,
    reduced,
)
from service.measurement.result import (
    Epochs,
    JudgedInterval,
    MissingBounds,
    ReportedBeside,
)

MUCH_LOST = 0.05
"""The share of runs without a score, or the difference of two, from which on nothing is decided."""
SEEN = 2.8
"""The least loss that is found with 80 % power is so many standard errors (1.96 + 0.84)."""
_SAME = 1e-9
_MOST_NAMED = 100
_ALONE = "takes these clusters as the only ones there are"
_MEANS = {"accuracy", "mean", "acc", "exact_match", "score"}
"""Figures that are a mean over items, beside those that are called like the score."""


@dataclass(frozen=True)
class Rules:
    """How samples become numbers.

    `names` are the conditions, `epochs` how the epochs of an item become one score in each; `up`
    tells that higher scores are better, `wrong` that a run with an error counts as wrong, `counted`
    that an item is one run.
    """

    names: tuple[str, ...]
    epochs: tuple[Epochs, ...]
    up: bool
    wrong: bool
    counted: bool
    resamples: int
    seed: int


@dataclass(frozen=True, eq=False)
class ItemScores:
    """Items that are scored in every condition: shares (items x conditions), clusters by number."""

    ids: tuple[str, ...]
    scores: Floats
    cluster: Ints
    clusters: tuple[str, ...]

    @property
    def grouped(self) -> int:
        """How many clusters there are; 0 where all items are in one, or each in one of its own."""
        count = len(self.clusters)
        return count if 1 < count < len(self.ids) else 0

    def differences(self, before: int, after: int, rules: Rules) -> Floats:
        """Return the loss of each item in percentage points."""
        apart = self.scores[:, before] - self.scores[:, after]
        return np.asarray(100 * (apart if rules.up else -apart))


def item_scores(logs: Sequence[LogScores], pairs: Pairs, rules: Rules) -> ItemScores:
    """Return the items that have a score in every condition.

    Raises `BadParameter` where logs differ on the cluster of an item.
    """
    clusters = clusters_of(logs, pairs)
    filled = (0.0 if rules.up else 1.0) if rules.wrong else None
    columns = [
        log.by_item(rule, up=rules.up, filled=filled)[at]
        for log, at, rule in zip(logs, pairs.places, rules.epochs, strict=True)
    ]
    scores = np.stack(columns, axis=1)
    kept = ~np.isnan(scores).any(axis=1)
    ids = tuple(pairs.ids[i] for i in np.flatnonzero(kept))
    if clusters is None:
        return ItemScores(ids, scores[kept], np.empty(0, dtype=np.int64), ())
    names, number = np.unique(np.array(clusters, dtype=object)[kept], return_inverse=True)
    return ItemScores(ids, scores[kept], number.astype(np.int64), tuple(map(str, names)))


def decomposed(
    items: ItemScores,
    changed: Sequence[frozenset[str]] | None,
    kind_of: Mapping[str, str],
    rules: Rules,
) -> DecompositionEstimate:
    """Return the decomposition. Raises `BadRequest` for conditions from which no gap follows."""
    names = rules.names
    binary = rules.counted and bool(np.isin(items.scores, (0, 1)).all())
    count = len(items.ids)
    given = Scores(
        names,
        items.scores.mean(axis=0),
        (count,) * len(names),
        tuple(int(items.scores[:, j].sum()) if binary else None for j in range(len(names))),
        tuple(changed) if changed is not None else None,
        Items(items.scores, items.cluster, items.clusters),
    )
    return decompose(
        given,
        kind_of if changed is not None else {},
        resamples=rules.resamples,
        seed=rules.seed,
        higher_is_better=rules.up,
    )


@dataclass(frozen=True)
class StepErrors:
    """Standard errors of one loss, in points, and how many items are worse, better, the same."""

    loss: float
    paired: float | None
    unpaired: float | None
    clustered: float | None
    worse: int
    better: int
    worse_items: tuple[str, ...]
    better_items: tuple[str, ...]
    t: ScoreInterval | None


def step_errors(items: ItemScores, before: int, after: int, rules: Rules) -> StepErrors:
    """Return what the differences of items say."""
    loss = items.differences(before, after, rules)
    ends = 100 * items.scores[:, [before, after]]
    worse, better = np.flatnonzero(loss > _SAME), np.flatnonzero(loss < -_SAME)
    return StepErrors(
        loss=float(loss.mean()),
        paired=error_over_items(loss),
        unpaired=_root_of_squares(error_over_items(ends[:, 0]), error_over_items(ends[:, 1])),
        clustered=clustered_error(loss, items.cluster, len(items.clusters)),
        worse=len(worse),
        better=len(better),
        worse_items=tuple(items.ids[i] for i in worse[:_MOST_NAMED]),
        better_items=tuple(items.ids[i] for i in better[:_MOST_NAMED]),
        t=t_over_items(loss, clustered=items.grouped > 1),
    )


def error_over_items(values: Floats) -> float | None:
    """Return the standard error of a mean over items; None below two items."""
    if len(values) < 2:  # noqa: PLR2004 - to vary
        return None
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def clustered_error(values: Floats, cluster: Ints, clusters: int) -> float | None:
    """Return the cluster-robust standard error (CR1) of a mean; None below two clusters."""
    if clusters < 2:  # noqa: PLR2004 - to vary
        return None
    sums = np.bincount(cluster, values - values.mean(), clusters)
    return float(np.sqrt(sums @ sums * clusters / (clusters - 1)) / len(values))


def _root_of_squares(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else float(np.hypot(one, other))


def t_over_items(values: Floats, *, clustered: bool) -> ScoreInterval | None:
    """Return the interval by Student's t with n - 1 degrees of freedom; None without any width.

    It is the jackknife over clusters of one item each.
    """
    if len(values) < 2 or np.ptp(values) < _SAME:  # noqa: PLR2004 - to vary
        return None
    found = jackknife_t(values[:, None], np.ones((len(values), 1)), np.ones(1))
    if found is None:
        return None
    caution = _ALONE if clustered else None
    lower, upper = max(found.lower, -100.0), min(found.upper, 100.0)
    return ScoreInterval(lower, upper, "item", "jackknife-t", caution)


def judged(
    intervals: Sequence[ScoreInterval], clusters: int, own_field: str | None
) -> JudgedInterval:
    """Return the interval that decides: by t over clusters if there are enough, else the widest.

    `own_field` is the field by which the harness clusters its error, where none was chosen.
    """
    by_cluster = [i for i in intervals if (i.unit, i.method) == ("cluster", "jackknife-t")]
    if clusters > FEW_CLUSTERS and by_cluster:
        why = f"By Student's t over {clusters} clusters: items of one cluster resemble each other."
        return JudgedInterval(by_cluster[0], why)
    if not intervals:
        return JudgedInterval(None, "All items change alike, or too few are there: no interval.")
    widest = max(intervals, key=lambda i: (i.upper - i.lower, i.unit, i.method))
    if clusters > FEW_CLUSTERS:
        why = "The widest of those over items: over clusters no interval has any width."
    elif clusters > 1:
        why = (
            f"The widest of all, over items and over clusters: {clusters} clusters are too few to "
            f"decide by ({FEW_CLUSTERS + 1} or more)."
        )
    elif own_field is not None:
        why = (
            "The widest of those over items, taken as independent; the harness clusters its own "
            f"error by {own_field} (cluster: auto)."
        )
    else:
        why = "The widest of those over items, taken as independent."
    return JudgedInterval(widest, why)


def missing_bounds(
    logs: Sequence[LogScores], pairs: Pairs, ends: tuple[int, int], rules: Rules
) -> MissingBounds | None:
    """Return what lost runs may do to a loss; None where none is lost."""
    chosen = [(logs[i], pairs.places[i], rules.epochs[i]) for i in ends]
    lost = [_lost(log, at, errors=True) for log, at, _ in chosen]
    if not any(lost):
        return None
    left = [_lost(log, at, errors=not rules.wrong) for log, at, _ in chosen]
    best = 1.0 if rules.up else 0.0
    every = [
        log.by_item(rule, up=rules.up)[at]
        for log, at, rule in zip(logs, pairs.places, rules.epochs, strict=True)
    ]
    dropped = [every[i] for i in ends]
    kept = ~np.isnan(every).any(axis=0)
    as_others = [np.where(np.isnan(d), best, d) for d in dropped]
    wrong = [_all_wrong(log, rule, up=rules.up)[at] for log, at, rule in chosen]

    def loss(before: Floats, after: Floats) -> float:
        apart = float(100 * (before.mean() - after.mean()))
        return apart if rules.up else -apart

    return MissingBounds(
        drop=loss(dropped[0][kept], dropped[1][kept]) if kept.any() else None,
        wrong=loss(wrong[0], wrong[1]),
        as_others=loss(as_others[0], as_others[1]),
        share_before=lost[0],
        share_after=lost[1],
        unequal=max(left) > MUCH_LOST or abs(left[0] - left[1]) > MUCH_LOST,
    )


def _lost(log: LogScores, at: Ints, *, errors: bool) -> float:
    """Return the share of the samples of some items that have no score."""
    here = _rows(log, at)
    lost = log.why[here] != SCORED
    if not errors:
        lost &= log.why[here] != ERROR
    return float(lost.mean())


def _rows(log: LogScores, at: Ints) -> NDArray[np.bool_]:
    kept = np.zeros(len(log.ids), dtype=bool)
    kept[at] = True
    return np.asarray(kept[log.item])


def _all_wrong(log: LogScores, rule: Epochs, *, up: bool) -> Floats:
    value = np.where(log.why == SCORED, log.value, 0.0 if up else 1.0)
    return reduced(log.item, value, len(log.ids), rule, up=up)


@dataclass(frozen=True)
class OwnScore:
    """The score of one log over all its items, in percent, with standard errors over them."""

    value: float
    error: float | None
    clustered: float | None
    items: int


def own_score(log: LogScores, rule: Epochs, rules: Rules) -> OwnScore:
    """Return the score that a log has by itself."""
    filled = (0.0 if rules.up else 1.0) if rules.wrong else None
    values = log.by_item(rule, up=rules.up, filled=filled)
    there = ~np.isnan(values)
    values = 100 * values[there]
    clustered = None
    if log.clusters is not None and len(values):
        names, number = np.unique(np.array(log.clusters, dtype=object)[there], return_inverse=True)
        clustered = clustered_error(values, number.astype(np.int64), len(names))
    mean = float(values.mean()) if len(values) else float("nan")
    return OwnScore(mean, error_over_items(values), clustered, len(log.ids))


def reported_of(run: Run, score: str) -> list[ReportedFigure]:
    """Return what the harness reports of a score, or of the one that it is a part of."""
    return [f for f in run.reported if f.score in {score, score.partition("/")[0]}]


def beside(
    figure: ReportedFigure, own: OwnScore, cluster: str | None, ends: tuple[float, float]
) -> ReportedBeside:
    """Return a reported figure with ours on the scale of the log."""
    least, most = ends
    wide = (most - least) / 100
    ours: float | None = None
    if figure.metric == "stderr":
        same = figure.cluster is not None and cluster in {
            figure.cluster,
            f"metadata.{figure.cluster}",
        }
        error = own.error if figure.cluster is None else own.clustered if same else None
        ours = None if error is None else error * wide
    elif np.isnan(own.value):
        ours = None
    elif figure.metric in _MEANS or figure.metric == figure.score.partition(",")[0]:
        ours = least + own.value * wide
    ratio = ours / figure.value if ours is not None and figure.value else None
    return ReportedBeside(figure.metric, figure.value, figure.n, figure.cluster, ours, ratio)


def mean_intervals(
    items: ItemScores, index: int, given: Sequence[ScoreInterval]
) -> tuple[ScoreInterval, ...]:
    """Return the intervals of one score, with that by t over items where scores are no counts."""
    if any(i.method == "wilson" for i in given):
        return tuple(given)
    t = t_over_items(100 * items.scores[:, index], clustered=items.grouped > 1)
    within = t and replace(t, lower=max(t.lower, 0.0), upper=min(t.upper, 100.0))
    return (*given, within) if within else tuple(given)
