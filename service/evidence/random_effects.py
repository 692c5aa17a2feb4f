"""The numbers of a random-effects summary, by the methods that `pooling` names.

Imported only where studies are pooled: scipy takes a while. Equal to metafor's (`tests/r`).
"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from service.evidence.pooling import LEAST, LEAST_TO_PREDICT, LEVEL, StudyEffect, Summary

_Vector = NDArray[np.float64]
_CLOSEST = float(4 * np.finfo(float).eps)
"""The smallest relative tolerance that the search for a root takes."""


def summarise(effects: Sequence[StudyEffect], most: float | None = None) -> Summary:
    """Return the summary of at least `LEAST` studies.

    `most` is how far from zero an effect can lie: intervals are cut there. Raises `ValueError` for
    fewer studies.
    """
    k = len(effects)
    if k < LEAST:
        raise ValueError(f"{k} of at least {LEAST} studies")
    values = np.array([e.effect for e in effects])
    variances = np.array([e.error**2 for e in effects])
    tau2, q = _between(values, variances), _spread(0.0, values, variances)[1]
    mean, spread = _spread(tau2, values, variances)
    plain = 1 / sqrt(float((1 / (variances + tau2)).sum()))
    error = plain * max(1.0, sqrt(spread / (k - 1)))
    half = float(stats.t.ppf((1 + LEVEL) / 2, k - 1)) * error
    reach = float(stats.t.ppf((1 + LEVEL) / 2, k - 2)) * sqrt(tau2 + error**2)
    enough = k >= LEAST_TO_PREDICT
    whole = Summary(
        k, mean, mean - half, mean + half, mean - reach if enough else None,
        mean + reach if enough else None, sqrt(tau2), max((q - k + 1) / q, 0.0) if q else 0.0, q,
        float(stats.chi2.sf(q, k - 1)),
    )  # fmt: skip
    return whole if most is None else _cut(whole, most)


def _spread(tau2: float, values: _Vector, variances: _Vector) -> tuple[float, float]:
    """Return the weighted mean, and the weighted sum of squares around it (Cochran's Q at 0)."""
    weights = 1 / (variances + tau2)
    mean = float((weights * values).sum() / weights.sum())
    return mean, float((weights * (values - mean) ** 2).sum())


def _between(values: _Vector, variances: _Vector) -> float:
    """Return tau² of Paule and Mandel: where the weighted sum of squares is k - 1, or 0."""
    free = len(values) - 1

    def above(tau2: float) -> float:
        return _spread(tau2, values, variances)[1] - free

    if above(0.0) <= 0:
        return 0.0
    # the sum of squares at tau² is at most the plain one over tau²: the root lies below half
    most = 2 * float(((values - values.mean()) ** 2).sum()) / free
    return float(optimize.brentq(above, 0.0, most, xtol=1e-300, rtol=_CLOSEST, maxiter=500))


def _cut(found: Summary, most: float) -> Summary:
    names = ("lower", "upper", "prediction_lower", "prediction_upper")
    ends = {n: end for n in names if (end := getattr(found, n)) is not None and abs(end) > most}
    inside = {name: max(-most, min(most, end)) for name, end in ends.items()}
    return replace(found, cut=most, **inside) if inside else found
