"""The numbers of a random-effects summary, by the methods that `pooling` names.

Imported only where studies are pooled: statsmodels takes a second.
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from service.evidence.pooling import LEAST, LEAST_TO_PREDICT, LEVEL, StudyEffect, Summary


def summarise(effects: Sequence[StudyEffect], most: float | None = None) -> Summary:
    """Return the summary of at least `LEAST` studies.

    `most` is how far from zero an effect can lie: intervals are cut there. Raises `ValueError` for
    fewer studies.
    """
    k = len(effects)
    if k < LEAST:
        raise ValueError(f"{k} of at least {LEAST} studies")
    with np.errstate(
        divide="ignore", invalid="ignore", over="ignore"
    ):  # its own I² divides by Q, our own not
        found = combine_effects(
            np.array([e.effect for e in effects]),
            np.array([e.error**2 for e in effects]),
            method_re="iterated",
        )
    tau2, mean = max(float(found.tau2), 0.0), float(found.mean_effect_re)
    q = max(float(found.q), 0.0)
    error = max(float(found.sd_eff_w_re_hksj), float(found.sd_eff_w_re))
    half = float(stats.t.ppf((1 + LEVEL) / 2, k - 1)) * error
    reach = float(stats.t.ppf((1 + LEVEL) / 2, k - 2)) * sqrt(tau2 + error**2)
    enough = k >= LEAST_TO_PREDICT
    whole = Summary(
        k, mean, mean - half, mean + half, mean - reach if enough else None,
        mean + reach if enough else None, sqrt(tau2), max((q - k + 1) / q, 0.0) if q else 0.0, q,
        float(stats.chi2.sf(q, k - 1)),
    )  # fmt: skip
    return whole if most is None else _cut(whole, most)


def _cut(found: Summary, most: float) -> Summary:
    names = ("lower", "upper", "prediction_lower", "prediction_upper")
    ends = {n: end for n in names if (end := getattr(found, n)) is not None and abs(end) > most}
    inside = {name: max(-most, min(most, end)) for name, end in ends.items()}
    return replace(found, cut=most, **inside) if inside else found
