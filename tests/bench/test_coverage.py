"""How often the 95 % intervals of a decomposition hold the truth, by simulation.

Run with `make bench`. The designs are those of a review: paired and unpaired scores of 0 and 1,
clusters few and many, equal and skewed, arms that share no cluster. Truth is that of the
population which items and clusters come from. Every interval is printed; the first one, which
is the one to read, has to hold the truth in at least 92 % of runs less two Monte Carlo errors,
in the designs where that was promised.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from service.decomposition.decompose import decompose
from service.decomposition.scores import Items, Scores

RUNS, RESAMPLES = 1_000, 1_000
LEAST = 0.92
BEAN = (49, 43, 54, 71, 62, 64, 57, 85, 66, 49)
"""Conversations per scenario in Bean et al. 2026."""

Floats = NDArray[np.float64]
Drawn = tuple[Floats, NDArray[np.int64] | None]


@dataclass(frozen=True)
class Simulated:
    """A way to draw items x 2 rungs with their clusters, the true loss, and whether it binds."""

    name: str
    draw: Callable[[np.random.Generator], Drawn]
    truth: float
    binds: bool


def paired(n: int, before: float, after: float) -> Simulated:
    """Return the same items under both rungs, with a correlation of 0.5 beneath."""

    def draw(rng: np.random.Generator) -> Drawn:
        shared = rng.standard_normal((n, 1)) * np.sqrt(0.5)
        own = rng.standard_normal((n, 2)) * np.sqrt(0.5)
        return (shared + own < norm.ppf([before, after])).astype(float), None

    return Simulated(f"paired 0-1, n {n}, {before} to {after}", draw, before - after, binds=True)


def unpaired(n: int, before: float, after: float) -> Simulated:
    """Return other items under the second rung."""

    def draw(rng: np.random.Generator) -> Drawn:
        scores = np.full((2 * n, 2), np.nan)
        scores[:n, 0], scores[n:, 1] = rng.random(n) < before, rng.random(n) < after
        return scores, None

    return Simulated(f"unpaired 0-1, n {n} + {n}", draw, before - after, binds=True)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-x)))


@cache
def _clustered_truth() -> float:
    rng = np.random.default_rng(0)
    level, effect = rng.normal(1.5, 1, 2_000_000), rng.normal(1, 0.6, 2_000_000)
    return float((_logistic(level) - _logistic(level - effect)).mean())


def clustered(
    name: str, many: int, size: Callable[[np.random.Generator, int], int], *, binds: bool
) -> Simulated:
    """Return clusters that differ in level and in loss, the same items under both rungs."""

    def draw(rng: np.random.Generator) -> Drawn:
        level, effect = rng.normal(1.5, 1, many), rng.normal(1, 0.6, many)
        sizes = [size(rng, g) for g in range(many)]
        right = np.stack([_logistic(level), _logistic(level - effect)], axis=1)
        cluster = np.repeat(np.arange(many), sizes)
        return (rng.random((len(cluster), 2)) < right[cluster]).astype(float), cluster

    return Simulated(name, draw, _clustered_truth(), binds=binds)


def arms(many: int) -> Simulated:
    """Return clusters that were measured at one of the two rungs only."""
    level = np.random.default_rng(0).normal(1.5, 0.8, 2_000_000)
    truth = float((_logistic(level) - _logistic(level - 1)).mean())

    def draw(rng: np.random.Generator) -> Drawn:
        sizes = rng.integers(15, 40, 2 * many)
        cluster = np.repeat(np.arange(2 * many), sizes)
        second = (cluster >= many).astype(int)
        right = _logistic(rng.normal(1.5, 0.8, 2 * many)[cluster] - second)
        scores = np.full((len(cluster), 2), np.nan)
        scores[np.arange(len(cluster)), second] = rng.random(len(cluster)) < right
        return scores, cluster

    return Simulated(f"{many} clusters an arm, sizes 15 to 39", draw, truth, binds=False)


def one_in_ten_low() -> Simulated:
    """Return ten clusters as in Bean et al., where one in ten is low at the first rung."""
    after = np.clip(np.random.default_rng(3).normal(0.83, 0.06, 1_000_000), 0, 1).mean()

    def draw(rng: np.random.Generator) -> Drawn:
        first = np.repeat(np.where(rng.random(10) < 0.1, 0.48, 0.995), 60)
        second = np.repeat(np.clip(rng.normal(0.83, 0.06, 10), 0, 1), BEAN)
        scores = np.full((len(first) + len(second), 2), np.nan)
        scores[: len(first), 0] = rng.random(len(first)) < first
        scores[len(first) :, 1] = rng.random(len(second)) < second
        tens = np.arange(10)
        return scores, np.concatenate([np.repeat(tens, 60), np.repeat(tens, BEAN)])

    return Simulated(
        "10 clusters, one in ten low", draw, 0.048 + 0.9 * 0.995 - float(after), binds=False
    )


DESIGNS = [
    *(paired(n, a, b) for n, a, b in ((20, 0.9, 0.7), (50, 0.95, 0.85), (200, 0.95, 0.85),
                                      (50, 0.99, 0.96), (200, 0.99, 0.97), (600, 0.9467, 0.8283))),
    *(unpaired(n, a, b) for n, a, b in ((20, 0.9, 0.7), (50, 0.95, 0.85), (200, 0.95, 0.85),
                                        (600, 0.9467, 0.8283))),
    *(clustered(f"{g} clusters of 60", g, lambda _, __: 60, binds=g > 2)
      for g in (2, 3, 5, 10, 20, 30, 100)),
    *(clustered(f"{g} clusters, sizes of Bean", g, lambda _, i: BEAN[i % 10], binds=False)
      for g in (3, 5, 10, 30)),
    clustered("10 clusters, lognormal sizes", 10, lambda rng, _: max(2, int(rng.lognormal(3, 1))),
              binds=False),
    *map(arms, (3, 5, 10, 25)),
    one_in_ten_low(),
]  # fmt: skip


def _scores(drawn: Drawn) -> Scores:
    scores, cluster = drawn
    names = tuple(f"c{g}" for g in range(int(cluster.max()) + 1)) if cluster is not None else ()
    of = cluster if cluster is not None else np.empty(0, dtype=np.int64)
    return Scores(
        ("before", "after"),
        np.nanmean(scores, axis=0),
        tuple(int(n) for n in (~np.isnan(scores)).sum(axis=0)),
        tuple(int(e) for e in np.nansum(scores, axis=0)),
        None,
        Items(scores, of, names),
    )


@pytest.mark.parametrize("design", DESIGNS, ids=lambda d: d.name)
def test_intervals_cover(design: Simulated) -> None:
    rng = np.random.default_rng(42)
    held: dict[str, list[bool]] = defaultdict(list)
    for run in range(RUNS):
        found = decompose(_scores(design.draw(rng)), {}, resamples=RESAMPLES, seed=run)
        for i in found.total.intervals:
            held[f"{i.method}/{i.unit}"].append(i.lower <= 100 * design.truth <= i.upper)
    told = [
        f"{name} {np.mean(h):.3f}" + f" (in {len(h)})" * (len(h) < RUNS) for name, h in held.items()
    ]
    print(f"\n{design.name}, truth {100 * design.truth:.2f}: {', '.join(told)}")
    if design.binds:
        first = next(iter(held.values()))
        error = np.sqrt(LEAST * (1 - LEAST) / len(first))
        assert np.mean(first) >= LEAST - 2 * error
