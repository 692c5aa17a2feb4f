"""Measured losses for the assumptions that break: which figures, how near, which comparable.

A figure counts here if the core assumptions that changed between its two ends all break in the
use. Figures are set side by side; nothing is added up, and no figure is taken from a score.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from loaders.model import CORE_DIMENSIONS
from service.evidence import gates
from service.evidence.figures import PROPORTION_UNITS, Figure, clusters
from service.fit.claims import DeploymentClaims
from service.ontology.plain_names import plain

HERE, SAME_DOMAIN, ELSEWHERE = "here", "same-domain", "elsewhere"
SCOPES = (HERE, SAME_DOMAIN, ELSEWHERE)
"""How near a figure was measured, nearest first."""
_GATES = (gates.settled, gates.checked, gates.metric, gates.difference)
KINDS = frozenset({"task-assumption", "outcome-assumption"})
"""What every assumption is one of."""
LEAST = 2
"""Figures of which there must be so many for a range."""


@dataclass(frozen=True)
class PlacedFigure:
    """A figure, how near it was measured, which broken assumptions changed, and what else did.

    `not_comparable` is why it does not enter a range; None if it does.
    """

    figure: Figure
    scope: str
    assumptions: tuple[str, ...]
    also_changed: tuple[str, ...]
    not_comparable: str | None

    @property
    def points(self) -> float:
        """What was lost, in percentage points; a gain is negative."""
        return points(self.figure.value or 0.0, self.figure.unit)

    @property
    def alike(self) -> tuple[int, int, tuple[int, ...], tuple[str, ...], str]:
        """What figures that stand together share, in the order in which they are shown."""
        kind = self.figure.metric_class
        places = tuple(CORE_DIMENSIONS.index(name) for name in self.assumptions)
        scope = SCOPES.index(self.scope)
        return scope, len(places), places, self.also_changed, kind.code if kind else ""


@dataclass(frozen=True)
class AlikeFigures:
    """Figures of one change, nearness and class of metric, largest loss last."""

    figures: tuple[PlacedFigure, ...]

    @property
    def first(self) -> PlacedFigure:
        """One of them, for what all share."""
        return self.figures[0]

    @property
    def comparable(self) -> tuple[PlacedFigure, ...]:
        """Those that enter the range."""
        return tuple(f for f in self.figures if f.not_comparable is None)

    @property
    def ends(self) -> tuple[float, float] | None:
        """The least and the greatest loss of the comparable ones; None of fewer than two."""
        values = [f.points for f in self.comparable]
        return (min(values), max(values)) if len(values) >= LEAST else None

    @property
    def studies(self) -> int:
        """Of how many studies the comparable figures are; those that share one count once."""
        return len(clusters([f.figure for f in self.comparable]))


def points(value: float, unit: str) -> float:
    """Return a difference of shares in percentage points."""
    return round(value * 100 / PROPORTION_UNITS[unit], 10)


def measured(
    figures: Iterable[Figure], broken: Collection[str], deployment: DeploymentClaims
) -> tuple[list[AlikeFigures], list[tuple[Figure, str]]]:
    """Return the figures for broken assumptions in groups, and those left out, with the reason.

    Of a figure that stands in several records the one that counts is taken. The two kinds of
    assumption, of which a coarse division speaks, say nothing beside the assumptions themselves.
    """
    kept: list[PlacedFigure] = []
    out: list[tuple[Figure, str]] = []
    for figure in figures:
        changed = (figure.dimensions | figure.changed) - KINDS
        if not figure.counted or not changed & set(broken):
            continue
        why = _why_out(figure, changed, broken)
        if why is None:
            kept.append(_placed(figure, changed, deployment))
        else:
            out.append((figure, why))
    return _grouped(kept), sorted(out, key=lambda pair: pair[0].place)


def _why_out(figure: Figure, changed: Collection[str], broken: Collection[str]) -> str | None:
    if others := [d for d in CORE_DIMENSIONS if d in changed and d not in broken]:
        return f"{_words(others)} changed as well, which is not known to break here"
    if figure.kind != "absolute-difference" or figure.unit not in PROPORTION_UNITS:
        return "it is no difference in percentage points"
    if figure.value is None:
        return "it has no single number"
    return gates.seen(figure)


def _words(names: Sequence[str]) -> str:
    return " and ".join(plain(name, name.replace("-", " ")).lower() for name in names)


def _placed(figure: Figure, changed: Collection[str], deployment: DeploymentClaims) -> PlacedFigure:
    return PlacedFigure(
        figure,
        nearness(figure.everywhere, figure.domains, deployment),
        tuple(d for d in CORE_DIMENSIONS if d in changed),
        tuple(sorted(d for d in changed if d not in CORE_DIMENSIONS)),
        gates.first_reason(figure, _GATES),
    )


def nearness(
    deployments: Collection[str | None], domains: frozenset[str], of: DeploymentClaims
) -> str:
    """Return how near to a deployment something was measured."""
    if of.id is not None and of.id in deployments:
        return HERE
    return SAME_DOMAIN if domains & of.domains else ELSEWHERE


def _grouped(kept: Iterable[PlacedFigure]) -> list[AlikeFigures]:
    order = sorted(kept, key=lambda f: (f.alike, f.points, f.figure.place))
    return [AlikeFigures(tuple(some)) for _, some in groupby(order, key=lambda f: f.alike)]
