"""The bootstrap in bounded memory and time: sums over rows drawn with replacement.

Rows that are equal are interchangeable, so drawing n rows is drawing how often each distinct
row comes: one multinomial over the distinct rows. Scores of 0 and 1 on K rungs have at most
2^K distinct rows, however many items there are. Where nearly every row is distinct, rows are
drawn one by one, a chunk of resamples at a time. Both give the same distribution.

Many rows that nearly all differ are not drawn: in each resample a row counts twice or not at
all, with equal chances (Owen and Eckles 2012, section 4), which gives sums the same mean and
variance. What differs is of the order of 1 / n: the skew that drawing leaves in the sum of
`MANY` rows moves a 95 % limit by less than the noise of 10,000 resamples does.

Method: Efron and Tibshirani 1993, chapters 6 (items) and 8.3 (whole clusters), 13.3 (the
percentile interval).
"""
# DESIGN: contrasts

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MANY = 10_000
"""From so many rows on, rows that nearly all differ are weighted and not drawn."""
_CELLS = 2_000_000
"""The most numbers that one chunk of resamples may hold (16 MB)."""
_DRAWN, _WEIGHTED = 12, 80
"""A multinomial count costs about as much as drawing, or weighting, this many rows."""


_RARE = 30
"""Among so many items or more that stand at the same rungs, drawing loses 3 % of the variance."""


class Resamples(NamedTuple):
    """Resamples x columns, and whether rows were weighted for it instead of drawn."""

    values: Floats
    weighted: bool


def resampled_sums(values: Floats, resamples: int, rng: np.random.Generator) -> Resamples:
    """Return, for each resample, the column sums over n rows drawn from the n rows of `values`."""
    distinct, counts = _distinct(values)
    many = len(values) >= MANY
    if len(distinct) * (_WEIGHTED if many else _DRAWN) < len(values) or len(values) <= _DRAWN:
        return Resamples(_chunked(distinct, counts, resamples, rng), weighted=False)
    if many:
        return Resamples(_weighted(values, resamples, rng), weighted=True)
    return Resamples(_chunked(values, None, resamples, rng), weighted=False)


def _chunked(
    rows: Floats, counts: NDArray[np.int64] | None, resamples: int, rng: np.random.Generator
) -> Floats:
    """Return sums of rows drawn by how often each distinct one stands, or one by one."""
    sums = np.empty((resamples, rows.shape[1]))
    chunk = max(1, _CELLS // len(rows))
    for start in range(0, resamples, chunk):
        size = min(chunk, resamples - start)
        drawn = (
            _one_by_one(len(rows), size, rng) if counts is None else _by_counts(counts, size, rng)
        )
        sums[start : start + size] = drawn @ rows
    return sums


_BLOCK = 8
_BITS = np.unpackbits(np.arange(2**_BLOCK, dtype=np.uint8)[:, None], axis=1).astype(np.float64)
"""Every way to take some of eight rows: 256 x 8."""


def _weighted(values: Floats, resamples: int, rng: np.random.Generator) -> Floats:
    """Return n times the mean of the rows that a fair coin keeps.

    Eight rows are one random byte a resample, which is looked up among the 256 sums that eight
    rows can have. Rows are taken about their mean, so that few kept rows make no large sum.
    """
    n, width = values.shape
    mean = values.mean(axis=0)
    blocks = np.zeros((-(-n // _BLOCK) * _BLOCK, width + 1))
    blocks[:n, :width], blocks[:n, width] = values - mean, 1
    sums = np.zeros((width + 1, resamples))
    for block in blocks.reshape(-1, _BLOCK, width + 1):
        kept = rng.integers(2**_BLOCK, size=resamples, dtype=np.uint8).astype(np.intp)
        for column, known in enumerate((_BITS @ block).T.copy()):
            sums[column] += known[kept]
    return np.asarray(n * (mean + (sums[:width] / sums[width]).T))


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


def item_means(scores: Floats, resamples: int, seed: int) -> Resamples:
    """Return resampled means (resamples x rungs), drawing items.

    `scores` is items x rungs, NaN where an item was not scored. Items that stand at the same
    rungs are drawn among themselves, each with all its scores: what is paired stays paired, and
    every rung keeps its n. Where items are missing here and there, those of rare patterns are
    drawn together instead, as few of a kind would hardly vary among themselves; a draw in which
    a rung then has no item gives NaN there.
    """
    rng = np.random.default_rng(seed)
    there = ~np.isnan(scores)
    known = np.hstack([np.where(there, scores, 0.0), there])
    sums, weighted = np.zeros((resamples, known.shape[1])), False
    for members in _drawn_together(there):
        rows = known[members]
        vary = (rows != rows[0]).any(axis=0)  # most are whether an item is there at all
        sums[:, ~vary] += len(rows) * rows[0, ~vary]
        if vary.any():
            drawn = resampled_sums(rows[:, vary], resamples, rng)
            sums[:, vary] += drawn.values
            weighted |= drawn.weighted
    return Resamples(_ratio(sums), weighted)


def _drawn_together(there: NDArray[np.bool_]) -> Iterator[NDArray[np.bool_]]:
    """Yield, as masks, the items that are drawn among themselves."""
    _, group, sizes = np.unique(there, axis=0, return_inverse=True, return_counts=True)
    rare = sizes < max(_RARE, len(there) // 100)
    if rare.sum() <= there.shape[1]:  # so few patterns are a design, such as a group for each rung
        rare[:] = False
    group = group.ravel()
    for number in np.flatnonzero(~rare):
        yield group == number
    if rare.any():
        yield rare[group]


def _ratio(sums: Floats) -> Floats:
    """Return sums of scores over numbers of items, of which one half of the columns holds each."""
    scores, n = np.hsplit(sums, 2)
    with np.errstate(invalid="ignore"):
        return np.asarray(scores / n)


def cluster_means(
    scores: Floats, cluster: NDArray[np.int64], resamples: int, seed: int
) -> Resamples:
    """Return resampled means, drawing whole clusters, the same ones for all rungs.

    `cluster` is the number of each item's cluster. A draw in which a rung has no item at all
    gives NaN there.
    """
    sums, counts = cluster_sums(scores, cluster)
    drawn = resampled_sums(np.hstack([sums, counts]), resamples, np.random.default_rng(seed))
    return Resamples(_ratio(drawn.values), drawn.weighted)


def cluster_sums(scores: Floats, cluster: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return the sum of scores and the number of items per cluster and rung."""
    there = ~np.isnan(scores)
    known = np.where(there, scores, 0.0)
    many = int(cluster.max()) + 1
    sums = [np.bincount(cluster, known[:, j], many) for j in range(scores.shape[1])]
    counts = [np.bincount(cluster, there[:, j], many) for j in range(scores.shape[1])]
    return np.stack(sums, axis=1), np.stack(counts, axis=1)
