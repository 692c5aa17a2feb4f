"""How many units a test needs to find a stated effect with a stated power.

Two-sided tests throughout, computed by statsmodels: Cohen's h and d (Cohen 1988), noncentral t
for means, Connor 1987 for paired proportions; the design effect 1 + (m - 1) icc of Kish 1965
where units come in clusters of m.
"""

from collections.abc import Callable
from decimal import Decimal
from math import ceil, sqrt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loaders.model import SampleSize
from service.common.problems import BadRequest

Share = Annotated[float, Field(gt=0, lt=1)]
Percent = Annotated[float, Field(gt=0, lt=100)]
Method = Literal[
    "two-proportions", "paired-proportions", "one-proportion", "two-means", "paired-means"
]
_LEAST_SD, _MOST_SD = 0.01, 3
MOST = 10_000_000
"""An effect that needs more units than this is called too small."""


class SampleSizeRequest(BaseModel):
    """What a study is to find: `effect` in points of percent, or in standard deviations.

    `baseline` is the score before the change in percent, `discordant` the percentage of pairs
    expected to change either way (for paired proportions).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    method: Method = "two-proportions"
    effect: Annotated[float, Field(gt=0, le=100)]
    baseline: Percent | None = None
    discordant: Percent | None = None
    alpha: Share = 0.05
    power: Share = 0.8
    cluster_size: Annotated[float, Field(ge=1, le=1_000_000)] | None = None
    icc: Annotated[float, Field(ge=0, le=1)] | None = None


def sample_size(requested: SampleSizeRequest) -> SampleSize:
    """Return the units needed. Raises `BadRequest` for an effect that cannot be found."""
    if requested.power <= requested.alpha:
        raise BadRequest("The power must be greater than alpha. Write 0.8 and 0.05.")
    groups = 2 if requested.method.startswith("two-") else 1
    each = _METHODS[requested.method](requested) * _design_effect(requested)
    if not each <= MOST:
        raise BadRequest(
            f"An effect of {requested.effect:g} would need more than {MOST:,} units. "
            "State a larger one."
        )
    rounded = max(2, ceil(each - 1e-9))
    return SampleSize(
        sample_method=requested.method,
        effect=_exact(requested.effect),
        baseline=_known(requested.baseline),
        discordant=_known(requested.discordant),
        alpha=_exact(requested.alpha),
        power=_exact(requested.power),
        cluster_size=_known(requested.cluster_size),
        icc=_known(requested.icc),
        n=groups * rounded,
        n_per_group=rounded if groups > 1 else None,
    )


def _exact(value: float) -> Decimal:
    return Decimal(repr(value)).normalize() + 0


def _known(value: float | None) -> Decimal | None:
    return None if value is None else _exact(value)


def _design_effect(requested: SampleSizeRequest) -> float:
    if (requested.cluster_size is None) != (requested.icc is None):
        raise BadRequest("cluster_size and icc go together. Give both, or neither.")
    return 1 + ((requested.cluster_size or 1) - 1) * (requested.icc or 0)


def _normal(
    requested: SampleSizeRequest, difference: float, null: float, alternative: float
) -> float:
    """Return n by the normal approximation; the far tail of the two-sided test is neglected."""
    from statsmodels.stats.power import normal_sample_size_one_tail  # noqa: PLC0415 - slow

    n = normal_sample_size_one_tail(
        difference, requested.power, requested.alpha / 2, std_null=null, std_alternative=alternative
    )
    return float(n)


def _arcsine(requested: SampleSizeRequest) -> float:
    """Return Cohen's h between the baseline and what the effect leaves of it."""
    from statsmodels.stats.proportion import proportion_effectsize  # noqa: PLC0415 - slow

    if requested.baseline is None:
        raise BadRequest(f"{requested.method} needs the baseline: the score before, in percent.")
    after = requested.baseline - requested.effect
    if after < 0:
        raise BadRequest(
            f"From {requested.baseline:g} % a score cannot lose {requested.effect:g} points. "
            "State a smaller effect."
        )
    return float(proportion_effectsize(requested.baseline / 100, after / 100))


def _two_proportions(requested: SampleSizeRequest) -> float:
    return _normal(requested, _arcsine(requested), sqrt(2), sqrt(2))


def _one_proportion(requested: SampleSizeRequest) -> float:
    return _normal(requested, _arcsine(requested), 1, 1)


def _paired_proportions(requested: SampleSizeRequest) -> float:
    if requested.discordant is None or requested.discordant < requested.effect:
        raise BadRequest(
            "paired-proportions needs discordant: the percentage of pairs expected to change "
            "either way, at least as great as the effect."
        )
    share, drop = requested.discordant / 100, requested.effect / 100
    return _normal(requested, drop, sqrt(share), sqrt(share - drop**2))


def _two_means(requested: SampleSizeRequest) -> float:
    from statsmodels.stats.power import TTestIndPower  # noqa: PLC0415 - slow to import

    _check_means(requested)
    return float(
        TTestIndPower().solve_power(requested.effect, alpha=requested.alpha, power=requested.power)
    )


def _paired_means(requested: SampleSizeRequest) -> float:
    from statsmodels.stats.power import TTestPower  # noqa: PLC0415 - slow to import

    _check_means(requested)
    return float(
        TTestPower().solve_power(requested.effect, alpha=requested.alpha, power=requested.power)
    )


def _check_means(requested: SampleSizeRequest) -> None:
    """Raise `BadRequest` for effects at which the solver for t tests does not converge."""
    if not _LEAST_SD <= requested.effect <= _MOST_SD:
        raise BadRequest(
            f"The effect of {requested.method} is in standard deviations, from {_LEAST_SD} to "
            f"{_MOST_SD}; {requested.effect:g} is not."
        )


_METHODS: dict[Method, Callable[[SampleSizeRequest], float]] = {
    "two-proportions": _two_proportions,
    "paired-proportions": _paired_proportions,
    "one-proportion": _one_proportion,
    "two-means": _two_means,
    "paired-means": _paired_means,
}
