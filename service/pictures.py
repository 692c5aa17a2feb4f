"""Figures drawn on the server: geometry here, SVG in the templates."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from textwrap import wrap

from loaders.model import Gap
from service.analysis.shares import Step, ladder


@dataclass(frozen=True)
class Bar:
    """One bar of a waterfall, in a picture 100 units high; `top` is measured from above."""

    lines: tuple[str, ...]
    kind: str
    value: Decimal
    top: float
    height: float


def waterfall(gap: Gap, key: str, kind_of: Mapping[str, str]) -> list[Bar]:
    """Return the bars of one sequential decomposition: first score, drops, last score.

    `kind_of` maps a dimension to `task-assumption` or `outcome-assumption`.
    """
    steps = ladder(gap, next(d for d in gap.decompositions if d.key == key))
    scores = [step.score or Decimal() for step in steps]
    drops = [
        _drop(step, max(pair), abs(pair[0] - pair[1]), kind_of)
        for step, pair in zip(steps[1:], pairwise(scores), strict=True)
    ]
    return [_score("evaluation", scores[0]), *drops, _score("deployed", scores[-1])]


def _score(label: str, value: Decimal) -> Bar:
    return Bar((label,), "score", value, float(100 - value), float(value))


def _drop(step: Step, high: Decimal, height: Decimal, kind_of: Mapping[str, str]) -> Bar:
    kinds = {kind_of.get(d, d).removesuffix("-assumption") for d in step.dimensions}
    words = " and ".join(d.replace("-", " ") for d in step.dimensions)
    kind = kinds.pop() if len(kinds) == 1 else "mixed"
    return Bar(tuple(wrap(words, 17)), kind, step.drop or height, float(100 - high), float(height))
