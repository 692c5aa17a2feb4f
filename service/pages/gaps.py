"""Measured gaps as pages show them: the list with its filters, and one gap taken apart."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loaders.model import Contribution, Decomposition, Gap, Measurement, Study
from service import repository
from service.analysis.shares import shares
from service.content import PerContent
from service.engines.base import Engine
from service.pages.numbers import (
    MINUS,
    Division,
    Number,
    Subtotal,
    kind_of,
    named,
    padded,
    printed,
    sampling_units,
)
from service.pages.waterfalls import waterfall
from service.problems import BadParameter, NotFound
from service.repository import Stored

ESTIMATE = ("unit", "value", "intervals", "n", "n_unit", "lowest", "highest", "as_reported",
            "qualifier", "not_given")  # fmt: skip
_METHODS = {
    "order-averaged": "the mean over all orders of changes (Shapley 1953)",
    "one-at-a-time": "the first score minus the score with this change alone",
}


@dataclass(frozen=True)
class Told:
    """Another gap of the store that stands beside this one, and how it relates to it."""

    gap: Gap
    relation: str


@dataclass(frozen=True)
class GapPage:
    """One gap with its divisions, drawn with whiskers over `unit`, one of `units`."""

    gap: Gap
    version: int
    divisions: tuple[Division, ...]
    units: tuple[str, ...]
    unit: str | None
    total: Number
    studies: tuple[Study, ...]
    beside: tuple[Told, ...]


@dataclass(frozen=True)
class Held:
    """The current version of a gap, with as many digits as were reported."""

    gap: Gap
    version: int


@PerContent
def gaps(engine: Engine) -> Mapping[str, Held]:
    """Return every current gap by its identity."""
    idents = [str(g["id"]) for g in repository.listing(engine, "gaps", {})]
    return {ident: _held(repository.load(engine, "gap", ident)) for ident in idents}


def _held(stored: Stored) -> Held:
    gap = stored.record
    assert isinstance(gap, Gap)  # noqa: S101 - what the store holds under gap/
    exact = {
        "measurements": tuple(map(padded, gap.measurements)),
        "decompositions": tuple(
            d.model_copy(update={"contributions": tuple(map(padded, d.contributions))})
            for d in gap.decompositions
        ),
    }
    return Held(padded(gap).model_copy(update=exact), stored.version)


kinds = PerContent(repository.kinds)
"""For each dimension the kind of assumption that it is, as `repository.kinds`."""


def records(engine: Engine) -> list[Gap]:
    """Return every current gap."""
    return [held.gap for held in gaps(engine).values()]


def shown(engine: Engine, ident: str, unit: str | None = None) -> GapPage:
    """Return a gap as its page shows it. Raises `NotFound`, `BadParameter` for an unknown unit."""
    repository.check("gap", ident)
    every = gaps(engine)
    held = every.get(ident)
    if held is None:
        raise NotFound(f"There is no gap {ident!r} here.")
    gap = held.gap
    units = sampling_units([_total(gap), *_numbers(gap)])
    if unit and unit not in units:
        raise BadParameter(
            f"No interval of this gap is over {unit!r}.", parameter="unit", known=list(units)
        )
    chosen = unit or next(iter(units), None)
    return GapPage(
        gap=gap,
        version=held.version,
        divisions=divisions(gap, kinds(engine), chosen),
        units=units,
        unit=chosen,
        total=_total(gap),
        studies=studies(gap),
        beside=_beside(gap, (other.gap for other in every.values())),
    )


def _numbers(gap: Gap) -> list[Number]:
    parts = (c for d in gap.decompositions for c in d.contributions)
    return [*map(_score, gap.measurements), *(_part(gap, None, c, {}) for c in parts)]


def studies(gap: Gap) -> tuple[Study, ...]:
    """Return the studies that a gap's scores come from, each once."""
    return tuple({m.study.id: m.study for m in gap.measurements if m.study}.values())


def _beside(gap: Gap, others: Iterable[Gap]) -> tuple[Told, ...]:
    """Return the gaps that give other figures for the same, then those of the same two ends."""
    found = [Told(o, _relation(gap, o)) for o in others if o.id != gap.id]
    order = {"conflict": 0, "same ends": 1}
    return tuple(sorted((t for t in found if t.relation), key=lambda t: order[t.relation]))


def _relation(gap: Gap, other: Gap) -> str:
    if other.id in gap.conflicts_with or gap.id in other.conflicts_with:
        return "conflict"
    return "same ends" if gap.deployment and _contrast(gap) == _contrast(other) else ""


def _contrast(gap: Gap) -> tuple[object, ...]:
    """Return what a gap is a contrast of: whose score by which metric, from where to where."""
    systems = frozenset(s.id for s in gap.systems)
    metrics = frozenset(m.metric.id for m in _ends(gap))
    return gap.benchmark, gap.deployment, systems, metrics, frozenset(gap.varies)


def divisions(gap: Gap, kind: Mapping[str, str], unit: str | None) -> tuple[Division, ...]:
    """Return every way in which a gap is taken apart, the finest first; else the gap alone."""
    if not gap.decompositions:
        return (_undivided(gap, kind, unit),)
    finest = sorted(gap.decompositions, key=lambda d: -len(d.contributions))
    return tuple(_divided(gap, d, kind, unit) for d in finest)


def _undivided(gap: Gap, kind: Mapping[str, str], unit: str | None) -> Division:
    whole = Number(
        "contribution",
        named(gap.varies) or "what changed is not stated",
        kind_of(gap.varies, kind),
        formula=_difference(gap),
        together=len(gap.varies) > 1,
        dimensions=gap.varies,
        **_estimate(gap),
    )
    first, last = _ends(gap)
    numbers = (_score(first), whole, _score(last))
    picture, why = (
        (None, _relative(gap)) if _relative(gap) else (waterfall(numbers, unit, rises=_rises(gap)))
    )
    return Division("whole", "none", (), None, numbers, (), picture, why)


def _relative(gap: Gap) -> str:
    """Return why the number of a gap is no length on the scale of its scores, or nothing."""
    first, last = _ends(gap)
    words = gap.gap_kind.replace("-", " ")
    if gap.value is None or first.value is None or last.value is None:
        lacks = "number" if gap.value is None else "pair of scores"
        return f"No {lacks} is stated for this gap ({words}), so there is nothing to draw."
    if first.unit != last.unit or abs(abs(first.value - last.value) - abs(gap.value)) > _slack(gap):
        return f"The number ({words}) is not the distance between the two scores; it is not drawn."
    return ""


def _slack(gap: Gap) -> Decimal:
    """Return by how much rounding of a gap and of its two scores may set them apart."""
    steps = [m.precision or Decimal() for m in (gap, *_ends(gap))]
    return sum(steps, Decimal()) / 2


def _divided(gap: Gap, found: Decomposition, kind: Mapping[str, str], unit: str | None) -> Division:
    first, last = _ends(gap)
    rungs = sorted(found.rungs, key=lambda r: r.position)
    scores = [_at(gap, r.measurement) for r in rungs] or [first, last]
    parts = [_part(gap, found, c, kind) for c in found.contributions]
    numbers = (*map(_score, scores), *parts, *_residual(gap, found), _total(gap))
    picture, why = waterfall(numbers, unit, rises=_rises(gap))
    return Division(
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
        named(part.dimensions),
        kind_of(part.dimensions, kind),
        losses=part.losses,
        gains=part.gains,
        formula=_formula(gap, parent, part) if parent else "",
        together=len(part.dimensions) > 1,
        dimensions=part.dimensions,
        **_estimate(part),
    )


def _formula(gap: Gap, parent: Decomposition, part: Contribution) -> str:
    base = f"decomposition-{parent.key}"
    at = {f"{base}/rung-{r.position}": _at(gap, r.measurement) for r in parent.rungs}
    before, after = at.get(part.from_rung or ""), at.get(part.to_rung or "")
    if before is None or after is None:
        return _METHODS.get(parent.decomposition_method, "as the source states it")
    return _minus(before, after, rises=_rises(gap))


def _minus(before: Measurement, after: Measurement, *, rises: bool) -> str:
    """Return the difference of two scores as a formula, worked out where both are stated."""
    pair = (after, before) if rises else (before, after)
    names = f" {MINUS} ".join(words(m) for m in pair)
    if before.value is None or after.value is None:
        return f"{names}; not both scores are stated"
    one, other = (m.value or Decimal() for m in pair)
    worked = f"{printed(one)} {MINUS} {printed(other)} = {printed(one - other)}"
    return f"{names} = {worked}, as rounded here"


def _difference(gap: Gap) -> str:
    if _relative(gap):
        return f"{gap.gap_kind.replace('-', ' ')}, as the source states it"
    return _minus(*_ends(gap), rises=_rises(gap))


def _total(gap: Gap) -> Number:
    return Number("total", "whole gap", "total", formula=_difference(gap), **_estimate(gap))


def _score(found: Measurement) -> Number:
    counted = f"{found.events} of {found.n}" if found.events is not None and found.n else ""
    return Number(
        "score",
        words(found),
        "score",
        about=found.condition.description if found.condition else None,
        events=found.events,
        formula=counted or "as the source states it",
        study=found.study,
        **_estimate(found),
    )


def _estimate(found: Any) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ESTIMATE}


def _at(gap: Gap, path: str) -> Measurement:
    return next(m for m in gap.measurements if f"measurement-{m.key}" == path)


def _ends(gap: Gap) -> tuple[Measurement, Measurement]:
    return _at(gap, gap.evaluation), _at(gap, gap.changed)


def _rises(gap: Gap) -> bool:
    """Tell whether a loss makes the score rise: from the metric, else from the numbers."""
    first, last = _ends(gap)
    better = first.metric.higher_is_better
    if better is None and None not in {gap.value, first.value, last.value}:
        return ((last.value or 0) - (first.value or 0)) * (gap.value or 0) > 0
    return better is False


def words(found: Measurement) -> str:
    """Return the key of a score in words."""
    return found.key.replace("-", " ")
