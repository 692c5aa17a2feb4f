"""Intervals of one contrast of scores: over clusters by t, over items by counts, and by bootstrap.

A contrast is a row of weights over the mean scores of the rungs. Clusters come first wherever
they are given, since items of one cluster resemble each other and an interval over items then
speaks of these clusters only.

- `jackknife-t`, over clusters: the delete-one jackknife with Student's t. With clusters of equal
  size it is the usual cluster-robust (CR1) standard error, with unequal ones it covers better
  (Cameron, Gelbach and Miller 2008; MacKinnon, Nielsen and Webb 2023 on the jackknife, CV3).
- `agresti-min`, over items: two rungs with the same items, scores 0 and 1 (Agresti and Min 2005).
- `tango`, over items: the same, where a plan decides on a loss (Tango 1998): near the ends, where
  all that changes is lost, Agresti-Min lets up to 13 % pass that should not, Tango's up to 3 %.
- `newcombe`, over items: two rungs that share no item, scores 0 and 1 (Newcombe 1998, method 10).
- `wilson`, over items: the score of one rung (Wilson 1927).
- `bootstrap-percentile` beside them, over clusters and over items (Efron and Tibshirani 1993).

An interval without width is none: all that was drawn scores alike, so nothing is known of it.
"""
# DESIGN: intervals-that-cover

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loaders.model import INDEPENDENT
from service.common.digits import plural
from service.decomposition.bootstrap import MANY, Floats, cluster_means, cluster_sums, item_means
from service.decomposition.scores import Items, Scores

LEVEL = 0.95
FEW_CLUSTERS = 10
"""Up to so many clusters, one that is unlike the others is easily missed or makes all the gap."""
_NONE = 1e-9
"""Less width than this, in percentage points, is that of rounding."""
_ONLY_THESE = "takes these clusters as the only ones there are"
PLURAL = {"item": "items", "cluster": "clusters"}
"""The words for many of what is drawn."""


@dataclass(frozen=True)
class ScoreInterval:
    """An interval in percent or percentage points at level 0.95.

    `unit` is what was drawn, item or cluster, `clusters` how many of these; `caution` says why
    not to lean on it.
    """

    lower: float
    upper: float
    unit: str
    method: str
    caution: str | None = None
    clusters: int | None = None


@dataclass(frozen=True)
class ClusterT:
    """An interval over clusters as fractions; `hinge` numbers a cluster that all hangs on."""

    lower: float
    upper: float
    hinge: int | None


def jackknife_t(sums: Floats, counts: Floats, row: Floats) -> ClusterT | None:
    """Return the jackknife t interval of a contrast; None where clusters do not allow one.

    `sums` and `counts` are clusters x rungs. Degrees of freedom are clusters less one; where
    each cluster was measured at one of several rungs only (arms), clusters less arms. A cluster
    is a hinge if the estimate moves, without it, by more than half the interval of the others.
    """
    rungs = np.flatnonzero(row)
    here = np.flatnonzero(counts[:, rungs].sum(axis=1))
    kept = sums[np.ix_(here, rungs)], counts[np.ix_(here, rungs)], row[rungs]
    found = _jackknife(*kept)
    if found is None:
        return None
    estimate, error, reach, left = found
    far = int(np.abs(left - estimate).argmax())
    rest = _jackknife(np.delete(kept[0], far, 0), np.delete(kept[1], far, 0), kept[2])
    moved = abs(left[far] - estimate)
    hinge = int(here[far]) if rest is not None and moved > rest[1] * rest[2] + _NONE else None
    return ClusterT(estimate - error * reach, estimate + error * reach, hinge)


def _jackknife(
    sums: Floats, counts: Floats, row: Floats
) -> tuple[float, float, float, Floats] | None:
    """Return estimate, standard error, t quantile, and the estimate without each cluster."""
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    arm = _arms(counts > 0)
    sizes = np.bincount(arm)
    rest = counts.sum(axis=0) - counts
    if sizes.min(initial=2) < 2 or not len(arm) or (rest <= 0).any():  # noqa: PLR2004 - to vary
        return None
    estimate = float(sums.sum(axis=0) / counts.sum(axis=0) @ row)
    left = (sums.sum(axis=0) - sums) / rest @ row
    apart = left - (np.bincount(arm, left) / sizes)[arm]
    error = float(np.sqrt(((sizes - 1) / sizes)[arm] @ apart**2))
    return estimate, error, float(stdtrit(len(arm) - len(sizes), (1 + LEVEL) / 2)), left


def _arms(there: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the arm of each cluster; all are in one unless no rung has clusters of two kinds."""
    kinds, arm = np.unique(there, axis=0, return_inverse=True)
    apart = bool((kinds.sum(axis=0) == 1).all())
    return np.asarray(arm.ravel() if apart else np.zeros(len(there)), dtype=np.int64)


def agresti_min(lost: int, gained: int, n: int) -> tuple[float, float]:
    """Return the interval of a difference of paired proportions (lost - gained) / n.

    The Wald interval after half an item is added to each of the four cells (Agresti and Min
    2005, Statistics in Medicine 24: 729-740).
    """
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import

    drop, discordant = (lost - gained) / (n + 2), (lost + gained + 1) / (n + 2)
    reach = float(ndtri((1 + LEVEL) / 2)) * float(np.sqrt((discordant - drop**2) / (n + 2)))
    return drop - reach, drop + reach


def tango_score(lost: Floats, gained: Floats, n: int, loss: float) -> Floats:
    """Return the score statistic of pairs against a loss (a share), by cells; standard normal.

    Tango 1998, Statistics in Medicine 17: 891-908, equation 22: the variance is that at the loss
    tested, so that the error stays at its level also where all pairs that change are lost.
    """
    linear = (2 * n - lost + gained) * loss - lost - gained
    fewest = (np.sqrt(linear**2 + 8 * n * gained * loss * (1 - loss)) - linear) / (4 * n)
    spread = np.maximum(n * (2 * fewest + loss * (1 - loss)), np.finfo(float).tiny)
    return np.asarray((lost - gained - n * loss) / np.sqrt(spread))


def tango(lost: int, gained: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the score interval of a difference of paired proportions (lost - gained) / n.

    All losses that the score test of Tango 1998 does not reject, see `tango_score`.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import
    from scipy.special import ndtri  # noqa: PLC0415

    reach, found = float(ndtri((1 + level) / 2)), (lost - gained) / n
    cells = np.array(float(lost)), np.array(float(gained))

    def beyond(loss: float, sign: int) -> float:
        return sign * float(tango_score(*cells, n, loss)) - reach

    ends = []
    for sign, most in ((1, -1 + _NONE), (-1, 1 - _NONE)):
        crosses = abs(found) < 1 or (found > 0) == (sign > 0)
        crosses = crosses and beyond(most, sign) > 0
        ends.append(float(brentq(beyond, most, found, (sign,))) if crosses else round(most))
    return ends[0], ends[1]


def newcombe(
    events: tuple[int, int], sizes: tuple[int, int], level: float = LEVEL
) -> tuple[float, float]:
    """Return the interval of a difference of two independent proportions, first less second.

    Newcombe 1998, Statistics in Medicine 17: 873-890, method 10.
    """
    lower, upper = newcombe_ends((np.array(events[0]), np.array(events[1])), sizes, level)
    return float(lower), float(upper)


def newcombe_ends(
    events: tuple[Floats, Floats], sizes: tuple[int, int], level: float
) -> tuple[Floats, Floats]:
    """Return the intervals of `newcombe` for arrays of events of one shape."""
    from statsmodels.stats.proportion import confint_proportions_2indep  # noqa: PLC0415 - slow

    lower, upper = confint_proportions_2indep(
        events[0], sizes[0], events[1], sizes[1], method="newcomb", compare="diff", alpha=1 - level
    )
    return np.asarray(lower), np.asarray(upper)


def wilson(events: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion (Wilson 1927)."""
    from statsmodels.stats.proportion import proportion_confint  # noqa: PLC0415 - slow to import

    lower, upper = proportion_confint(events, n, alpha=1 - level, method="wilson")
    return float(lower), float(upper)


class ResampledScores:
    """What was measured, and resampled once, to give the intervals of any contrast of it.

    Resamples and seed are those of the bootstrap.

    `units` are the sampling units that can be drawn, clusters first; `noticed` what is to be
    known of the draws; `resampled` whether there are any.
    """

    def __init__(self, scores: Scores, resamples: int, seed: int) -> None:
        """Draw resamples of the items and, where there are any, of the clusters."""
        self._scores = scores
        self._draws, self.noticed = _draws(scores.items, resamples, seed)
        items = scores.items
        self._clusters = (
            cluster_sums(items.scores, items.cluster)
            if items is not None and _nested(items)
            else None
        )
        self.resampled = bool(self._draws)

    @property
    def units(self) -> tuple[str, ...]:
        """What is drawn, clusters first."""
        nested = ("cluster",) if self._clusters is not None else ()
        return (*nested, "item") if self._scores.items is not None else ()

    def intervals(self, row: Floats) -> tuple[ScoreInterval, ...]:
        """Return the intervals of a contrast, those with width only, clusters first."""
        least, most = 100 * float(np.minimum(row, 0).sum()), 100 * float(np.maximum(row, 0).sum())
        many = {"cluster": self._clustered(row)}
        return tuple(
            ScoreInterval(
                max(lower, least), min(upper, most), unit, method, caution, many.get(unit)
            )
            for lower, upper, unit, method, caution in (*self._by_cluster(row), *self._by_item(row))
            if upper - lower > _NONE
        )

    def hinge(self, row: Floats) -> str | None:
        """Return the cluster that the interval of a contrast hangs on, if there is one."""
        found = jackknife_t(*self._clusters, row) if self._clusters is not None else None
        items = self._scores.items
        return items.clusters[found.hinge] if found and items and found.hinge is not None else None

    def _clustered(self, row: Floats) -> int:
        """Return how many clusters have items in what a contrast compares."""
        if self._clusters is None:
            return 0
        return int(np.count_nonzero(self._clusters[1][:, np.flatnonzero(row)].sum(axis=1)))

    def _by_cluster(self, row: Floats) -> Iterator[tuple[float, float, str, str, str | None]]:
        if self._clusters is None or not row.any():
            return
        found, caution, many = jackknife_t(*self._clusters, row), None, self._clustered(row)
        if many <= FEW_CLUSTERS:
            caution = f"too few to carry this interval: {plural(many, 'cluster', 'clusters')}"
        elif name := self.hinge(row):
            caution = f"too few to carry this interval: it hangs on the cluster {name}"
        if found is not None:
            yield 100 * found.lower, 100 * found.upper, "cluster", "jackknife-t", caution
        yield from self._drawn("cluster", row, caution)

    def _by_item(self, row: Floats) -> Iterator[tuple[float, float, str, str, str | None]]:
        caution = _ONLY_THESE if self._clusters is not None else None
        counted = self._counted(row)
        if counted is not None:
            method, (lower, upper) = counted
            if self._scores.items is None and method == "newcombe":
                caution = INDEPENDENT
            yield 100 * lower, 100 * upper, "item", method, caution
        if counted is None or counted[0] != "wilson":
            yield from self._drawn("item", row, caution)

    def _drawn(
        self, unit: str, row: Floats, caution: str | None
    ) -> Iterator[tuple[float, float, str, str, str | None]]:
        if unit in self._draws:
            tail = 100 * (1 - LEVEL) / 2
            ends = np.percentile(100 * self._draws[unit] @ row, [tail, 100 - tail])
            yield float(ends[0]), float(ends[1]), unit, "bootstrap-percentile", caution

    def _counted(self, row: Floats) -> tuple[str, tuple[float, float]] | None:
        """Return the interval that counts of 0 and 1 give, of one rung or of two; or None."""
        at = np.flatnonzero(row)
        events, sizes = self._scores.events, self._scores.sizes
        known = [(e, n) for e, n in ((events[i], sizes[i]) for i in at) if e is not None and n]
        if len(known) < len(at):
            return None
        if len(at) == 1 and row[at[0]] == 1:
            return "wilson", wilson(*known[0])
        if sorted(row[at]) != [-1, 1]:
            return None
        plus, minus = (int(i) for i in sorted(at, key=lambda i: -row[i]))
        return self._two(plus, minus)

    def _two(self, plus: int, minus: int) -> tuple[str, tuple[float, float]] | None:
        """Return the interval of the difference of two rungs, paired throughout or not at all."""
        (e0, e1), (n0, n1) = (
            (s[plus] or 0, s[minus] or 0) for s in (self._scores.events, self._scores.sizes)
        )
        if self._scores.items is None:
            return "newcombe", newcombe((e0, e1), (n0, n1))
        pair = self._scores.items.scores[:, [plus, minus]]
        both = pair[~np.isnan(pair).any(axis=1)]
        if not len(both):
            return "newcombe", newcombe((e0, e1), (n0, n1))
        if n0 == n1 == len(both):
            lost, gained = (int((s * (both[:, 0] - both[:, 1]) > 0).sum()) for s in (1, -1))
            return "agresti-min", agresti_min(lost, gained, len(both))
        return None


def _nested(items: Items) -> bool:
    return 1 < len(items.clusters) < len(items.scores)


def _draws(
    items: Items | None, resamples: int, seed: int
) -> tuple[dict[str, Floats], tuple[str, ...]]:
    """Return resampled means by what is drawn, and what was noticed."""
    if items is None:
        return {}, ()
    drawn = {"item": item_means(items.scores, resamples, seed)}
    if _nested(items):
        drawn["cluster"] = cluster_means(items.scores, items.cluster, resamples, seed)
    whole = {unit: d.values[~np.isnan(d.values).any(axis=1)] for unit, d in drawn.items()}
    noticed = [_WEIGHTED.format(PLURAL[unit]) for unit, d in drawn.items() if d.weighted]
    for unit, kept in whole.items():
        noticed += _left_out(unit, resamples - len(kept), resamples)
    return {u: kept for u, kept in whole.items() if 2 * len(kept) >= resamples}, tuple(noticed)


def _left_out(unit: str, left: int, resamples: int) -> Iterator[str]:
    many = PLURAL[unit]
    if 2 * left > resamples:
        yield f"No bootstrap over {many}: most draws of {many} leave a condition without any item."
    elif left:
        yield f"{left:,} of {resamples:,} draws of {many} left a condition empty and do not count."


_WEIGHTED = (
    f"Intervals over {{}}: with {MANY:,} or more that nearly all differ, each counts twice or not "
    "at all in a resample (Owen and Eckles 2012) instead of being drawn."
)
