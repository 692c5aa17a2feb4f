"""Intervals of a decomposition on fixed inputs: against statsmodels, R and the papers' formulas."""

from collections.abc import Iterable

import numpy as np
import pytest

from service.common.problems import BadRequest
from service.decomposition.decompose import DecompositionEstimate
from service.decomposition.intervals import ScoreInterval, agresti_min, newcombe
from service.decomposition.request import DecompositionOptions, run
from service.decomposition.table import rows_sheet

Row = dict[str, object]
UNEVEN = (9, 4, 6, 3, 8, 5, 7, 3, 6, 4, 5, 2)


def decomposed(rows: Iterable[Row], **options: object) -> DecompositionEstimate:
    options = {"resamples": 400, **options}
    return run(rows_sheet(list(rows), "x"), DecompositionOptions.model_validate(options))


def by(found: Iterable[ScoreInterval], method: str, unit: str) -> ScoreInterval:
    (one,) = [i for i in found if (i.method, i.unit) == (method, unit)]
    return one


def pairs(before: Iterable[float], after: Iterable[float]) -> list[Row]:
    return [
        {"rung": rung, "item": f"i{i}", "score": score}
        for rung, scores in (("before", before), ("after", after))
        for i, score in enumerate(scores)
    ]


def in_clusters(sizes: Iterable[int]) -> list[Row]:
    """Return 0-1 scores of the same items twice; the share lost differs between clusters."""
    return [
        {"rung": rung, "item": f"c{g}-{i}", "cluster": f"c{g}", "score": score}
        for g, size in enumerate(sizes)
        for i in range(size)
        for rung, score in (("before", int(i % 5 != 4)), ("after", int(i % (2 + g % 3) == 0)))
    ]


def test_equal_clusters_give_the_cluster_robust_t_interval_of_statsmodels() -> None:
    from statsmodels.regression.linear_model import OLS  # noqa: PLC0415 - two seconds, at collection

    rows = in_clusters([6] * 12)
    found = by(decomposed(rows).total.intervals, "jackknife-t", "cluster")
    scores = np.array([r["score"] for r in rows], dtype=float).reshape(-1, 2)
    cluster = np.repeat(np.arange(12), 6)
    fit = OLS(scores[:, 0] - scores[:, 1], np.ones(72)).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}, use_t=True
    )
    reach = (fit.conf_int()[0] - fit.params[0]) * np.sqrt(12 / 11)
    expected = 100 * (fit.params[0] + reach)
    assert (found.lower, found.upper) == pytest.approx(tuple(expected), abs=1e-9)
    assert found.caution is None


def test_uneven_clusters_give_the_jackknife() -> None:
    found = decomposed(in_clusters(UNEVEN), higher_is_better=False)
    table = np.array([[c.scores[0], c.scores[1], c.n[0]] for c in found.clusters], dtype=float)
    left = []
    for g in range(len(table)):
        rest = np.delete(table, g, axis=0)
        left.append(float(((rest[:, 1] - rest[:, 0]) * rest[:, 2]).sum() / rest[:, 2].sum()))
    error = np.sqrt(11 / 12 * ((np.array(left) - np.mean(left)) ** 2).sum())
    reach = 2.200985160082949 * error  # t, 11 degrees of freedom
    ours = by(found.total.intervals, "jackknife-t", "cluster")
    expected = (found.total.value - reach, found.total.value + reach)
    assert (ours.lower, ours.upper) == pytest.approx(expected, abs=1e-9)


def test_arms_that_share_no_cluster_have_two_degrees_of_freedom_less() -> None:
    share = {"before": (1.0, 0.75, 0.5, 1.0), "after": (0.25, 0.5, 0.75, 0.0)}
    rows = [
        {"rung": rung, "item": f"{rung}{g}{i}", "cluster": f"{rung}{g}", "score": int(i < 4 * p)}
        for rung, shares in share.items()
        for g, p in enumerate(shares)
        for i in range(4)
    ]
    ours = by(decomposed(rows).total.intervals, "jackknife-t", "cluster")
    one, two = (np.array(s) for s in share.values())
    reach = 100 * 2.4469118511449692 * np.sqrt((one.var(ddof=1) + two.var(ddof=1)) / 4)  # t, 6
    expected = 100 * (one.mean() - two.mean())
    assert (ours.lower, ours.upper) == pytest.approx((expected - reach, expected + reach))


def test_clusters_come_first_for_parts_and_for_scores() -> None:
    found = decomposed(in_clusters(UNEVEN))
    whole = [("cluster", "jackknife-t"), ("cluster", "bootstrap-percentile"),
             ("item", "agresti-min"), ("item", "bootstrap-percentile")]  # fmt: skip
    assert [(i.unit, i.method) for i in found.total.intervals] == whole
    for score in found.scores:
        assert [(i.unit, i.method) for i in score.intervals] == [*whole[:2], ("item", "wilson")]
    assert by(found.total.intervals, "agresti-min", "item").caution is not None


def test_ten_clusters_are_too_few_and_so_is_one_that_all_hangs_on() -> None:
    few = decomposed(in_clusters(UNEVEN[:10]))
    told = [i.caution for i in few.total.intervals if i.unit == "cluster"]
    assert told == ["too few to carry this interval: 10 clusters"] * 2
    assert any("Few clusters (10): too few to carry" in w for w in few.warnings)
    rows = in_clusters([6] * 20)
    for row in rows:
        odd = row["cluster"] == "c7" and row["rung"] == "after"
        row["score"] = 0 if odd else int(str(row["item"])[-1] != "4")
    hung = decomposed(rows)
    told = [i.caution for i in hung.total.intervals if i.unit == "cluster"]
    assert told == ["too few to carry this interval: it hangs on the cluster c7"] * 2
    assert any("without the cluster c7" in w for w in hung.warnings)


def test_clusters_that_all_lose_alike_give_no_interval_of_zero_width() -> None:
    rows = [
        {"rung": rung, "item": f"{g}{i}", "cluster": f"c{g}", "score": score + i / 100}
        for g in range(12)
        for i in range(2)
        for rung, score in (("before", 0.8), ("after", 0.5))
    ]
    found = decomposed(rows)
    assert found.total.intervals == ()
    assert any("No interval of after over clusters" in w for w in found.warnings)
    assert any("No interval of after over items" in w for w in found.warnings)


@pytest.mark.parametrize(
    ("lost", "gained", "n", "expected"),
    [
        # one of 50 lost: 1 / 52 -+ 1.96 sqrt(2 / 52 - 1 / 52^2) / sqrt(52)
        (1, 0, 50, (0.01923 - 0.05305, 0.01923 + 0.05305)),
        (3, 0, 3, (0.6 - 0.58142, 0.6 + 0.58142)),
        (0, 0, 20, (-0.08909, 0.08909)),
    ],
)
def test_agresti_min(lost: int, gained: int, n: int, expected: tuple[float, float]) -> None:
    assert agresti_min(lost, gained, n) == pytest.approx(expected, abs=2e-5)


def test_newcombe_gives_the_example_of_the_paper() -> None:
    """Newcombe 1998, table II, example (a), method 10: 56 of 70 against 48 of 80."""
    assert newcombe((56, 48), (70, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_all_right_then_all_wrong_keeps_a_width() -> None:
    found = decomposed(pairs([1, 1, 1], [0, 0, 0]))
    assert [i.method for i in found.total.intervals] == ["agresti-min"]
    (only,) = found.total.intervals
    assert (only.lower, only.upper) == pytest.approx((1.858, 100), abs=1e-3)
    assert found.residual.intervals == ()


def test_other_items_give_the_interval_of_independent_samples() -> None:
    rows = [{**r, "item": f"{r['rung']}{r['item']}"} for r in pairs([1, 1, 1, 0], [0, 1, 0, 0])]
    found = by(decomposed(rows).total.intervals, "newcombe", "item")
    ends = newcombe((3, 1), (4, 4))
    assert (found.lower, found.upper) == pytest.approx((100 * ends[0], 100 * ends[1]))
    turned = decomposed(rows, higher_is_better=False).total.intervals
    assert by(turned, "newcombe", "item").upper == pytest.approx(-found.lower)


def test_what_is_missing_is_bounded_and_said_above_five_percent() -> None:
    before, after = [1] * 40, [1] * 20 + [0] * 10
    found = decomposed(pairs(before, after))  # ten items are not scored afterwards
    missing = found.total.missing
    assert missing is not None
    assert (missing.of, missing.share) == (40, 0.25)
    assert (missing.lower, missing.upper) == (25, 50)
    assert any("25.0 % of the items" in w and "25.00 and 50.00 points" in w for w in found.warnings)
    little = decomposed(pairs(before, [1] * 20 + [0] * 19))
    assert little.total.missing is not None
    assert not any("missing" in w for w in little.warnings)
    turned = decomposed(pairs(before, after), higher_is_better=False).total.missing
    assert turned is not None
    assert (turned.lower, turned.upper) == (-50, -25)
    assert decomposed(pairs(before, [*after, *[0] * 10])).total.missing is None


def test_fractions_sent_as_percent_are_refused() -> None:
    with pytest.raises(BadRequest, match=r"looks like a fraction.*Use the unit fraction"):
        decomposed(pairs([0.95, 0.9], [0.5, 0.1]), unit="percent")
    assert decomposed(pairs([0, 0], [95, 0]), unit="percent").total.value == pytest.approx(-47.5)


def test_a_score_outside_the_scale_is_told_how_to_be_put_on_it() -> None:
    with pytest.raises(BadRequest, match=r"\(x - min\) / \(max - min\)"):
        decomposed(pairs([5, 4], [2, 1]))
    found = decomposed(pairs([5, 4, -1], [2, 1, 2]), scale="-1:5")
    assert found.total.value == pytest.approx(100 * (11 / 18 - 8 / 18))
    assert any("-1, the least score, to 5, the greatest" in w for w in found.warnings)
    with pytest.raises(BadRequest, match="is not between 1 and 5"):
        decomposed(pairs([5, 4], [2, 0]), scale="1:5")


def test_summary_rows_with_counts_give_independent_intervals_and_exact_scores() -> None:
    rows = [
        {"rung": "a", "score": 0.9467, "n": 600, "events": 568},
        {"rung": "b", "score": 0.34, "n": 600, "events": 204},
    ]
    found = decomposed(rows)
    assert found.scores[0].value == pytest.approx(100 * 568 / 600, abs=1e-12)
    (only,) = found.total.intervals
    ends = newcombe((568, 204), (600, 600))
    assert (only.lower, only.upper) == pytest.approx((100 * ends[0], 100 * ends[1]))
    assert only.method == "newcombe"
    assert "independent" in str(only.caution)
    assert any("independent" in w for w in found.warnings)
    bare = decomposed([{"rung": "a", "score": 0.9, "n": 10}, {"rung": "b", "score": 0.5}])
    assert any("No intervals" in w for w in bare.warnings)
