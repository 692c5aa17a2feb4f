"""How fast a large table is decomposed, beside scipy.stats.bootstrap in the same run.

Run with `make bench`. The peer gets fewer rows and resamples, because at full size it would
need hours or more memory than there is; both are compared by row draws a second.
"""

import time
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import bootstrap

from service.decomposition.request import DecompositionOptions, run
from service.decomposition.table import sheet

ITEMS, RUNGS, RESAMPLES = 250_000, 4, 10_000
PEER_ITEMS, PEER_RESAMPLES = 25_000, 200


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@pytest.mark.parametrize("kind", ["scores of 0 and 1", "scores all different"])
def test_a_million_rows(kind: str) -> None:
    rng = np.random.default_rng(1)
    scores = rng.random((ITEMS, RUNGS))
    if kind == "scores of 0 and 1":
        scores = (scores < np.array([0.95, 0.8, 0.6, 0.35])).astype(float)
    lines = ["rung,item,cluster,score"]
    for j in range(RUNGS):
        lines += [f"r{j},i{i},c{i % 1000},{v}" for i, v in enumerate(scores[:, j].tolist())]
    data = "\n".join(lines).encode()
    whole = timed(lambda: run(sheet(data, "items.csv"), DecompositionOptions(resamples=RESAMPLES)))

    before, after = scores[:PEER_ITEMS, 0], scores[:PEER_ITEMS, 1]
    peer = timed(
        lambda: bootstrap(
            (before, after),
            lambda a, b, axis: a.mean(axis) - b.mean(axis),
            paired=True,
            vectorized=True,
            n_resamples=PEER_RESAMPLES,
            batch=20,
            method="percentile",
            rng=rng,
        )
    )
    ours = ITEMS * RUNGS * RESAMPLES / whole
    theirs = PEER_ITEMS * 2 * PEER_RESAMPLES / peer
    print(f"\n1,000,000 rows, {RESAMPLES:,} resamples, {kind}: {whole:.1f} s, reading included")
    print(f"row draws a second beside scipy.stats.bootstrap: {ours / theirs:.1f} times as many")
