"""How many units a test needs, for what is decided with them.

Two questions are kept apart. *Non-inferiority* is what the threshold of a plan decides: that no
more than a margin is lost, shown by an interval that lies below it as a whole. The other methods
ask whether there is any difference at all; a plan sized by them is often inconclusive.

- `non-inferiority-paired`, `non-inferiority-arms`: power of the plan's own rule, with the interval
  of Tango 1998 for pairs and of Newcombe 1998 for two arms.
- `two-proportions`: Fisher's exact test; `one-proportion`: the exact binomial test;
  `paired-proportions`: the exact McNemar test.
- `two-means`, `paired-means`: t tests, by statsmodels (noncentral t).

For proportions the size is the smallest from which the exact power stays at or above the target
(see `exact_power`); where units come in clusters of m, times the design effect 1 + (m - 1) icc of
Kish 1965. All tests are two-sided at alpha; the error of a wrong *met* is half of alpha.
"""
# DESIGN: sizes-for-what-is-decided

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from math import ceil, sqrt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loaders.model import SampleSize
from service.common.problems import BadRequest
from service.plans import exact_power
from service.plans.exact_power import EXACT, Power, least

Share = Annotated[float, Field(gt=0, lt=1)]
Percent = Annotated[float, Field(gt=0, lt=100)]
Points = Annotated[float, Field(ge=-100, le=100)]
Method = Literal[
    "non-inferiority-paired", "non-inferiority-arms", "two-proportions", "paired-proportions",
    "one-proportion", "two-means", "paired-means",
]  # fmt: skip
PAIRED = frozenset({"non-inferiority-paired", "paired-proportions", "paired-means"})
_ARMS = frozenset({"non-inferiority-arms", "two-proportions", "two-means"})
TESTS: dict[Method, str] = {
    "non-inferiority-paired": "Tango's interval of pairs below the margin",
    "non-inferiority-arms": "Newcombe's interval of two arms below the margin",
    "two-proportions": "Fisher's exact test, two-sided",
    "paired-proportions": "exact McNemar test, two-sided",
    "one-proportion": "exact binomial test, two-sided",
    "two-means": "t test of two groups, two-sided",
    "paired-means": "paired t test, two-sided",
}
_LEAST_SD, _MOST_SD = 0.01, 3
MOST = 10_000_000
"""An effect that needs more units than this is called too small."""


class SampleSizeRequest(BaseModel):
    """What a study is to find, in points of percent; for means in standard deviations.

    `effect` is how far the score falls from the `baseline`, negative where it rises; `margin` is
    the loss not to be reached and `expected_loss` the one that is expected (0 for none, negative
    for a gain). `baseline` is the score before the change in percent, for errors 100 less their
    rate; `discordant` the percentage of pairs expected to change either way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    method: Method = "two-proportions"
    effect: Points | None = None
    margin: Percent | None = None
    expected_loss: Points | None = None
    baseline: Percent | None = None
    discordant: Annotated[float, Field(gt=0, le=100)] | None = None
    alpha: Share = 0.05
    power: Share = 0.8
    cluster_size: Annotated[float, Field(ge=1, le=1_000_000)] | None = None
    icc: Annotated[float, Field(ge=0, le=1)] | None = None


@dataclass(frozen=True)
class _Found:
    """Units by a formula, and the exact power of any number of them where that is known."""

    near: float
    exact: Power | None = None


@lru_cache(maxsize=512)
def sample_size(requested: SampleSizeRequest) -> SampleSize:
    """Return the units needed. Raises `BadRequest` for an effect that cannot be found."""
    if requested.power <= requested.alpha:
        raise BadRequest("The power must be greater than alpha. Write 0.8 and 0.05.")
    found, inflated = _METHODS[requested.method](requested), _design_effect(requested)
    if not found.near * inflated <= MOST:
        raise BadRequest(f"That would need more than {MOST:,} units. State a larger effect.")
    exact = found.exact if found.near <= EXACT else None
    units = least(exact, requested.power, found.near) if exact else ceil(found.near - 1e-9)
    each = max(2, ceil(units * inflated - 1e-9))
    arms = requested.method in _ARMS
    given = requested.model_dump(exclude={"method"}, exclude_none=True)
    return SampleSize(
        sample_method=requested.method,
        **{name: _exact(value) for name, value in given.items()},
        n=2 * each if arms else each,
        n_per_group=each if arms else None,
        power_reached=_shown(exact(each)) if exact and inflated == 1 else None,
        sample_test=TESTS[requested.method],
    )


def _exact(value: float) -> Decimal:
    return Decimal(repr(value)).normalize() + 0


def _shown(power: float) -> Decimal:
    """Return a power to three digits, rounded down so that it never says more than there is."""
    return min(Decimal(power).quantize(Decimal("0.001"), ROUND_FLOOR), Decimal("0.999"))


def _design_effect(requested: SampleSizeRequest) -> float:
    if (requested.cluster_size is None) != (requested.icc is None):
        raise BadRequest("cluster_size and icc go together. Give both, or neither.")
    return 1 + ((requested.cluster_size or 1) - 1) * (requested.icc or 0)


def _normal(requested: SampleSizeRequest, apart: float, null: float, alternative: float) -> float:
    """Return n by the normal approximation; the far tail of the two-sided test is neglected."""
    from statsmodels.stats.power import normal_sample_size_one_tail  # noqa: PLC0415 - slow

    n = normal_sample_size_one_tail(
        abs(apart), requested.power, requested.alpha / 2, null, max(alternative, 1e-9)
    )
    return float(n)


def _effect(requested: SampleSizeRequest) -> float:
    if not requested.effect:
        raise BadRequest(
            f"{requested.method} needs the effect: the smallest difference that it is to find."
        )
    return requested.effect


def _shares(requested: SampleSizeRequest, loss: float) -> tuple[float, float]:
    """Return the scores before and after as shares."""
    if requested.baseline is None:
        raise BadRequest(f"{requested.method} needs the baseline: the score before, in percent.")
    after = requested.baseline - loss
    if not 0 <= after <= 100:  # noqa: PLR2004 - percent
        verb = "lose" if loss > 0 else "gain"
        raise BadRequest(
            f"From {requested.baseline:g} % a score cannot {verb} {abs(loss):g} points. "
            "State a smaller effect."
        )
    return requested.baseline / 100, after / 100


def _discordant(requested: SampleSizeRequest, loss: float) -> float:
    if requested.discordant is None or requested.discordant < abs(loss):
        raise BadRequest(
            f"{requested.method} needs discordant: the percentage of pairs expected to change "
            "either way, at least as great as the effect."
        )
    return requested.discordant / 100


def _margin(requested: SampleSizeRequest) -> tuple[float, float]:
    """Return the margin and the expected loss as shares."""
    margin, loss = requested.margin, requested.expected_loss
    if margin is None or loss is None or loss >= margin:
        raise BadRequest(
            f"{requested.method} needs margin, the loss not to be reached, and expected_loss, "
            "which is below it: 0 where none is expected."
        )
    return margin / 100, loss / 100


def _spread(share: float) -> float:
    return share * (1 - share)


def _two_proportions(requested: SampleSizeRequest) -> _Found:
    """Return the size of R's `power.prop.test`, and the power of Fisher's test."""
    before, after = _shares(requested, _effect(requested))
    null = sqrt(2 * _spread((before + after) / 2))
    near = _normal(requested, before - after, null, sqrt(_spread(before) + _spread(after)))
    return _Found(near, lambda n: exact_power.two_samples(n, before, after, requested.alpha))


def _one_proportion(requested: SampleSizeRequest) -> _Found:
    before, after = _shares(requested, _effect(requested))
    near = _normal(requested, before - after, sqrt(_spread(before)), sqrt(_spread(after)))
    return _Found(near, lambda n: exact_power.one_sample(n, before, after, requested.alpha))


def _paired_proportions(requested: SampleSizeRequest) -> _Found:
    """Return the size of Connor 1987, and the power of the exact McNemar test."""
    loss = _effect(requested) / 100
    share = _discordant(requested, 100 * loss)
    near = _normal(requested, loss, sqrt(share), sqrt(share - loss**2))
    return _Found(near, lambda n: exact_power.mcnemar(n, share, loss, requested.alpha))


def _non_inferiority_paired(requested: SampleSizeRequest) -> _Found:
    margin, loss = _margin(requested)
    share = _discordant(requested, 100 * loss)
    spread = sqrt(share - loss**2)
    near, level = _normal(requested, margin - loss, spread, spread), 1 - requested.alpha
    return _Found(near, lambda n: exact_power.pairs_met(n, margin, share, loss, level))


def _non_inferiority_arms(requested: SampleSizeRequest) -> _Found:
    margin, loss = _margin(requested)
    before, after = _shares(requested, 100 * loss)
    spread = sqrt(_spread(before) + _spread(after))
    near, level = _normal(requested, margin - loss, spread, spread), 1 - requested.alpha
    return _Found(near, lambda n: exact_power.arms_met(n, margin, before, loss, level))


def _two_means(requested: SampleSizeRequest) -> _Found:
    from statsmodels.stats.power import TTestIndPower  # noqa: PLC0415 - slow to import

    return _Found(_t_test(requested, TTestIndPower()))


def _paired_means(requested: SampleSizeRequest) -> _Found:
    from statsmodels.stats.power import TTestPower  # noqa: PLC0415 - slow to import

    return _Found(_t_test(requested, TTestPower()))


def _t_test(requested: SampleSizeRequest, test: Any) -> float:
    """Return n; raises `BadRequest` for effects at which the solver does not converge."""
    effect = abs(_effect(requested))
    if not _LEAST_SD <= effect <= _MOST_SD:
        raise BadRequest(
            f"The effect of {requested.method} is in standard deviations, from {_LEAST_SD} to "
            f"{_MOST_SD}; {effect:g} is not."
        )
    return float(test.solve_power(effect, alpha=requested.alpha, power=requested.power))


_METHODS: dict[Method, Callable[[SampleSizeRequest], _Found]] = {
    "non-inferiority-paired": _non_inferiority_paired,
    "non-inferiority-arms": _non_inferiority_arms,
    "two-proportions": _two_proportions,
    "paired-proportions": _paired_proportions,
    "one-proportion": _one_proportion,
    "two-means": _two_means,
    "paired-means": _paired_means,
}
