"""What each change is worth when the order of changes does not matter, and how far that is known.

A condition is the set of players that are changed in it, as a bit mask; `v` maps masks to
scores. The worth of player i after S is v(S) - v(S + i): the drop that changing i makes. Its
Shapley value (Shapley 1953) is the mean of that over all orders of changes. Where conditions
were not measured, the value is linear in their scores, so its least and greatest possible value
follow from what a score can be.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_PLAYERS = 6
"""Up to so many players the bounds are worked out; 2^6 conditions."""


@dataclass(frozen=True)
class ValueRange:
    """A least and a greatest value, in the unit of the scores."""

    lower: float
    upper: float


def weights(player: int, players: int) -> Floats:
    """Return, for every mask, the weight of its score in the player's Shapley value."""
    found = np.zeros(2**players)
    for mask in _without(player, players):
        size = mask.bit_count()
        share = factorial(size) * factorial(players - size - 1) / factorial(players)
        found[mask] += share
        found[mask | 1 << player] -= share
    return found


def over_orders(player: int, players: int, v: Mapping[int, float]) -> ValueRange:
    """Return the least and the greatest worth of a player over all orders.

    A score that was not measured may be anything from 0 to 1.
    """
    unknown = ValueRange(0.0, 1.0)
    at = {m: ValueRange(v[m], v[m]) if m in v else unknown for m in range(2**players)}
    ends = [(at[m], at[m | 1 << player]) for m in _without(player, players)]
    return ValueRange(
        min(before.lower - after.upper for before, after in ends),
        max(before.upper - after.lower for before, after in ends),
    )


def bounds(player: int, players: int, v: Mapping[int, float]) -> ValueRange:
    """Return the bounds of a Shapley value; unmeasured scores may be anything from 0 to 1."""
    share = weights(player, players)
    known = sum(share[m] * score for m, score in v.items())
    free = np.array([share[m] for m in range(2**players) if m not in v])
    return ValueRange(
        float(known + np.minimum(free, 0).sum()), float(known + np.maximum(free, 0).sum())
    )


def monotone_bounds(player: int, players: int, v: Mapping[int, float]) -> ValueRange | None:
    """Return the bounds if no change ever raises a score; None if a measured one does.

    Found by linear programming over the scores (HiGHS).
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - takes half a second to import

    share = weights(player, players)
    limits = [(v.get(m, 0.0), v.get(m, 1.0)) for m in range(2**players)]
    rows = _falling(players)
    ends = [
        linprog(sign * share, A_ub=rows, b_ub=np.zeros(len(rows)), bounds=limits)
        for sign in (1, -1)
    ]
    if not all(end.success for end in ends):
        return None
    return ValueRange(float(ends[0].fun), float(-ends[1].fun))


def _falling(players: int) -> Floats:
    """Return rows that say v(S + i) - v(S) <= 0 for every S and i."""
    rows = []
    for player in range(players):
        for mask in _without(player, players):
            row = np.zeros(2**players)
            row[mask | 1 << player], row[mask] = 1, -1
            rows.append(row)
    return np.array(rows)


def _without(player: int, players: int) -> list[int]:
    return [m for m in range(2**players) if not m >> player & 1]
