"""Which way the figures of each study point: lost, gained, both, or no difference.

Only the direction is counted, never a size, so figures of all kinds and units count alike. That an
interval includes no difference is said beside and moves no study: with few people it always does.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loaders.model import RATIOS, UNDIRECTED
from service.evidence.figures import Figure, FigureInterval, clusters

LOST, GAINED, BOTH, NONE, UNKNOWN = "lost", "gained", "both", "no-difference", "not-stated"
DIRECTIONS = (LOST, GAINED, BOTH, NONE, UNKNOWN)
"""In the order in which they are shown; `both` is a study whose figures point both ways."""
_OPEN = {"upper-bound", "extreme"}
"""Qualifiers of a number whose sign says nothing of the figure."""
_NO_SIGN = {UNDIRECTED, "not-comparable"}


@dataclass(frozen=True)
class StudyDirection:
    """Which way the figures of one study point, and how many of them exclude no difference.

    `studies` are its names, more than one where figures are not independent, none where no record
    names it. `alone` tells that some of its figures changed nothing but the dimension.
    """

    studies: tuple[str, ...]
    direction: str
    figures: tuple[Figure, ...]
    excluding: int
    alone: bool

    @property
    def gaps(self) -> tuple[str, ...]:
        """The gaps that its figures stand in."""
        return tuple(dict.fromkeys(f.gap for f in self.figures))


def directions(dimension: str, figures: Sequence[Figure]) -> tuple[StudyDirection, ...]:
    """Return the studies of some figures about a dimension, by direction and then by name."""
    found = (_study(dimension, group) for group in clusters(figures))
    return tuple(sorted(found, key=lambda s: (DIRECTIONS.index(s.direction), s.studies, s.gaps)))


def counts(found: Iterable[StudyDirection]) -> dict[str, int]:
    """Return how many studies point each way, those that no study points left out."""
    many = Counter(study.direction for study in found)
    return {name: many[name] for name in DIRECTIONS if many[name]}


def direction(figure: Figure) -> str:
    """Return which way a figure points; `not-stated` where its record does not let one say it."""
    if figure.kind in _NO_SIGN or figure.higher_is_better is None or figure.qualifier in _OPEN:
        return UNKNOWN
    given = (figure.value,) if figure.value is not None else (figure.lowest, figure.highest)
    ends = [end for end in given if end is not None]
    return _of([_side(figure, end) for end in ends]) if ends else UNKNOWN


def excludes(figure: Figure, bounds: FigureInterval) -> bool:
    """Tell whether an interval of a figure leaves out that nothing differs."""
    none = 1.0 if figure.kind in RATIOS else 0.0
    return not bounds.lower <= none <= bounds.upper


def _side(figure: Figure, value: float) -> str:
    """Return the direction of a number: differences are positive for a loss, ratios are not."""
    loss = value
    if figure.kind in RATIOS:
        loss = 1 - value if figure.higher_is_better else value - 1
    return LOST if loss > 0 else GAINED if loss < 0 else NONE


def _of(sides: Iterable[str]) -> str:
    """Return what several directions are together; none beside a direction adds nothing to it."""
    found = set(sides) - {UNKNOWN}
    if len(found) > 1:
        found -= {NONE}
    return found.pop() if len(found) == 1 else BOTH if found else UNKNOWN


def _study(dimension: str, group: Sequence[Figure]) -> StudyDirection:
    excluding = sum(bool(f.intervals) and all(excludes(f, i) for i in f.intervals) for f in group)
    return StudyDirection(
        tuple(sorted({s for f in group for s in f.studies})),
        _of(map(direction, group)),
        tuple(group),
        excluding,
        any(f.dimensions | f.changed == {dimension} for f in group),
    )
