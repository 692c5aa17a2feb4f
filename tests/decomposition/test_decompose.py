"""Properties of decompositions, whatever the scores."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.decomposition.bootstrap import MANY, cluster_means, item_means, resampled_sums
from service.decomposition.decompose import DecompositionEstimate
from service.decomposition.request import DecompositionOptions, run
from service.decomposition.table import rows_sheet

DIMENSIONS = ("interaction-type", "decision-mediation", "period", "language")
SLACK = 1e-6
LP = 1e-4
"""What linear programming may be off, in points."""


def decomposed(scores: dict[int, float], **options: object) -> DecompositionEstimate:
    """Decompose scores by masks of changed dimensions, through the same door as a request."""
    rows = [
        {"rung": f"m{mask}", "score": score, "changed": [d for i, d in enumerate(DIMENSIONS)
                                                         if mask >> i & 1]}
        for mask, score in scores.items()
    ]  # fmt: skip
    return run(rows_sheet(rows, "scores"), DecompositionOptions.model_validate(options))


def lattices(least: int = 1) -> st.SearchStrategy[dict[int, float]]:
    """Return scores for all combinations of one to four changes."""
    score = st.floats(0, 1).map(lambda x: round(x, 3))
    return st.integers(least, len(DIMENSIONS)).flatmap(
        lambda k: st.lists(score, min_size=2**k, max_size=2**k).map(lambda v: dict(enumerate(v)))
    )


def values(found: DecompositionEstimate) -> dict[tuple[str, ...], float]:
    return {c.dimensions: c.value for c in found.contributions}


@settings(deadline=None)
@given(lattices())
def test_parts_and_residual_make_the_whole(scores: dict[int, float]) -> None:
    full = max(scores)
    designs = [scores]
    designs.append({m: scores[m] for m in scores if m & (m + 1) == 0})  # a chain
    designs.append({m: scores[m] for m in scores if m in {0, full} or m.bit_count() == 1})
    for design in designs:
        found = decomposed(design)
        whole = sum(c.value for c in found.contributions) + found.residual.value
        assert whole == pytest.approx(found.total.value, abs=SLACK)
        assert found.total.value == pytest.approx(100 * (scores[0] - scores[full]), abs=SLACK)
        if found.method != "one-at-a-time":
            assert found.residual.value == pytest.approx(0, abs=SLACK)
        subtotals = sum(s.value for s in found.subtotals.values())
        assert subtotals == pytest.approx(sum(c.value for c in found.contributions), abs=SLACK)


@settings(deadline=None)
@given(lattices(2), st.permutations(range(16)))
def test_shapley_is_the_mean_over_orders_and_free_of_order(
    scores: dict[int, float], shuffle: list[int]
) -> None:
    found = decomposed(scores)
    turned = decomposed({m: scores[m] for m in shuffle if m in scores})
    assert values(found) == pytest.approx(values(turned), abs=SLACK)
    k = len(scores).bit_length() - 1
    for i in range(k):
        worths = []
        for order in permutations(range(k)):
            before = sum(1 << j for j in order[: order.index(i)])
            worths.append(100 * (scores[before] - scores[before | 1 << i]))
        (part,) = [c for c in found.contributions if c.dimensions == (DIMENSIONS[i],)]
        assert part.value == pytest.approx(np.mean(worths), abs=SLACK)
        assert (part.lowest, part.highest) == pytest.approx((min(worths), max(worths)), abs=SLACK)


@settings(deadline=None, max_examples=40)
@given(lattices(2), st.sets(st.integers(0, 15)))
def test_bounds_contain_the_truth(scores: dict[int, float], hidden: set[int]) -> None:
    truth = values(decomposed(scores))
    for bound in decomposed(partly(scores, hidden)).bounds:
        assert bound.lower - SLACK <= truth[bound.dimensions] <= bound.upper + SLACK


@settings(deadline=None, max_examples=40)
@given(lattices(2), st.sets(st.integers(0, 15)))
def test_bounds_for_falling_scores_contain_the_truth_and_are_no_wider(
    given: dict[int, float], hidden: set[int]
) -> None:
    scores = {m: min(given[s] for s in given if s & m == s) for m in given}
    truth, kept = values(decomposed(scores)), partly(scores, hidden)
    found = decomposed(kept)
    assert bool(found.bounds) == (len(kept) < len(scores))
    for bound in found.bounds:
        assert bound.falling_lower is not None
        assert bound.falling_upper is not None
        assert bound.falling_lower - LP <= truth[bound.dimensions] <= bound.falling_upper + LP
        assert bound.lower - LP <= bound.falling_lower
        assert bound.falling_upper <= bound.upper + LP


def partly(scores: dict[int, float], hidden: set[int]) -> dict[int, float]:
    """Return scores without the hidden ones; the ends and each change alone stay.

    Without those, dimensions that only change together could not be told apart.
    """
    full = max(scores)
    return {
        m: v for m, v in scores.items() if m in {0, full} or m.bit_count() == 1 or m not in hidden
    }


def test_a_score_that_rises_leaves_no_falling_bounds() -> None:
    rows = [("0", 0.4, ""), ("a", 0.9, "period"), ("both", 0.3, "period language")]
    sent = [{"rung": r, "score": s, "changed": c} for r, s, c in rows]
    assert {b.falling_lower for b in run(rows_sheet(sent, "x"), DecompositionOptions()).bounds} == {
        None
    }


def test_items_are_drawn_as_scipy_draws_them() -> None:
    from scipy.stats import bootstrap  # noqa: PLC0415 - takes a second to import

    rng = np.random.default_rng(3)
    before = (rng.random(400) < 0.8).astype(float)
    after = np.where(rng.random(400) < 0.7, before, 1 - before)
    ours = item_means(np.stack([before, after], axis=1), 10_000, seed=1).values
    theirs = bootstrap((before - after,), np.mean, n_resamples=10_000, rng=rng, method="percentile")
    drops = np.percentile(ours[:, 0] - ours[:, 1], [2.5, 97.5])
    assert drops == pytest.approx(tuple(theirs.confidence_interval), abs=0.005)


def test_few_and_many_distinct_rows_are_drawn_alike() -> None:
    """Both ways of drawing have the same mean and variance: of one row, times n."""
    rng = np.random.default_rng(5)
    coarse = rng.integers(0, 2, 600).astype(float)[:, None]
    fine = coarse + 1e-9 * np.arange(600)[:, None]
    drawn = [
        resampled_sums(v, 20_000, np.random.default_rng(7)).values / 600 for v in (coarse, fine)
    ]
    assert drawn[0].mean() == pytest.approx(drawn[1].mean(), abs=0.001)
    assert drawn[0].std() == pytest.approx(drawn[1].std(), rel=0.03)


@pytest.mark.parametrize("skewed", [False, True])
def test_many_rows_that_all_differ_are_resampled_as_scipy_does(skewed: bool) -> None:  # noqa: FBT001
    from scipy.stats import bootstrap  # noqa: PLC0415 - takes a second to import

    rng = np.random.default_rng(11)
    before = rng.random(MANY)
    if skewed:  # a long tail, the worst that scores from 0 to 1 may show
        before = before**8
    after = before * rng.random(MANY)
    rows = [
        {"rung": rung, "item": str(i), "score": float(score)}
        for rung, scores in (("one", before), ("two", after))
        for i, score in enumerate(scores)
    ]
    found = run(rows_sheet(rows, "x"), DecompositionOptions())
    (ours,) = found.total.intervals
    theirs = bootstrap(
        (before - after,), np.mean, n_resamples=4_000, rng=rng, method="percentile", batch=100
    )
    expected = tuple(100 * float(end) for end in theirs.confidence_interval)
    width = expected[1] - expected[0]
    assert (ours.lower, ours.upper) == pytest.approx(expected, abs=0.04 * width)
    assert any("Owen and Eckles" in w for w in found.warnings)
    again = run(rows_sheet(rows, "x"), DecompositionOptions())
    assert again == found
    other = run(rows_sheet(rows, "x"), DecompositionOptions(seed=2)).total.intervals[0]
    assert other.lower != ours.lower


def test_items_that_are_missing_here_and_there_still_vary() -> None:
    """Nearly every item stands at rungs of its own, and must not be drawn for itself alone."""
    rng = np.random.default_rng(4)
    scores = (rng.random((800, 10)) < np.linspace(0.9, 0.4, 10)).astype(float)
    scores[rng.random(scores.shape) < 0.5] = np.nan
    rows = [
        {"rung": f"r{j}", "item": str(i), "score": score}
        for (i, j), score in np.ndenumerate(scores)
        if not np.isnan(score)
    ]
    options = DecompositionOptions(rungs=tuple(f"r{j}" for j in range(10)))
    (found,) = run(rows_sheet(rows, "x"), options).total.intervals
    # the variance of a difference of two ratios, by linearisation (Cochran 1977, section 6.4)
    parts = (scores - np.nanmean(scores, axis=0)) / (~np.isnan(scores)).sum(axis=0)
    influence = np.nan_to_num(parts[:, 0]) - np.nan_to_num(parts[:, 9])
    expected = 100 * 2 * 1.96 * np.sqrt((influence**2).sum())
    assert found.upper - found.lower == pytest.approx(expected, rel=0.05)


def test_clusters_are_drawn_whole() -> None:
    """Where a cluster has one score throughout, only the number of clusters counts."""
    cluster = np.repeat(np.arange(4), 1_000)
    scores = np.repeat([0.0, 0.0, 1.0, 1.0], 1_000)[:, None]
    drawn = cluster_means(scores, cluster, 5_000, seed=1).values
    assert set(np.unique(drawn)) == {0.0, 0.25, 0.5, 0.75, 1.0}


def test_a_rung_that_a_draw_of_clusters_misses_is_told() -> None:
    rows = [
        {"rung": rung, "item": f"{cluster}{i}", "cluster": cluster, "score": i % 2}
        for cluster in "abc"
        for i in range(5)
        for rung in ("one", "two")
        if rung == "one" or cluster == "a" or i == 0
    ]
    found = run(rows_sheet(rows, "x"), DecompositionOptions(resamples=200))
    assert any("share 7 of 15 items" in w for w in found.warnings)
    assert found.contributions[0].flow is not None
    assert found.contributions[0].flow.of == 7
