"""What was measured elsewhere for a dimension that is violated or unknown here.

A figure speaks for a dimension alone if it is attributed to it alone and nothing else is
recorded to have changed between its two ends; others are confounded and listed apart. Only
absolute differences in one unit are summed up, one effect a study; the rest is listed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from service.analysis.figures import Figure, StandardError, clusters, standard_error
from service.analysis.pooling import LEAST, StudyEffect, Summary, summarise, together

SENTENCE = (
    "This is what was measured elsewhere, in other systems, places and tasks. "
    "It is not a forecast for this deployment."
)
_LEVELS = ("recomputed", "full-text", "abstract", "secondary", "unverified")
_READABLE = {None, "exact", "approximate"}


@dataclass(frozen=True)
class Listed:
    """A figure with its standard error or the reason for none, and why it is not summed up."""

    figure: Figure
    error: StandardError
    left_out: str | None = None


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
class Evidence:
    """All that the graph measured for one dimension, nearest first, and the spread of levels."""

    dimension: str
    same_domain: tuple[Listed, ...]
    elsewhere: tuple[Listed, ...]
    confounded: tuple[Listed, ...]
    pools: tuple[Pool, ...]
    studies: tuple[str, ...]
    verification: Mapping[str, int]
    sentence: str = SENTENCE


def evidence(
    dimension: str, covers: frozenset[str], figures: Iterable[Figure], domains: frozenset[str]
) -> Evidence:
    """Return what was measured for a dimension.

    `covers` are the dimensions above it: a figure for one of those speaks of this one too, but
    not of it alone. `domains` are those of the deployment.
    """
    about = [f for f in figures if f.dimensions & ({dimension} | covers)]
    alone = [f for f in about if (f.dimensions | f.changed) == {dimension}]
    rest = [f for f in about if f not in alone]
    near = [f for f in alone if f.domains & domains]
    far = [f for f in alone if not f.domains & domains]
    return Evidence(
        dimension=dimension,
        same_domain=_listed(near),
        elsewhere=_listed(far),
        confounded=tuple(
            Listed(f, standard_error(f), "several dimensions changed together")
            for f in _in_order(rest)
        ),
        pools=(*_pools(near, "same-domain"), *(_pools(alone, "any-domain") if far else ())),
        studies=tuple(sorted({s for f in about for s in f.studies})),
        verification=dict(Counter(f.verification for f in about)),
    )


def _in_order(figures: Iterable[Figure]) -> list[Figure]:
    return sorted(figures, key=lambda f: (_LEVELS.index(f.verification), f.gap, f.role, repr(f)))


def _listed(figures: Iterable[Figure]) -> tuple[Listed, ...]:
    return tuple(Listed(f, standard_error(f), left_out(f)) for f in _in_order(figures))


def left_out(figure: Figure) -> str | None:
    """Return why a figure does not enter a summary; None if it does."""
    if figure.kind != "absolute-difference":
        return f"{figure.kind}, and only absolute differences are summed up"
    if figure.value is None:
        return "the source gives no single number"
    if figure.qualifier not in _READABLE:
        return f"the number is an {figure.qualifier}"
    if figure.status == "withdrawn":
        return "the record was withdrawn"
    error = standard_error(figure)
    return None if error.value else f"no standard error: {error.method}"


def _pools(figures: Sequence[Figure], scope: str) -> list[Pool]:
    usable = [f for f in _in_order(figures) if left_out(f) is None]
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
