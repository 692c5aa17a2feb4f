"""The bootstrap in bounded memory: sums over rows drawn with replacement.

Rows that are equal are interchangeable, so drawing n rows is drawing how often each distinct
row comes: one multinomial over the distinct rows. Scores of 0 and 1 on K rungs have at most
2^K distinct rows, however many items there are. Where nearly every row is distinct, rows are
drawn one by one, a chunk of resamples at a time. Both give the same distribution.

Method: Efron and Tibshirani 1993, chapters 6 (items) and 8.3 (whole clusters), 13.3 (the
percentile interval).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CELLS = 2_000_000
"""The most numbers that one chunk of resamples may hold (16 MB)."""
_WORTH = 12
"""A multinomial count costs about as much as drawing this many rows one by one."""


def resampled_sums(values: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """Return, for each resample, the column sums over n rows drawn from the n rows of `values`."""
    distinct, counts = _distinct(values)
    few = len(distinct) * _WORTH < len(values) or len(values) <= _WORTH
    rows = distinct if few else values
    sums = np.empty((resamples, values.shape[1]))
    chunk = max(1, _CELLS // len(rows))
    for start in range(0, resamples, chunk):
        size = min(chunk, resamples - start)
        drawn = _by_counts(counts, size, rng) if few else _one_by_one(len(rows), size, rng)
        sums[start : start + size] = drawn @ rows
    return sums


def _distinct(values: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Return the distinct rows in order, and how often each stands in `values`."""
    ordered = values[np.lexsort(values.T[::-1])]
    fresh = np.ones(len(ordered), dtype=bool)
    fresh[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    starts = np.flatnonzero(fresh)
    return ordered[starts], np.diff(np.append(starts, len(ordered)))


def _by_counts(counts: NDArray[np.int64], size: int, rng: np.random.Generator) -> Floats:
    n = int(counts.sum())
    return rng.multinomial(n, counts / n, size=size).astype(np.float64)


def _one_by_one(n: int, size: int, rng: np.random.Generator) -> Floats:
    drawn = rng.integers(n, size=(size, n), dtype=np.int64)
    drawn += np.arange(size)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n).astype(np.float64)


def item_means(scores: Floats, resamples: int, seed: int) -> Floats:
    """Return resampled means (resamples x rungs), drawing items.

    `scores` is items x rungs, NaN where an item was not scored. Items that stand at the same
    rungs are drawn among themselves, each with all its scores: what is paired stays paired, and
    every rung keeps its n.
    """
    rng = np.random.default_rng(seed)
    there = ~np.isnan(scores)
    sums = np.zeros((resamples, scores.shape[1]))
    for pattern in np.unique(there, axis=0):
        rows = scores[(there == pattern).all(axis=1)][:, pattern]
        sums[:, pattern] += resampled_sums(rows, resamples, rng)
    return np.asarray(sums / there.sum(axis=0))


def cluster_means(scores: Floats, cluster: NDArray[np.int64], resamples: int, seed: int) -> Floats:
    """Return resampled means, drawing whole clusters, the same ones for all rungs.

    `cluster` is the number of each item's cluster. A draw in which a rung has no item at all
    gives NaN there.
    """
    sums, counts = cluster_sums(scores, cluster)
    drawn = resampled_sums(np.hstack([sums, counts]), resamples, np.random.default_rng(seed))
    width = scores.shape[1]
    with np.errstate(invalid="ignore"):
        return np.asarray(drawn[:, :width] / drawn[:, width:])


def cluster_sums(scores: Floats, cluster: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the sum of scores and the number of items per cluster and rung."""
    there = ~np.isnan(scores)
    known = np.where(there, scores, 0.0)
    many = int(cluster.max()) + 1
    sums = [np.bincount(cluster, known[:, j], many) for j in range(scores.shape[1])]
    counts = [np.bincount(cluster, there[:, j], many) for j in range(scores.shape[1])]
    return np.stack(sums, axis=1), np.stack(counts, axis=1)
