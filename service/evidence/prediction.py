"""Whether measured gaps could predict one more: gates for a prediction that is not shown.

Effects are log odds ratios, one row a study and set of changed dimensions. One mean over studies is
set against a model with partially pooled effects of the dimensions, each study left out in
turn; the variances of that model are estimated once, from all, which favours it a little.
"""
# DESIGN: protocol-before-data

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.common.digits import computed
from service.evidence import gates
from service.evidence.figures import Figure, clusters
from service.evidence.log_odds import log_odds
from service.evidence.pooling import StudyEffect, together

STUDIES, CHANGED, ALONE = 20, 5, 3
LEAST = 5
"""Studies below which no model is fitted."""
LEVELS = (0.5, 0.8, 0.95)
WIDEST = 0.10
"""How far the binomial range of a coverage may reach to each side."""
BETTER = 0.10
PLANNED = 1 / 3


@dataclass(frozen=True)
class PredictionGate:
    """One gate: what it asks for, whether it is open, and what was found."""

    name: str
    asks: str
    open: bool
    found: str


@dataclass(frozen=True)
class Observation:
    """The effect of one study under one set of changed dimensions, as log odds."""

    study: int
    changed: frozenset[str]
    effect: StudyEffect


def observations(every: Iterable[Figure], coded: frozenset[str]) -> list[Observation]:
    """Return the rows of the models: figures with counts at both ends that could be pooled.

    `coded` are the dimensions that have values; a figure for a wider one repeats others.
    """
    asks = (gates.difference, gates.unit, gates.seen, gates.settled, gates.study, gates.metric)
    own = (f for f in every if f.counted and f.dimensions <= coded)
    usable = [f for f in own if gates.first_reason(f, asks) is None]
    rows = []
    for number, group in enumerate(clusters(usable)):
        for changed in sorted({f.dimensions | f.changed for f in group}, key=sorted):
            found = [log_odds(f) for f in group if f.dimensions | f.changed == changed]
            known = [(o.value, o.error) for o in found if o.value is not None and o.error]
            if known:
                values, errors = zip(*known, strict=True)
                rows.append(Observation(number, changed, together(str(number), values, errors)))
    return rows


def prediction_gates(
    dimension: str, rows: Sequence[Observation], of_models: Sequence[PredictionGate]
) -> tuple[PredictionGate, ...]:
    """Return how the gates of a prediction for a dimension stand.

    `of_models` are those of `model_gates`, which are the same for every dimension.
    """
    studies = {r.study for r in rows}
    changed = {r.study for r in rows if dimension in r.changed}
    alone = {r.study for r in rows if r.changed == {dimension}}
    g1 = PredictionGate(
        "G1",
        f"{STUDIES} studies with an error, {CHANGED} that change the dimension, {ALONE} alone",
        len(studies) >= STUDIES and len(changed) >= CHANGED and len(alone) >= ALONE,
        f"{len(studies)} studies, {len(changed)} that change it, {len(alone)} alone",
    )
    return g1, *of_models, _planned(len(studies))


_COVERAGE = "leave-one-study-out coverage inside its binomial range, no wider than 10 points a side"
_SCORE = f"an interval score at 80 % at least {100 * BETTER:.0f} % better than that of one mean"


def model_gates(rows: Sequence[Observation]) -> tuple[PredictionGate, PredictionGate]:
    """Return the gates that fit the models, which takes a second for fifty rows."""
    k = len({r.study for r in rows})
    if k < LEAST:
        why = f"not computed: {k} of at least {LEAST} studies"
        return (
            PredictionGate("G2", _COVERAGE, open=False, found=why),
            PredictionGate("G3", _SCORE, open=False, found=why),
        )
    from service.evidence.transfer import left_out_scores  # noqa: PLC0415 - loads scipy

    scores = left_out_scores(rows, LEVELS)
    inside, words = [], []
    for level, share, (low, high) in zip(LEVELS, scores.coverage, scores.ranges, strict=True):
        inside.append(low <= share <= high and high - low <= 2 * WIDEST)
        words.append(f"{share:.2f} at {level:.2f} ({low:.2f} to {high:.2f} by chance)")
    gain, low, high = scores.gain
    ends = f"{_percent(low)} to {_percent(high)}"
    better = f"{_percent(gain)} better (95 % interval over studies {ends})"
    return (
        PredictionGate("G2", _COVERAGE, all(inside), "; ".join(words)),
        PredictionGate(
            "G3",
            _SCORE,
            gain >= BETTER and low > 0,
            better,
        ),
    )


def _percent(share: float) -> str:
    return f"{computed(100 * share, 0)} %"


def _planned(k: int) -> PredictionGate:
    return PredictionGate(
        "G4",
        "a third of the studies planned beforehand, and a model of selection beside",
        open=False,
        found=f"no record says whether its study was planned beforehand: 0 of {k} are known to be",
    )
