"""Exact power: the probability, summed over all outcomes, that a named test or rule says yes.

Sizes are of pairs, of one group, or of each of two groups; scores, losses, margins and discordance
are shares from 0 to 1, and a loss is negative where the score rises. Outcomes further out than
`_FAR` of either tail are left out.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from service.decomposition.intervals import newcombe_ends, tango_score

_FAR = 1e-12
_TIED = 1 + 1e-7
"""Outcomes count as equally likely up to this factor, as in R's `binom.test`."""
EVERY_SIZE = 1_000
"""Up to so many units every size is tried, beyond it some: within a half percent of the least."""
EXACT = 20_000
"""Beyond so many units, power is that of a formula."""
Power = Callable[[int], float]
Counts = NDArray[np.float64]


def least(power: Power, target: float, near: float) -> int:
    """Return the smallest size from which the power stays at or above a target.

    Exact power rises in saw teeth, so sizes are tried from above, where a formula (`near`) says
    that the power is reached. Beyond `EVERY_SIZE` units it is the formula's size, made larger
    where the exact power there is not enough yet.
    """
    if near > EVERY_SIZE:
        size = int(np.ceil(near))
        while power(size) < target:
            size = int(np.ceil(1.005 * size))
        return size
    size = int(1.12 * near + 60)
    while power(size) < target:
        size = int(1.5 * size)
    size = int(1.25 * size) if near < size / 2 else size
    while size > 1 and power(size - 1) >= target:
        size -= 1
    return size


def one_sample(size: int, before: float, after: float, alpha: float) -> float:
    """Return the power of the two-sided exact binomial test (R: `binom.test`) against `before`."""
    from scipy.stats import binom  # noqa: PLC0415 - slow to import

    events = np.arange(size + 1)
    chance = binom.pmf(events, size, before)
    ordered = np.sort(chance)
    places = np.searchsorted(ordered, chance * _TIED, side="right")
    found = np.cumsum(ordered)[places - 1] <= alpha
    return float(binom.pmf(events, size, after)[found].sum())


def mcnemar(pairs: int, discordant: float, loss: float, alpha: float) -> float:
    """Return the power of the exact McNemar test: `binom.test` of the lost among what changed."""
    from scipy.stats import binom  # noqa: PLC0415 - slow to import

    changed, weights = _likely(pairs, discordant)
    most = binom.ppf(alpha / 2, changed, 0.5)
    most -= binom.cdf(most, changed, 0.5) > alpha / 2
    share = (discordant + loss) / discordant / 2
    tails = [binom.cdf(most, changed, p) for p in (share, 1 - share)]
    return float(weights @ np.where(most >= 0, sum(tails), 0))


def two_samples(size: int, before: float, after: float, alpha: float) -> float:
    """Return the power of Fisher's exact test, two-sided (R: `fisher.test`), groups alike."""
    (first, weights), (second, others) = _likely(size, before), _likely(size, after)
    all_events = first[:, None] + second[None, :]
    least_events = int(all_events.min())
    needed = _fisher(size, np.arange(least_events, int(all_events.max()) + 1.0), alpha)
    found = (
        np.maximum(first[:, None], second[None, :])
        >= needed[(all_events - least_events).astype(int)]
    )
    return float(weights @ found @ others)


def _fisher(size: int, totals: Counts, alpha: float) -> Counts:
    """Return, by the events of both groups, how many in one of them are significant."""
    from scipy.special import gammaln  # noqa: PLC0415 - slow to import

    whole = gammaln(np.arange(2 * size + 2) + 1.0)
    reach = np.arange(int(10 * np.sqrt(size / 8)) + 12)
    one = np.ceil(totals / 2)[:, None] + reach[None, :]
    other = totals[:, None] - one
    possible = (one <= size) & (other >= 0)
    a, b = (np.clip(n, 0, size).astype(int) for n in (one, other))
    t = totals.astype(int)[:, None]
    ways = [whole[size] - whole[n] - whole[size - n] for n in (a, b)]
    ways.append(whole[t] + whole[2 * size - t] - whole[2 * size])
    tail = np.cumsum(np.where(possible, np.exp(sum(ways)), 0)[:, ::-1], axis=1)[:, ::-1]
    enough = possible & (2 * tail <= alpha)
    return np.where(enough.any(axis=1), one[:, 0] + enough.argmax(axis=1), np.inf)


def pairs_met(pairs: int, margin: float, discordant: float, loss: float, level: float) -> float:
    """Return how likely a plan says *met* of pairs: Tango's interval lies below the margin."""
    from scipy.special import ndtri  # noqa: PLC0415 - slow to import
    from scipy.stats import binom  # noqa: PLC0415

    changed, weights = _likely(pairs, discordant)
    reach = -float(ndtri((1 + level) / 2))
    least_lost, most_lost = np.full_like(changed, -1), changed.copy()
    while (least_lost < most_lost).any():  # the most that may be lost, by halving
        lost = np.ceil((least_lost + most_lost) / 2)
        met = tango_score(lost, changed - lost, pairs, margin) <= reach
        least_lost, most_lost = np.where(met, lost, least_lost), np.where(met, most_lost, lost - 1)
    share = min(1.0, (discordant + loss) / discordant / 2)
    return float(weights @ np.where(most_lost >= 0, binom.cdf(most_lost, changed, share), 0))


def arms_met(size: int, margin: float, before: float, loss: float, level: float) -> float:
    """Return how likely a plan says *met* of two arms: Newcombe's interval is below the margin."""
    (first, weights), (second, others) = _likely(size, before), _likely(size, before - loss)
    both = np.repeat(first[:, None], len(second), 1), np.repeat(second[None, :], len(first), 0)
    upper = newcombe_ends(both, (size, size), level)[1]
    return float(weights @ (upper <= margin) @ others)


def _likely(size: int, share: float) -> tuple[Counts, Counts]:
    """Return the counts that are not out of the question, and their probabilities."""
    from scipy.stats import binom  # noqa: PLC0415 - slow to import

    low, high = binom.ppf([_FAR, 1 - _FAR], size, min(max(share, 0.0), 1.0))
    counts = np.arange(max(low, 0), high + 1)
    return counts, np.asarray(binom.pmf(counts, size, min(max(share, 0.0), 1.0)))
