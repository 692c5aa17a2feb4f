"""What was measured elsewhere for a dimension on which an assumption is violated or not settled.

A figure speaks for a dimension alone if it is attributed to it alone and nothing else is
recorded to have changed between its two ends; others are confounded and listed apart. Only
absolute differences in one unit are summed up, one effect a study; the rest is listed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.evidence.figures import (
    PROPORTION_UNITS,
    Figure,
    StandardError,
    clusters,
    standard_error,
)
from service.evidence.pooling import LEAST, StudyEffect, Summary, summarise, together
from service.fit.claims import DeploymentClaims

SENTENCE = (
    "But for figures marked as measured here, this is what was measured elsewhere, in other "
    "systems, places and tasks. It is not a forecast for this deployment."
)
_LEVELS = ("recomputed", "full-text", "abstract", "secondary", "unverified")
_READABLE = {None, "exact", "approximate"}


@dataclass(frozen=True)
class RelevantFigure:
    """A figure with its standard error or the reason for none, and why it is not summed up.

    `here` is whether it was measured for the deployment itself.
    """

    figure: Figure
    error: StandardError
    left_out: str | None = None
    here: bool = False


@dataclass(frozen=True)
class Pool:
    """Figures of one unit that may be summed up: k studies, and the summary of three or more."""

    unit: str
    scope: str
    studies: tuple[StudyEffect, ...]
    summary: Summary | None

    @property
    def k(self) -> int:
        """How many studies there are."""
        return len(self.studies)

    @property
    def why_none(self) -> str | None:
        """Why there is no summary."""
        return None if self.summary else f"{self.k} of at least {LEAST} comparable studies"


@dataclass(frozen=True)
class DimensionEvidence:
    """All that the graph measured for one dimension, nearest first, and the spread of levels."""

    dimension: str
    same_domain: tuple[RelevantFigure, ...]
    elsewhere: tuple[RelevantFigure, ...]
    confounded: tuple[RelevantFigure, ...]
    pools: tuple[Pool, ...]
    studies: tuple[str, ...]
    verification: Mapping[str, int]
    sentence: str = SENTENCE


def evidence(
    dimension: str, covers: frozenset[str], figures: Iterable[Figure], deployment: DeploymentClaims
) -> DimensionEvidence:
    """Return what was measured for a dimension, for a deployment that asks.

    `covers` are the dimensions above it: a figure for one of those speaks of this one too, but
    not of it alone. What was measured for the deployment itself is listed and not summed up.
    """
    about = [f for f in figures if f.dimensions & ({dimension} | covers)]
    alone = [f for f in about if (f.dimensions | f.changed) == {dimension}]
    rest = [f for f in about if f not in alone]
    near = [f for f in alone if f.domains & deployment.domains]
    far = [f for f in alone if not f.domains & deployment.domains]
    return DimensionEvidence(
        dimension=dimension,
        same_domain=tuple(_listed(f, deployment) for f in _in_order(near)),
        elsewhere=tuple(_listed(f, deployment) for f in _in_order(far)),
        confounded=tuple(
            replace(_listed(f, deployment), left_out="several dimensions changed together")
            for f in _in_order(rest)
        ),
        pools=(
            *_pools(near, deployment, "same-domain"),
            *(_pools(alone, deployment, "any-domain") if far else ()),
        ),
        studies=tuple(sorted({s for f in about for s in f.studies})),
        verification=dict(Counter(f.verification for f in about)),
    )


def _in_order(figures: Iterable[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda f: (_LEVELS.index(f.verification), f.gap, f.role, repr(f)))


def _listed(figure: Figure, deployment: DeploymentClaims) -> RelevantFigure:
    here = deployment.id is not None and figure.deployment == deployment.id
    error = standard_error(figure)
    why = "it was measured for this deployment itself" if here else left_out(figure)
    return RelevantFigure(figure, error, why, here)


def left_out(figure: Figure) -> str | None:
    """Return why a figure does not enter a summary; None if it does."""
    error = standard_error(figure)
    reasons = {
        f"{figure.kind}, and only absolute differences are summed up": (
            figure.kind != "absolute-difference"
        ),
        "the source gives no single number": figure.value is None,
        f"the number is an {figure.qualifier}": figure.qualifier not in _READABLE,
        f"the record is {figure.status}": figure.status in _UNSETTLED,
        f"{figure.unit}: scales of different scores are not one unit": (
            figure.unit not in PROPORTION_UNITS
        ),
        f"no standard error: {error.method}": error.value is None,
    }
    return next((why for why, applies in reasons.items() if applies), None)


_UNSETTLED = ("withdrawn", "disputed")


def _pools(figures: Sequence[Figure], deployment: DeploymentClaims, scope: str) -> list[Pool]:
    usable = [f for f in _in_order(figures) if _listed(f, deployment).left_out is None]
    return [
        _pool([f for f in usable if f.unit == unit], unit, scope)
        for unit in sorted({f.unit for f in usable})
    ]


def _pool(figures: Sequence[Figure], unit: str, scope: str) -> Pool:
    effects = sorted((_effect(group) for group in clusters(figures)), key=lambda e: e.study)
    return Pool(unit, scope, tuple(effects), summarise(effects))


def _effect(group: Sequence[Figure]) -> StudyEffect:
    """Return one study's effect from those of its figures that were verified best."""
    best = min(_LEVELS.index(f.verification) for f in group)
    chosen = [f for f in group if _LEVELS.index(f.verification) == best]
    name = " + ".join(sorted({s for f in group for s in f.studies} or {f.gap for f in group}))
    values = [f.value for f in chosen if f.value is not None]
    errors = [e for f in chosen if (e := standard_error(f).value) is not None]
    return together(name, values, errors)
