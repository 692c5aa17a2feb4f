"""Recorded numbers in words, the same on pages and in commands: unit, range, kind of ratio."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loaders.model import RATIOS, UNITS, Gap, Interval, interval_words
from service.common.digits import Digits, percent, printed

_SHORT: Mapping[str, tuple[str, str]] = {"percentage-point": ("point", "points")}
"""Units that stand shorter here than in `UNITS`: figures say once that points are those of 100."""
QUALIFIERS: Mapping[str, str] = {
    "lower-bound": "at least",
    "upper-bound": "at most",
    "approximate": "about",
    "extreme": "up to",
}
"""Codes of `code/qualifier/` as they stand before a number."""


def level(interval: Interval) -> str:
    """Return the level of an interval in percent: `95 %`."""
    return percent(interval.level)


def interval(found: Interval) -> str:
    """Return an interval in words, with true minus signs: `95 % CI 1.2 to 3.4`."""
    return interval_words(printed(found.lower), printed(found.upper), found.level)


def measure(value: Digits, unit: str, step: Digits | None = None) -> str:
    """Return a number with its unit in words: `94.67 %`, `1 point`."""
    one, many = _SHORT.get(unit) or UNITS.get(unit, (unit, unit))
    return f"{printed(value, step)} {one if abs(value) == 1 else many}".strip()


def amount(found: Any) -> str:
    """Return an estimate in words, by its `value`, `lowest`, `highest` and `as_reported`.

    A ratio has no unit but says what it is: `odds ratio 0.77`. Its kind stands in `gap_kind`, where
    it has one; `precision` is the step to which it was reported.
    """
    lead = QUALIFIERS.get(found.qualifier or "", "")
    step = getattr(found, "precision", None) or getattr(found, "step", None)
    ratio = kind_of_gap(found) in RATIOS
    unit = "ratio" if ratio else found.unit
    kind = kind_of_gap(found).replace("-", " ") if ratio else ""
    if found.value is not None:
        said = measure(found.value, unit, step)
    elif found.lowest is not None and found.highest is not None:
        ends = f"{printed(found.lowest, step)} to {measure(found.highest, unit, step)}"
        said = f"{ends} over several values"
    else:
        return found.as_reported or "no number stated"
    return " ".join(words for words in (kind, lead, said) if words)


def kind_of_gap(found: Any) -> str:
    """Return the kind of gap of a record, a number or a figure of the evidence; else nothing."""
    return str(getattr(found, "gap_kind", "") or getattr(found, "kind", ""))


def against_none(bounds: Any, found: Any) -> str:
    """Return whether an interval of a ratio includes 1, no difference; nothing for other kinds."""
    if kind_of_gap(found) not in RATIOS:
        return ""
    return "includes 1" if bounds.lower <= 1 <= bounds.upper else "excludes 1"


def figure(found: Gap) -> str:
    """Return the number of a gap; a ratio with its interval: `odds ratio 0.77 (0.55 to 1.08, …)`.

    The level of the interval is left out where it is 95 %.
    """
    if found.gap_kind not in RATIOS or not found.intervals:
        return amount(found)
    first = found.intervals[0]
    level_words = "" if first.level == _USUAL else f"{level(first)} CI "
    ends = f"{printed(first.lower)} to {printed(first.upper)}"
    return f"{amount(found)} ({level_words}{ends}, {against_none(first, found)})"


_USUAL = Decimal("0.95")
