"""A decomposition that was just computed, as a page shows it: the same numbers as a stored gap."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from loaders.model import Interval
from service.common.digits import MINUS, computed, counted, plural
from service.decomposition.decompose import (
    ContributionEstimate,
    DecompositionEstimate,
    Difference,
    Score,
)
from service.decomposition.intervals import ScoreInterval
from service.web.pages.shared.numbers import (
    Breakdown,
    Number,
    Subtotal,
    kind_of,
    named_plainly,
)
from service.web.pages.shared.waterfall import waterfall

_STEP = Decimal("0.01")
_POINT = "percentage-point"


def breakdown_of(
    found: DecompositionEstimate,
    kinds: Mapping[str, str],
    unit: str | None,
    *,
    higher_is_better: bool | None,
) -> Breakdown:
    """Return a decomposition as numbers to two decimals, drawn with whiskers over `unit`.

    `kinds` maps dimensions to kinds of assumption; `higher_is_better` is None where nobody says.
    """
    made = _NumberBuilder(found, kinds)
    numbers = (
        *(made.score(s) for s in _from_first_to_last(found)),
        *(made.part(c, lower_is_better=higher_is_better is False) for c in found.contributions),
        made.residual(),
        made.number("total", "whole gap", found.total, "the first score minus the last"),
    )
    picture, why = waterfall(numbers, unit, higher_is_better=higher_is_better)
    return Breakdown(
        key="your results",
        method=found.method,
        order=tuple(c.name for c in found.contributions) if found.method == "sequential" else (),
        notes=None,
        numbers=numbers,
        subtotals=tuple(made.subtotals()),
        drawn=picture,
        undrawn=why,
        higher_is_better=higher_is_better,
    )


def _from_first_to_last(found: DecompositionEstimate) -> list[Score]:
    """Return the conditions with the one where nothing changed first, the one with all last."""
    if any(s.changed is None for s in found.scores):
        return list(found.scores)
    return sorted(found.scores, key=lambda s: len(s.changed or ()))


def two(value: float) -> Decimal:
    """Return a number rounded to two decimals, without a negative zero."""
    return Decimal(f"{value:.2f}") + 0


class _NumberBuilder:
    """Makes the numbers of one decomposition."""

    def __init__(self, found: DecompositionEstimate, kinds: Mapping[str, str]) -> None:
        self._found, self._kinds = found, kinds

    def score(self, score: Score) -> Number:
        counted = f"{score.events} of {score.n}" if score.events is not None else ""
        mean = f"mean of {plural(score.n, 'score', 'scores')}" if score.n else "as given"
        changed = ", ".join(d.replace("-", " ") for d in score.changed or ())
        return Number(
            "score", score.rung, "score", "percent", two(score.value),
            self._intervals(score.intervals), score.n, events=score.events,
            formula=counted or mean, about=f"changed: {changed}" if changed else None,
        )  # fmt: skip

    def part(self, part: ContributionEstimate, *, lower_is_better: bool) -> Number:
        ends = (part.end, part.start) if lower_is_better else (part.start, part.end)
        taken = f" {MINUS} ".join(e for e in ends if e)
        flow = part.flow
        return Number(
            "contribution",
            named_plainly(part.dimensions) or part.name,
            kind_of(part.dimensions, self._kinds),
            _POINT,
            two(part.value),
            self._intervals(part.intervals),
            flow.of if flow else None,
            losses=flow.lost if flow else None,
            gains=flow.gained if flow else None,
            pairing=_PAIRING[part.paired],
            formula=taken or "the mean over all orders of changes (Shapley 1953)",
            together=len(part.dimensions) > 1,
            dimensions=part.dimensions,
            about="; ".join(_asides(part)) or None,
        )

    def number(self, role: str, words: str, found: Difference, formula: str) -> Number:
        intervals = self._intervals(found.intervals)
        return Number(role, words, role, _POINT, two(found.value), intervals, formula=formula)

    def residual(self) -> Number:
        """Return what the parts leave; a ladder leaves nothing, so that it has no interval."""
        left = self._found.residual
        if self._found.method == "sequential":
            left = Difference(left.value, (), None)
        return self.number("residual", "unexplained", left, "the whole gap minus all parts")

    def subtotals(self) -> Iterable[Subtotal]:
        for kind, found in self._found.subtotals.items():
            count = sum(
                kind_of(c.dimensions, self._kinds) == kind.removesuffix("-assumption")
                for c in self._found.contributions
            )
            intervals = self._intervals(found.intervals)
            yield Subtotal(kind, _POINT, two(found.value), count, intervals)

    def _intervals(self, found: Iterable[ScoreInterval]) -> tuple[Interval, ...]:
        return tuple(self._interval(b) for b in found)

    def _interval(self, bounds: ScoreInterval) -> Interval:
        drawn = bounds.method.startswith("bootstrap")
        return Interval(
            lower=two(bounds.lower),
            upper=two(bounds.upper),
            level=Decimal(str(self._found.level)),
            interval_method=bounds.method,
            sampling_unit=bounds.unit,
            clusters=bounds.clusters,
            caution=bounds.caution,
            resamples=self._found.resamples if drawn else None,
            seed=self._found.seed if drawn else None,
        )


_PAIRING = {
    True: "paired; not all scores are 0 or 1",
    False: "not paired",
    None: "pairing not stated",
}
"""What stands in the place of flows, by whether two rungs have items in common."""


def _asides(part: ContributionEstimate) -> Iterable[str]:
    """Return what else is known of a contribution, in words."""
    if part.equal_clusters is not None:
        yield f"{computed(part.equal_clusters)} points with every cluster weighing alike"
    if part.missing is not None:
        ends = f"{computed(part.missing.lower)} to {computed(part.missing.upper)}"
        yield f"{ends} points if what was not scored were all right or all wrong"
    if part.lowest is not None and part.highest is not None:
        ends = f"{computed(part.lowest)} to {computed(part.highest)}"
        yield f"{ends} points over all orders of changes"
    if part.flow and not part.flow.all:
        both = counted(part.flow.of)
        yield f"lost and gained are counted over the {both} items that both ends share"
