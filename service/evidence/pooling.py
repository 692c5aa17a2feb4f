"""A random-effects summary of figures from several studies.

Between-study variance after Paule and Mandel 1982, the interval after Hartung and Knapp 2001
(never narrower than the plain one: Roever, Knapp and Friede 2015), the prediction interval with
k - 2 degrees of freedom after Higgins, Thompson and Spiegelhalter 2009. Figures of one study
are one: their mean, with the mean of their standard errors, which takes their correlation as 1
and so never makes them look more certain than one alone (Borenstein et al. 2009, chapter 24).
"""
# DESIGN: reluctant-pooling

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

LEAST = 3
"""Fewer comparable studies than this are listed and not summed up."""
LEVEL = 0.95
METHOD = (
    "random effects, Paule-Mandel; Hartung-Knapp interval, not narrower than the plain one; "
    "prediction interval with k - 2 degrees of freedom"
)


@dataclass(frozen=True)
class StudyEffect:
    """One study: its effect and standard error in one unit, and how many figures it gave."""

    study: str
    effect: float
    error: float
    figures: int = 1


@dataclass(frozen=True)
class Summary:
    """What k studies give together, in the unit of their effects.

    `lower` and `upper` bound the mean, `prediction_lower` and `prediction_upper` the effect in
    one more study like these. `i_squared` is the share (0 to 1) of the spread that is not
    chance within studies, `tau` the spread between them, `q` with `q_p` Cochran's test.
    """

    k: int
    mean: float
    lower: float
    upper: float
    prediction_lower: float
    prediction_upper: float
    tau: float
    i_squared: float
    q: float
    q_p: float
    level: float = LEVEL
    method: str = METHOD


def together(study: str, effects: Sequence[float], errors: Sequence[float]) -> StudyEffect:
    """Return the figures of one study as one effect, their correlation taken as 1."""
    n = len(effects)
    return StudyEffect(study, sum(effects) / n, sum(errors) / n, n)


def summarise(effects: Sequence[StudyEffect]) -> Summary | None:
    """Return the summary of at least `LEAST` studies; None for fewer."""
    if len(effects) < LEAST:
        return None
    from scipy import stats  # noqa: PLC0415 - takes a second; most commands never pool
    from statsmodels.stats.meta_analysis import combine_effects  # noqa: PLC0415

    with np.errstate(divide="ignore", invalid="ignore"):  # its own I² divides by Q, our own not
        found = combine_effects(
            np.array([e.effect for e in effects]),
            np.array([e.error**2 for e in effects]),
            method_re="iterated",
        )
    k, tau2, mean = len(effects), max(float(found.tau2), 0.0), float(found.mean_effect_re)
    q = max(float(found.q), 0.0)
    error = max(float(found.sd_eff_w_re_hksj), float(found.sd_eff_w_re))
    half = float(stats.t.ppf((1 + LEVEL) / 2, k - 1)) * error
    reach = float(stats.t.ppf((1 + LEVEL) / 2, k - 2)) * sqrt(tau2 + error**2)
    return Summary(
        k, mean, mean - half, mean + half, mean - reach, mean + reach, sqrt(tau2),
        max((q - k + 1) / q, 0.0) if q else 0.0, q, float(stats.chi2.sf(q, k - 1)),
    )  # fmt: skip
