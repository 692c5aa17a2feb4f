"""Syntheses of one dimension: what studies give together, by a protocol that was written first.

`service/docs/evidence.md` is the protocol: gates of a figure, the one estimate of a study, gates
of a synthesis and subgroups. What fails a gate is kept with the gate and the reason. Effects are
in points of 100, positive for a loss.
"""
# DESIGN: protocol-before-data

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf

from service.evidence import gates
from service.evidence.copies import best_first, level
from service.evidence.directions import StudyDirection, directions
from service.evidence.figures import PROPORTION_UNITS, Figure, clusters, standard_error
from service.evidence.pooling import StudyEffect, Summary, together
from service.evidence.relevance import LogOddsPool, as_log_odds, summary_of, warnings
from service.evidence.selection import Selection, egger
from service.ontology.schemes import MetricClass

LEAST = 4
"""Fewer studies than this are listed and not summed up."""
WHOLE = 100.0
PROTOCOL = "2026-11-29"
"""The day on which the rules were written."""


@dataclass(frozen=True)
class Subgroup:
    """A part of the studies, in words; `found_afterwards` if it was proposed after a look."""

    name: str
    words: str
    holds: Callable[[Figure], bool]
    dimension: str | None = None
    found_afterwards: bool = False


def _inquiry(code: str) -> Callable[[Figure], bool]:
    return lambda figure: f"interaction-type/{code}" in figure.after.under


SUBGROUPS = (
    Subgroup("healthcare", "in healthcare", lambda f: "healthcare" in f.domains),
    Subgroup("other-domains", "in other domains", lambda f: "healthcare" not in f.domains),
    Subgroup(
        "must-elicit",
        "the system must elicit what it needs",
        _inquiry("must-elicit"),
        "interaction-type",
        found_afterwards=True,
    ),
    Subgroup(
        "need-not-elicit",
        "the system need not elicit what it needs",
        _inquiry("need-not-elicit"),
        "interaction-type",
        found_afterwards=True,
    ),
)


@dataclass(frozen=True)
class LeftOut:
    """A figure that fails a gate, by the name of the gate, and why."""

    figure: Figure
    gate: str
    reason: str


@dataclass(frozen=True)
class StudyEstimate:
    """The one figure that stands for a study, and its effect.

    `alternatives` are all figures of the study that passed, this one too; `mean` is over those of
    its level and metric.
    """

    figure: Figure
    effect: StudyEffect
    alternatives: tuple[Figure, ...]
    mean: StudyEffect


@dataclass(frozen=True)
class Synthesis:
    """Studies of one class of metric and direction, and what they give if they are enough.

    `without` is the summary without each study, `all_systems` that of the means over all figures of
    each study with its metric.
    """

    metric_class: MetricClass
    higher_is_better: bool
    subgroup: Subgroup | None
    estimates: tuple[StudyEstimate, ...]
    summary: Summary | None
    without: Mapping[str, Summary]
    all_systems: Summary | None
    log_odds: LogOddsPool
    selection: Selection
    warnings: tuple[str, ...]

    @property
    def k(self) -> int:
        """How many studies there are."""
        return len(self.estimates)

    @property
    def why_none(self) -> str | None:
        """Why there is no summary, by the name of the gate."""
        return None if self.summary else f"four-studies: {self.k} of at least {LEAST} studies"


@dataclass(frozen=True)
class DimensionSyntheses:
    """The syntheses of a dimension, whole first, and the figures that are in none.

    `figures` are all figures about it, each once, `studies` which way those of each study point.
    """

    dimension: str
    syntheses: tuple[Synthesis, ...]
    left_out: tuple[LeftOut, ...]
    figures: tuple[Figure, ...]
    studies: tuple[StudyDirection, ...]

    @property
    def whole(self) -> tuple[Synthesis, ...]:
        """The syntheses that are no subgroup of another."""
        return tuple(s for s in self.syntheses if s.subgroup is None)

    @property
    def open(self) -> tuple[Synthesis, ...]:
        """Those of them that give a summary."""
        return tuple(s for s in self.whole if s.summary)


_Named = tuple[str, Callable[[Figure], str | None]]
_BEFORE: tuple[_Named, ...] = (
    ("absolute", lambda f: gates.first_reason(f, (gates.difference, gates.unit))),
    ("seen", gates.seen),
    ("settled", gates.settled),
    ("study", gates.study),
    ("metric", gates.metric),
    ("one-system", gates.one_system),
)
GATES = {
    "alone": "the dimension changed alone",
    "absolute": "an absolute difference of two shares, one number",
    "seen": "numbers recomputed, or seen in the full text or the abstract",
    "settled": "neither disputed nor withdrawn",
    "study": "the study of both scores is named",
    "metric": "one class of metric and one direction, both stated",
    "one-system": "one system under both conditions",
    "once": "not the same figure as a better record's",
    "error": "a standard error by a named method",
    "one-a-study": "the one estimate of its study",
    "four-studies": f"at least {LEAST} studies together",
}
"""The gates in their order, and what each asks for."""


def of_dimension(dimension: str, every: Iterable[Figure]) -> DimensionSyntheses:
    """Return the syntheses of a dimension from all figures there are."""
    about = sorted(
        (f for f in every if dimension in f.dimensions | f.changed), key=lambda f: f.place
    )
    failed = {f.place: found for f in about if (found := _failure(f, dimension, about))}
    passed = [f for f in about if f.place not in failed]
    pools: defaultdict[tuple[MetricClass, bool], list[Figure]] = defaultdict(list)
    for figure in passed:
        kind, up = figure.metric_class, figure.higher_is_better
        if kind is not None and up is not None:  # what lacks one has failed its gate
            pools[kind, up].append(figure)
    made = [s for key, figures in pools.items() for s in _syntheses(dimension, *key, figures)]
    each = tuple(f for f in about if not repeated(f, about))
    return DimensionSyntheses(
        dimension,
        tuple(sorted(made, key=lambda s: (s.subgroup is not None, -s.k, s.metric_class.code))),
        (*failed.values(), *_not_chosen(s for s in made if s.subgroup is None)),
        each,
        directions(dimension, each),
    )


def _failure(figure: Figure, dimension: str, about: Sequence[Figure]) -> LeftOut | None:
    """Return the first gate of a figure that it does not pass."""
    named: tuple[_Named, ...] = (
        ("alone", lambda f: _alone(f, dimension)),
        *_BEFORE,
        ("once", lambda f: repeated(f, about)),
        ("error", gates.error),
    )
    failed = ((gate, why) for gate, asks in named if (why := asks(figure)))
    return next((LeftOut(figure, gate, why) for gate, why in failed), None)


def _alone(figure: Figure, dimension: str) -> str | None:
    more = sorted((figure.dimensions | figure.changed) - {dimension})
    return f"{' and '.join(more)} changed with it" if more else None


def repeated(figure: Figure, about: Sequence[Figure]) -> str | None:
    """Return which better record has the same figure, in words; None for the one that counts."""
    if figure.group is None:
        return None
    best = min((f for f in about if f.group == figure.group), key=best_first)
    return None if best is figure else f"the same figure as {best.name}, which stands for both"


def _not_chosen(whole: Iterable[Synthesis]) -> Iterator[LeftOut]:
    for synthesis in whole:
        for estimate in synthesis.estimates:
            reason = f"{estimate.figure.name} stands for its study"
            for other in estimate.alternatives:
                if other is not estimate.figure:
                    yield LeftOut(other, "one-a-study", reason)
            if synthesis.why_none:
                yield LeftOut(
                    estimate.figure, "four-studies", synthesis.why_none.partition(": ")[2]
                )


def _syntheses(
    dimension: str,
    kind: MetricClass,
    higher_is_better: bool,  # noqa: FBT001 - the direction of the metrics
    figures: Sequence[Figure],
) -> Iterator[Synthesis]:
    """Yield the synthesis of all figures, and those of the subgroups that are a part of them."""
    yield _synthesis(kind, higher_is_better, None, figures)
    for subgroup in SUBGROUPS:
        part = [f for f in figures if subgroup.holds(f)]
        if subgroup.dimension in (None, dimension) and 0 < len(part) < len(figures):
            yield _synthesis(kind, higher_is_better, subgroup, part)


def _synthesis(
    kind: MetricClass,
    higher_is_better: bool,  # noqa: FBT001 - the direction of the metrics
    subgroup: Subgroup | None,
    figures: Sequence[Figure],
) -> Synthesis:
    chosen = sorted(map(_estimate, clusters(figures)), key=lambda e: e.effect.study)
    effects = [e.effect for e in chosen]
    most = WHOLE if kind.within_whole else None
    summary = summary_of(effects, most, LEAST)
    left = {e.study: [o for o in effects if o is not e] for e in effects} if summary else {}
    without = {study: s for study, rest in left.items() if (s := summary_of(rest, most, LEAST - 1))}
    averaged = any(len(e.alternatives) > 1 for e in chosen)
    return Synthesis(
        kind,
        higher_is_better,
        subgroup,
        tuple(chosen),
        summary,
        without,
        summary_of([e.mean for e in chosen], most, LEAST) if averaged else None,
        as_log_odds([[e.figure] for e in chosen], higher_is_better=higher_is_better),
        egger(effects),
        tuple(warnings(effects, WHOLE)),
    )


def _estimate(group: Sequence[Figure]) -> StudyEstimate:
    """Return what stands for a study by the protocol, which never looks at the gap."""
    best = min(level(f.verification) for f in group)
    alike = [f for f in group if level(f.verification) == best]
    systems = Counter(m for m, _ in {(_metric(f), s) for f in alike for s in f.systems})
    named = min({_metric(f) for f in alike}, key=lambda m: (-systems[m], m))
    of_one = sorted((f for f in alike if _metric(f) == named), key=_order)
    name = " + ".join(sorted({s for f in group for s in f.studies}))
    return StudyEstimate(of_one[0], _effect(name, of_one[:1]), tuple(group), _effect(name, of_one))


def _metric(figure: Figure) -> str:
    return figure.before.metric or figure.after.metric or ""


def _order(figure: Figure) -> tuple[float, float, tuple[str, str]]:
    """Return the key of the protocol: largest n, best first score, id."""
    sizes = [arm.n for arm in (figure.before, figure.after)]
    n = min((s for s in sizes if s), default=0) if all(sizes) else 0
    share = figure.before.share
    better = inf if share is None else -share if figure.higher_is_better else share
    return -n, better, figure.place


def _effect(study: str, figures: Sequence[Figure]) -> StudyEffect:
    """Return the mean of some figures of a study in points, taken as fully correlated."""
    scales = [WHOLE / PROPORTION_UNITS[f.unit] for f in figures]
    values = [(f.value or 0.0) * s for f, s in zip(figures, scales, strict=True)]
    errors = [(standard_error(f).value or 0.0) * s for f, s in zip(figures, scales, strict=True)]
    shares = [f.before.share for f in figures]
    return together(study, values, errors, [None if s is None else s * WHOLE for s in shares])
