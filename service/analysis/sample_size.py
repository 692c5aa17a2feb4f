"""How many units a test needs to find a stated effect with a stated power.

Two-sided tests throughout. Methods by name: statsmodels' `NormalIndPower` and `TTestPower` with
Cohen's effect sizes (Cohen 1988); Connor 1987 for paired proportions; the design effect
1 + (m - 1) icc of Kish 1965 where units come in clusters of m.
"""

from collections.abc import Callable
from decimal import Decimal
from math import ceil, sqrt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loaders.model import SampleSize
from service.problems import BadRequest

Share = Annotated[float, Field(gt=0, lt=1)]
Percent = Annotated[float, Field(gt=0, lt=100)]
Method = Literal[
    "two-proportions", "paired-proportions", "one-proportion", "two-means", "paired-means"
]
MOST = 10_000_000
"""An effect that needs more units than this is called too small."""


class Wanted(BaseModel):
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


def sample_size(wanted: Wanted) -> SampleSize:
    """Return the units needed. Raises `BadRequest` for an effect that cannot be found."""
    groups = 2 if wanted.method.startswith("two-") else 1
    each = _METHODS[wanted.method](wanted) * _design_effect(wanted)
    if not each <= MOST:
        raise BadRequest(
            f"An effect of {wanted.effect:g} would need more than {MOST:,} units. "
            "State a larger one."
        )
    rounded = max(2, ceil(each - 1e-9))
    return SampleSize(
        sample_method=wanted.method,
        effect=_exact(wanted.effect),
        baseline=_known(wanted.baseline),
        discordant=_known(wanted.discordant),
        alpha=_exact(wanted.alpha),
        power=_exact(wanted.power),
        cluster_size=_known(wanted.cluster_size),
        icc=_known(wanted.icc),
        n=groups * rounded,
        n_per_group=rounded if groups > 1 else None,
    )


def _exact(value: float) -> Decimal:
    return Decimal(repr(value)).normalize() + 0


def _known(value: float | None) -> Decimal | None:
    return None if value is None else _exact(value)


def _design_effect(wanted: Wanted) -> float:
    if (wanted.cluster_size is None) != (wanted.icc is None):
        raise BadRequest("cluster_size and icc go together. Give both, or neither.")
    return 1 + ((wanted.cluster_size or 1) - 1) * (wanted.icc or 0)


def _arcsine(wanted: Wanted) -> float:
    """Return Cohen's h between the baseline and what the effect leaves of it."""
    from statsmodels.stats.proportion import proportion_effectsize  # noqa: PLC0415 - slow

    if wanted.baseline is None:
        raise BadRequest(f"{wanted.method} needs the baseline: the score before, in percent.")
    after = wanted.baseline - wanted.effect
    if after < 0:
        raise BadRequest(
            f"From {wanted.baseline:g} % a score cannot lose {wanted.effect:g} points. "
            "State a smaller effect."
        )
    return float(proportion_effectsize(wanted.baseline / 100, after / 100))


def _two_proportions(wanted: Wanted) -> float:
    from statsmodels.stats.power import NormalIndPower  # noqa: PLC0415 - slow to import

    return float(
        NormalIndPower().solve_power(_arcsine(wanted), alpha=wanted.alpha, power=wanted.power)
    )


def _one_proportion(wanted: Wanted) -> float:
    from statsmodels.stats.power import NormalIndPower  # noqa: PLC0415

    # ratio=0 is statsmodels' way to say that the other share is known
    power = NormalIndPower()
    return float(
        power.solve_power(_arcsine(wanted), alpha=wanted.alpha, power=wanted.power, ratio=0)
    )


def _paired_proportions(wanted: Wanted) -> float:
    from scipy.stats import norm  # noqa: PLC0415 - slow to import

    if wanted.discordant is None or wanted.discordant < wanted.effect:
        raise BadRequest(
            "paired-proportions needs discordant: the percentage of pairs expected to change "
            "either way, at least as great as the effect."
        )
    share, drop = wanted.discordant / 100, wanted.effect / 100
    z_alpha, z_beta = norm.isf(wanted.alpha / 2), norm.ppf(wanted.power)
    return float((z_alpha * sqrt(share) + z_beta * sqrt(share - drop**2)) ** 2 / drop**2)


def _two_means(wanted: Wanted) -> float:
    from statsmodels.stats.power import TTestIndPower  # noqa: PLC0415

    return float(TTestIndPower().solve_power(wanted.effect, alpha=wanted.alpha, power=wanted.power))


def _paired_means(wanted: Wanted) -> float:
    from statsmodels.stats.power import TTestPower  # noqa: PLC0415

    return float(TTestPower().solve_power(wanted.effect, alpha=wanted.alpha, power=wanted.power))


_METHODS: dict[Method, Callable[[Wanted], float]] = {
    "two-proportions": _two_proportions,
    "paired-proportions": _paired_proportions,
    "one-proportion": _one_proportion,
    "two-means": _two_means,
    "paired-means": _paired_means,
}
