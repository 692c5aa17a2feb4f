"""Numbers in words: value, unit, n, interval, or the reason why one is lacking."""

from collections.abc import Iterable
from dataclasses import dataclass

from loaders.model import NO_INTERVAL, Estimate, Gap, Interval, interval_words
from service.common.amounts import against_none, amount
from service.common.digits import counted, printed
from service.ontology.labels import interval_method, label
from service.records import repository
from service.records.gaps import current
from service.store.port import Engine
from service.web.pages.gaps.gap import compared_otherwise, records
from service.web.pages.shared.numbers import padded, unit_of


@dataclass(frozen=True)
class MeasuredGap:
    """A current gap of a benchmark, its version, and when it was recorded.

    `contradicts` are id and title of the gaps that it conflicts with.
    """

    gap: Gap
    version: int
    recorded: str
    contradicts: tuple[tuple[str, str], ...]


def gaps(engine: Engine, benchmark: str) -> tuple[MeasuredGap, ...]:
    """Return every current gap of a benchmark that counts."""
    return tuple(_recorded(engine, g.id) for g in records(engine) if g.benchmark == benchmark)


def otherwise(engine: Engine, benchmark: str) -> tuple[Gap, ...]:
    """Return what was measured of a benchmark and is no pair, such as an effect of deployment."""
    return tuple(g for g in compared_otherwise(engine) if g.benchmark == benchmark)


def _recorded(engine: Engine, ident: str) -> MeasuredGap:
    every = current(engine)
    held = every[ident]
    against = ((i, every[i].gap.title if i in every else i) for i in held.gap.conflicts_with)
    came = repository.provenance(engine, repository.HeldRecord(held.gap, held.version))
    return MeasuredGap(held.gap, held.version, str(came["recorded"] or ""), tuple(against))


def value(found: Estimate) -> str:
    """Return a value with its unit; several values as their ends; else the source's words."""
    if found.value is None and found.lowest is None:
        return f"“{found.as_reported}” (as reported)" if found.as_reported else "no value recorded"
    return amount(padded(found))


def size(found: Estimate) -> str:
    """Return n with what it counts, or why there is none."""
    if found.n is not None:
        return f"{counted(found.n)} {unit_of(found) or '(of what is not stated)'}"
    return _lacking(found.not_given, "sample-size").removeprefix("sample size ") or "not given"


def intervals(found: Estimate) -> tuple[str, ...]:
    """Return every interval in words, or why there is none."""
    if found.intervals:
        shown = padded(found)
        return tuple(_interval(i, shown) for i in shown.intervals)
    seen = "interval-not-seen" not in found.not_given
    return (NO_INTERVAL if seen else "no interval seen",)


def _interval(found: Interval, of: Estimate) -> str:
    method = interval_method(found.interval_method)
    by = f"by {found.sampling_unit}" if found.sampling_unit else None
    ends = printed(found.lower), printed(found.upper)
    return interval_words(*ends, found.level, against_none(found, of), method, by)


def _lacking(reasons: Iterable[str], what: str) -> str:
    missing = (label(f"code/missing-figure/{r}").lower() for r in reasons if r.startswith(what))
    return ", ".join(missing)
