"""Agreement of two coders: percent, Cohen's kappa, Krippendorff's alpha, with intervals.

An answer is a set of codes. Percent and kappa (Cohen 1960) count two answers as equal only if the
sets are. Alpha (Krippendorff 2004) counts how far apart they are, by one minus Jaccard's index:
sets that share some codes agree in part. Where every answer is one code, this is alpha for nominal
data. An answer without a code is a category like any other.

Intervals are percentiles of a bootstrap over records, since the answers about one record hang
together; that of the percentage of one question is Wilson's. Several questions are taken together
by adding, question by question, what was found and what chance would give: categories of different
questions are never set against each other, which would raise kappa without more agreement.
"""
# DESIGN: agreement-by-sums

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.decomposition.intervals import wilson

Answer = frozenset[str]
Pairs = Mapping[str, tuple[Answer, Answer]]
"""What two coders answered to one question, by record."""
Array = npt.NDArray[np.float64]
Interval = tuple[float, float]

RESAMPLES, SEED, LEVEL = 4000, 20261129, 0.95
_UNDEFINED = 0.05
"""The share of resamples without a coefficient above which there is no interval."""


@dataclass(frozen=True)
class Coefficient:
    """A coefficient; None where it is not defined, and no interval where resampling gives none."""

    value: float | None
    interval: Interval | None = None


@dataclass(frozen=True)
class Agreement:
    """How two coders agree on `n` answers: the part that is equal (0 to 1), kappa and alpha."""

    n: int
    equal: Coefficient
    kappa: Coefficient
    alpha: Coefficient


@dataclass(frozen=True)
class _Sums:
    """Answers, equal ones, and distances, as found and as chance would give them.

    An array has the sample itself first, then each resample.
    """

    n: Array
    equal: Array
    equal_by_chance: Array
    apart: Array
    apart_by_chance: Array


def agreement(questions: Sequence[Pairs]) -> Agreement:
    """Return the agreement over one question, or over several taken together."""
    records = sorted({record for pairs in questions for record in pairs})
    if not records:
        return Agreement(0, Coefficient(None), Coefficient(None), Coefficient(None))
    weights = _weights(len(records))
    place = {record: i for i, record in enumerate(records)}
    parts = [_sums(pairs, weights[:, [place[r] for r in pairs]]) for pairs in questions if pairs]
    n, equal, by_chance, apart, apart_by_chance = (
        np.sum([getattr(part, name) for part in parts], axis=0)
        for name in ("n", "equal", "equal_by_chance", "apart", "apart_by_chance")
    )
    share = _figure(equal, n)
    if len(parts) == 1:
        share = Coefficient(share.value, wilson(round(equal[0]), round(n[0]), LEVEL))
    beyond = _figure(apart_by_chance - apart, apart_by_chance)
    return Agreement(round(n[0]), share, _figure(equal - by_chance, n - by_chance), beyond)


def _weights(records: int) -> Array:
    """Return how often each record counts: once in the sample, then as each resample draws it."""
    chances = np.full(records, 1 / records)
    draws = np.random.default_rng(SEED).multinomial(records, chances, RESAMPLES)
    return np.vstack([np.ones(records), draws])


def _sums(pairs: Pairs, weights: Array) -> _Sums:
    kinds = sorted({answer for pair in pairs.values() for answer in pair}, key=sorted)
    codes = np.array([[kinds.index(answer) for answer in pair] for pair in pairs.values()])
    distances = np.array([[_distance(a, b) for b in kinds] for a in kinds])
    first, second = (weights @ np.eye(len(kinds))[codes[:, side]] for side in (0, 1))
    n, both = weights.sum(axis=1), first + second
    with np.errstate(divide="ignore", invalid="ignore"):
        equal_by_chance = np.nan_to_num((first * second).sum(axis=1) / n)
        apart_by_chance = np.nan_to_num(((both @ distances) * both).sum(axis=1) / (4 * n - 2))
    return _Sums(
        n,
        weights @ (codes[:, 0] == codes[:, 1]).astype(float),
        equal_by_chance,
        weights @ distances[codes[:, 0], codes[:, 1]],
        np.where(n > 0, apart_by_chance, 0),
    )


def _distance(a: Answer, b: Answer) -> float:
    """Return one minus Jaccard's index of two sets."""
    return 1 - len(a & b) / len(a | b)


def _figure(above: Array, below: Array) -> Coefficient:
    """Return a quotient and its percentile interval.

    There is none where the quotient is not defined (0 by 0), as where all answers are one.
    """
    defined = below > 1e-12  # noqa: PLR2004 - sums of shares, zero but for rounding
    if not defined[0]:
        return Coefficient(None)
    found = above[defined] / below[defined]
    rest = found[1:]
    if len(rest) < (1 - _UNDEFINED) * RESAMPLES or np.ptp(rest) == 0:
        return Coefficient(float(found[0]))
    tail = (1 - LEVEL) / 2
    lower, upper = np.quantile(rest, [tail, 1 - tail])
    return Coefficient(float(found[0]), (float(lower), float(upper)))
