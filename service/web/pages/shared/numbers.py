"""Numbers as pages show them: each with its intervals, n, formula and studies, or what is lacking.

A stored gap and a decomposition that was just computed become the same `Breakdown`, so that both
are drawn, listed and written as CSV by the same code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from loaders.model import Estimate, Interval, Study
from service.common.amounts import amount, measure
from service.common.digits import padded_to
from service.ontology.labels import plain_name
from service.web.pages.shared.waterfall_geometry import Drawn

Role = str
"""What a number is: score, contribution, residual or total."""


@dataclass(frozen=True)
class Number:
    """One number, in `unit`; a loss is positive. `formula` says how it came about.

    `lowest` and `highest` are the ends of several values of a source, or over orders of changes,
    never an interval. `about` describes the condition of a score. `kind` is score, task, outcome,
    mixed, other, residual or total. `gap_kind` is that of a whole gap; `pairing` says of a
    contribution whether the same items were scored at both its ends, where that is known.
    """

    role: Role
    words: str
    kind: str
    unit: str
    value: Decimal | None
    intervals: tuple[Interval, ...] = ()
    n: int | None = None
    n_unit: str | None = None
    n_unit_plural: str | None = None
    events: int | None = None
    losses: int | None = None
    gains: int | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None
    as_reported: str | None = None
    qualifier: str | None = None
    not_given: tuple[str, ...] = ()
    gap_kind: str = ""
    pairing: str = ""
    formula: str = ""
    together: bool = False
    dimensions: tuple[str, ...] = ()
    study: Study | None = None
    about: str | None = None

    def interval(self, unit: str) -> Interval | None:
        """Return the first interval over one sampling unit, if there is one."""
        return next(iter(self.over(unit)), None)

    def over(self, unit: str) -> tuple[Interval, ...]:
        """Return the intervals over one sampling unit, each by a method of its own."""
        return tuple(i for i in self.intervals if sampled(i) == unit)

    @property
    def text(self) -> str:
        """The number in words: value, range or what the source says instead."""
        return amount(self)


@dataclass(frozen=True)
class Subtotal:
    """The sum of the contributions of one kind, with its intervals where they are known."""

    kind: str
    unit: str
    value: Decimal
    count: int
    intervals: tuple[Interval, ...]

    @property
    def text(self) -> str:
        """The sum with its unit."""
        return measure(self.value, self.unit)


@dataclass(frozen=True)
class Breakdown:
    """A gap taken apart one way: its numbers from first score to total, drawn where that can be.

    `undrawn` says why there is no picture; `order` names the order of changes, where there is one.
    Where `higher_is_better` is false a loss makes the score rise; where it is None nobody says
    which scores are better, or neither is, and no number is a loss or a gain.
    """

    key: str
    method: str
    order: tuple[str, ...]
    notes: str | None
    numbers: tuple[Number, ...]
    subtotals: tuple[Subtotal, ...]
    drawn: Drawn | None
    undrawn: str = ""
    higher_is_better: bool | None = None

    @property
    def scores(self) -> tuple[Number, ...]:
        """The scores of its conditions."""
        return tuple(n for n in self.numbers if n.role == "score")

    @property
    def parts(self) -> tuple[Number, ...]:
        """Its contributions."""
        return tuple(n for n in self.numbers if n.role == "contribution")

    def reorders(self, other: "Breakdown") -> bool:
        """Tell whether another breakdown makes the same changes in another order."""
        return self.order != other.order and sorted(self.order) == sorted(other.order)

    def whisker(self, unit: str) -> Interval | None:
        """Return the first interval over a sampling unit; all have the level of the first."""
        return next((i for n in self.numbers if (i := n.interval(unit))), None)

    def cautions(self, unit: str) -> tuple[str, ...]:
        """Return why not to lean on the whiskers over a sampling unit, each reason once."""
        found = (n.interval(unit) for n in self.numbers)
        return tuple(dict.fromkeys(i.caution for i in found if i and i.caution))

    @property
    def description(self) -> str:
        """What the picture shows, in words."""
        shown = (n for n in self.numbers if n.role != "total")
        return " ".join(f"{n.words}: {n.text}." for n in shown)


def sampled(interval: Interval) -> str:
    """Return what was resampled, in words; a word of its own where the source does not say."""
    return interval.sampling_unit or "unit not stated"


def sampling_units(numbers: Iterable[Number]) -> tuple[str, ...]:
    """Return what was resampled anywhere, in the order of appearance."""
    return tuple(dict.fromkeys(sampled(i) for n in numbers for i in n.intervals))


Found = TypeVar("Found", bound=Estimate)


def padded(found: Found) -> Found:
    """Return an estimate whose numbers have as many digits as it was reported with."""
    step = found.precision
    if step is None:
        return found
    fields = {name: _wide(getattr(found, name), step) for name in ("value", "lowest", "highest")}
    intervals = tuple(
        i.model_copy(update={"lower": padded_to(i.lower, step), "upper": padded_to(i.upper, step)})
        for i in found.intervals
    )
    return found.model_copy(update={**fields, "intervals": intervals})


def _wide(value: Decimal | None, step: Decimal) -> Decimal | None:
    return None if value is None else padded_to(value, step)


def unit_of(found: Any) -> str:
    """Return what n counts, as it stands behind n: for one or for many where known."""
    one, many = found.n_unit, found.n_unit_plural
    if found.n == 1 or not one:
        return one or ""
    return many or f"(unit: {one})"


def kind_of(dimensions: Sequence[str], kinds: Mapping[str, str]) -> str:
    """Return task or outcome where all dimensions are of one kind, else mixed; other for none."""
    found = {kinds.get(d, "other").removesuffix("-assumption") for d in dimensions}
    if len(found) != 1:
        return "mixed" if found else "other"
    return found.pop()


def named(dimensions: Sequence[str]) -> str:
    """Return dimensions in words: `query authorship, language and period`."""
    return _joined([d.replace("-", " ") for d in dimensions])


def named_plainly(dimensions: Sequence[str]) -> str:
    """Return dimensions by their plain names: `who writes the question and how much is told`."""
    return _joined([name[:1].lower() + name[1:] for name in map(plain_name, dimensions)])


def _joined(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


COLUMNS = (
    "division", "method", "role", "name", "dimensions", "kind", "value", "lowest", "highest",
    "unit", "qualifier", "as_reported", "n", "n_unit", "events", "losses", "gains", "not_given",
    "formula", "study",
)  # fmt: skip


def rows(breakdowns: Sequence[Breakdown], extra: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return every number as a row of a table, with the ends of its intervals by sampling unit."""
    return [
        {
            **{name: getattr(number, name, None) for name in COLUMNS},
            "division": breakdown.key,
            "method": breakdown.method,
            "name": number.words,
            "dimensions": " ".join(number.dimensions),
            "not_given": " ".join(number.not_given),
            "study": (number.study.name or number.study.id) if number.study else None,
            **_bounds(number),
            **extra,
        }
        for breakdown in breakdowns
        for number in breakdown.numbers
    ]


def _bounds(number: Number) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for i in number.intervals:
        where = f"[{sampled(i)}]"
        if f"lower {where}" in found:
            where = f"[{sampled(i)}, {i.interval_method}]"
        found |= {f"lower {where}": i.lower, f"upper {where}": i.upper}
        found |= {f"level {where}": i.level, f"interval_method {where}": i.interval_method}
        found |= {f"resamples {where}": i.resamples, f"seed {where}": i.seed}
        found |= {f"clusters {where}": i.clusters, f"caution {where}": i.caution}
    return found
