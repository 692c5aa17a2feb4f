"""Sample sizes: the least from which exact power stays at the target, and the figures of R."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom, binomtest, fisher_exact

from service.common.problems import BadRequest
from service.decomposition.intervals import newcombe, tango
from service.plans import exact_power
from service.plans.sample_size import SampleSizeRequest, sample_size
from tests.servers import program

POWER_PROP_TEST: dict[tuple[float, float], int] = {
    (95, 5): 435, (90, 5): 686, (50, 10): 388, (99, 5): 211, (99.9, 5): 158, (20, 20): 35,
    (10, 10): 74, (5, 5): 152, (2, 2): 388, (99.9, 50): 11,
}  # fmt: skip
"""Units in a group by baseline and effect, as `power.prop.test` of R 4.2.2 gives them, rounded up.

It takes the test as normal; Fisher's exact test needs a tenth more of the small ones.
"""


def asked(**fields: object) -> SampleSizeRequest:
    return SampleSizeRequest.model_validate(fields)


@pytest.mark.parametrize(
    ("wanted", "n"),
    [
        # Cohen 1988, table 2.4.1: d = 0.5, two-sided 0.05, power 0.80 needs 64 in each group
        ({"method": "two-means", "effect": 0.5}, 128),
        # the usual textbook figure for a paired t test, d = 0.5, of a loss and of a gain
        ({"method": "paired-means", "effect": -0.5}, 34),
        # 6 lost of 6 are significant (p = 0.03), and of 7 pairs that lose 90 % 0.85 show so many
        ({"method": "paired-proportions", "effect": 90, "discordant": 90}, 7),
        # none of 6 is significantly less than half of them
        ({"method": "one-proportion", "effect": 50, "baseline": 50}, 6),
        ({"method": "one-proportion", "effect": 20, "baseline": 20}, 17),
        ({"method": "paired-proportions", "effect": 5, "discordant": 20}, 658),
        (
            {
                "method": "non-inferiority-paired",
                "margin": 5,
                "expected_loss": 0,
                "discordant": 20,
            },
            639,
        ),
    ],
)
def test_known_sizes(wanted: dict[str, object], n: int) -> None:
    assert sample_size(asked(**wanted)).n == n


@pytest.mark.parametrize(("case", "least"), POWER_PROP_TEST.items())
def test_two_proportions_need_what_r_says_or_a_little_more(
    case: tuple[float, float], least: int
) -> None:
    baseline, effect = case
    size = sample_size(asked(baseline=baseline, effect=effect))
    assert size.n_per_group is not None
    assert size.power_reached is not None
    assert least <= size.n_per_group <= 1.12 * least
    assert size.power_reached >= size.power
    assert size.sample_test == "Fisher's exact test, two-sided"


def fisher(n: int, before: float, after: float) -> float:
    events = range(n + 1)
    table = [[fisher_exact([[a, n - a], [b, n - b]])[1] <= 0.05 for b in events] for a in events]
    return float(binom.pmf(events, n, before) @ np.array(table) @ binom.pmf(events, n, after))


def one(n: int, before: float, after: float) -> float:
    found = [binomtest(k, n, before).pvalue <= 0.05 for k in range(n + 1)]
    return float(binom.pmf(range(n + 1), n, after) @ np.array(found))


def cells(n: int, discordant: float, loss: float) -> list[tuple[int, int, float]]:
    """Return every count of lost and gained pairs with its probability."""
    share = (discordant + loss) / discordant / 2
    return [
        (k, d - k, float(binom.pmf(d, n, discordant) * binom.pmf(k, d, share)))
        for d in range(n + 1)
        for k in range(d + 1)
    ]


def mcnemar(n: int, discordant: float, loss: float) -> float:
    return sum(
        p for a, b, p in cells(n, discordant, loss) if a + b and binomtest(a, a + b).pvalue <= 0.05
    )


@pytest.mark.parametrize(
    ("found", "slow"),
    [
        (exact_power.two_samples(9, 0.5, 0.0, 0.05), lambda: fisher(9, 0.5, 0.0)),
        (exact_power.two_samples(8, 0.999, 0.499, 0.05), lambda: fisher(8, 0.999, 0.499)),
        (exact_power.one_sample(40, 0.95, 0.9, 0.05), lambda: one(40, 0.95, 0.9)),
        (exact_power.one_sample(17, 0.2, 0.0, 0.05), lambda: one(17, 0.2, 0.0)),
        (exact_power.mcnemar(20, 0.5, 0.3, 0.05), lambda: mcnemar(20, 0.5, 0.3)),
        (
            exact_power.pairs_met(24, 0.15, 0.3, 0.05, 0.95),
            lambda: sum(p for a, b, p in cells(24, 0.3, 0.05) if tango(a, b, 24)[1] <= 0.15),
        ),
        (
            exact_power.arms_met(9, 0.4, 0.8, 0.1, 0.9),
            lambda: sum(
                binom.pmf(a, 9, 0.8) * binom.pmf(b, 9, 0.7)
                for a in range(10)
                for b in range(10)
                if newcombe((a, b), (9, 9), 0.9)[1] <= 0.4
            ),
        ),
    ],
)
def test_exact_power_is_that_of_every_outcome_counted(found: float, slow: object) -> None:
    assert callable(slow)
    assert found == pytest.approx(slow(), abs=1e-9)


@pytest.mark.parametrize(
    ("wanted", "power"),
    [
        (
            {"method": "one-proportion", "effect": 9, "baseline": 99},
            lambda n: exact_power.one_sample(n, 0.99, 0.9, 0.05),
        ),
        (
            {"method": "paired-proportions", "effect": 20, "discordant": 30},
            lambda n: exact_power.mcnemar(n, 0.3, 0.2, 0.05),
        ),
        ({"effect": 40, "baseline": 90}, lambda n: exact_power.two_samples(n, 0.9, 0.5, 0.05)),
    ],
)
def test_the_size_is_the_least_from_which_the_power_stays(
    wanted: dict[str, object], power: exact_power.Power
) -> None:
    size = sample_size(asked(**wanted))
    each = size.n_per_group or size.n
    assert min(power(n) for n in range(each, 4 * each)) >= 0.8
    assert power(each - 1) < 0.8


def test_clusters_need_more() -> None:
    alone = sample_size(asked(effect=5, baseline=90))
    clustered = sample_size(asked(effect=5, baseline=90, cluster_size=11, icc=0.1))
    assert clustered.n == 2 * alone.n


def test_gains_are_planned_like_losses() -> None:
    gain = sample_size(asked(effect=-5, baseline=90))
    assert gain.n == sample_size(asked(effect=5, baseline=95)).n
    assert gain.effect == -5


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"effect": -20, "baseline": 90}, "cannot gain 20"),
        ({"effect": 20, "baseline": 10}, "cannot lose 20"),
        ({"method": "non-inferiority-paired", "margin": 5, "discordant": 20}, "expected_loss"),
        (
            {"method": "non-inferiority-arms", "margin": 5, "expected_loss": 5, "baseline": 90},
            "below it",
        ),
        ({"baseline": 90}, "effect"),
    ],
)
def test_what_cannot_be_planned_is_said(wanted: dict[str, object], words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        sample_size(asked(**wanted))


def test_r_agrees() -> None:
    """`sizes.R` prints what power.prop.test, binom.test and fisher.test say of our sizes."""
    rscript = program("Rscript", "Rscript", "apt-get install r-base-core")
    done = subprocess.run(
        [rscript, str(Path(__file__).with_name("sizes.R"))],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    rows = [line.split() for line in done.stdout.splitlines()]
    for kind, first, second, n, found in rows:
        a, b, size = float(first), float(second), int(n)
        if kind == "power.prop.test":
            assert int(found) == POWER_PROP_TEST[a, b]
            continue
        power = {
            "binom.test": exact_power.one_sample,
            "fisher.test": exact_power.two_samples,
            "mcnemar": exact_power.mcnemar,
        }[kind](size, a, b, 0.05)
        assert power == pytest.approx(float(found), abs=1e-9), (kind, first, second)
    assert len(rows) > len(POWER_PROP_TEST)
