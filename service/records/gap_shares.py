"""How much of a gap is task and how much outcome: sums over the kinds of dimension.

Rule `sum-by-kind@1`: the contributions of one decomposition whose dimensions all lie under
one kind are added. An interval is passed on only where a kind has a single contribution;
the intervals of several cannot be added.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from loaders.model import Contribution, Decomposition, Gap, Interval, Measurement, Rung

RULE = "sum-by-kind@1"


@dataclass(frozen=True)
class Share:
    """The part of a gap that belongs to one kind of assumption, in the unit of the gap."""

    kind: str
    value: Decimal
    contributions: tuple[int, ...]
    intervals: tuple[Interval, ...]


def shares(decomposition: Decomposition, kind_of: Mapping[str, str]) -> list[Share]:
    """Return one share per kind that has contributions; `mixed` where one spans two kinds.

    `kind_of` maps a dimension to `task-assumption` or `outcome-assumption`. A kind with a
    contribution without a number has no share.
    """
    by_kind: dict[str, list[Contribution]] = {}
    for part in decomposition.contributions:
        kinds = {kind_of.get(d, d) for d in part.dimensions}
        by_kind.setdefault(kinds.pop() if len(kinds) == 1 else "mixed", []).append(part)
    return [
        _share(kind, parts)
        for kind, parts in by_kind.items()
        if all(p.value is not None for p in parts)
    ]


@dataclass(frozen=True)
class LadderStep:
    """One rung of a ladder: where it stands, its score, and the drop that leads to it."""

    position: int
    measurement: str
    score: Decimal | None
    n: int | None
    drop: Decimal | None
    dimensions: tuple[str, ...]


def ladder(gap: Gap, decomposition: Decomposition) -> list[LadderStep]:
    """Return the rungs of a decomposition in order, each with the drop from the one before."""
    scores = {f"measurement-{m.key}": m for m in gap.measurements}
    base = f"decomposition-{decomposition.key}"
    drops = {part.to_rung: part for part in decomposition.contributions}
    return [
        _step(rung, scores[rung.measurement], drops.get(f"{base}/rung-{rung.position}"))
        for rung in sorted(decomposition.rungs, key=lambda r: r.position)
    ]


def _step(rung: Rung, score: Measurement, drop: Contribution | None) -> LadderStep:
    return LadderStep(
        rung.position,
        score.key,
        score.value,
        score.n,
        drop.value if drop else None,
        drop.dimensions if drop else (),
    )


def _share(kind: str, parts: list[Contribution]) -> Share:
    return Share(
        kind,
        sum((p.value for p in parts if p.value is not None), Decimal()),
        tuple(p.position for p in parts),
        parts[0].intervals if len(parts) == 1 else (),
    )
