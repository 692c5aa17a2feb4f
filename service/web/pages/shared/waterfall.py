"""From the numbers of a breakdown to the bars of a waterfall, or why there are none."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from loaders.model import UNDIRECTED
from service.common.amounts import QUALIFIERS
from service.common.digits import printed
from service.web.pages.shared.numbers import Number
from service.web.pages.shared.waterfall_geometry import Bar, Drawn, drawn

WHOLE = {"percent": 100.0, "fraction": 1.0}
"""The usual top of a scale of scores, by unit."""
_MOST_BARS = 60
_MOST_NAMED = 3
"""So many changes of one bar are named in the picture; the table names all."""


def waterfall(
    numbers: Sequence[Number], unit: str | None, *, higher_is_better: bool | None
) -> tuple[Drawn | None, str]:
    """Return the pictures of a breakdown, or none and a sentence why.

    The first and the last score are the ends; contributions and residual lead from one to the
    other in the order of the list. `unit` names the sampling unit of the whiskers. A loss makes the
    score fall where higher is better and rise where lower is; where nobody says, a number is drawn
    the way the scores go, and no bar is called a gain.
    """
    scores = [n for n in numbers if n.role == "score"]
    parts = [n for n in numbers if n.role in {"contribution", "residual"}]
    first, last = scores[0].value, scores[-1].value
    if first is None or last is None:
        return None, "The source does not state both scores, so there is nothing to draw."
    if any(p.value is None for p in parts if p.role == "contribution"):
        return None, "A contribution has no number, so the bars cannot be placed."
    if len(parts) > _MOST_BARS:
        return None, f"{len(parts)} bars are too many for a picture; the table has them all."
    return drawn(bars_of(numbers, unit, higher_is_better), WHOLE.get(scores[0].unit)), ""


def bars_of(
    numbers: Sequence[Number],
    unit: str | None,
    higher_is_better: bool | None,  # noqa: FBT001 - as the metric says
) -> list[Bar]:
    """Return the bars of a waterfall that can be drawn: first score, parts, last score."""
    scores = [n for n in numbers if n.role == "score"]
    parts = [n for n in numbers if n.role in {"contribution", "residual"}]
    ends = scores[0].value or Decimal(), scores[-1].value or Decimal()
    return [
        _score(scores[0], unit),
        *_steps(parts, ends, unit, higher_is_better),
        _score(scores[-1], unit),
    ]


def _score(number: Number, unit: str | None) -> Bar:
    value = float(number.value or 0)
    found = number.interval(unit) if unit else None
    ends = (float(found.lower), float(found.upper)) if found else None
    note = QUALIFIERS.get(number.qualifier or "", "")
    return Bar(number.words, "score", printed(number.value or Decimal()), 0.0, value, ends, note)


def _steps(
    parts: Sequence[Number],
    ends: tuple[Decimal, Decimal],
    unit: str | None,
    higher_is_better: bool | None,  # noqa: FBT001 - as the metric says
) -> Iterator[Bar]:
    score, last = ends
    all_of_it = sum((p.value or Decimal() for p in parts), Decimal())
    rises = higher_is_better is False
    if higher_is_better is None:
        rises = (last - score) * all_of_it > 0
    sign = 1 if rises else -1
    for part in parts:
        value = Decimal() if part.value is None else part.value
        end = score + sign * value
        many = len(part.dimensions) > _MOST_NAMED
        yield Bar(
            f"{len(part.dimensions)} changes" if many else part.words,
            part.kind,
            printed(value) if part.gap_kind == UNDIRECTED else _signed(sign * value),
            float(score),
            float(end),
            _whisker(part, unit, score, sign),
            _note(part, gain=value < 0 and higher_is_better is not None),
            part.together,
        )
        score = end


def _whisker(
    part: Number, unit: str | None, score: Decimal, sign: int
) -> tuple[float, float] | None:
    found = part.interval(unit) if unit else None
    if found is None:
        return None
    return float(score + sign * found.lower), float(score + sign * found.upper)


def _signed(change: Decimal) -> str:
    return f"+{change:f}" if change > 0 else printed(change or abs(change))


def _note(part: Number, *, gain: bool) -> str:
    """Return what stands by the number of a bar: how sure it is, a gain, several changes."""
    if part.role == "residual":
        return ""
    words = (
        QUALIFIERS.get(part.qualifier or "", ""),
        "gain" if gain else "",
        "together" if part.together else "",
    )
    return ", ".join(w for w in words if w)
