"""Measured gaps as pages show them: one gap taken apart, and what else was measured of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from loaders.model import Decomposition, Gap, Study
from service.common.problems import BadParameter, NotFound, OnPage
from service.ontology import graphs
from service.queries.cache import cached_per_state
from service.records import repository
from service.records.gaps import CurrentGap, current
from service.store.port import Engine
from service.web.pages.gaps.breakdown import breakdowns, ends, meaning, sampled_in, total
from service.web.pages.shared.numbers import Breakdown, Found, Number, padded


@dataclass(frozen=True)
class RelatedGap:
    """Another gap of the store that stands beside this one, and how it relates to it."""

    gap: Gap
    relation: str


@dataclass(frozen=True)
class GapPage:
    """One gap with its breakdowns, drawn with whiskers over `unit`, one of `units`."""

    gap: Gap
    version: int
    breakdowns: tuple[Breakdown, ...]
    units: tuple[str, ...]
    unit: str | None
    total: Number
    studies: tuple[Study, ...]
    beside: tuple[RelatedGap, ...]

    @property
    def meaning(self) -> str:
        """What the number says of better and worse."""
        return meaning(self.gap)


@cached_per_state
def gaps(engine: Engine) -> Mapping[str, CurrentGap]:
    """Return every current gap by its identity, with as many digits as were reported."""
    return {ident: replace(held, gap=_exact(held.gap)) for ident, held in current(engine).items()}


def _exact(gap: Gap) -> Gap:
    exact = {
        "measurements": tuple(map(_shown, gap.measurements)),
        "decompositions": tuple(_divided(d, gap.precision) for d in gap.decompositions),
    }
    return _shown(gap).model_copy(update=exact)


def _divided(found: Decomposition, step: Decimal | None) -> Decomposition:
    """Return a decomposition with its digits; a residual has those of the gap."""
    shown: dict[str, object] = {"contributions": tuple(map(_shown, found.contributions))}
    if found.residual is not None:
        own = {"precision": found.residual.precision or step}
        shown["residual"] = _shown(found.residual.model_copy(update=own))
    return found.model_copy(update=shown)


def _shown(found: Found) -> Found:
    """Return an estimate with the digits it was reported with, its widest interval first.

    A record does not say which sampling unit holds the other; over clusters intervals are wider,
    and what is seen first, as whiskers too, should not be surer than the data are.
    """
    found = padded(found)
    widest = sorted(found.intervals, key=lambda i: i.lower - i.upper)
    return found.model_copy(update={"intervals": tuple(widest)})


def records(engine: Engine, *, counted_only: bool = True) -> list[Gap]:
    """Return every current gap that counts, or simply every one."""
    return [held.gap for held in gaps(engine).values() if held.counts or not counted_only]


def compared_otherwise(engine: Engine) -> list[Gap]:
    """Return every current record of measured figures that is no pair and counts apart for that."""
    return [held.gap for held in gaps(engine).values() if held.beside]


def shown(engine: Engine, ident: str, unit: str | None = None) -> GapPage:
    """Return a gap as its page shows it. Raises `NotFound`, `BadParameter` for an unknown unit."""
    repository.check("gap", ident)
    held = gaps(engine).get(ident)
    if held is None:
        raise NotFound(f"There is no gap {ident!r} here.", kind="gap", id=ident)
    beside = _beside(held.gap, [*records(engine), *compared_otherwise(engine)])
    return _page(held.gap, held.version, unit, beside)


def alone(engine: Engine, ident: str) -> GapPage:
    """Return a gap as its page shows it, without what stands beside it: no other one is read."""
    stored = repository.load(engine, "gap", ident)
    gap = stored.record
    assert isinstance(gap, Gap)  # noqa: S101 - what the store holds under gap/
    return _page(_exact(gap), stored.version, None, ())


def _page(gap: Gap, version: int, unit: str | None, beside: tuple[RelatedGap, ...]) -> GapPage:
    units = sampled_in(gap)
    if unit and unit not in units:
        raise BadParameter(
            f"No interval of this gap is over {unit!r}.",
            on_page=OnPage(
                f"No interval of this gap is over {unit[:40]!r}.",
                unit,
                units,
                titles=dict(zip(units, units, strict=True)),
            ),
            parameter="unit",
            known=list(units),
        )
    chosen = unit or next(iter(units), None)
    return GapPage(
        gap=gap,
        version=version,
        breakdowns=breakdowns(gap, graphs.assumption_kinds(), chosen),
        units=units,
        unit=chosen,
        total=total(gap),
        studies=studies(gap),
        beside=beside,
    )


def studies(gap: Gap) -> tuple[Study, ...]:
    """Return the studies that a gap's scores come from, each once."""
    return tuple({m.study.id: m.study for m in gap.measurements if m.study}.values())


def _beside(gap: Gap, others: Iterable[Gap]) -> tuple[RelatedGap, ...]:
    """Return the gaps that give other figures for the same, then those of the same two ends."""
    found = [RelatedGap(o, _relation(gap, o)) for o in others if o.id != gap.id]
    order = {"conflict": 0, "same ends": 1}
    return tuple(sorted((t for t in found if t.relation), key=lambda t: order[t.relation]))


def _relation(gap: Gap, other: Gap) -> str:
    if other.id in gap.conflicts_with or gap.id in other.conflicts_with:
        return "conflict"
    return "same ends" if gap.deployment and _contrast(gap) == _contrast(other) else ""


def _contrast(gap: Gap) -> tuple[object, ...]:
    """Return what a gap is a contrast of: whose score by which metric, from where to where."""
    systems = frozenset(s.id for s in gap.systems)
    metrics = frozenset(m.metric.id for m in ends(gap))
    return gap.benchmark, gap.deployment, systems, metrics, frozenset(gap.varies)
