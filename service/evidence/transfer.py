"""One mean over studies against effects of dimensions: each study predicted from the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from service.evidence.prediction import Observation

Vector = NDArray[np.float64]
_DRAWS, _SEED = 2_000, 1
_SCORED_AT = 0.8


@dataclass(frozen=True)
class LeftOutScores:
    """How often the intervals of the model of dimensions held the study that was left out.

    `coverage` per level, `ranges` in which it lies by chance (95 %), and by which share its
    interval score at 80 % is better than that of one mean, with an interval over studies.
    """

    coverage: tuple[float, ...]
    ranges: tuple[tuple[float, float], ...]
    gain: tuple[float, float, float]


@dataclass(frozen=True)
class _Table:
    studies: Vector
    effects: Vector
    variances: Vector
    changed: Vector

    def covariance(self, logs: Vector) -> Vector:
        """Return the covariance of the effects.

        By the logs of three standard deviations: of dimensions, studies and figures.
        """
        dimension, study, figure = np.exp(logs) ** 2
        same = (self.studies[:, None] == self.studies[None, :]).astype(float)
        noise = np.diag(figure + self.variances)
        return np.asarray(dimension * self.changed @ self.changed.T + study * same + noise)


def left_out_scores(rows: Sequence[Observation], levels: Sequence[float]) -> LeftOutScores:
    """Return the scores of both models over at least three studies, which weigh alike."""
    names = sorted(set().union(*(r.changed for r in rows)))
    table = _Table(
        np.array([r.study for r in rows]),
        np.array([r.effect.effect for r in rows]),
        np.array([r.effect.error**2 for r in rows]),
        np.array([[float(n in r.changed) for n in names] for r in rows]),
    )
    studies = np.unique(table.studies)
    k = len(studies)
    model, plain = _by_dimension(table, studies), _by_mean(table, studies)
    inside = [_inside(table, *model, level, k) for level in levels]
    ranges = [tuple(float(e) / k for e in stats.binom.ppf((0.025, 0.975), k, x)) for x in levels]
    scores = [_interval_score(table, *found, k) for found in (model, plain)]
    return LeftOutScores(
        tuple(float(_per_study(table, i).mean()) for i in inside),
        tuple((low, high) for low, high in ranges),
        _gain(*(_per_study(table, s) for s in scores)),
    )


def _by_dimension(table: _Table, studies: Vector) -> tuple[Vector, Vector]:
    """Return mean and standard deviation of each row, from the rows of other studies."""
    start = np.log([0.5, 0.5, 0.5])
    found = optimize.minimize(_loss, start, args=(table, start), method="Nelder-Mead")
    whole = table.covariance(found.x)
    means, spreads = np.zeros(len(whole)), np.zeros(len(whole))
    for study in studies:
        out, rest = table.studies == study, table.studies != study
        inverse = np.linalg.inv(whole[np.ix_(rest, rest)])
        across = whole[np.ix_(out, rest)] @ inverse
        weight = float(inverse.sum())
        mean = float((inverse @ table.effects[rest]).sum()) / weight
        short = 1 - across.sum(axis=1)
        means[out] = mean + across @ (table.effects[rest] - mean)
        left = whole[np.ix_(out, out)] - across @ whole[np.ix_(rest, out)]
        spreads[out] = np.sqrt(np.diag(left) + short**2 / weight)
    return means, spreads


def _loss(logs: Vector, table: _Table, centre: Vector) -> float:
    """Return the restricted likelihood (negative), with a weak prior against variances of 0."""
    whole = table.covariance(logs)
    inverse = np.linalg.inv(whole)
    weight = float(inverse.sum())
    rest = table.effects - float((inverse @ table.effects).sum()) / weight
    fit = float(np.linalg.slogdet(whole)[1] + np.log(weight) + rest @ inverse @ rest)
    return (fit + float(((logs - centre) ** 2).sum())) / 2


def _by_mean(table: _Table, studies: Vector) -> tuple[Vector, Vector]:
    each = np.array([table.effects[table.studies == s].mean() for s in studies])
    means, spreads = np.zeros(len(table.effects)), np.zeros(len(table.effects))
    for place, study in enumerate(studies):
        rest = np.delete(each, place)
        means[table.studies == study] = rest.mean()
        spreads[table.studies == study] = rest.std(ddof=1) * np.sqrt(1 + 1 / len(rest))
    return means, spreads


def _ends(means: Vector, spreads: Vector, level: float, k: int) -> tuple[Vector, Vector]:
    reach = float(stats.t.ppf((1 + level) / 2, k - 2)) * spreads
    return means - reach, means + reach


def _inside(table: _Table, means: Vector, spreads: Vector, level: float, k: int) -> Vector:
    low, high = _ends(means, spreads, level, k)
    return ((low <= table.effects) & (table.effects <= high)).astype(float)


def _interval_score(table: _Table, means: Vector, spreads: Vector, k: int) -> Vector:
    """Return the interval score of Gneiting and Raftery 2007 of each row."""
    low, high = _ends(means, spreads, _SCORED_AT, k)
    miss = np.maximum(low - table.effects, 0) + np.maximum(table.effects - high, 0)
    return np.asarray(high - low + 2 / (1 - _SCORED_AT) * miss)


def _per_study(table: _Table, values: Vector) -> Vector:
    return np.array([values[table.studies == s].mean() for s in np.unique(table.studies)])


def _gain(model: Vector, plain: Vector) -> tuple[float, float, float]:
    """Return by which share the model's score is better, with an interval over studies."""
    drawn = np.random.default_rng(_SEED).integers(0, len(model), (_DRAWS, len(model)))
    gains = 1 - model[drawn].mean(axis=1) / plain[drawn].mean(axis=1)
    low, high = np.quantile(gains, (0.025, 0.975))
    return float(1 - model.mean() / plain.mean()), float(low), float(high)
