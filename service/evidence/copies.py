"""The same figure in several records, or in several divisions of one gap: found and counted once.

Two figures are the same if studies, metrics, systems and kind are, and the figure and both its
scores are the same numbers in one unit (points and fractions are one), or one is the other
rounded; what only one of them states (n, events, a condition) does not tell them apart. What one
record says changed holds for all of them.
"""
# DESIGN: recorded-once

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from service.evidence.figures import SHARE_UNITS, Arm, Figure

LEVELS = ("recomputed", "full-text", "abstract", "secondary", "unverified")
"""Levels of verification, best first; any other stands after these."""
UNSETTLED = ("withdrawn", "disputed")
"""States of a record whose figures are not pooled."""


def level(verification: str) -> int:
    """Return the place of a level of verification, best first."""
    return LEVELS.index(verification) if verification in LEVELS else len(LEVELS)


def marked(figures: Iterable[Figure], within: Mapping[str, frozenset[str]]) -> tuple[Figure, ...]:
    """Return the figures in their order, each with its copies and what these say changed.

    `within` are the dimensions above each one: a copy that names only these says nothing more.
    """
    given = {figure.place: figure for figure in figures}
    alike: dict[object, list[Figure]] = defaultdict(list)
    for figure in filter(_comparable, given.values()):
        alike[_identity(figure)].append(figure)
    for group in (g for some in alike.values() for g in _same(some)):
        given |= {figure.place: figure for figure in _with_copies(group, within)}
    return tuple(given.values())


def _comparable(figure: Figure) -> bool:
    ends = (figure.before, figure.after)
    scored = all(arm.value is not None and arm.study and arm.metric for arm in ends)
    return figure.value is not None and scored


def _identity(figure: Figure) -> object:
    ends = [(arm.study, arm.metric, _scale(arm.unit)) for arm in (figure.before, figure.after)]
    return (figure.systems, figure.kind, _scale(figure.unit), *ends)


def _scale(unit: str | None) -> str | None:
    return "share" if unit in SHARE_UNITS else unit


def _in_points(value: float | None, unit: str | None) -> float | None:
    """Return a number in points where its unit is a share, else as it is."""
    return value and value * 100 / SHARE_UNITS.get(unit or "", 100.0)


def _same(figures: Sequence[Figure]) -> list[list[Figure]]:
    """Return the groups of several figures that are one; each is compared with the best."""
    groups: list[list[Figure]] = []
    for figure in sorted(figures, key=best_first):
        home = next((g for g in groups if _agree(g[0], figure)), None)
        if home is None:
            groups.append([figure])
        else:
            home.append(figure)
    return [g for g in groups if len(g) > 1]


def best_first(figure: Figure) -> tuple[object, ...]:
    """Return the key of an order: settled records first, then the better verified."""
    return (figure.status in UNSETTLED, level(figure.verification), figure.place)


def _agree(one: Figure, other: Figure) -> bool:
    return (
        _rounded(one, other)
        and _arms_agree(one.before, other.before)
        and _arms_agree(one.after, other.after)
    )


def _arms_agree(one: Arm, other: Arm) -> bool:
    counts = ((one.n, other.n), (one.events, other.events))
    first, second = one.where, other.where
    return (
        _rounded(one, other)
        and all(a is None or b is None or a == b for a, b in counts)
        and all(first[d] & second[d] for d in first.keys() & second.keys())
    )


def _rounded(one: Figure | Arm, other: Figure | Arm) -> bool:
    """Return whether two numbers are the same, or one is the other rounded to its step."""
    a, b = (_in_points(x.value, x.unit) for x in (one, other))
    if a is None or b is None:
        return False
    steps = [step for x in (one, other) if (step := _in_points(x.step, x.unit))]
    return abs(a - b) <= max(steps, default=0.0) / 2 + 1e-9


def _with_copies(group: Sequence[Figure], within: Mapping[str, frozenset[str]]) -> list[Figure]:
    deployments = frozenset(f.deployment for f in group if f.deployment)
    return [
        replace(
            figure,
            changed=figure.changed.union(*(_more(figure, f, within) for f in group)),
            copies=tuple(dict.fromkeys(f.name for f in group if f is not figure)),
            group="/".join(group[0].place),
            deployments=deployments,
        )
        for figure in group
    ]


def _more(figure: Figure, copy: Figure, within: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Return what a copy says changed, but for dimensions that only hold those of the figure."""
    above = {wide for d in figure.dimensions for wide in within.get(d, ())}
    return copy.changed | (copy.dimensions - above)
