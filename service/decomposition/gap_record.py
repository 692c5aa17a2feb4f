"""A decomposition as a gap of an EvalGap file, to be checked and imported like any other.

What the numbers cannot tell (which benchmark, whose study, where from) is given beside them;
`data/README.md` says what each field means.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from loaders.reading.cleaning import slug
from service.common.problems import BadRequest
from service.decomposition.decompose import (
    ContributionEstimate,
    DecompositionEstimate,
    Difference,
)
from service.decomposition.intervals import ScoreInterval

STEP = Decimal("0.01")
"""Numbers are written to two decimals, as hundredths of a point."""


class NamedThing(BaseModel):
    """A metric, system or study as a file defines it: an id, and what else is known of it."""

    model_config = ConfigDict(extra="allow")
    id: str


class GapMetadata(BaseModel):
    """What a gap record says beyond its numbers; fields of a gap keep their meaning.

    `sampling_units` says what `item` and `cluster` stand for, `n_unit` what n counts
    (`n_unit_plural` for many), and `conditions` under which condition each rung was measured.
    Nobody else has seen the numbers, so they are self-reported until somebody publishes them by
    name.
    """

    model_config = ConfigDict(extra="forbid")
    id: str
    title: str
    benchmark: str
    deployment: str | None = None
    author: dict[str, Any]
    metric: NamedThing
    systems: list[NamedThing] = []
    study: NamedThing | None = None
    status: str | None = None
    verification: Literal["self-reported"] = "self-reported"
    measured_by: str | None = None
    sources: list[dict[str, Any]]
    notes: str | None = None
    n_unit: str | None = None
    n_unit_plural: str | None = None
    sampling_units: dict[Literal["item", "cluster"], str] = {}
    conditions: dict[str, dict[str, Any]] = {}


def gap_tree(found: DecompositionEstimate, about: GapMetadata) -> dict[str, Any]:
    """Return the tree of a file with one gap. Raises `BadRequest` where dimensions are lacking."""
    if not all(c.dimensions for c in found.contributions):
        raise BadRequest(
            "In a gap record every contribution names its dimensions. Say what each condition "
            "changes: in a column changed, or with adds."
        )
    keys = _keys([s.rung for s in found.scores])
    first, last = _ends(found)
    writer = _Writer(found, about, keys)
    own = {"metric", "study", "n_unit", "n_unit_plural", "sampling_units", "conditions"}
    gap = {
        **about.model_dump(exclude=own, exclude_none=True),
        "systems": [s.id for s in about.systems],
        "gap_kind": "absolute-difference",
        **writer.difference(found.total),
        "varies": sorted({d for s in found.scores for d in s.changed or ()}),
        "measurements": [writer.measurement(i) for i in range(len(keys))],
        "evaluation": keys[first],
        "changed": keys[last],
        "decompositions": [writer.decomposition()] if found.contributions else [],
    }
    return {
        "evalgap": 1,
        "metrics": [about.metric.model_dump()],
        "systems": [s.model_dump() for s in about.systems],
        "studies": [about.study.model_dump()] if about.study else [],
        "gaps": [gap],
    }


def _keys(rungs: Sequence[str]) -> list[str]:
    """Return a key per rung: its name in lower case, all numbered where two come out alike."""
    made = [slug(r) or "rung" for r in rungs]
    if len(set(made)) == len(made):
        return made
    return [f"{key}-{i}" for i, key in enumerate(made, start=1)]


def _ends(found: DecompositionEstimate) -> tuple[int, int]:
    sizes = [len(s.changed or ()) for s in found.scores]
    return sizes.index(min(sizes)), sizes.index(max(sizes))


def two(value: float) -> Decimal:
    """Return a number rounded to the step."""
    return Decimal(f"{value:.2f}")


def _wide(interval: dict[str, Any]) -> bool:
    """Tell whether an interval has a width left after rounding."""
    return bool(interval["lower"] < interval["upper"])


class _Writer:
    """Writes parts of one decomposition; the units and keys are the same for all of them."""

    def __init__(
        self, found: DecompositionEstimate, about: GapMetadata, keys: Sequence[str]
    ) -> None:
        self._found, self._about, self._keys = found, about, keys
        self._units: dict[str, str] = {"item": "item", "cluster": "cluster"}
        self._units |= {str(k): v for k, v in about.sampling_units.items()}
        self._key_of = dict(zip((s.rung for s in found.scores), keys, strict=True))

    def difference(self, found: Difference) -> dict[str, Any]:
        """Return a value with its unit and intervals, or the word that there are none."""
        value = two(found.value)
        intervals = [self._interval(b) for b in found.intervals]
        # a percentile interval of few, uneven clusters can miss the estimate; it is left out
        kept = [i for i in intervals if i["lower"] <= value <= i["upper"] and _wide(i)]
        given = {"intervals": kept} if kept else {"not_given": ["interval-not-reported"]}
        return {"value": value, "unit": "percentage-point", "precision": STEP, **given}

    def _interval(self, bounds: ScoreInterval) -> dict[str, Any]:
        fields = {
            "lower": two(bounds.lower),
            "upper": two(bounds.upper),
            "level": Decimal(str(self._found.level)),
            "interval_method": bounds.method,
            "sampling_unit": self._units[bounds.unit],
        }
        noted = {"clusters": bounds.clusters, "caution": bounds.caution}
        fields |= {name: said for name, said in noted.items() if said is not None}
        if bounds.method.startswith("bootstrap"):
            fields |= {"resamples": self._found.resamples, "seed": self._found.seed}
        return fields

    def measurement(self, index: int) -> dict[str, Any]:
        """Return the score of a rung, under the condition that `about` gives for it."""
        score = self._found.scores[index]
        given = self._about.conditions.get(score.rung, {})
        condition = {"description": f"The condition called {score.rung!r}.", **given}
        fields = {
            "key": self._keys[index],
            "metric": self._about.metric.id,
            "study": self._about.study.id if self._about.study else None,
            "value": two(score.value),
            "unit": "percent",
            "precision": STEP,
            "n": score.n,
            "n_unit": self._about.n_unit if score.n else None,
            "n_unit_plural": self._about.n_unit_plural if score.n else None,
            "events": score.events,
            "intervals": [i for i in map(self._interval, score.intervals) if _wide(i)],
            "condition": condition,
        }
        return {k: v for k, v in fields.items() if v not in (None, [])}

    def decomposition(self) -> dict[str, Any]:
        """Return the contributions with their rungs, residual and caveats."""
        found = self._found
        laddered = all(c.start for c in found.contributions)
        rungs = {"rungs": list(self._keys)} if laddered else {}
        return {
            "key": "computed",
            "decomposition_method": found.method,
            "notes": " ".join([*found.warnings, *self._orders()]) or None,
            **rungs,
            "contributions": [self._contribution(c) for c in found.contributions],
            "residual": two(found.residual.value),
        }

    def _orders(self) -> list[str]:
        return [
            f"Over all orders {c.name} takes {c.lowest:.2f} to {c.highest:.2f} points."
            for c in self._found.contributions
            if c.lowest is not None and c.highest is not None
        ]

    def _contribution(self, part: ContributionEstimate) -> dict[str, Any]:
        ends: dict[str, Any] = {}
        if part.start and part.end:
            ends = {"from": self._key_of[part.start], "to": self._key_of[part.end]}
        flow = part.flow
        flows = (
            {"n": flow.of, "losses": flow.lost, "gains": flow.gained} if flow and flow.all else {}
        )
        return {
            **ends, "dimensions": list(part.dimensions), **self.difference(part), **flows,
        }  # fmt: skip
