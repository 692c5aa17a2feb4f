"""Sample sizes: as textbooks and other programs have them, and consistent with power."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.plans.sample_size import SampleSizeRequest, sample_size


@pytest.mark.parametrize(
    ("wanted", "n"),
    [
        # Cohen 1988, table 2.4.1: d = 0.5, two-sided 0.05, power 0.80 needs 64 in each group
        ({"method": "two-means", "effect": 0.5}, 128),
        # the usual textbook figure for a paired t test, d = 0.5
        ({"method": "paired-means", "effect": 0.5}, 34),
        # by hand: h = 0.1518 for 90 against 85 percent, 2 (1.960 + 0.842)^2 / h^2 in each group
        ({"method": "two-proportions", "effect": 5, "baseline": 90}, 1362),
        ({"method": "one-proportion", "effect": 5, "baseline": 90}, 341),
        # by hand (Connor 1987): (1.960 sqrt(0.2) + 0.842 sqrt(0.2 - 0.0025))^2 / 0.0025
        ({"method": "paired-proportions", "effect": 5, "discordant": 20}, 626),
    ],
)
def test_known_sizes(wanted: dict[str, object], n: int) -> None:
    assert sample_size(SampleSizeRequest.model_validate(wanted)).n == n


def test_clusters_need_more() -> None:
    alone = sample_size(SampleSizeRequest(effect=5, baseline=90))
    clustered = sample_size(SampleSizeRequest(effect=5, baseline=90, cluster_size=11, icc=0.1))
    assert clustered.n == pytest.approx(2 * alone.n, abs=2)


@settings(deadline=None, max_examples=50)
@given(st.floats(10, 95), st.floats(1, 9), st.floats(0.6, 0.95))
def test_the_size_is_the_least_that_has_the_power(
    baseline: float, effect: float, power: float
) -> None:
    from statsmodels.stats.power import NormalIndPower  # noqa: PLC0415 - slow to import
    from statsmodels.stats.proportion import proportion_effectsize  # noqa: PLC0415 - slow to import

    size = sample_size(SampleSizeRequest(effect=effect, baseline=baseline, power=power))
    assert size.n_per_group is not None
    h = proportion_effectsize(baseline / 100, (baseline - effect) / 100)
    reached = [NormalIndPower().power(h, n, 0.05) for n in (size.n_per_group, size.n_per_group - 1)]
    assert reached[0] >= power - 1e-9
    assert reached[1] <= power + 1e-4
