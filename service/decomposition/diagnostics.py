"""What a decomposition hides: flows both ways, what each cluster does, what to beware of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.common.digits import first_of
from service.decomposition.bootstrap import Floats, cluster_sums
from service.decomposition.design import Design
from service.decomposition.intervals import FEW_CLUSTERS
from service.decomposition.scores import Items, Scores

NARROW = 30
"""Below so many clusters the bootstrap is too narrow (Cameron, Gelbach and Miller 2008)."""
MUCH_MISSING = 0.05
"""The share of items without a score from which on a reader is warned."""
UNBALANCED = 0.05
"""The part of a rung's items that would have to change cluster to have another rung's mix."""
MOST_CLUSTERS = 500
"""Up to so many clusters the table is given."""
_NAMED = 5
_NO_INTERVALS = "No intervals: summary scores do not say which results are paired."
_INDEPENDENT = (
    "Intervals of differences take the samples as independent (Newcombe 1998): summary scores do "
    "not say which results are paired."
)


@dataclass(frozen=True)
class Flow:
    """Items scored at both rungs: right before and wrong after (`lost`), the other way (`gained`).

    `of` is how many items both rungs share, `all` whether they share all of theirs.
    """

    lost: int
    gained: int
    kept: int
    never: int
    of: int
    all: bool


@dataclass(frozen=True)
class Cluster:
    """One cluster: n and mean score in percent per rung, and its contributions in points."""

    name: str
    n: tuple[int, ...]
    scores: tuple[float | None, ...]
    contributions: tuple[float | None, ...]


@dataclass(frozen=True)
class Missing:
    """How many of the items of a contrast lack a score, at the rung where most do.

    `share` is of `of` items; `lower` and `upper` bound the contrast over all of them, in points,
    if what is missing were all right or all wrong (Manski 1990).
    """

    of: int
    share: float
    lower: float
    upper: float


def missing(items: Items | None, row: Floats) -> Missing | None:
    """Return what a contrast lacks; None where nothing does, or two rungs share no item."""
    at = np.flatnonzero(row)
    if items is None or len(at) < 2:  # noqa: PLR2004 - a difference has two ends
        return None
    scores, weights = items.scores[:, at], row[at]
    there = ~np.isnan(scores)
    scores, there = scores[there.any(axis=1)], there[there.any(axis=1)]
    if there.all() or not (there.T.astype(float) @ there.astype(float)).all():
        return None
    ends = [
        100 * float(np.where(there, scores, fill).mean(axis=0) @ weights)
        for fill in ((weights < 0).astype(float), (weights > 0).astype(float))
    ]
    return Missing(len(scores), float(1 - there.mean(axis=0).min()), *ends)


def paired(items: Items | None, start: int | None, end: int | None) -> bool | None:
    """Tell whether two rungs have items in common; None without items, or without two rungs."""
    if items is None or start is None or end is None:
        return None
    return bool((~np.isnan(items.scores[:, [start, end]])).all(axis=1).any())


def flow(
    items: Items | None, start: int | None, end: int | None, *, higher_is_better: bool
) -> Flow | None:
    """Return the flows between two rungs; None where scores are not 0 and 1, or none is paired."""
    if items is None or start is None or end is None:
        return None
    pair = items.scores[:, [start, end]]
    there = ~np.isnan(pair)
    both = pair[there.all(axis=1)]
    if not len(both) or not np.isin(both, [0, 1]).all():
        return None
    right = np.asarray(both == (1 if higher_is_better else 0))
    before, after = right[:, 0], right[:, 1]
    return Flow(
        lost=int((before & ~after).sum()),
        gained=int((~before & after).sum()),
        kept=int((before & after).sum()),
        never=int((~before & ~after).sum()),
        of=len(both),
        all=bool((there.sum(axis=0) == len(both)).all()),
    )


def cluster_scores(items: Items | None) -> Floats | None:
    """Return mean scores, clusters x rungs, NaN where there is no item; None without clusters."""
    if items is None or not items.clusters:
        return None
    sums, counts = cluster_sums(items.scores, items.cluster)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / counts)


def equal_weights(table: Floats | None) -> Floats | None:
    """Return the score per rung with every cluster weighing alike; None where one is missing."""
    return None if table is None or np.isnan(table).any() else np.asarray(table.mean(axis=0))


def clusters(
    items: Items | None, table: Floats | None, turned: Floats | None, contrasts: Floats
) -> tuple[Cluster, ...]:
    """Return the table of clusters: the contrasts of a gap, computed within each of them."""
    if items is None or table is None or turned is None or len(table) > MOST_CLUSTERS:
        return ()
    counts = cluster_sums(items.scores, items.cluster)[1].astype(int)
    parts = _within(turned, contrasts)
    return tuple(
        Cluster(name, tuple(counts[i].tolist()), _known(100 * table[i]), _known(100 * parts[i]))
        for i, name in enumerate(items.clusters)
    )


def _within(table: Floats, contrasts: Floats) -> Floats:
    """Return contrasts x clusters; NaN only where a score that counts is missing."""
    parts = np.where(np.isnan(table), 0.0, table) @ contrasts.T
    lacking = np.isnan(table).astype(float) @ (contrasts != 0).T.astype(float) > 0
    return np.where(lacking, np.nan, parts)


def _known(values: Floats) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(v) else float(v) for v in values)


def warnings(
    scores: Scores, made: Design, turned: Floats | None, values: Sequence[float]
) -> tuple[str, ...]:
    """Return, as sentences, what a reader of these numbers has to know.

    `turned` are the cluster scores with more being better, `values` the contributions.
    """
    found = [*_about_order(made), *_about_pairs(scores, made)]
    if scores.items is None:
        counted = all(e is not None for e in scores.events)
        found.append(_INDEPENDENT if counted else _NO_INTERVALS)
    elif len(scores.items.clusters) > 1:
        found += _about_clusters(scores.items)
        if turned is not None:
            found += _against(scores.items, _within(turned, made.contrasts), made, values)
    elif scores.items.clusters:
        found.append("No interval over clusters: all items are in one.")
    return tuple(found)


def unknown(made: Design, kind_of: Mapping[str, str]) -> list[str]:
    """Return a sentence for each dimension of which `kind_of` does not know the kind."""
    names = {d for part in made.parts for d in part.dimensions} - kind_of.keys()
    return [
        f"{name} is no dimension of the taxonomy: what it costs is listed under the kind other."
        for name in sorted(names)
    ]


def _about_order(made: Design) -> list[str]:
    found = []
    if made.method == "sequential" and len(made.parts) > 1:
        found.append(
            "One order of changes was measured; in another order the contributions may differ."
        )
    if made.method == "none":
        found.append(
            "No contributions: the conditions are neither a chain nor complete; see the bounds."
        )
    together = sorted({d for d in (*(p.dimensions for p in made.parts), *made.players) if d[1:]})
    found += [f"Confounded: {' and '.join(d)} change only together." for d in together]
    return found


def _about_pairs(scores: Scores, made: Design) -> list[str]:
    if scores.items is None:
        return []
    there = ~np.isnan(scores.items.scores)
    found = []
    for part in made.parts:
        if part.start is None or part.end is None:
            continue
        shared = int((there[:, part.start] & there[:, part.end]).sum())
        most = int(max(there[:, part.start].sum(), there[:, part.end].sum()))
        if shared < most:
            names = f"{scores.rungs[part.start]} and {scores.rungs[part.end]}"
            found.append(
                f"{names} share {shared:,} of {most:,} items: the rest is compared unpaired."
                if shared
                else f"{names} share no item: they are compared unpaired, lost and gained unknown."
            )
    return found


def _about_clusters(items: Items) -> list[str]:
    found = []
    many = len(items.clusters)
    if many <= FEW_CLUSTERS:
        found.append(f"Few clusters ({many}): too few to carry an interval over clusters.")
    elif many < NARROW:
        found.append(
            f"Few clusters ({many}): the percentile bootstrap over clusters is likely too narrow "
            f"below {NARROW}; the interval by t is meant for that."
        )
    counts = cluster_sums(items.scores, items.cluster)[1]
    apart = _mix_distance(counts)
    if apart > UNBALANCED:
        found.append(
            f"Unbalanced mix: between two conditions {100 * apart:.1f} % of the items would have "
            "to change cluster; equal_clusters gives the contributions with equal weights."
        )
    return found


def _mix_distance(counts: Floats) -> float:
    """Return the greatest total variation distance between the cluster mixes of two rungs."""
    mix = counts / counts.sum(axis=0)
    return float(np.abs(mix[:, :, None] - mix[:, None, :]).sum(axis=0).max() / 2)


def _against(items: Items, parts: Floats, made: Design, values: Sequence[float]) -> list[str]:
    """Name the clusters in which a contribution has the other sign."""
    found = []
    for j, (part, value) in enumerate(zip(made.parts, values, strict=True)):
        other = _opposed(parts[:, j], value)
        if len(other):
            names = first_of([items.clusters[i] for i in other], _NAMED)
            found.append(f"Sign change: {part.name} goes the other way in {names}.")
    return found


def _opposed(parts: Floats, value: float) -> NDArray[np.int64]:
    return np.flatnonzero(~np.isnan(parts) & (parts * value < 0))
