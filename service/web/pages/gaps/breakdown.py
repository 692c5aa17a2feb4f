"""From a stored gap to its breakdowns: every number with its formula, the picture or why not."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from loaders.model import (
    INDEPENDENT,
    RATIOS,
    UNDIRECTED,
    Contribution,
    Decomposition,
    Gap,
    Measurement,
)
from service.common.digits import MINUS, computed, printed
from service.records.gap_shares import shares
from service.web.pages.shared.numbers import (
    Breakdown,
    Number,
    Subtotal,
    kind_of,
    named_plainly,
    sampling_units,
)
from service.web.pages.shared.waterfall import waterfall

ESTIMATE = (
    "unit", "value", "intervals", "n", "n_unit", "n_unit_plural", "lowest", "highest",
    "as_reported", "qualifier", "not_given",
)  # fmt: skip
_METHODS = {
    "order-averaged": "the mean over all orders of changes (Shapley 1953)",
    "one-at-a-time": "the first score minus the score with this change alone",
}

_SEEN = {
    "secondary": "as accounts of the source give it",
    "unverified": "as the record has it; nobody has checked it against a source",
}
"""What is said of a figure where the source was not seen, by the level of verification."""


def sampled_in(gap: Gap) -> tuple[str, ...]:
    """Return what was resampled for any interval of a gap, that of the whole first."""
    parts = (c for d in gap.decompositions for c in d.contributions)
    scores = (_score(gap, m) for m in gap.measurements)
    found = (*scores, *(_part(gap, None, c, {}) for c in parts))
    return sampling_units((total(gap), *found))


def breakdowns(gap: Gap, kind: Mapping[str, str], unit: str | None) -> tuple[Breakdown, ...]:
    """Return every way in which a gap is taken apart, the finest first; else the gap alone."""
    if not gap.decompositions:
        return (_undivided(gap, kind, unit),)
    finest = sorted(gap.decompositions, key=lambda d: -len(d.contributions))
    return tuple(_divided(gap, d, kind, unit) for d in finest)


def _undivided(gap: Gap, kind: Mapping[str, str], unit: str | None) -> Breakdown:
    whole = Number(
        "contribution",
        named_plainly(gap.varies) or "a change without a coded dimension",
        kind_of(gap.varies, kind),
        formula=_difference(gap),
        together=len(gap.varies) > 1,
        dimensions=gap.varies,
        gap_kind=gap.gap_kind,
        pairing=_pairing(gap),
        **_estimate(gap),
    )
    first, last = ends(gap)
    numbers = (_score(gap, first), whole, _score(gap, last))
    higher, why = higher_is_better(gap), _undrawn(gap)
    picture, why = (None, why) if why else waterfall(numbers, unit, higher_is_better=higher)
    return Breakdown("whole", "none", (), None, numbers, (), picture, why, higher)


def _undrawn(gap: Gap) -> str:
    """Return why the number of a gap is no length on the scale of its scores, or nothing."""
    first, last = ends(gap)
    words = gap.gap_kind.replace("-", " ")
    if gap.value is None and gap.lowest is not None:
        return f"Several values are stated for this gap ({words}) and no single one to draw."
    if gap.value is None or first.value is None or last.value is None:
        lacks = "number" if gap.value is None else "pair of scores"
        return f"No {lacks} is stated for this gap ({words}), so there is nothing to draw."
    if first.unit != last.unit or abs(abs(first.value - last.value) - abs(gap.value)) > _slack(gap):
        said = f"The number ({words}) is not the distance between the two scores; it is not drawn."
        return f"{said}{_crude(gap, first, last)}"
    return ""


def _crude(gap: Gap, first: Measurement, last: Measurement) -> str:
    """Return that an odds ratio is not that of the two scores beside it, where it is not."""
    wholes = {"percent": Decimal(100), "fraction": Decimal(1)}
    whole, a, b = wholes.get(first.unit), first.value or Decimal(), last.value or Decimal()
    if gap.gap_kind != "odds-ratio" or whole is None or not (0 < a < whole and 0 < b < whole):
        return ""
    own = computed(b / (whole - b) / (a / (whole - a)))
    if gap.value is None or own == computed(gap.value):
        return ""
    return (
        f" The two scores alone give an odds ratio of {own}: the source computed its own from more "
        "than these."
    )


def _slack(gap: Gap) -> Decimal:
    """Return by how much rounding of a gap and of its two scores may set them apart."""
    steps = [m.precision or Decimal() for m in (gap, *ends(gap))]
    return sum(steps, Decimal()) / 2


def _divided(
    gap: Gap, found: Decomposition, kind: Mapping[str, str], unit: str | None
) -> Breakdown:
    first, last = ends(gap)
    rungs = sorted(found.rungs, key=lambda r: r.position)
    scores = [_at(gap, r.measurement) for r in rungs] or [first, last]
    parts = [_part(gap, found, c, kind) for c in found.contributions]
    numbers = (*(_score(gap, s) for s in scores), *parts, *_residual(gap, found), total(gap))
    picture, why = waterfall(numbers, unit, higher_is_better=higher_is_better(gap))
    return Breakdown(
        key=found.key,
        method=found.decomposition_method,
        order=tuple(p.words for p in parts) if rungs else (),
        notes=found.notes,
        numbers=numbers,
        subtotals=tuple(
            Subtotal(s.kind, gap.unit, s.value, len(s.contributions), s.intervals)
            for s in shares(found, kind)
        ),
        drawn=picture,
        undrawn=why,
        higher_is_better=higher_is_better(gap),
    )


def _residual(gap: Gap, found: Decomposition) -> tuple[Number, ...]:
    """Return what the contributions leave: as stated, else worked out and said to be so."""
    formula = "the whole gap minus all contributions"
    if found.residual is not None:
        given = _estimate(found.residual)
        return (Number("residual", "unexplained", "residual", formula=formula, **given),)
    values = [c.value for c in found.contributions]
    if gap.value is None or None in values:
        return ()
    left = gap.value - sum((v for v in values if v is not None), Decimal())
    formula += "; worked out here, as the record states none"
    return (Number("residual", "unexplained", "residual", gap.unit, left, formula=formula),)


def _part(
    gap: Gap, parent: Decomposition | None, part: Contribution, kind: Mapping[str, str]
) -> Number:
    return Number(
        "contribution",
        named_plainly(part.dimensions),
        kind_of(part.dimensions, kind),
        losses=part.losses,
        gains=part.gains,
        formula=_formula(gap, parent, part) if parent else "",
        together=len(part.dimensions) > 1,
        dimensions=part.dimensions,
        pairing=_pairing(part),
        **_estimate(part),
    )


def _formula(gap: Gap, parent: Decomposition, part: Contribution) -> str:
    base = f"decomposition-{parent.key}"
    at = {f"{base}/rung-{r.position}": _at(gap, r.measurement) for r in parent.rungs}
    before, after = at.get(part.from_rung or ""), at.get(part.to_rung or "")
    if before is None or after is None:
        return _METHODS.get(parent.decomposition_method, _given(gap))
    return _minus(gap, before, after)


def _minus(gap: Gap, before: Measurement, after: Measurement) -> str:
    """Return the difference of two scores as a formula, worked out where both are stated."""
    rises = higher_is_better(gap) is False
    if gap.gap_kind == UNDIRECTED:
        rises = (after.value or 0) > (before.value or 0)
    pair = (after, before) if rises else (before, after)
    names = f" {MINUS} ".join(words(m) for m in pair)
    if before.value is None or after.value is None:
        return f"{names}; not both scores are stated"
    one, other = (m.value or Decimal() for m in pair)
    worked = f"{printed(one)} {MINUS} {printed(other)} = {printed(one - other)}"
    return f"{names} = {worked}, as rounded here"


def _difference(gap: Gap) -> str:
    if _undrawn(gap):
        return f"{gap.gap_kind.replace('-', ' ')}, {_given(gap)}"
    return _minus(gap, *ends(gap))


def _given(gap: Gap) -> str:
    """Return who gives a figure that follows from no other: the source, or what was seen of it."""
    return _SEEN.get(gap.verification, "as the source states it")


def total(gap: Gap) -> Number:
    """Return the number of a whole gap."""
    kind, given = gap.gap_kind, _estimate(gap)
    return Number("total", "whole gap", "total", gap_kind=kind, formula=_difference(gap), **given)


def _score(gap: Gap, found: Measurement) -> Number:
    counted = f"{found.events} of {found.n}" if found.events is not None and found.n else ""
    return Number(
        "score",
        words(found),
        "score",
        about=found.condition.description if found.condition else None,
        events=found.events,
        formula=counted or _given(gap),
        study=found.study,
        **_estimate(found),
    )


def _estimate(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ESTIMATE}


def _at(gap: Gap, path: str) -> Measurement:
    return next(m for m in gap.measurements if f"measurement-{m.key}" == path)


def ends(gap: Gap) -> tuple[Measurement, Measurement]:
    """Return the score of the evaluation and the score under changed conditions."""
    return _at(gap, gap.evaluation), _at(gap, gap.changed)


def higher_is_better(gap: Gap) -> bool | None:
    """Tell which scores of a gap are better; None where nobody says, or where neither are."""
    return None if gap.gap_kind == UNDIRECTED else ends(gap)[0].metric.higher_is_better


def meaning(gap: Gap) -> str:
    """Return what the number of a gap says of better and worse, in a sentence."""
    higher, metric = higher_is_better(gap), ends(gap)[0].metric.name
    if gap.gap_kind in RATIOS and higher is not None:
        side, more = ("above", "more") if higher else ("below", "less")
        return (
            f"A ratio of 1 is no difference; {side} 1 the changed conditions are better, since "
            f"{more} is better of: {metric}."
        )
    if gap.gap_kind in RATIOS:
        return "A ratio of 1 is no difference. Which side of 1 is better is not stated."
    if gap.gap_kind == UNDIRECTED:
        return "A size without a sign: neither score is the better one, so it is no loss or gain."
    if gap.gap_kind == "not-comparable":
        return "The two findings are on different metrics; no number contrasts them."
    if higher is None:
        return "Which scores are better is not stated, so the sign tells neither loss nor gain."
    return "A loss is positive, a gain negative."


def _pairing(found: Gap | Contribution) -> str:
    """Return that other items were scored at either end, where the record lets one know it."""
    apart = any(
        i.interval_method == "newcombe" and i.caution != INDEPENDENT for i in found.intervals
    )
    return "not paired" if apart else "pairing not stated"


def words(found: Measurement) -> str:
    """Return the name of the condition of a score; where it has none, the key of the score."""
    named = found.condition.name if found.condition else None
    return named or found.key.replace("-", " ")
