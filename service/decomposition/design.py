"""Which conditions were measured, what can be computed from them, and as which contrasts.

A player is a dimension, or several that change together in every condition: those are
confounded, and no method can part them. Every quantity of a decomposition is a contrast, a
row of weights over the scores of the conditions; so estimates, subtotals and bootstrap draws
are one matrix product each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from service.common.problems import BadRequest
from service.decomposition.bootstrap import Floats
from service.decomposition.scores import Scores
from service.decomposition.shapley import weights

Method = Literal["sequential", "one-at-a-time", "order-averaged", "none"]


@dataclass(frozen=True)
class DesignPart:
    """One contribution: what changes, between which conditions (none for a Shapley value)."""

    name: str
    dimensions: tuple[str, ...]
    start: int | None
    end: int | None


@dataclass(frozen=True, eq=False)
class Design:
    """A method with its parts and a row of contrast weights for each; `masks` per condition.

    `players` are the groups of dimensions (or names of rungs) that the masks' bits stand for;
    `ends` are the conditions in which nothing and everything is changed.
    """

    method: Method
    parts: tuple[DesignPart, ...]
    contrasts: Floats
    players: tuple[tuple[str, ...], ...]
    masks: tuple[int, ...]
    ends: tuple[int, int]

    @property
    def total(self) -> Floats:
        """The contrast of the whole gap."""
        return _drop(self.masks, *self.ends)

    @property
    def residual(self) -> Floats:
        """The contrast of what the parts leave of the whole gap."""
        return np.asarray(self.total - self.contrasts.sum(axis=0))


def design(scores: Scores) -> Design:
    """Return what the conditions allow, the most that they allow. Raises `BadRequest`.

    All combinations give Shapley values (`order-averaged`); a chain, each with more changed
    than the one before, gives a ladder (`sequential`); the start, the end and each change alone
    give `one-at-a-time`; anything else only bounds (`none`).
    """
    if len(scores.rungs) < 2:  # noqa: PLR2004 - a drop needs two ends
        raise BadRequest(
            "A gap needs results under at least two conditions; "
            f"there is {scores.rungs[0]!r} alone."
        )
    named = scores.changed is not None
    players = _players(scores)
    masks = _masks(scores, players)
    ends = _ends(scores, players, masks)
    count = len(players)
    chain = all(a & b == a for a, b in pairwise(masks))
    alone = {0, 2**count - 1, *(1 << i for i in range(count))}
    if chain:
        return _ladder(scores, players, masks, ends, named=named)
    if len(masks) == 2**count:
        return _shapley(players, masks, ends)
    if set(masks) == alone:
        return _alone(players, masks, ends)
    return Design("none", (), np.zeros((0, len(masks))), tuple(players), masks, ends)


def _players(scores: Scores) -> list[tuple[str, ...]]:
    """Return the dimensions grouped by where they are changed; without any, each rung's change."""
    changed = scores.changed
    if changed is None:
        return [(rung,) for rung in scores.rungs[1:]]
    groups: dict[tuple[bool, ...], list[str]] = {}
    for dimension in sorted(frozenset().union(*changed)):
        groups.setdefault(tuple(dimension in c for c in changed), []).append(dimension)
    order = sorted(groups, key=lambda pattern: pattern.index(True))
    return [tuple(groups[pattern]) for pattern in order]


def _masks(scores: Scores, players: list[tuple[str, ...]]) -> tuple[int, ...]:
    if scores.changed is None:
        return tuple(2**j - 1 for j in range(len(scores.rungs)))
    masks = tuple(
        sum(1 << i for i, player in enumerate(players) if player[0] in c) for c in scores.changed
    )
    for j, mask in enumerate(masks):
        if mask in masks[:j]:
            same = scores.rungs[masks.index(mask)]
            raise BadRequest(
                f"The conditions {same!r} and {scores.rungs[j]!r} change the same: "
                f"{', '.join(sorted(scores.changed[j])) or 'nothing'}. Leave one out, "
                "or say under changed what sets them apart."
            )
    return masks


def _ends(
    scores: Scores, players: list[tuple[str, ...]], masks: tuple[int, ...]
) -> tuple[int, int]:
    every = 2 ** len(players) - 1
    for mask, what in ((0, "nothing"), (every, "everything")):
        if mask not in masks:
            raise BadRequest(
                f"There is no condition in which {what} is changed, so there is no whole gap. Add "
                f"its results, or correct the column changed ({', '.join(scores.rungs)})."
            )
    return masks.index(0), masks.index(every)


def _drop(masks: tuple[int, ...], start: int, end: int) -> Floats:
    row = np.zeros(len(masks))
    row[start] += 1
    row[end] -= 1
    return row


def _ladder(
    scores: Scores,
    players: list[tuple[str, ...]],
    masks: tuple[int, ...],
    ends: tuple[int, int],
    *,
    named: bool,
) -> Design:
    parts = [
        DesignPart(
            scores.rungs[b],
            tuple(d for i, p in enumerate(players) if (masks[b] & ~masks[a]) >> i & 1 for d in p)
            if named
            else (),
            a,
            b,
        )
        for a, b in pairwise(range(len(masks)))
    ]
    rows = [_drop(masks, p.start or 0, p.end or 0) for p in parts]
    return Design("sequential", tuple(parts), np.array(rows), tuple(players), masks, ends)


def _shapley(
    players: list[tuple[str, ...]], masks: tuple[int, ...], ends: tuple[int, int]
) -> Design:
    rows = [weights(i, len(players))[list(masks)] for i in range(len(players))]
    parts = tuple(DesignPart(" + ".join(p), p, None, None) for p in players)
    return Design("order-averaged", parts, np.array(rows), tuple(players), masks, ends)


def _alone(players: list[tuple[str, ...]], masks: tuple[int, ...], ends: tuple[int, int]) -> Design:
    at = [masks.index(1 << i) for i in range(len(players))]
    parts = tuple(
        DesignPart(" + ".join(p), p, ends[0], j) for p, j in zip(players, at, strict=True)
    )
    rows = [_drop(masks, ends[0], j) for j in at]
    return Design("one-at-a-time", parts, np.array(rows), tuple(players), masks, ends)


def by_kind(made: Design, kind_of: Mapping[str, str]) -> dict[str, Floats]:
    """Return a contrast for each kind of dimension: `mixed` for parts that span two kinds.

    A dimension that `kind_of` does not know is of the kind `other`.
    """
    found: dict[str, Floats] = {}
    for part, row in zip(made.parts, made.contrasts, strict=True):
        kinds = {kind_of.get(d, "other") for d in part.dimensions}
        if kinds:
            kind = kinds.pop() if len(kinds) == 1 else "mixed"
            found[kind] = found.get(kind, np.zeros(len(row))) + row
    return found
