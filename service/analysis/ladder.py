"""A gap taken apart along a ladder of rungs, from item results (sequential decomposition).

Each rung scores a set of items under one more changed condition; a contribution is the drop
from one rung to the next. Intervals are percentile bootstraps: over items (items that two
rungs share are drawn together, so pairs stay pairs) and over clusters of items (all rungs of
a cluster are drawn together). Scores of 0 and 1 give percentages and percentage points.

Method: Efron and Tibshirani 1993, chapters 13 and 8.3; Wilson 1927 for one proportion.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from service.problems import BadRequest

Floats = NDArray[np.float64]
LEVEL = 0.95
Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for Wilson intervals at level 0.95."""


@dataclass(frozen=True)
class ItemResult:
    """One item at one rung: `score` is between 0 and 1, `cluster` groups related items."""

    rung: str
    item: str
    cluster: str
    score: float


@dataclass(frozen=True)
class Bounds:
    """An interval in percentage points or percent, with what was resampled."""

    lower: float
    upper: float
    unit: str
    method: str


@dataclass(frozen=True)
class Score:
    """One rung: its mean score in percent, n, and successes where scores are 0 or 1."""

    rung: str
    value: float
    n: int
    events: int | None
    intervals: tuple[Bounds, ...]


@dataclass(frozen=True)
class Drop:
    """The drop between two rungs in percentage points; flows where the items are paired."""

    start: str
    end: str
    value: float
    losses: int | None
    gains: int | None
    intervals: tuple[Bounds, ...]


@dataclass(frozen=True)
class Ladder:
    """The scores from the first rung to the last, the drops between them, and the whole drop."""

    scores: tuple[Score, ...]
    drops: tuple[Drop, ...]
    total: Drop
    resamples: int
    seed: int


def climb(
    results: Iterable[ItemResult],
    rungs: Sequence[str] = (),
    *,
    resamples: int = 10_000,
    seed: int = 1,
) -> Ladder:
    """Return the decomposition along `rungs` (default: in the order of the results).

    Raises `BadRequest` for fewer than two rungs, or a rung without results.
    """
    rows = list(results)
    order = list(rungs) or list(dict.fromkeys(r.rung for r in rows))
    by_rung = {name: [r for r in rows if r.rung == name] for name in order}
    empty = [name for name, found in by_rung.items() if not found]
    if len(order) < 2 or empty:  # noqa: PLR2004 - a drop needs two ends
        raise BadRequest(
            "A ladder needs results for at least two rungs; there are none for: "
            f"{', '.join(empty) or 'a second one'}."
        )
    draws = {
        "item": _item_draws(by_rung, resamples, np.random.default_rng(seed)),
        "cluster": _cluster_draws(by_rung, resamples, np.random.default_rng(seed)),
    }
    pairs = list(pairwise(order))
    return Ladder(
        scores=tuple(_score(by_rung[name]) for name in order),
        drops=tuple(_drop(a, b, by_rung, draws) for a, b in pairs),
        total=_drop(order[0], order[-1], by_rung, draws),
        resamples=resamples,
        seed=seed,
    )


def between(
    results: Iterable[ItemResult], start: str, end: str, *, resamples: int = 10_000, seed: int = 1
) -> Drop:
    """Return the drop between any two rungs, such as the whole task part of a ladder."""
    rows = list(results)
    return climb(rows, (start, end), resamples=resamples, seed=seed).total


def wilson(events: int, n: int) -> Bounds:
    """Return the 95 % Wilson score interval of a proportion, in percent."""
    p, z2 = events / n, Z * Z
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return Bounds(100 * (centre - half), 100 * (centre + half), "item", "wilson")


def _score(rows: Sequence[ItemResult]) -> Score:
    binary = all(r.score in {0.0, 1.0} for r in rows)
    events = round(sum(r.score for r in rows)) if binary else None
    intervals = (wilson(events, len(rows)),) if events is not None else ()
    value = 100 * sum(r.score for r in rows) / len(rows)
    return Score(rows[0].rung, value, len(rows), events, intervals)


def _drop(
    start: str, end: str, by_rung: dict[str, list[ItemResult]], draws: dict[str, dict[str, Floats]]
) -> Drop:
    value = _score(by_rung[start]).value - _score(by_rung[end]).value
    losses, gains = _flows(by_rung[start], by_rung[end])
    intervals = tuple(
        _percentiles(means[start] - means[end], unit) for unit, means in draws.items()
    )
    return Drop(start, end, value, losses, gains, intervals)


def _percentiles(differences: Floats, unit: str) -> Bounds:
    tail = 100 * (1 - LEVEL) / 2
    lower, upper = np.percentile(100 * differences, [tail, 100 - tail])
    return Bounds(float(lower), float(upper), unit, "bootstrap-percentile")


def _flows(start: Sequence[ItemResult], end: Sequence[ItemResult]) -> tuple[int | None, int | None]:
    """Return (lost, gained): items right before and wrong after, and the other way round."""
    before, after = {r.item: r.score for r in start}, {r.item: r.score for r in end}
    if before.keys() != after.keys() or not {*before.values(), *after.values()} <= {0.0, 1.0}:
        return None, None
    changes = [before[item] - after[item] for item in before]
    return sum(c > 0 for c in changes), sum(c < 0 for c in changes)


def _item_draws(
    by_rung: dict[str, list[ItemResult]], resamples: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return resampled means per rung; rungs with the same items share their draws."""
    means: dict[str, Floats] = {}
    weights: dict[tuple[str, ...], NDArray[np.int64]] = {}
    for rung, rows in by_rung.items():
        ordered = sorted(rows, key=lambda r: r.item)
        items = tuple(r.item for r in ordered)
        if items not in weights:
            n = len(items)
            weights[items] = rng.multinomial(n, np.full(n, 1 / n), size=resamples)
        scores = np.array([r.score for r in ordered])
        means[rung] = weights[items] @ scores / len(items)
    return means


def _cluster_draws(
    by_rung: dict[str, list[ItemResult]], resamples: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return resampled means per rung, drawing whole clusters, the same ones for all rungs."""
    clusters = sorted({r.cluster for rows in by_rung.values() for r in rows})
    k = len(clusters)
    weights = rng.multinomial(k, np.full(k, 1 / k), size=resamples)
    index = {name: i for i, name in enumerate(clusters)}
    means: dict[str, Floats] = {}
    for rung, rows in by_rung.items():
        sums, counts = np.zeros(k), np.zeros(k)
        for row in rows:
            sums[index[row.cluster]] += row.score
            counts[index[row.cluster]] += 1
        means[rung] = (weights @ sums) / (weights @ counts)
    return means
