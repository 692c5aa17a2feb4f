"""Figures drawn on the server: geometry here, SVG in the templates."""

from dataclasses import dataclass
from decimal import Decimal

from loaders.model import Gap, Record


@dataclass(frozen=True)
class Bar:
    """One bar of a waterfall, in a picture 100 units high; `top` is measured from above."""

    label: str
    kind: str
    value: Decimal
    top: float
    height: float
    whisker: tuple[float, float] | None


def waterfall(gap: Record, key: str) -> list[Bar]:
    """Return the bars of one sequential decomposition: first score, drops, last score."""
    assert isinstance(gap, Gap)  # noqa: S101 - pages pass what the repository loaded as a gap
    decomposition = next(d for d in gap.decompositions if d.key == key)
    scores = {f"measurement-{m.key}": m for m in gap.measurements}
    rungs = [scores[r.measurement].value or Decimal() for r in decomposition.rungs]
    drops = [
        _drop(", ".join(d.replace("-", " ") for d in part.dimensions), before, after)
        for part, before, after in zip(decomposition.contributions, rungs, rungs[1:], strict=False)
    ]
    return [_score("evaluation", rungs[0]), *drops, _score("deployed", rungs[-1])]


def _score(label: str, value: Decimal) -> Bar:
    return Bar(label, "score", value, float(100 - value), float(value), None)


def _drop(label: str, before: Decimal, after: Decimal) -> Bar:
    kind = "outcome" if "decision" in label or "outcome" in label else "task"
    top = 100 - max(before, after)
    return Bar(label, kind, before - after, float(top), float(abs(before - after)), None)
